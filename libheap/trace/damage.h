#pragma once

// Damage: bytes of a trace that are not what the format allows.
//
// Damage is data. A reader that meets it notes where, how much and why, goes
// on behind it, and never throws. Reports always show the count; --strict
// turns any of it into exit code 3.

#include <cstdint>
#include <string>
#include <vector>

namespace libheap {

struct Damage {
  uint64_t offset = 0;  // of the first bad byte, in the uncompressed trace
  uint64_t length = 0;  // bytes skipped
  uint64_t line = 0;    // text logs: the line, from 1; 0 elsewhere
  std::string reason;   // "unknown record \"Q\""
};

// Counts all damage, keeps the first few: a file of noise must not fill our
// memory with complaints about itself.
class DamageLog {
 public:
  static constexpr size_t kKept = 100;

  void add(Damage damage) {
    ++count_;
    bytes_ += damage.length;
    if (first_.size() < kKept) first_.push_back(std::move(damage));
  }
  [[nodiscard]] uint64_t count() const { return count_; }
  [[nodiscard]] uint64_t bytes() const { return bytes_; }
  [[nodiscard]] const std::vector<Damage>& first() const { return first_; }

 private:
  uint64_t count_ = 0;
  uint64_t bytes_ = 0;
  std::vector<Damage> first_;
};

}  // namespace libheap
