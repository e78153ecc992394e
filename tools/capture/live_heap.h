#pragma once

// LiveHeap: the device's heap while it is captured.
//
// The packets of the device are replayed against the model on a thread of
// their own, so that a slow replay never holds up what is written to disk:
//
//     push() ──► ByteQueue ──► TraceReader ──► Replayer      (the thread)
//                                  now() ◄── HeapNow, 20 times a second
//
// Where the replay falls behind, the queue throws out what waits, and the
// replay goes on at the next keyframe, as after any loss. What the bytes hold
// never ends a capture: a heap that cannot be modelled is a state.
//
// Cost: push() encodes the packet again, under 1 us; the thread takes what the
// replay takes.

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

class LiveHeap {
 public:
  static constexpr size_t kMostWaiting = size_t{4} << 20;  // bytes

  LiveHeap();
  ~LiveHeap();
  LiveHeap(const LiveHeap&) = delete;
  LiveHeap& operator=(const LiveHeap&) = delete;

  void push(const Packet& packet) { queue_.push(packet_bytes(packet)); }
  // The device began anew, perhaps with another firmware.
  void begin_stream() { queue_.begin_stream(); }
  [[nodiscard]] HeapNow now() const;

 private:
  class Feed;
  class LastPauses;

  void replay_streams();
  void replay_stream();
  void look(const Replayer& replayer, const LastPauses& pauses);
  void publish(HeapNow now);

  ByteQueue queue_{kMostWaiting};
  // The thread's own.
  bool was_exact_ = false;
  uint64_t skipped_while_exact_ = 0;

  mutable std::mutex mutex_;
  HeapNow now_;
  std::thread thread_;
};

}  // namespace libheap::tools
