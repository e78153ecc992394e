#include "libheap/analysis/table_changes.h"

#include <bit>

namespace libheap {

namespace {

void note_heads(const TableMaps& table, uint32_t block, Bitmap& heads) {
  if (!table.free.test(block)) heads.set(table.head_of(block));
}

}  // namespace

Bitmap changed_heads(const TableMaps& before, const TableMaps& after,
                     const Bitmap& touched) {
  Bitmap heads(touched.size());
  uint64_t carry = 0;  // whether the last block of the word before changed
  for (size_t w = 0; w < touched.words().size(); ++w) {
    const uint64_t free_before = before.free.words()[w];
    const uint64_t tail_before = before.tail.words()[w];
    const uint64_t free_after = after.free.words()[w];
    const uint64_t tail_after = after.tail.words()[w];
    const uint64_t changed = (free_before ^ free_after) |
                             (tail_before ^ tail_after) | touched.words()[w];
    // Where no object begins, those of the block before were noted already.
    const uint64_t no_head =
        (free_before | tail_before) & (free_after | tail_after);
    uint64_t to_note = changed & ~(((changed << 1) | carry) & no_head);
    carry = changed >> (Bitmap::kWordBits - 1);
    for (; to_note != 0; to_note &= to_note - 1) {
      const auto block =
          static_cast<uint32_t>(w * Bitmap::kWordBits +
                                static_cast<size_t>(std::countr_zero(to_note)));
      note_heads(before, block, heads);
      note_heads(after, block, heads);
    }
  }
  return heads;
}

}  // namespace libheap
