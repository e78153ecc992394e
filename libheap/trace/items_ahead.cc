#include "libheap/trace/items_ahead.h"

namespace libheap {

ItemsAhead::ItemsAhead(StreamItems& items)
    : items_(items), thread_([this] { run(); }) {}

ItemsAhead::~ItemsAhead() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

const StreamItem* ItemsAhead::next() {
  std::unique_lock lock(mutex_);
  if (holds_one_) {
    holds_one_ = false;
    ++taken_;
    if (writer_waits_ && written_ - taken_ <= kHalf) changed_.notify_all();
  }
  if (taken_ == written_ && !ended_) {
    reader_waits_ = true;
    changed_.wait(lock,
                  [this] { return ended_ || written_ - taken_ >= kHalf; });
    reader_waits_ = false;
  }
  if (taken_ == written_) {
    if (problem_) std::rethrow_exception(problem_);
    return nullptr;
  }
  holds_one_ = true;
  return &ring_[taken_ % kRing];
}

void ItemsAhead::run() {
  try {
    read_items();
  } catch (...) {
    problem_ = std::current_exception();  // read once ended_ is seen
  }
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

void ItemsAhead::read_items() {
  while (wait_for_room()) {
    // Nobody else looks at this one before it is counted.
    if (!items_.next(ring_[written_ % kRing])) return;
    const std::lock_guard lock(mutex_);
    ++written_;
    if (reader_waits_ && written_ - taken_ >= kHalf) changed_.notify_all();
  }
}

bool ItemsAhead::wait_for_room() {
  std::unique_lock lock(mutex_);
  if (written_ - taken_ == kRing && !stopped_) {
    writer_waits_ = true;
    changed_.wait(lock,
                  [this] { return stopped_ || written_ - taken_ <= kHalf; });
    writer_waits_ = false;
  }
  return !stopped_;
}

}  // namespace libheap
