#pragma once

// RangeDecoder: the decisions in a packet's body, one after the other.
//
// The mirror of the coder in firmware-tracer/tracer_encode.c; what each
// decision's part of the range is stands in docs/trace-format.md, section 3.
//
//     code < range       always, unless the bytes are no output of the coder
//
// So a body that cannot be is found out by arithmetic: the decoder fails once
// and for good, answers 0 from then on, and is asked once per record. Bytes
// past the end read as 0: the encoder drops those.
//
// Cost: a multiplication and a comparison per bit, a division per raw number.

#include <cstddef>
#include <cstdint>
#include <span>

#include "firmware-tracer/tracer_format.h"

namespace libheap {

class RangeDecoder {
 public:
  void begin(std::span<const uint8_t> body) {
    at_ = body.data();
    end_ = at_ + body.size();
    code_ = 0;
    range_ = UINT32_MAX;
    failed_ = false;
    for (int i = 0; i < 4; ++i) code_ = code_ << 8 | take();
  }

  [[nodiscard]] bool failed() const { return failed_; }
  void fail() { failed_ = true; }

  // An adaptive bit; `share` is its probability of 1, in 256ths.
  uint32_t bit(uint8_t& share) {
    const uint32_t bound = (range_ >> 8) * share;
    uint32_t value = 0;
    if (code_ < bound) {
      range_ = bound;
      share = static_cast<uint8_t>(share + ((256 - share) >> TRACER_BIT_RATE));
      value = 1;
    } else {
      code_ -= bound;
      range_ -= bound;
      share = static_cast<uint8_t>(share - (share >> TRACER_BIT_RATE));
    }
    normalise();
    return value;
  }

  // Whether a guess in `trust` (1 to 3) was right. After a right one the range
  // is as it is until normalise(): the next decision may come first.
  bool guess(uint32_t trust) {
    const uint32_t miss = range_ >> TRACER_MISS_SHIFT(trust);
    const uint32_t bound = range_ - miss;
    if (code_ < bound) {
      range_ = bound;
      return true;
    }
    code_ -= bound;
    range_ = miss;
    normalise();
    return false;
  }

  // `bits` decisions, highest first, each with the share at its node.
  uint32_t tree(uint8_t* shares, uint32_t bits) {
    uint32_t node = 1;
    for (uint32_t i = 0; i < bits; ++i) node = node << 1 | bit(shares[node]);
    return node - (1u << bits);
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

  // One of 256 equal parts is in [bound[b], bound[b + 1]): answers b. The last
  // bucket ends at 256. Not normalised: see guess().
  uint32_t bucket(const uint8_t* bound, uint32_t buckets) {
    range_ >>= 8;
    const uint32_t part = code_ / range_;
    if (part > 255) {
      fail();
      return 0;
    }
    uint32_t b = 0;
    while (b + 1 < buckets && bound[b + 1] <= part) ++b;
    const uint32_t from = bound[b];
    const uint32_t to = b + 1 == buckets ? 256 : bound[b + 1];
    code_ -= range_ * from;
    range_ *= to - from;
    return b;
  }

  // `bits` more of the same decision, without normalising in between.
  uint32_t raw_part_of_bucket(uint32_t bits) {
    range_ >>= bits;
    const uint32_t value = code_ / range_;
    if (value >> bits != 0) {
      fail();
      return 0;
    }
    code_ -= range_ * value;
    return value;
  }

  void normalise() {
    while (range_ < TRACER_RANGE_TOP) {
      // A range of 0 comes of impossible bytes only; it must not loop.
      if (range_ == 0) {
        fail();
        range_ = UINT32_MAX;
        return;
      }
      code_ = code_ << 8 | take();
      range_ <<= 8;
    }
  }

 private:
  uint32_t take() { return at_ < end_ ? *at_++ : 0; }

  uint32_t raw_part(uint32_t bits) {
    const uint32_t value = raw_part_of_bucket(bits);
    normalise();
    return value;
  }

  const uint8_t* at_ = nullptr;
  const uint8_t* end_ = nullptr;
  uint32_t code_ = 0;
  uint32_t range_ = UINT32_MAX;
  bool failed_ = false;
};

}  // namespace libheap
