#include "libheap/model/layout.h"

#include <string>

#include "libheap/base/error.h"
#include "libheap/model/heap_limits.h"

namespace libheap {
namespace {

[[noreturn]] void fail_size(const HeapConfig& config, uint64_t start,
                            uint64_t end) {
  const std::string size = end >= start ? std::to_string(end - start)
                                        : "-" + std::to_string(start - end);
  throw Error("heap area of " + size +
              " bytes: the model takes heaps of about 100 bytes to " +
              std::to_string(kMostHeapBlocks * config.block_bytes >> 20) +
              " MiB");
}

}  // namespace

AreaLayout layout_area(const HeapConfig& config, uint64_t start, uint64_t end,
                       bool added) {
  AreaLayout layout;
  layout.start = start;
  layout.end = end;
  layout.table = start + (added ? config.area_record_bytes : 0);
  layout.pool_end = end & ~uint64_t{config.block_bytes - 1};
  const uint64_t gap = config.traits.gap_byte ? 1 : 0;
  const uint64_t f = config.finaliser ? 1 : 0;
  const uint64_t k = config.weakref ? 1 : 0;
  if (end < start || layout.pool_end < layout.table + gap ||
      layout.pool_end - layout.table > UINT64_MAX / 16) {
    fail_size(config, start, end);
  }
  const uint64_t bytes = layout.pool_end - layout.table - gap;
  layout.table_bytes =
      f + k > 0 ? 8 * bytes / (8 + 4 * f + 4 * k + 32 * config.block_bytes)
                : bytes / (1 + 4 * config.block_bytes);
  if (layout.table_bytes == 0 || layout.blocks() > kMostHeapBlocks) {
    fail_size(config, start, end);
  }
  const uint64_t flag_bytes = (layout.blocks() + 7) / 8;
  uint64_t next = layout.table + layout.table_bytes + gap;
  if (config.finaliser) {
    layout.finaliser_table = next;
    layout.finaliser_table_bytes = flag_bytes;
    next += flag_bytes;
  }
  if (config.weakref) {
    layout.weakref_table = next;
    layout.weakref_table_bytes = flag_bytes;
  }
  layout.pool = layout.pool_end - layout.blocks() * config.block_bytes;
  return layout;
}

}  // namespace libheap
