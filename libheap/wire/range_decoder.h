#pragma once

// RangeDecoder: the decisions in a packet's body, one after the other.
//
// The mirror of the coder in firmware-tracer/tracer_range.c; what each
// decision's part of the range is stands in docs/trace-format.md, section 3.
//
//     code < range       always, unless the bytes are no output of the coder
//
// So a body that cannot be is found out by arithmetic: the decoder fails once
// and for good. Its answers mean nothing from then on (and take no longer); who
// asks looks at failed() once per record. Bytes past the end read as 0: the
// encoder drops those. (Where times stand at the end of the body, they are what
// is read there; the encoder sees to it that nothing depends on that.)
//
// Cost: a multiplication and a comparison per bit, a division per raw number.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "firmware-tracer/tracer_format.h"

namespace libheap {

class RangeDecoder {
 public:
  void begin(std::span<const uint8_t> body) {
    now_ = {.at = body.data(), .end = body.data() + body.size()};
    for (int i = 0; i < 4; ++i) now_.take_byte();
    now_.range = UINT32_MAX;
    failed_ = false;
  }

  [[nodiscard]] bool failed() const { return failed_; }
  void fail() {
    failed_ = true;
    now_.range = UINT32_MAX;  // never 0, whatever the bytes were
  }

  // An adaptive bit; `share` is its probability of 1, in 256ths.
  uint32_t bit(uint8_t& share) {
    State state = now_;
    const uint32_t value = bit(state, share);
    now_ = state;
    return value;
  }

  // Whether a guess in `trust` (1 to 3) was right.
  bool guess(uint32_t trust) {
    const uint32_t miss = now_.range >> TRACER_MISS_SHIFT(trust);
    const uint32_t bound = now_.range - miss;
    const bool right = now_.code < bound;
    if (right) {
      now_.range = bound;
    } else {
      now_.code -= bound;
      now_.range = miss;
    }
    normalise();
    return right;
  }

  // `kBits` decisions, highest first, each with the share at its node.
  template <uint32_t kBits>
  uint32_t tree(std::array<uint8_t, 1 << kBits>& shares) {
    State state = now_;
    uint32_t node = 1;
    for (uint32_t i = 0; i < kBits; ++i) {
      node = node << 1 | bit(state, shares[node]);
    }
    now_ = state;
    return node - (1u << kBits);
  }

  // Evenly distributed bits, up to 32.
  uint32_t raw(uint32_t bits) {
    uint32_t value = 0;
    while (bits != 0) {
      const uint32_t step = bits > 16 ? 16 : bits;
      bits -= step;
      value = value << step | raw_part(step);
    }
    return value;
  }

 private:
  // Where the decoder is. Shares are bytes, and a byte that is written may be
  // anything for the compiler, members of `this` too: whoever decodes several
  // bits works on a copy of this, which stays in registers.
  struct State {
    const uint8_t* at = nullptr;
    const uint8_t* end = nullptr;
    uint32_t code = 0;
    uint32_t range = UINT32_MAX;

    void take_byte() {
      code = code << 8 | (at < end ? *at++ : 0U);
      range <<= 8;
    }
  };

  // Branches: shares follow what comes, so the processor guesses most bits as
  // well as they do, and what it guesses need not wait for the multiplication.
  // A share is 7 at least, so one byte makes up for a bit.
  static uint32_t bit(State& state, uint8_t& share) {
    const uint32_t was = share;
    const uint32_t bound = (state.range >> 8) * was;
    uint32_t value = 0;
    if (state.code < bound) {
      state.range = bound;
      share = static_cast<uint8_t>(was + ((256 - was) >> TRACER_BIT_RATE));
      value = 1;
    } else {
      state.code -= bound;
      state.range -= bound;
      share = static_cast<uint8_t>(was - (was >> TRACER_BIT_RATE));
    }
    if (state.range < TRACER_RANGE_TOP) state.take_byte();
    return value;
  }

  uint32_t raw_part(uint32_t bits) {
    now_.range >>= bits;
    const uint32_t value = now_.code / now_.range;
    if (value >> bits != 0) {
      fail();
      return 0;
    }
    now_.code -= now_.range * value;
    normalise();
    return value;
  }

  // No decision makes a range of 0 of one of TRACER_RANGE_TOP.
  void normalise() {
    while (now_.range < TRACER_RANGE_TOP) now_.take_byte();
  }

  State now_;
  bool failed_ = false;
};

}  // namespace libheap
