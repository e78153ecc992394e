#pragma once

// Replayer: where recorded events meet the model.
//
// Every event of a trace is put to a GcHeap, and whatever the recording says
// of the outcome is compared with what the model says: addresses, whether and
// why a collect runs at this very place, the whole table after it, counters,
// digests. The inputs it cannot know (which objects survive, what the port
// gives a growing heap, what finalisers do) are taken from the recording.
//
// Where the two disagree the disagreement is noted (divergence.h), and the
// replay goes on so that one fault stays one divergence, as far as possible.
// Two places for one object are both kept as used, because either the record
// is damaged (and the model right) or the firmware unknown (and the recording
// right); what comes next drops the wrong one. A recorded table is believed:
// it is adopted whole.
//
//     Replayer replayer(source, options);
//     replayer.observe(&fragmentation);
//     replayer.run();                     // or step() event by event
//     replayer.result().divergences
//
// Memory is constant in the length of the trace. Cost: the model's, plus a
// few comparisons and one virtual call per observer and event.
// docs/architecture.md follows one event through here.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libheap/model/gc_heap.h"
#include "libheap/replay/observer.h"
#include "libheap/replay/replay_result.h"
#include "libheap/replay/resume_state.h"
#include "libheap/trace/event_source.h"

namespace libheap {

struct ReplayOptions {
  size_t keep_divergences = 10;  // with their context; all are counted
  bool paranoid = false;  // check the model's invariants after every event
};

class Replayer {
 public:
  // Throws Error where the trace's heap cannot be modelled. `source` must
  // outlive the replayer.
  explicit Replayer(EventSource& source, const ReplayOptions& options = {});

  // Observers are told in the order they were added, and must outlive the
  // replay.
  void observe(ReplayObserver* observer) { observers_.push_back(observer); }

  // As observe, and on_record too.
  void observe_records(ReplayObserver* observer) {
    observe(observer);
    record_observers_.push_back(observer);
  }

  // One event; false at the end of the trace.
  bool step();
  void run() {
    while (step()) {
    }
  }

  [[nodiscard]] const GcHeap& heap() const { return heap_; }
  [[nodiscard]] const ReplayResult& result() const { return result_; }
  [[nodiscard]] const TraceHeader& header() const { return source_.header(); }
  // Where the replay is, and the heap there.
  [[nodiscard]] Moment moment() const;
  // No loss since the last table that was compared or adopted.
  [[nodiscard]] bool exact() const { return exact_; }

  // The replay as it is, to go on from another time. Nothing inside an event,
  // in a heap of several areas, or once anything was lost or found wrong.
  [[nodiscard]] std::optional<ReplayState> state() const;
  // Goes on from there; the source must be there too. Observers hear nothing
  // of what was before. Throws Error where the state cannot be one.
  void resume(const ReplayState& state);

 private:
  static constexpr size_t kRecent = 8;  // events kept as context
  // A real trace nests a handful deep; a hostile one must not take our memory.
  static constexpr size_t kMaxDepth = 1000;
  static constexpr size_t kMaxDisputed = 1000;
  static constexpr size_t kMaxDropped = 4096;

  // A resize of the model's. Apart, for most resizes begin and end at once.
  struct Resize {
    BlockRef old;
    ReallocRequest request;
  };

  // A request or collect that has begun and not yet ended.
  struct Frame {
    EventKind kind = EventKind::kAlloc;
    uint64_t n_bytes = 0;
    bool flag = false;
    uint32_t site = 0;
    AllocRequest alloc;
    Resize resize;
    Progress progress = Progress::kDone;
    bool must_advance = false;  // what it waited for has happened
    uint64_t growth_bytes = 0;  // asked of the port; 0: nothing asked
    SeenCollect collect;
    bool own_collect = false;  // a collect the request below waits for

    // The search for room that is under way.
    [[nodiscard]] AllocRequest& search() {
      return kind == EventKind::kAlloc ? alloc : resize.request.alloc;
    }
  };

  // An object that one side has and the other may not.
  struct Placed {
    BlockRef at = kNullBlock;
    uint64_t blocks = 0;
  };

  void start();
  void finish();
  void replay(const Event& event);
  void resolve_age(Event& event) const;
  void keep_answer(Event& event);
  void tell_record(const Event& event);
  static void untie(Event& event);

  void replay_alloc(const Event& event);
  void begin_alloc(const Event& event);
  void end_alloc(const Event& event);
  void settle_alloc(const Event& event, AllocRequest& request,
                    Progress progress);
  void answer_alloc(const Event& event, uint64_t blocks, BlockRef at);
  void differ_alloc(const Event& event, AllocRequest& request,
                    Progress progress);

