#pragma once

// LiveView: something to watch while a capture runs, beside the counts.
//
// It is told every whole packet and every gap before one, and asked for its
// part of the status line ten times a second. It must not throw for what a
// packet holds.

#include <string>

#include "libheap/wire/packet.h"
#include "libheap/wire/sequence_tracker.h"

namespace libheap::tools {

class LiveView {
 public:
  virtual ~LiveView() = default;
  virtual void on_packet(const Packet& packet, const SequenceStep& step) = 0;
  // "heap [####....] 62 %"; empty while there is nothing to say.
  [[nodiscard]] virtual std::string status() const = 0;
};

}  // namespace libheap::tools
