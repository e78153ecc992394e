#include "libheap/report/stack_frames.h"

#include <fmt/format.h>

namespace libheap {

namespace {

StackFrame caller_frame(const SiteRecord& place) {
  if (!has_line(place)) return {"(not known)", nullptr};
  return {fmt::format("{} ({}:{})", place.function, place.file, place.line),
          &place};
}

}  // namespace

bool has_line(const SiteRecord& place) {
  return !place.function.empty() || place.line != 0;
}

std::string line_frame(const SiteRecord& place) {
  return fmt::format("{}:{}", place.function, place.line);
}

std::vector<StackFrame> frames_of(const SiteStack& stack, bool has_callers) {
  std::vector<StackFrame> frames;
  const SiteRecord& innermost = *stack.front();
  for (size_t i = stack.size(); i-- > 1;) {
    frames.push_back(caller_frame(*stack[i]));
  }
  if (has_callers && has_line(innermost)) {
    frames.push_back(caller_frame(innermost));
  } else if (!has_callers) {
    if (!innermost.file.empty()) frames.push_back({innermost.file, nullptr});
    if (has_line(innermost)) {
      frames.push_back({line_frame(innermost), &innermost});
    }
  }
  if (!innermost.runtime.empty()) {
    frames.push_back({innermost.runtime, nullptr});
  }
  if (frames.empty()) frames.push_back({"(not known)", nullptr});
  return frames;
}

std::vector<std::string> frame_names(const SiteStack& stack, bool has_callers) {
  std::vector<std::string> names;
  for (StackFrame& frame : frames_of(stack, has_callers)) {
    names.push_back(std::move(frame.name));
  }
  return names;
}

}  // namespace libheap
