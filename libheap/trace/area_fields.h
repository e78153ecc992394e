#pragma once

// The eleven fields that the AREA, I and N lines of an event log share:
//
//     <id> <start> <end> <table> <bytes> <finaliser table> <bytes>
//          <weakref table> <bytes> <pool> <pool end>
//
// Addresses are hexadecimal, lengths decimal; "- -" is a table the build does
// not have.

#include <string>

#include "libheap/trace/text_fields.h"
#include "libheap/trace/trace_header.h"

namespace libheap {

void read_area(TextFields& in, AreaRecord& area);
void append_area(std::string& out, const AreaRecord& area);

// What cannot be, in words ("the end is not behind the start"); null if all is
// well. An area must lie in the address space of the device's word.
[[nodiscard]] const char* area_problem(const AreaRecord& area,
                                       uint32_t word_bytes);

}  // namespace libheap
