#pragma once

// The colours of heap maps: one place, for terminals and images alike.
//
// Unordered categories take turns in eight colours that people with any kind of
// colour vision tell apart (after Okabe and Ito); ordered ones lie on a ramp
// from dark blue to yellow whose lightness rises steadily, so that it reads in
// grey too. Free blocks are the background.

#include <cstddef>
#include <cstdint>
#include <optional>

#include "libheap/analysis/heap_picture.h"

namespace libheap {

struct Colour {
  uint8_t red = 0;
  uint8_t green = 0;
  uint8_t blue = 0;
};

[[nodiscard]] Colour colour_of(const HeapPicture& picture, uint8_t category);
// 0 to 1: from no to all blocks in use.
[[nodiscard]] Colour ramp_colour(double position);
// The nearest of the 256 colours terminals know.
[[nodiscard]] int terminal_colour(Colour colour);

inline constexpr Colour kFreeColour = {238, 238, 238};
inline constexpr Colour kLostColour = {200, 120, 200};

}  // namespace libheap
