#include "libheap/model/heap_snapshot.h"

#include <algorithm>

#include "libheap/base/check.h"

namespace libheap {

void SnapshotFacts::add_pool(uint32_t area, uint64_t start, uint32_t blocks,
                             std::optional<uint32_t> last_used_block) {
  pools.push_back({.area = area,
                   .start = start,
                   .first_block = this->blocks(),
                   .blocks = blocks,
                   .last_used_block = last_used_block});
}

const SnapshotPool* SnapshotFacts::pool_at(uint64_t address) const {
  const auto found =
      std::find_if(pools.begin(), pools.end(), [&](const SnapshotPool& pool) {
        return address >= pool.start && address < pool_end(pool);
      });
  return found == pools.end() ? nullptr : &*found;
}

const SnapshotPool& SnapshotFacts::pool_of(BlockIndex block) const {
  const auto found = std::partition_point(
      pools.begin(), pools.end(),
      [&](const SnapshotPool& pool) { return pool.end_block() <= block; });
  HEAP_CHECK(found != pools.end(), "a block is in a pool");
  return *found;
}

uint64_t SnapshotFacts::address_of(BlockIndex block) const {
  const SnapshotPool& pool = pool_of(block);
  return pool.start + uint64_t{block - pool.first_block} * block_bytes;
}

BlockRef SnapshotFacts::ref_of(BlockIndex block) const {
  const SnapshotPool& pool = pool_of(block);
  return {pool.area, block - pool.first_block};
}

std::optional<BlockIndex> SnapshotFacts::number_of(BlockRef block) const {
  for (const SnapshotPool& pool : pools) {
    if (pool.area != block.area) continue;
    if (block.block >= pool.blocks) return std::nullopt;
    return pool.first_block + block.block;
  }
  return std::nullopt;
}

}  // namespace libheap
