#include "tests/bench/byte_heap.h"

#include <algorithm>

namespace libheap::bench {

uint32_t ByteHeap::alloc(uint64_t n_bytes, bool finaliser) {
  const uint32_t blocks = blocks_for(n_bytes);
  if (blocks == 0 || lock_depth_ != 0 || amount_ >= threshold_) return kNone;
  uint32_t run = 0;
  for (uint32_t b = search_from_; b < blocks_; ++b) {
    run = kind(b) == kFree ? run + 1 : 0;
    if (run < blocks) continue;
    const uint32_t head = b + 1 - blocks;
    if (blocks == 1) search_from_ = b + 1;
    last_used_ = std::max(last_used_, b);
    amount_ += blocks;
    set(head, kHead);
    for (uint32_t tail = head + 1; tail <= b; ++tail) set(tail, kTail);
    if (finaliser) set_finaliser(head);
    return head;
  }
  return kNone;
}

void ByteHeap::free(uint32_t head) {
  if (lock_depth_ != 0 || kind(head) != kHead) return;
  search_from_ = std::min(search_from_, head);
  clear_finaliser(head);
  set(head, kFree);
  for (uint32_t b = head + 1; b < blocks_ && kind(b) == kTail; ++b) {
    set(b, kFree);
  }
}

uint32_t ByteHeap::realloc(uint32_t head, uint64_t n_bytes, bool may_move) {
  if (lock_depth_ != 0 || kind(head) != kHead) return kNone;
  const uint32_t blocks = blocks_for(n_bytes);
  uint32_t end = head + 1;
  while (end < blocks_ && kind(end) == kTail) ++end;
  const uint32_t wanted = head + blocks;
  if (wanted < end) {
    for (uint32_t b = wanted; b < end; ++b) set(b, kFree);
    search_from_ = std::min(search_from_, wanted);
  }
  if (wanted <= end) return head;
  uint32_t b = end;
  while (b < blocks_ && b < wanted && kind(b) == kFree) ++b;
  if (b == wanted) {
    for (b = end; b < wanted; ++b) set(b, kTail);
    last_used_ = std::max(last_used_, wanted);
    return head;
  }
  const uint32_t moved = may_move ? alloc(n_bytes, false) : kNone;
  if (moved != kNone) free(head);
  return moved;
}

void ByteHeap::sweep() {
  bool dying = false;
  for (uint32_t b = 0; b < blocks_; ++b) {
    switch (kind(b)) {
      case kHead:
        dying = true;
        clear_finaliser(b);
        set(b, kFree);
        break;
      case kMark:
        dying = false;
        set(b, kHead);
        last_used_ = b;
        break;
      case kTail:
        if (dying) {
          set(b, kFree);
        } else {
          last_used_ = b;
        }
        break;
      default:
        break;
    }
  }
  search_from_ = 0;
  amount_ = 0;
}

}  // namespace libheap::bench
