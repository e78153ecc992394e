#pragma once

// SequenceTracker: what is missing between the packets of one device.
//
// A packet says how many counted events came before it; with those it holds
// itself the next one's figure is known:
//
//     missing events = events - (events before + counted in it)   of the last
//
// exactly, whether the line lost packets or the device dropped events because
// its ring was full. The sequence tells the two apart. Both figures wrap;
// differences do not mind. Counts or times that go back mean that the device
// began anew.
//
//     SequenceStep step = tracker.advance(packet);
//     ... decode the packet ...
//     tracker.counted(events in it);

#include <cstdint>

#include "libheap/wire/packet.h"

namespace libheap {

struct SequenceStep {
  bool first = false;      // of this tracker: nothing is known of before
  bool restarted = false;  // the device began anew; missing: since it did
  // Lost on the line. Of 256 or more in a row only the remainder is known, and
  // at least 256 where that is nothing.
  uint32_t missing_packets = 0;
  // Lost on the line or dropped by the device, together.
  uint32_t missing_events = 0;
  bool dropped_by_device = false;  // some were

  [[nodiscard]] bool is_gap() const {
    return missing_packets != 0 || missing_events != 0 || dropped_by_device;
  }
};

class SequenceTracker {
 public:
  // All it knows.
  struct State {
    bool began = false;
    uint8_t expected_sequence = 0;
    uint32_t events = 0;
    uint32_t expected_events = 0;
    uint64_t time_us = 0;
  };

  SequenceTracker() = default;
  explicit SequenceTracker(const State& state) : now_(state) {}
  [[nodiscard]] const State& state() const { return now_; }

  // The next packet of the device. Host packets take no part: they change
  // nothing and are never a gap.
  SequenceStep advance(const Packet& packet);
  // How many counted events the packet just given holds. Without this call, as
  // if it held none.
  void counted(uint32_t events) { now_.expected_events = now_.events + events; }
  // Of the packets given, the device's count in the last one.
  [[nodiscard]] uint32_t events() const { return now_.events; }

 private:
  [[nodiscard]] bool is_restart(const Packet& packet) const;

  State now_;
};

}  // namespace libheap
