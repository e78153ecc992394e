#pragma once

// Stacks of sites as flame graphs name their frames, outermost first.
//
//     main.py                     of a trace with one frame per site: file,
//     loop:12                     function and line, and who of the runtime
//     mp_obj_new_float            asked
//
//     <module> (main.py:3)        of a trace with callers
//     loop (main.py:12)
//     mp_obj_new_float
//
// A stack that is not known is "(not known)" alone.

#include <string>
#include <vector>

#include "libheap/analysis/site_stacks.h"

namespace libheap {

struct StackFrame {
  std::string name;
  const SiteRecord* line = nullptr;  // where the frame is a line of Python
};

[[nodiscard]] std::vector<StackFrame> frames_of(const SiteStack& stack,
                                                bool has_callers);
[[nodiscard]] std::vector<std::string> frame_names(const SiteStack& stack,
                                                   bool has_callers);
// Is the line of Python known?
[[nodiscard]] bool has_line(const SiteRecord& place);
// "loop:12"
[[nodiscard]] std::string line_frame(const SiteRecord& place);

}  // namespace libheap
