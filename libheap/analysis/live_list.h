#pragma once

// LiveList: what happened so far, for someone who looks again and again.
//
//     list.add(item);
//     list.items(), list.first_new()      // told since: from there to the end
//     list.told();
//
// It holds at most N items of a stream of any length, the newest whole: when
// it is full, one of every two neighbours in its older half goes. So the older
// something is, the coarser it is known, and the last N / 2 always entirely.
// Which of two goes is the owner's to say: the fuller or the emptier of two
// samples, the shorter of two pauses.
//
// After a thinning all is new again; that happens once every N / 4 items.

#include <cstddef>
#include <utility>
#include <vector>

namespace libheap {

template <typename Item>
class LiveList {
 public:
  // Whether `second` is to be kept of two neighbours, the `pair`th of such.
  using KeepSecond = bool (*)(size_t pair, const Item& first,
                              const Item& second);

  LiveList(size_t most, KeepSecond keep_second)
      : most_(most), keep_second_(keep_second) {}

  void add(Item item) {
    if (items_.size() >= most_) thin_out();
    items_.push_back(std::move(item));
    ++added_;
  }

  [[nodiscard]] const std::vector<Item>& items() const { return items_; }
  // Items added so far, whether still here or not.
  [[nodiscard]] size_t added() const { return added_; }
  [[nodiscard]] size_t first_new() const { return first_new_; }
  void told() { first_new_ = items_.size(); }

 private:
  void thin_out() {
    const size_t pairs = items_.size() / 4;
    size_t kept = 0;
    for (size_t pair = 0; pair < pairs; ++pair) {
      Item& first = items_[2 * pair];
      Item& second = items_[2 * pair + 1];
      Item& chosen = keep_second_(pair, first, second) ? second : first;
      if (&items_[kept] != &chosen) items_[kept] = std::move(chosen);
      ++kept;
    }
    items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(kept),
                 items_.begin() + static_cast<std::ptrdiff_t>(2 * pairs));
    first_new_ = 0;
  }

  size_t most_;
  KeepSecond keep_second_;
  std::vector<Item> items_;
  size_t first_new_ = 0;
  size_t added_ = 0;
};

}  // namespace libheap
