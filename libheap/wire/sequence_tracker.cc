#include "libheap/wire/sequence_tracker.h"

namespace libheap {

namespace {

constexpr uint32_t kSequences = 256;
// Packets of two cores may be begun out of order, but not by so much.
constexpr uint64_t kTimeSlackUs = 1'000'000;

}  // namespace

bool SequenceTracker::is_restart(const Packet& packet) const {
  const uint32_t ahead = packet.events - expected_events_;
  const bool events_go_back = ahead >> 31 != 0;
  return events_go_back || packet.time_us + kTimeSlackUs < time_us_;
}

SequenceStep SequenceTracker::advance(const Packet& packet) {
  SequenceStep step;
  if (packet.type == TRACER_TYPE_HOST) return step;
  step.first = !began_;
  step.restarted = began_ && is_restart(packet);
  if (step.restarted) {  // it counts from 0 again
    expected_sequence_ = 0;
    expected_events_ = 0;
  }
  if (!step.first) {
    const uint32_t lost_flag =
        packet.type == TRACER_TYPE_EVENTS ? packet.flags & TRACER_FLAG_LOST : 0;
    step.dropped_by_device = lost_flag != 0;
    step.missing_events = packet.events - expected_events_;
    step.missing_packets =
        static_cast<uint8_t>(packet.sequence - expected_sequence_);
    const bool unexplained =
        step.missing_events != 0 && step.missing_packets == 0;
    if (unexplained && !step.dropped_by_device) {
      step.missing_packets = kSequences;
    }
  }
  began_ = true;
  expected_sequence_ = static_cast<uint8_t>(packet.sequence + 1);
  events_ = packet.events;
  expected_events_ = packet.events;
  time_us_ = packet.time_us;
  return step;
}

}  // namespace libheap
