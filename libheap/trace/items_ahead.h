#pragma once

// ItemsAhead: the items of a stream, found and decoded on a thread of their
// own while their reader does other things.
//
//     ItemsAhead ahead(items);
//     while (const StreamItem* item = ahead.next()) ...
//
// A ring of kRing items between two threads. Whoever has to wait, for an item
// or for room, is woken when half the ring is: not for every item. So it is for
// sources that never wait themselves (ByteSource::never_waits), for from a pipe
// the last items of a burst would come late, and the destructor, which waits
// for the thread, might never end.
//
// What the source throws is thrown by next(), after the items before it.

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>

#include "libheap/trace/stream_items.h"

namespace libheap {

class ItemsAhead {
 public:
  // `items` belongs to the thread from now on: until next() answered null, or
  // this ends.
  explicit ItemsAhead(StreamItems& items);
  ~ItemsAhead();
  ItemsAhead(const ItemsAhead&) = delete;
  ItemsAhead& operator=(const ItemsAhead&) = delete;

  // Null at the end. An item lives until the next call.
  [[nodiscard]] const StreamItem* next();

 private:
  static constexpr uint64_t kRing = 32;
  static constexpr uint64_t kHalf = kRing / 2;

  void run();
  void read_items();
  // Waits for room; false where nobody reads any more.
  bool wait_for_room();

  StreamItems& items_;
  std::array<StreamItem, kRing> ring_;

  std::mutex mutex_;
  std::condition_variable changed_;
  // 0 <= written_ - taken_ <= kRing; item i is ring_[i % kRing].
  uint64_t written_ = 0;
  uint64_t taken_ = 0;  // and done with
  bool reader_waits_ = false;
  bool writer_waits_ = false;
  bool ended_ = false;
  bool stopped_ = false;
  std::exception_ptr problem_;

  bool holds_one_ = false;  // next()'s, not yet done with
  std::thread thread_;      // last: it uses the rest
};

}  // namespace libheap
