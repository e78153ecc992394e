#pragma once

// The scale on which lifetimes are told apart: classes of age, in requests.
//
// Ages up to 8 have a class each; from there every octave has four. So a class
// is never wider than a quarter of its ages, and 128 classes reach past the
// longest trace.
//
//     class     0 1 2 ... 7    8  9  10 11   12 13 14 15   ...
//     from age  0 1 2 ... 7    8 10  12 14   16 20 24 28   32 ...

#include <bit>
#include <cstddef>
#include <cstdint>

namespace libheap {

inline constexpr size_t kAgeClasses = 128;

[[nodiscard]] constexpr size_t age_class(uint64_t age) {
  if (age < 8) return static_cast<size_t>(age);
  const auto octave = static_cast<size_t>(std::bit_width(age)) - 1;  // >= 3
  const size_t quarter = (age >> (octave - 2)) & 3;
  return 8 + 4 * (octave - 3) + quarter;
}

// The youngest age of a class.
[[nodiscard]] constexpr uint64_t age_class_begin(size_t c) {
  if (c < 8) return c;
  const size_t octave = 3 + (c - 8) / 4;
  return (uint64_t{4} + (c - 8) % 4) << (octave - 2);
}

static_assert(age_class(7) == 7 && age_class(8) == 8 && age_class(9) == 8);
static_assert(age_class(UINT32_MAX) < kAgeClasses - 1);
static_assert(age_class(age_class_begin(57)) == 57);

}  // namespace libheap
