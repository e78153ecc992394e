#include "libheap/trace/mem_info_map.h"

#include <algorithm>
#include <utility>

namespace libheap {

namespace {

constexpr uint64_t kWrap = 1 << 20;

class Assembly {
 public:
  Assembly(uint64_t block_bytes, uint64_t most_blocks,
           std::vector<Damage>& damage)
      : block_bytes_(block_bytes), most_blocks_(most_blocks), damage_(damage) {}

  void add(const PrintedMapLine& line, bool last) {
    add_free(line.free_lines_before * kBlocksPerMapLine, line.line);
    const uint64_t at = place_of(line);
    if (at < blocks() || at >= most_blocks_) {
      return note(line.line, "a map line whose offset cannot be; left out");
    }
    if (at > blocks()) {
      note(line.line, std::to_string(at - blocks()) +
                          " blocks before this line are missing");
      add_lost(at - blocks());
    }
    const uint64_t room = std::min(kBlocksPerMapLine, most_blocks_ - at);
    if (line.letters.size() == room || (last && line.letters.size() < room)) {
      area_.letters += line.letters;
    } else {
      // Which of its letters are missing, or too many, nobody can know.
      note(line.line, "a map line of " + std::to_string(line.letters.size()) +
                          " letters; its blocks are unknown");
      add_lost(room);
    }
  }

  void add_free(uint64_t count, uint64_t line) {
    if (count > most_blocks_ - blocks()) {
      note(line, "more free lines than the heap has room for");
      count = most_blocks_ - blocks();
    }
    area_.letters.append(count, kFreeLetter);
  }

  void add_missing_end(uint64_t line) {
    if (blocks() == most_blocks_) return;
    note(line, "the map ends " + std::to_string(most_blocks_ - blocks()) +
                   " blocks before the heap does");
    add_lost(most_blocks_ - blocks());
  }

  MemInfoArea take() { return std::move(area_); }

 private:
  [[nodiscard]] uint64_t blocks() const { return area_.letters.size(); }

  // The block the line begins with: the first one not yet there that has this
  // offset.
  [[nodiscard]] uint64_t place_of(const PrintedMapLine& line) const {
    uint64_t offset = line.offset;
    if (line.wraps) {
      const uint64_t from = blocks() * block_bytes_;
      offset += from / kWrap * kWrap;
      if (offset < from) offset += kWrap;
    }
    return offset / block_bytes_;
  }

  void add_lost(uint64_t count) {
    area_.letters.append(count, kLostBlock);
    area_.lost_blocks += count;
  }
  void note(uint64_t line, std::string reason) {
    damage_.push_back({.line = line, .reason = std::move(reason)});
  }

  uint64_t block_bytes_;
  uint64_t most_blocks_;
  std::vector<Damage>& damage_;
  MemInfoArea area_;
};

// Neighbouring lines whose offsets are as far apart as blocks of this size
// put them.
uint64_t lines_that_fit(const PrintedMap& map, uint64_t block_bytes) {
  uint64_t fit = 0;
  const PrintedMapLine* before = nullptr;
  for (const PrintedMapLine& line : map.lines) {
    const uint64_t lines = line.free_lines_before + (before == nullptr ? 0 : 1);
    const uint64_t expected = lines * kBlocksPerMapLine * block_bytes;
    uint64_t distance = line.offset - (before == nullptr ? 0 : before->offset);
    if (line.wraps) distance %= kWrap;
    if (lines != 0 && distance == (line.wraps ? expected % kWrap : expected)) {
      ++fit;
    }
    before = &line;
  }
  return fit;
}

}  // namespace

uint64_t block_bytes_of(const PrintedMap& map) {
  uint64_t best = 0;
  uint64_t most = 0;
  for (const uint64_t block_bytes : {16, 32, 8, 64}) {
    const uint64_t fit = lines_that_fit(map, block_bytes);
    if (fit > most) {
      most = fit;
      best = block_bytes;
    }
  }
  return best;
}

MemInfoArea assemble_area(const PrintedMap& map, uint64_t block_bytes,
                          uint64_t most_blocks, bool exactly,
                          std::vector<Damage>& damage) {
  Assembly assembly(block_bytes, most_blocks, damage);
  uint64_t last_line = 0;
  for (const PrintedMapLine& line : map.lines) {
    const bool last = &line == &map.lines.back() && map.free_lines_at_end == 0;
    assembly.add(line, last);
    last_line = line.line;
  }
  assembly.add_free(map.free_lines_at_end * kBlocksPerMapLine, last_line);
  if (exactly) assembly.add_missing_end(last_line);
  return assembly.take();
}

}  // namespace libheap
