#pragma once

// TraceRecorder: a replay written down as a .mpheap trace.
//
//     Replayer replayer(*source);
//     TraceRecorder recorder(*sink, options);
//     replayer.observe_records(&recorder);
//     replayer.run();
//     recorder.finish();
//
// It does what the tracer in the firmware does, with the modelled heap in the
// device's place and the firmware's own encoder (firmware-tracer/
// tracer_encode.c), so a trace made here and one made on a device cannot
// differ in form. A trace whose first event has no time is written without
// times, and says so ("clock none"). Keyframes stand at the start, every
// kKeyframeEvents, and where the heap is known again after a loss; checkpoints
// where no collect came for kCheckpointEvents.

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "libheap/replay/observer.h"
#include "libheap/trace/byte_sink.h"

namespace libheap {

struct RecorderOptions {
  enum class Time : uint8_t { k1us, k16us, kPacket };

  Time time = Time::k1us;
  bool verify = false;  // send results, not only requests
};

class TraceRecorder : public ReplayObserver {
 public:
  static constexpr uint64_t kKeyframeEvents = 50'000;
  static constexpr uint64_t kCheckpointEvents = 4'096;
  static constexpr uint64_t kKeyframesPerAbout = 4;

  // The sink must outlive the recorder.
  TraceRecorder(ByteSink& sink, const RecorderOptions& options);
  ~TraceRecorder() override;

  void on_start(const TraceHeader& header, const Moment& now) override;
  void on_record(const Moment& now, const Event& event) override;
  // Everything is handed to the sink; the sink itself is not finished.
  void finish();

 private:
  struct Encoder;

  void begin(bool has_times);
  void write_about(const TraceHeader& header);
  void write_keyframe(const GcHeap& heap);
  void write_counters(const GcHeap& heap);
  void write_area_rows(const GcHeap& heap, const Area& area);
  void write_checkpoint(const GcHeap& heap);
  void write_number(uint32_t rare, uint64_t number);

  void write_request(const Event& event);
  void write_collect(const Moment& now, const Event& event);
  void write_snapshot(const SnapshotRecord& snapshot);
  void write_survivors(const GcHeap& heap);
  void write_area(const Event& event);
  void write_setting(const Event& event);
  void write_site(const Event& event);
  void write_loss(const Event& event);
  void write_end(const Moment& now, const Event& event);
  void write_regularly(const Moment& now, const Event& event);
  [[nodiscard]] uint32_t number_of(BlockRef block) const;

  ByteSink& sink_;
  RecorderOptions options_;
  TraceHeader header_;
  std::unique_ptr<Encoder> encoder_;  // null before the first record
  uint32_t area_bits_ = 0;
  uint32_t site_ = 0;
  uint32_t core_ = 0;
  uint64_t depth_ = 0;      // open begins
  uint64_t keyframes_ = 0;  // after the one at the start
  uint64_t last_keyframe_ = 0;
  uint64_t last_digest_ = 0;
  uint8_t snapshots_ = 0;  // their number, modulo 256
  bool keyframe_due_ = false;
  std::vector<AreaSurvivors> heads_before_;
};

}  // namespace libheap
