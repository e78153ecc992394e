#pragma once

// A list of at most N items standing for a stream of any length.
//
// It keeps every k-th item offered; when it is full it throws every second
// one away and doubles k. So memory is constant, the kept items stay evenly
// spread over the whole stream, and short streams are kept whole (k = 1).

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace libheap {

template <typename Item>
class Decimated {
 public:
  explicit Decimated(size_t capacity) : capacity_(capacity) {}

  // True when the next offered item will be kept: lets the caller skip making
  // one that will not.
  [[nodiscard]] bool wants_next() const { return offered_ % stride_ == 0; }
  void skip() { ++offered_; }

  void offer(Item item) {
    if (!wants_next()) return skip();
    if (items_.size() == capacity_) thin_out();
    if (wants_next()) items_.push_back(std::move(item));
    skip();
  }

  [[nodiscard]] const std::vector<Item>& items() const { return items_; }
  [[nodiscard]] uint64_t offered() const { return offered_; }
  [[nodiscard]] uint64_t stride() const { return stride_; }

 private:
  void thin_out() {
    size_t kept = 0;
    for (size_t i = 0; i < items_.size(); i += 2) {
      if (kept != i) items_[kept] = std::move(items_[i]);
      ++kept;
    }
    items_.resize(kept);
    stride_ *= 2;
  }

  size_t capacity_;
  uint64_t offered_ = 0;
  uint64_t stride_ = 1;
  std::vector<Item> items_;
};

}  // namespace libheap
