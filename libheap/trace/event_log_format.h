#pragma once

// One event as text: a record of the event log format, MPHEAP-EVENTS 1. The
// mirror image of event_log_records.h.
//
//     format_event(event)                   A 24 0 17 t=1042 s=3
//     format_event(event, EventText::kBrief)
//                                           )C 0 59 0 0 12 7 31 0=5956a5aa...
//
// Reading what was written gives the same event again, as far as its kind's
// fields go. A collect or sweep that is not split in begin and end (kWhole)
// becomes the two lines that the format has for it.

#include <cstdint>
#include <string>

#include "libheap/trace/event.h"

namespace libheap {

enum class EventText : uint8_t {
  kFull,
  kBrief,  // for people: long tables and texts are cut short
};

// Appends the record with its line end.
void append_event(std::string& out, const Event& event,
                  EventText length = EventText::kFull);

// The record without its line end.
[[nodiscard]] std::string format_event(const Event& event,
                                       EventText length = EventText::kFull);

}  // namespace libheap
