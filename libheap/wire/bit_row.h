#pragma once

// BitRow: a row of bits as lengths of equal ones, ones first; read bit by bit
// or written run by run. Shared by everything that reads or makes runs.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace libheap {

class BitRow {
 public:
  explicit BitRow(std::span<const uint32_t> runs) : runs_(runs) {}

  // The next bit; past the end there are zeros.
  bool next() { return skip(1) != 0 && one_; }

  // Goes on by up to `most` equal bits and says by how many: all that are left
  // of a run, if that is fewer, and 0 at the end only. is_one() is what they
  // were.
  uint32_t skip(uint32_t most) {
    while (left_ == 0) {
      if (at_ == runs_.size()) {
        one_ = false;
        return 0;
      }
      left_ = runs_[at_++];
      one_ = !one_;
    }
    const uint32_t taken = std::min(most, left_);
    left_ -= taken;
    return taken;
  }
  [[nodiscard]] bool is_one() const { return one_; }

 private:
  std::span<const uint32_t> runs_;
  size_t at_ = 0;
  uint32_t left_ = 0;
  bool one_ = false;
};

// Bits in all.
inline uint64_t row_length(std::span<const uint32_t> runs) {
  uint64_t length = 0;
  for (const uint32_t run : runs) length += run;
  return length;
}

// Appends a row to another: the first run of both is of ones.
inline void append_row(std::vector<uint32_t>& row,
                       std::span<const uint32_t> more) {
  if (more.empty()) return;
  if (row.size() % 2 == 1) {  // ends in ones: they go on
    row.back() += more.front();
    more = more.subspan(1);
  }
  row.insert(row.end(), more.begin(), more.end());
}

}  // namespace libheap
