#pragma once

// LiveHeap: the device's heap while it is captured.
//
// The packets of the device are replayed against the model on a thread of
// their own, so that a slow replay never holds up what is written to disk:
//
//     push() ──► ByteQueue ──► TraceReader ──► Replayer      (the thread)
//                     now() ◄── HeapNow, LiveWatcher ◄── 20 times a second
//
// Where the replay falls behind, the queue throws out what waits, and the
// replay goes on at the next keyframe, as after any loss. What the bytes hold
// never ends a capture: a heap that cannot be modelled is a state.
//
// Cost: push() encodes the packet again, under 1 us; the thread takes what the
// replay takes.

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "libheap/base/collect_cause.h"
#include "libheap/replay/replayer.h"
#include "libheap/wire/packet.h"
#include "tools/capture/byte_queue.h"

namespace libheap::tools {

struct HeapNow {
  enum class State : uint8_t {
    kUnknown,  // the device has not yet said what its heap is
    kWaiting,  // it has; its first keyframe is still to come
    kExact,    // as on the device
    kInexact,  // after a loss, until the next keyframe
    kCatchUp,  // the same, because this view fell behind
    kNoModel,  // `problem` says why
  };
  struct Pause {
    uint64_t us = 0;
    CollectCause cause = CollectCause::kExplicit;
  };
  static constexpr size_t kPauses = 3;

  State state = State::kUnknown;
  std::string problem;
  uint64_t block_bytes = 0;
  uint64_t total_blocks = 0;
  uint64_t used_blocks = 0;
  uint64_t largest_free_run = 0;
  uint64_t collects = 0;
  uint64_t divergences = 0;  // where the model and the device disagreed
  // The newest first, at most kPauses; none where the device has no clock.
  std::vector<Pause> pauses;
};

// Who wants to see more than HeapNow. All is told on the replay's thread.
class LiveWatcher {
 public:
  virtual ~LiveWatcher() = default;

  // A replay begins: the time to observe it. It lives until on_replay_end().
  virtual void on_replay_begin(Replayer& replayer) = 0;
  virtual void on_replay_end() = 0;
  // About twenty times a second, whether anything happened or not.
  virtual void on_tick(const HeapNow& now) = 0;
};

class LiveHeap {
 public:
  static constexpr size_t kMostWaiting = size_t{4} << 20;  // bytes

  // The watcher, if there is one, must outlive it.
  explicit LiveHeap(LiveWatcher* watcher = nullptr);
  ~LiveHeap();
  LiveHeap(const LiveHeap&) = delete;
  LiveHeap& operator=(const LiveHeap&) = delete;

  void push(const Packet& packet) { queue_.push(packet_bytes(packet)); }
  // The device began anew, perhaps with another firmware.
  void begin_stream() { queue_.begin_stream(); }
  [[nodiscard]] HeapNow now() const;
  // Whether more should not be pushed if that can wait.
  [[nodiscard]] bool is_behind() const {
    return queue_.waiting() > kMostWaiting / 2;
  }
  // Nothing more comes: replays what waits, but for no longer than `grace`.
  void finish(std::chrono::milliseconds grace);

 private:
  class Feed;
  class LastPauses;
  class Watched;

  void replay_streams();
  bool next_stream();
  void replay_stream();
  void tick();
  void look(const Replayer& replayer, const LastPauses& pauses);
  void publish(HeapNow now);

  LiveWatcher* watcher_;
  ByteQueue queue_{kMostWaiting};
  // The thread's own.
  bool was_exact_ = false;
  uint64_t skipped_while_exact_ = 0;

  mutable std::mutex mutex_;
  HeapNow now_;
  std::thread thread_;
};

}  // namespace libheap::tools
