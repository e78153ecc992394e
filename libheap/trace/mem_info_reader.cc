#include "libheap/trace/mem_info_reader.h"

#include <algorithm>
#include <utility>

namespace libheap {

namespace {

using Kind = MemInfoLineKind;

// Where the lines leave the block size open, a map of one area still says it.
uint64_t block_bytes_from_total(uint64_t total_bytes, uint64_t blocks) {
  if (blocks == 0 || total_bytes % blocks != 0) return 0;
  const uint64_t bytes = total_bytes / blocks;
  return bytes == 8 || bytes == 16 || bytes == 32 || bytes == 64 ? bytes : 0;
}

uint64_t printed_blocks(const PrintedMap& map) {
  uint64_t blocks = map.free_lines_at_end * kBlocksPerMapLine;
  for (const PrintedMapLine& line : map.lines) {
    blocks += line.free_lines_before * kBlocksPerMapLine + line.letters.size();
  }
  return blocks;
}

}  // namespace

MemInfoReader::MemInfoReader(std::unique_ptr<ByteSource> source)
    : lines_(std::move(source)) {}

bool MemInfoReader::next(MemInfoDump& dump) {
  TextLine text;
  for (;;) {
    const LineReader::Found found = lines_.next(text);
    if (found == LineReader::Found::kEnd) break;
    if (found == LineReader::Found::kTooLong) continue;
    const MemInfoLine line = parser_.parse(text.text());
    const bool done = open_ && begins_another(line);
    if (done) dump = close();
    take(line, text.number);
    if (done) return true;
  }
  if (!open_) return false;
  dump = close();
  return true;
}

bool MemInfoReader::begins_another(const MemInfoLine& line) const {
  if (line.kind == Kind::kTotals) return true;
  if (line.kind != Kind::kLayout || open_->areas.empty()) return false;
  // Another area of this heap, or a map printed by itself?
  return !open_->dump.figures || has_all_blocks();
}

bool MemInfoReader::has_all_blocks() const {
  uint64_t blocks = 0;
  uint64_t block_bytes = 0;
  for (const OpenArea& area : open_->areas) {
    blocks += printed_blocks(area.map);
    if (block_bytes == 0) block_bytes = block_bytes_of(area.map);
  }
  if (block_bytes == 0) block_bytes = kUsualBlockBytes;
  return blocks * block_bytes >= open_->dump.figures->total_bytes;
}

void MemInfoReader::take(const MemInfoLine& line, uint64_t number) {
  switch (line.kind) {
    case Kind::kStack:
      stack_ = line;
      break;
    case Kind::kTotals:
      open(number);
      take_totals(line);
      break;
    case Kind::kSizes:
      if (!open_ || !open_->dump.figures) break;
      open_->dump.figures->has_sizes = true;
      open_->dump.figures->one_block_objects = line.figures[0];
      open_->dump.figures->two_block_objects = line.figures[1];
      open_->dump.figures->max_block = line.figures[2];
      open_->dump.figures->max_free = line.figures[3];
      break;
    case Kind::kLayout:
      if (!open_) open(number);
      open_->areas.emplace_back();
      if (line.count != 0) open_->areas.back().pool = line.figures[0];
      break;
    case Kind::kFree:
    case Kind::kMap:
      take_map(line, number);
      break;
    case Kind::kOther:
      break;
  }
}

void MemInfoReader::open(uint64_t number) {
  open_.emplace();
  open_->dump.line = number;
  if (!stack_) return;
  open_->dump.stack_bytes = stack_->figures[0];
  if (stack_->count == 2) open_->dump.stack_limit_bytes = stack_->figures[1];
  stack_.reset();
}

void MemInfoReader::take_totals(const MemInfoLine& line) {
  MemInfoFigures figures;
  figures.total_bytes = line.figures[0];
  figures.used_bytes = line.figures[1];
  figures.free_bytes = line.figures[2];
  if (line.count == 4) figures.max_new_split_bytes = line.figures[3];
  if (figures.used_bytes + figures.free_bytes == figures.total_bytes) {
    open_->dump.figures = figures;
    return;
  }
  open_->dump.damage.push_back(
      {.line = open_->dump.line,
       .reason = "used and free do not add up to the total; left out"});
}

PrintedMap* MemInfoReader::open_map(const MemInfoLine& line) {
  if (!open_) return nullptr;
  std::vector<OpenArea>& areas = open_->areas;
  // Builds for comparing heaps leave the layout line out (as a log may that
  // lost it): each area then begins at offset 0.
  const bool at_start = line.kind == Kind::kMap && line.figures[0] == 0;
  const bool unnamed = areas.empty() || (!areas.back().pool.has_value() &&
                                         !areas.back().map.lines.empty());
  if (at_start && unnamed) areas.emplace_back();
  return areas.empty() ? nullptr : &areas.back().map;
}

bool MemInfoReader::can_belong(const MemInfoLine& line) const {
  constexpr uint64_t kSmallestLine = 8 * kBlocksPerMapLine;  // bytes
  const uint64_t offset = line.figures[0];
  return offset % kSmallestLine == 0 &&
         (!open_->dump.figures || offset < open_->dump.figures->total_bytes);
}

void MemInfoReader::take_map(const MemInfoLine& line, uint64_t number) {
  PrintedMap* map = open_map(line);
  if (map == nullptr) return;
  if (line.kind == Kind::kFree) {
    map->free_lines_at_end +=
        std::min<uint64_t>(line.figures[0], kMostBlocks / kBlocksPerMapLine);
    return;
  }
  if (!can_belong(line)) return;
  if (map->lines.size() == kMostBlocks / kBlocksPerMapLine) return;
  PrintedMapLine printed;
  printed.free_lines_before = std::exchange(map->free_lines_at_end, 0);
  printed.offset = line.figures[0];
  printed.wraps = line.offset_digits == 5;
  printed.letters = line.letters;
  printed.line = number;
  map->lines.push_back(std::move(printed));
}

MemInfoDump MemInfoReader::close() {
  MemInfoDump dump = std::move(open_->dump);
  const std::vector<OpenArea> areas = std::move(open_->areas);
  open_.reset();
  for (const OpenArea& area : areas) {
    if (dump.block_bytes == 0) dump.block_bytes = block_bytes_of(area.map);
  }
  const bool total_known = dump.figures.has_value();
  if (dump.block_bytes == 0 && total_known && areas.size() == 1) {
    dump.block_bytes = block_bytes_from_total(dump.figures->total_bytes,
                                              printed_blocks(areas[0].map));
  }
  const uint64_t block_bytes =
      dump.block_bytes == 0 ? kUsualBlockBytes : dump.block_bytes;
  uint64_t left = kMostBlocks;
  if (total_known) {
    left = std::min(left, dump.figures->total_bytes / block_bytes);
  }
  for (size_t i = 0; i < areas.size(); ++i) {
    const bool exactly = total_known && i + 1 == areas.size();
    dump.areas.push_back(
        assemble_area(areas[i].map, block_bytes, left, exactly, dump.damage));
    dump.areas.back().pool = areas[i].pool;
    left -= dump.areas.back().letters.size();
  }
  return dump;
}

}  // namespace libheap