  void replay_realloc(const Event& event);
  bool resized_in_place(const Event& event);
  bool begin_realloc(const Event& event, Resize& resize);
  void end_realloc(const Event& event);
  void settle_realloc(const Event& event, const Resize& resize,
                      Progress progress);
  void answer_realloc(const Event& event, const Placed& old, BlockRef result);
  [[nodiscard]] BlockRef differ_realloc(const Event& event,
                                        const Resize& resize,
                                        Progress progress);

  void replay_free(const Event& event);

  void replay_collect(const Event& event);
  void begin_collect(const Event& event);
  void end_collect(const Event& event);
  void check_cause(const Event& event, Frame& frame);
  void take_back(Frame& request);
  void check_collect(const Event& event, const CollectResult& seen);
  [[nodiscard]] bool read_survivors(const Event& event);
  void read_survivor_runs(const std::vector<uint32_t>& runs);
  void read_used_runs(const std::vector<uint32_t>& runs);
  void compare_tables(const Event& event);
  [[nodiscard]] std::string collect_difference(const CollectRecord& recorded,
                                               const CollectResult& seen) const;

  void replay_lock(const Event& event);
  void replay_setting(const Event& event);
  void replay_area(const Event& event);
  void replay_growth(const Event& event);
  void add_area(const Event& event);
  void init_area(const Event& event);
  void replay_checkpoint(const Event& event);
  void replay_keyframe(const Event& event);
  void replay_snapshot(const Event& event);
  [[nodiscard]] std::string keyframe_difference(
      const KeyframeRecord& recorded) const;
  void adopt_keyframe(const KeyframeRecord& recorded);
  void now_exact();
  [[nodiscard]] std::string checkpoint_difference(
      const CheckpointRecord& recorded) const;
  void replay_end(const Event& event);
  void replay_loss(const Event& event);

  // The request under way, brought forward as far as it goes; null if the
  // innermost open event is none.
  Frame* open_request();
  void advance(Frame& frame);
  // Two answers for one object: goes on with both as far as they do not
  // exclude each other, and says which to tell the observers.
  // Whether the model's answer is all the recording says of it.
  [[nodiscard]] static bool is_as_recorded(const Event& event, BlockRef answer,
                                           Progress progress) {
    if (progress != Progress::kDone) return false;
    if (event.has_result) return event.result == answer;
    return !event.served || !answer.is_null();
  }
  [[nodiscard]] BlockRef settle_dispute(const Placed& modelled,
                                        const Placed& recorded, bool finaliser);
  void keep_disputed(BlockRef object);
  bool drop_disputed(const Placed& under);
  void take_out(BlockRef object);
  [[nodiscard]] bool settles_dispute(const Placed& modelled,
                                     const Placed& recorded);
  void believe_figures(std::span<const uint32_t> last_free_bytes,
                       std::span<const uint32_t> last_used_blocks,
                       uint64_t amount, uint32_t last_free_area);
  [[nodiscard]] std::string figures_difference(
      std::span<const uint32_t> last_free_bytes,
      std::span<const uint32_t> last_used_blocks, uint64_t amount,
      uint32_t last_free_area) const;

  // Notes a divergence unless the stretch is known to be inexact.
  Divergence* diverge(DivergenceKind kind, const Event& event,
                      std::string what);
  // Adds the tables around a block. Where each side puts the object in
  // question is told apart.
  void add_window(Divergence* divergence, BlockRef around,
                  const Placed& recorded, const Placed& modelled) const;

  template <typename Tell>
  void tell(const Tell& tell_one) {
    for (ReplayObserver* observer : observers_) tell_one(*observer);
  }

  EventSource& source_;
  ReplayOptions options_;
  GcHeap heap_;
  std::vector<ReplayObserver*> observers_;
  std::vector<ReplayObserver*> record_observers_;
  ReplayResult result_;
  std::vector<Frame> frames_;
  std::vector<BlockRef> disputed_;  // objects only one side has
  std::array<Event, kRecent> recent_;
  uint64_t steps_ = 0;
  bool started_ = false;
  bool exact_ = true;
  bool diverged_here_ = false;  // at most one divergence per event
  Event* current_ = nullptr;
  // Reused from collect to collect.
  std::vector<AreaSurvivors> survivors_;
  std::vector<AreaSurvivors> heads_before_;  // as of the begin
  struct ComparedTable {
    uint32_t area = 0;
    Bitmap free;
    Bitmap tail;
  };
  std::vector<ComparedTable> recorded_tables_;
  std::vector<uint32_t> dropped_;  // areas the recording dropped just now
  BlockRef answer_;                // to the request that was settled last
  // Results of the last records, for blocks that are named by age.
  static constexpr uint32_t kAges = ReplayState::kAges;
  std::array<BlockRef, kAges> results_{};
};

inline Moment Replayer::moment() const {
  Moment moment;
  moment.event = result_.events;
  moment.heap = &heap_;
  if (current_ != nullptr) {
    moment.time_us = current_->time_us;
    moment.site = current_->site;
    moment.core = current_->core;
  }
  return moment;
}

}  // namespace libheap
