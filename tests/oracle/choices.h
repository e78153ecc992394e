#pragma once

// Choices: where a generated program gets its decisions from. One generator
// then serves seeded random tests and the fuzzer alike.

#include <cstddef>
#include <cstdint>
#include <span>

namespace libheap {

class Choices {
 public:
  virtual ~Choices() = default;
  // A number in [0, bound); bound is at least 1.
  virtual uint64_t below(uint64_t bound) = 0;
  // True once nothing is left to decide: the program should end.
  [[nodiscard]] virtual bool exhausted() const { return false; }

  // A number in [low, high], both included.
  uint64_t between(uint64_t low, uint64_t high) {
    return low + below(high - low + 1);
  }
  // True in `percent` of 100 cases.
  bool percent(uint64_t percent) { return below(100) < percent; }
  bool one_in(uint64_t n) { return below(n) == 0; }
};

// Pseudo-random (splitmix64), the same on every machine.
class SeededChoices : public Choices {
 public:
  explicit SeededChoices(uint64_t seed) : state_(seed) {}

  uint64_t below(uint64_t bound) override { return next() % bound; }
  uint64_t next() {
    state_ += 0x9E3779B97F4A7C15;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }

 private:
  uint64_t state_;
};

// From bytes: each decision takes as many as its bound needs. Past the end
// every answer is 0.
class ByteChoices : public Choices {
 public:
  explicit ByteChoices(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  uint64_t below(uint64_t bound) override {
    uint64_t value = 0;
    for (uint64_t rest = bound - 1; rest != 0; rest >>= 8) {
      value = value << 8 | next();
    }
    return value % bound;
  }
  [[nodiscard]] bool exhausted() const override { return at_ == bytes_.size(); }

 private:
  uint8_t next() { return exhausted() ? uint8_t{0} : bytes_[at_++]; }

  std::span<const uint8_t> bytes_;
  size_t at_ = 0;
};

}  // namespace libheap
