#include "libheap/report/palette.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace libheap {

namespace {

constexpr std::array<Colour, 8> kColours = {{{0, 114, 178},
                                             {230, 159, 0},
                                             {0, 158, 115},
                                             {204, 121, 167},
                                             {86, 180, 233},
                                             {213, 94, 0},
                                             {190, 176, 30},
                                             {110, 110, 110}}};

constexpr std::array<Colour, 5> kRamp = {{{60, 30, 110},
                                          {52, 94, 142},
                                          {33, 145, 140},
                                          {110, 190, 90},
                                          {240, 215, 50}}};

uint8_t between(uint8_t from, uint8_t to, double share) {
  return static_cast<uint8_t>(std::lround(from + share * (to - from)));
}

// Of the 6 by 6 by 6 cube that terminals have.
int cube_level(uint8_t value) {
  if (value < 48) return 0;
  if (value < 115) return 1;
  return (value - 35) / 40;
}

}  // namespace

Colour ramp_colour(double position) {
  const double place =
      std::clamp(position, 0.0, 1.0) * static_cast<double>(kRamp.size() - 1);
  const size_t from = std::min(static_cast<size_t>(place), kRamp.size() - 2);
  const double share = place - static_cast<double>(from);
  const Colour low = kRamp[from];
  const Colour high = kRamp[from + 1];
  return {between(low.red, high.red, share),
          between(low.green, high.green, share),
          between(low.blue, high.blue, share)};
}

Colour colour_of(const HeapPicture& picture, uint8_t category) {
  if (category == HeapPicture::kFree) return kFreeColour;
  if (category == HeapPicture::kLost) return kLostColour;
  const std::optional<double> ramp = picture.categories[category].ramp;
  return ramp ? ramp_colour(*ramp) : kColours[category % kColours.size()];
}

int terminal_colour(Colour colour) {
  return 16 + 36 * cube_level(colour.red) + 6 * cube_level(colour.green) +
         cube_level(colour.blue);
}

}  // namespace libheap
