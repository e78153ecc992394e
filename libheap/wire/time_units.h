#pragma once

// TimeUnits: the small numbers that stand at the end of a packet's body, read
// from the last byte backwards, the highest bits of each byte first.
//
// A number is one unit of 2 or 4 bits; or the escape (all ones) and what is
// above it, in groups of four bits: three of the number, lowest first, and
// whether another one follows. docs/trace-format.md, section 4.
//
// Before the first byte there are zeros: a body that cannot be is found out by
// its records, not here.

#include <cstddef>
#include <cstdint>
#include <span>

#include "firmware-tracer/tracer_format.h"

namespace libheap {

class TimeUnits {
 public:
  void begin(std::span<const uint8_t> body, uint32_t unit_bits) {
    body_ = body;
    unit_bits_ = unit_bits;
    held_ = 0;
    escape_ = (1u << unit_bits) - 1;
  }

  // Up to 32 bits; more groups than that are no output of the encoder, and
  // what is above is dropped.
  uint32_t next() {
    const uint32_t first = take(unit_bits_);
    return first < escape_ ? first : escape_ + groups();
  }

 private:
  static constexpr uint32_t kGroupBits = TRACER_TIME_GROUP + 1;
  static constexpr uint32_t kGroupsMost = 11;

  uint32_t groups() {
    uint32_t value = 0;
    for (uint32_t i = 0; i < kGroupsMost; ++i) {
      const uint32_t group = take(kGroupBits);
      value |= (group % TRACER_TIME_MORE) << (i * TRACER_TIME_GROUP);
      if (group < TRACER_TIME_MORE) break;
    }
    return value;
  }

  // `bits` is 2 or 4, and the bits held are a multiple of 2.
  uint32_t take(uint32_t bits) {
    if (held_ < bits) {
      bits_ = bits_ << 8 | last_byte();
      held_ += 8;
    }
    held_ -= bits;
    return bits_ >> held_ & ((1u << bits) - 1);
  }

  uint32_t last_byte() {
    if (body_.empty()) return 0;
    const uint32_t byte = body_.back();
    body_ = body_.first(body_.size() - 1);
    return byte;
  }

  std::span<const uint8_t> body_;
  uint32_t unit_bits_ = TRACER_TIME_UNIT_1US;
  uint32_t escape_ = 0;
  uint32_t bits_ = 0;  // the lowest `held_` of them are still to be taken
  uint32_t held_ = 0;
};

}  // namespace libheap
