#pragma once

// Marking in the plainest way there is: a table with one letter per block, the
// memory as words, and the collector's steps as docs/heap-model.md tells them
// ("Marking"). It knows no graph: every word is put to the pointer test anew,
// each time it is looked at. Shares only the snapshot with libheap/model.

#include <cstdint>
#include <string>
#include <vector>

#include "libheap/model/heap_snapshot.h"

namespace libheap {

struct NaiveMarks {
  std::string table;  // of h, t, . and m for what is marked
  uint64_t passes = 0;
  uint64_t scanned_objects = 0;
  uint64_t scanned_words = 0;
  uint64_t unaligned_words = 0;  // of them
  uint64_t pool_words = 0;       // of them, addresses of a block
  uint64_t overflowed = 0;
};

[[nodiscard]] NaiveMarks naive_mark(const HeapSnapshot& snapshot);

}  // namespace libheap
