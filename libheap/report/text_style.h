#pragma once

// How text is laid out: decided once, by the tools, from the terminal and the
// environment (tools/common/terminal.h); here it is only obeyed.

#include <cstddef>
#include <string>
#include <string_view>

namespace libheap {

struct TextStyle {
  size_t width = 80;    // columns
  bool colour = false;  // ANSI sequences
  bool unicode = true;  // block elements; otherwise ASCII
};

// What a stretch of text means; the colour follows from that.
enum class Tone { kHeading, kGood, kBad, kWarning, kQuiet };

[[nodiscard]] std::string toned(const TextStyle& style, Tone tone,
                                std::string_view text);

}  // namespace libheap
