#include "tests/support/heap_program.h"

#include <optional>

#include "libheap/base/error.h"

namespace libheap {
namespace {

// The least bytes that make an area of so many blocks.
uint64_t bytes_for(const HeapConfig& config, uint64_t blocks, bool added) {
  uint64_t bytes = blocks * kBlock;
  const auto too_few = [&] {
    try {
      return layout_area(config, kHeapStart, kHeapStart + bytes, added)
                 .blocks() < blocks;
    } catch (const Error&) {
      return true;
    }
  };
  while (too_few()) bytes += kBlock;
  return bytes;
}

}  // namespace

HeapConfig config_of(const Release& release, SplitMode split) {
  HeapConfig config;
  config.release = release;
  config.traits = traits_of(release);
  config.split = split;
  config.area_record_bytes = split == SplitMode::kNone ? 0 : 32;
  return config;
}

HeapProgram::HeapProgram(uint64_t blocks, const HeapConfig& config)
    : heap(config, kHeapStart, kHeapStart + bytes_for(config, blocks, false)) {}

BlockRef HeapProgram::alloc(uint64_t n_bytes, bool finaliser) {
  AllocRequest request = heap.alloc_request(n_bytes, finaliser);
  while (true) {
    const Progress progress = heap.advance(request);
    if (progress == Progress::kDone) return request.result;
    if (progress == Progress::kGrow) {
      grow(request);
    } else {
      causes.push_back(request.cause);
      collect();
    }
  }
}

BlockRef HeapProgram::realloc(BlockRef old, uint64_t n_bytes, bool may_move) {
  ReallocRequest request = heap.realloc_request(old, n_bytes, may_move);
  while (true) {
    const Progress progress = heap.advance(request);
    if (progress == Progress::kDone) return request.result;
    if (progress == Progress::kGrow) {
      grow(request.alloc);
    } else {
      causes.push_back(request.alloc.cause);
      collect();
    }
  }
}

CollectResult HeapProgram::collect() {
  heap.begin_collect();
  if (in_collect) in_collect();
  const CollectResult result = heap.end_collect(survivors());
  if (after_collect) after_collect();
  heap.check_invariants();
  return result;
}

void HeapProgram::fill(uint64_t blocks_each) {
  heap.set_auto_collect(false);
  while (!alloc_blocks(blocks_each).is_null()) {
  }
  heap.set_auto_collect(true);
}

uint32_t HeapProgram::add_area(uint64_t blocks, uint64_t at) {
  return heap.add_area(at, at + bytes_for(heap.config(), blocks, true));
}

std::vector<AreaSurvivors> HeapProgram::survivors() const {
  std::vector<AreaSurvivors> areas;
  for (const auto& area : heap.areas()) {
    areas.push_back({area->id(), SurvivorMap(area->blocks())});
    for (const BlockRef head : kept) {
      if (head.area == area->id()) areas.back().heads.set(head.block);
    }
  }
  return areas;
}

void HeapProgram::grow(AllocRequest& request) {
  const std::optional<uint64_t> bytes = heap.growth_bytes(request, available);
  grown.push_back(bytes.value_or(0));
  if (!bytes) return GcHeap::decline_growth(request);
  heap.add_area(next_area, next_area + *bytes);
  next_area += 0x100000;
}

HeapProgram split_program() {
  HeapProgram program(8, config_of(kV1x25, SplitMode::kManual));
  program.add_area(8, kHeapStart - 0x1000);
  program.add_area(8, kHeapStart + 0x1000);
  return program;
}

}  // namespace libheap
