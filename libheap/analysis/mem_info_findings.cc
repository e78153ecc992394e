#include "libheap/analysis/mem_info_findings.h"

#include "libheap/analysis/heap_over_time.h"

namespace libheap {

namespace {

std::map<char, uint64_t> kinds_of(const MemInfoDump& dump) {
  std::map<char, uint64_t> kinds;
  for (const MemInfoArea& area : dump.areas) {
    for (const char letter : area.letters) {
      if (letter == kFreeLetter || letter == kTailLetter ||
          letter == kLostBlock) {
        continue;
      }
      ++kinds[letter];
    }
  }
  return kinds;
}

Census census_of(const MemInfoFigures& printed, uint64_t block_bytes) {
  Census census;
  census.total_blocks = printed.total_bytes / block_bytes;
  census.used_blocks = printed.used_bytes / block_bytes;
  census.free_blocks = printed.free_bytes / block_bytes;
  census.one_block_objects = printed.one_block_objects;
  census.two_block_objects = printed.two_block_objects;
  census.max_block = printed.max_block;
  census.max_free = printed.max_free;
  return census;
}

std::vector<FigureDifference> compare(const Census& printed,
                                      const Census& counted, bool sizes) {
  std::vector<FigureDifference> differences;
  const auto check = [&](std::string_view name, uint64_t Census::*figure) {
    if (printed.*figure == counted.*figure) return;
    differences.push_back({name, printed.*figure, counted.*figure});
  };
  check("total_blocks", &Census::total_blocks);
  check("used_blocks", &Census::used_blocks);
  check("free_blocks", &Census::free_blocks);
  if (!sizes) return differences;
  check("one_block_objects", &Census::one_block_objects);
  check("two_block_objects", &Census::two_block_objects);
  check("max_block", &Census::max_block);
  check("max_free", &Census::max_free);
  return differences;
}

int64_t difference(uint64_t now, uint64_t before) {
  return static_cast<int64_t>(now) - static_cast<int64_t>(before);
}

bool same_heap(const HeapTable& one, const HeapTable& other) {
  if (one.areas.size() != other.areas.size()) return false;
  for (size_t i = 0; i < one.areas.size(); ++i) {
    if (one.areas[i].pool != other.areas[i].pool ||
        one.areas[i].blocks() != other.areas[i].blocks()) {
      return false;
    }
  }
  return true;
}

void compare_blocks(const HeapTable& now, const HeapTable& before,
                    MemInfoChange& change) {
  change.compared_blocks = true;
  for (size_t i = 0; i < now.areas.size(); ++i) {
    const Bitmap& free_now = now.areas[i].free;
    const Bitmap& free_before = before.areas[i].free;
    for (uint32_t b = 0; b < free_now.size(); ++b) {
      if (free_now.test(b) == free_before.test(b)) continue;
      ++(free_now.test(b) ? change.freed_blocks : change.taken_blocks);
    }
  }
}

MemInfoChange change_since(const MemInfoFindings& before,
                           const MemInfoFindings& now) {
  MemInfoChange change;
  change.used_blocks =
      difference(now.census.used_blocks, before.census.used_blocks);
  change.max_free = difference(now.census.max_free, before.census.max_free);
  if (!now.whole || !before.whole) return change;
  change.objects = difference(now.census.objects, before.census.objects);
  for (const auto& [kind, count] : now.by_kind) change.by_kind[kind] = 0;
  for (const auto& [kind, count] : before.by_kind) change.by_kind[kind] = 0;
  for (auto& [kind, grown] : change.by_kind) {
    const auto was = before.by_kind.find(kind);
    const auto is = now.by_kind.find(kind);
    grown = difference(is == now.by_kind.end() ? 0 : is->second,
                       was == before.by_kind.end() ? 0 : was->second);
  }
  std::erase_if(change.by_kind,
                [](const auto& kind) { return kind.second == 0; });
  if (same_heap(now.table, before.table)) {
    compare_blocks(now.table, before.table, change);
  }
  return change;
}

// Counts the map, and sees whether what was printed above it agrees.
void count_map(const MemInfoDump& dump, MemInfoFindings& found) {
  found.table = table_of(dump);
  found.table.block_bytes = found.block_bytes;
  for (const MemInfoArea& area : dump.areas) {
    found.lost_blocks += area.lost_blocks;
  }
  found.whole = found.lost_blocks == 0;
  found.by_kind = kinds_of(dump);
  found.runs = free_runs_of(found.table);
  for (const Splitter& one :
       splitters_of(found.table, 0, kDumpSplitters).ranked) {
    const BlockRef head = one.object.head;
    found.splitters.push_back({one, dump.areas[head.area].letters[head.block]});
  }
  const Census counted = census_of(found.table);
  if (found.printed && found.whole) {
    found.checked = true;
    found.differences =
        compare(found.census, counted, found.printed->has_sizes);
  }
  if (found.whole || !found.printed) {
    found.census = counted;
  } else {
    found.census.objects = counted.objects;
  }
}

}  // namespace

std::string_view name_of(HeapHealth health) {
  switch (health) {
    case HeapHealth::kGood:
      return "good";
    case HeapHealth::kLittleFree:
      return "little_free";
    case HeapHealth::kInPieces:
      break;
  }
  return "in_pieces";
}

HeapHealth health_of(uint64_t total_blocks, uint64_t free_blocks,
                     uint64_t largest_run) {
  const auto total = static_cast<double>(total_blocks);
  const auto free = static_cast<double>(free_blocks);
  if (free < kLittleFreeShare * total) return HeapHealth::kLittleFree;
  if (static_cast<double>(largest_run) < kSmallRunShare * free) {
    return HeapHealth::kInPieces;
  }
  return HeapHealth::kGood;
}

MemInfoFindings examine(const MemInfoDump& dump, uint64_t usual_block_bytes,
                        const MemInfoFindings* before) {
  MemInfoFindings found;
  found.line = dump.line;
  found.block_bytes_known = dump.block_bytes != 0;
  found.block_bytes =
      found.block_bytes_known ? dump.block_bytes : usual_block_bytes;
  found.printed = dump.figures;
  found.stack_bytes = dump.stack_bytes;
  found.stack_limit_bytes = dump.stack_limit_bytes;
  found.damage = dump.damage;
  found.has_map = !dump.areas.empty();
  if (dump.figures) found.census = census_of(*dump.figures, found.block_bytes);
  if (found.has_map) count_map(dump, found);
  found.fragmentation =
      fragmentation(found.census.free_blocks, found.census.max_free);
  found.health = health_of(found.census.total_blocks, found.census.free_blocks,
                           found.census.max_free);
  if (before != nullptr) found.change = change_since(*before, found);
  return found;
}

}  // namespace libheap
