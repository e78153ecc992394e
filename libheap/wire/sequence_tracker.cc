#include "libheap/wire/sequence_tracker.h"

namespace libheap {

namespace {

constexpr uint32_t kSequences = 256;
// Packets of two cores may be begun out of order, but not by so much.
constexpr uint64_t kTimeSlackUs = 1'000'000;

}  // namespace

bool SequenceTracker::is_restart(const Packet& packet) const {
  const uint32_t ahead = packet.events - now_.expected_events;
  const bool events_go_back = ahead >> 31 != 0;
  return events_go_back || packet.time_us + kTimeSlackUs < now_.time_us;
}

SequenceStep SequenceTracker::advance(const Packet& packet) {
  SequenceStep step;
  if (packet.type == TRACER_TYPE_HOST) return step;
  step.first = !now_.began;
  step.restarted = now_.began && is_restart(packet);
  if (step.restarted) {  // it counts from 0 again
    now_.expected_sequence = 0;
    now_.expected_events = 0;
  }
  if (!step.first) {
    const uint32_t lost_flag =
        packet.type == TRACER_TYPE_EVENTS ? packet.flags & TRACER_FLAG_LOST : 0;
    step.dropped_by_device = lost_flag != 0;
    step.missing_events = packet.events - now_.expected_events;
    step.missing_packets =
        static_cast<uint8_t>(packet.sequence - now_.expected_sequence);
    const bool unexplained =
        step.missing_events != 0 && step.missing_packets == 0;
    if (unexplained && !step.dropped_by_device) {
      step.missing_packets = kSequences;
    }
  }
  now_.began = true;
  now_.expected_sequence = static_cast<uint8_t>(packet.sequence + 1);
  now_.events = packet.events;
  now_.expected_events = packet.events;
  now_.time_us = packet.time_us;
  return step;
}

}  // namespace libheap
