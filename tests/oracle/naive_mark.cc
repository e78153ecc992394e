#include "tests/oracle/naive_mark.h"

namespace libheap {

namespace {

class NaiveMarking {
 public:
  explicit NaiveMarking(const HeapSnapshot& snapshot) : heap_(snapshot) {
    for (const SnapshotPool& pool : heap_.facts.pools) blocks_ += pool.blocks;
    for (int64_t b = 0; b < blocks_; ++b) {
      marks_.table += heap_.free.test(static_cast<uint32_t>(b))   ? '.'
                      : heap_.tail.test(static_cast<uint32_t>(b)) ? 't'
                                                                  : 'h';
    }
  }

  NaiveMarks run() {
    for (const RootWords& root : heap_.roots) {
      for (const uint64_t word : root.words) {
        const int64_t block = block_of(word);
        if (block < 0 || marks_.table[block] != 'h') continue;
        marks_.table[block] = 'm';
        subtree(block);
      }
    }
    while (overflow_) {
      overflow_ = false;
      ++marks_.passes;
      for (int64_t b = 0; b < blocks_; ++b) {
        if (marks_.table[b] == 'm') subtree(b);
      }
    }
    return marks_;
  }

 private:
  // The block a word is the address of, or -1.
  [[nodiscard]] int64_t block_of(uint64_t word) const {
    const uint64_t size = heap_.facts.block_bytes;
    if (word % size != 0) return -1;
    int64_t before = 0;  // blocks of the areas before this one
    for (const SnapshotPool& pool : heap_.facts.pools) {
      if (word >= pool.start && word < pool.start + pool.blocks * size) {
        return before + static_cast<int64_t>((word - pool.start) / size);
      }
      before += pool.blocks;
    }
    return -1;
  }

  void subtree(int64_t block) {
    std::vector<int64_t> stack;
    for (;;) {
      scan(block, stack);
      if (stack.empty()) return;
      block = stack.back();
      stack.pop_back();
    }
  }

  void scan(int64_t block, std::vector<int64_t>& stack) {
    ++marks_.scanned_objects;
    const int64_t per_block = heap_.facts.words_per_block();
    do {
      for (int64_t i = 0; i < per_block; ++i) {
        look_at(heap_.words[block * per_block + i], stack);
      }
      ++block;
    } while (block < blocks_ && marks_.table[block] == 't');
  }

  void look_at(uint64_t word, std::vector<int64_t>& stack) {
    ++marks_.scanned_words;
    if (word % heap_.facts.block_bytes != 0) ++marks_.unaligned_words;
    const int64_t block = block_of(word);
    if (block < 0) return;
    ++marks_.pool_words;
    if (marks_.table[block] != 'h') return;
    marks_.table[block] = 'm';
    if (stack.size() < heap_.facts.mark_stack_entries) {
      stack.push_back(block);
    } else {
      overflow_ = true;
      ++marks_.overflowed;
    }
  }

  const HeapSnapshot& heap_;
  int64_t blocks_ = 0;  // of all areas
  NaiveMarks marks_;
  bool overflow_ = false;
};

}  // namespace

NaiveMarks naive_mark(const HeapSnapshot& snapshot) {
  return NaiveMarking(snapshot).run();
}

}  // namespace libheap
