#include "libheap/model/area.h"

#include <algorithm>
#include <cstring>

#include "libheap/base/check.h"

namespace libheap {

namespace {

void append_bits(const Bitmap& map, uint64_t length,
                 std::vector<uint8_t>& bytes) {
  const size_t begin = bytes.size();
  bytes.resize(begin + length);
  for (uint64_t i = 0; i < length; ++i) {
    bytes[begin + i] =
        static_cast<uint8_t>(map.words()[i / 8] >> (8 * (i % 8)));
  }
}

// Bits past the map are not there for it, missing bytes are zero.
void set_bits(std::span<const uint8_t> bytes, Bitmap& map) {
  map.clear_all();
  for (uint32_t bit = 0; bit < map.size() && bit / 8 < bytes.size(); ++bit) {
    if ((bytes[bit / 8] >> (bit % 8) & 1) != 0) map.set(bit);
  }
}

// Mask of the bits of word w that belong to a map of `blocks` bits.
uint64_t valid_bits(uint32_t blocks, size_t w) {
  const uint64_t left = blocks - uint64_t{w} * 64;
  return left >= 64 ? ~uint64_t{0} : (uint64_t{1} << left) - 1;
}

}  // namespace

Area::Area(const HeapConfig& config, uint32_t id, const AreaLayout& layout)
    : id_(id),
      layout_(layout),
      gap_byte_(config.traits.gap_byte),
      free_(static_cast<uint32_t>(layout.blocks())),
      tail_(static_cast<uint32_t>(layout.blocks())),
      finaliser_(config.finaliser ? static_cast<uint32_t>(layout.blocks()) : 0),
      weakref_(config.weakref ? static_cast<uint32_t>(layout.blocks()) : 0) {
  free_.set_all();
}

BlockIndex Area::take_above_bound(uint32_t n, bool finaliser) {
  const BlockIndex begin = first_fit_.find(free_, n);
  if (begin != FirstFit::kNoRun) place(begin, n, finaliser);
  return begin;
}

// Up to v1.19 nothing lies between the table and the finaliser table, so a
// walk along a chain that ends with the pool reads on into the finaliser
// flags, two at a time. Where a pair of them looks like TAIL the device frees
// it too: the flags of two blocks at the front of the heap are lost.
void Area::free_past_pool() {
  if (finaliser_.size() == 0) return;
  for (BlockIndex pair = 0; pair + 1 < blocks(); pair += 2) {
    const bool looks_like_tail =
        !finaliser_.test(pair) && finaliser_.test(pair + 1);
    if (!looks_like_tail) return;
    finaliser_.clear(pair + 1);
  }
}

uint32_t Area::sweep(const SurvivorMap& survivors) {
  HEAP_CHECK(survivors.size() == blocks(), "survivors are of this area");
  uint32_t freed_heads = 0;
  uint32_t freed_blocks = 0;
  uint64_t dead_head_above = 0;  // the last block of the word below was one
  uint64_t carry = 0;            // a dead chain runs on from the word below
  for (size_t w = 0; w < used_words_; ++w) {
    uint64_t& free = free_.words()[w];
    uint64_t& tail = tail_.words()[w];
    const uint64_t heads = ~(free | tail) & valid_bits(blocks(), w);
    const uint64_t dead = heads & ~survivors.words()[w];
    if ((dead | dead_head_above | carry) == 0) continue;
    // Adding a one at the first tail of a dead chain ripples through the run
    // of tails and clears it; the bit that falls out behind is masked away.
    const uint64_t first_tails = ((dead << 1) | dead_head_above) & tail;
    const uint64_t sum = tail + first_tails;
    const uint64_t total = sum + carry;
    const uint64_t kept = tail & total;
    carry = (sum < tail ? 1 : 0) | (total < sum ? 1 : 0);
    dead_head_above = dead >> 63;
    const uint64_t freed = dead | (tail & ~kept);
    free |= freed;
    tail = kept;
    freed_heads += static_cast<uint32_t>(std::popcount(dead));
    freed_blocks += static_cast<uint32_t>(std::popcount(freed));
    if (finaliser_.size() != 0) finaliser_.words()[w] &= ~dead;
    if (weakref_.size() != 0) weakref_.words()[w] &= ~dead;
  }
  used_blocks_ -= freed_blocks;
  finish_sweep(used_words_);
  return freed_heads;
}

uint32_t Area::sweep() { return sweep(SurvivorMap(blocks())); }

void Area::adopt(const Bitmap& free, const Bitmap& tail) {
  HEAP_CHECK(free.size() == blocks() && tail.size() == blocks(),
             "an adopted table is of this area");
  free_ = free;
  tail_ = tail;
  for (size_t w = 0; w < free_.words().size(); ++w) {
    const uint64_t heads = ~(free_.words()[w] | tail_.words()[w]);
    if (finaliser_.size() != 0) finaliser_.words()[w] &= heads;
    if (weakref_.size() != 0) weakref_.words()[w] &= heads;
  }
  used_blocks_ = blocks() - free_.count();
  finish_sweep(static_cast<uint32_t>(free_.words().size()));
}

void Area::adopt_finalisers(std::span<const uint8_t> flags) {
  set_bits(flags, finaliser_);
}

void Area::adopt_weakrefs(std::span<const uint8_t> flags) {
  set_bits(flags, weakref_);
}

// Nothing is used past the first `words_in_use` words.
void Area::finish_sweep(uint32_t words_in_use) {
  blocks_change();
  first_fit_.reset();
  last_free_byte = 0;
  // The highest used block, 0 when there is none: a used block 0 and an empty
  // area look alike, on the device too.
  last_used_block = 0;
  used_words_ = words_in_use;
  for (; used_words_ != 0; --used_words_) {
    const uint32_t w = used_words_ - 1;
    const uint64_t used = ~free_.words()[w] & valid_bits(blocks(), w);
    if (used == 0) continue;
    last_used_block =
        w * 64 + 63 - static_cast<uint32_t>(std::countl_zero(used));
    break;
  }
}

namespace {

// In the first `words` words; no heads past them.
Bitmap heads_in(const Bitmap& free, const Bitmap& tail, size_t words) {
  Bitmap heads(free.size());
  for (size_t w = 0; w < words; ++w) {
    heads.words()[w] =
        ~(free.words()[w] | tail.words()[w]) & valid_bits(free.size(), w);
  }
  return heads;
}

}  // namespace

Bitmap Area::heads() const { return heads_in(free_, tail_, used_words_); }

Bitmap heads_of(const Bitmap& free, const Bitmap& tail) {
  return heads_in(free, tail, free.words().size());
}

uint32_t Area::measure_longest_free() const {
  const uint32_t last = blocks() - free_.run_begin(used_end());
  return last >= used_end() ? last
                            : std::max(last, free_.longest_run(0, used_end()));
}

Census Area::census() const {
  Census census;
  census.total_blocks = blocks();
  census.used_blocks = used_blocks_;
  census.free_blocks = blocks() - used_blocks_;
  const std::span<const uint64_t> tails = tail_.words();
  for (size_t w = 0; w < tails.size(); ++w) {
    const uint64_t above = w + 1 < tails.size() ? tails[w + 1] : 0;
    const uint64_t heads =
        ~(free_.words()[w] | tails[w]) & valid_bits(blocks(), w);
    const uint64_t second = (tails[w] >> 1) | (above << 63);
    const uint64_t third = (tails[w] >> 2) | (above << 62);
    census.objects += static_cast<uint64_t>(std::popcount(heads));
    census.one_block_objects +=
        static_cast<uint64_t>(std::popcount(heads & ~second));
    census.two_block_objects +=
        static_cast<uint64_t>(std::popcount(heads & second & ~third));
  }
  census.max_block = census.objects == 0 ? 0 : 1 + tail_.longest_run();
  census.max_free = longest_free_run();
  return census;
}

uint32_t Area::objects() const {
  uint32_t tails = 0;
  for (const uint64_t word : tail_.words().first(used_words_)) {
    tails += static_cast<uint32_t>(std::popcount(word));
  }
  return used_blocks_ - tails;
}

void Area::append_table(std::vector<uint8_t>& bytes) const {
  const size_t begin = bytes.size();
  bytes.resize(begin + layout_.table_bytes);  // zero: free
  const uint64_t used_bytes =
      std::min<uint64_t>(layout_.table_bytes, used_words_ * uint64_t{16});
  for (uint64_t i = 0; i < used_bytes; i += 8) {
    // 8 table bytes are 32 blocks: half a word of each map.
    const size_t w = i / 16;
    const uint32_t shift = i % 16 == 0 ? 0 : 32;
    const auto tail = static_cast<uint32_t>(tail_.words()[w] >> shift);
    const auto heads = static_cast<uint32_t>(
        (~(free_.words()[w] | tail_.words()[w]) & valid_bits(blocks(), w)) >>
        shift);
    const uint64_t fields = interleave_bits(heads, tail);
    const size_t length = std::min<uint64_t>(8, layout_.table_bytes - i);
    for (size_t k = 0; k < length; ++k) {
      bytes[begin + i + k] = static_cast<uint8_t>(fields >> (8 * k));
    }
  }
}

void Area::append_finalisers(std::vector<uint8_t>& bytes) const {
  if (finaliser_.size() == 0) return;
  append_bits(finaliser_, layout_.finaliser_table_bytes, bytes);
}

void Area::append_weakrefs(std::vector<uint8_t>& bytes) const {
  if (weakref_.size() == 0) return;
  append_bits(weakref_, layout_.weakref_table_bytes, bytes);
}

void Area::check_invariants() const {
  uint64_t free_before = 1;  // a tail in block 0 would have no head
  for (size_t w = 0; w < free_.words().size(); ++w) {
    const uint64_t free = free_.words()[w];
    const uint64_t tail = tail_.words()[w];
    const uint64_t valid = valid_bits(blocks(), w);
    HEAP_CHECK(((free | tail) & ~valid) == 0, "no bits past the last block");
    HEAP_CHECK((free & tail) == 0, "no block is both free and a tail");
    HEAP_CHECK((((free << 1) | free_before) & tail) == 0,
               "no tail follows a free block");
    free_before = free >> 63;
  }
  HEAP_CHECK(used_blocks_ == blocks() - free_.count(),
             "the count of used blocks is right");
  HEAP_CHECK(used_end() == blocks() || free_.next_clear(used_end()) == blocks(),
             "nothing is used past the end of use");
  HEAP_CHECK(first_fit_.holds(free_), "the search bounds hold");
  HEAP_CHECK(longest_free_run() == free_.longest_run(),
             "what is known of the longest free run is right");
  HEAP_CHECK(free_.next_set(0) >= std::min(4 * last_free_byte, blocks()),
             "no free block lies below the device's search start");
}

uint64_t interleave_bits(uint32_t low, uint32_t high) {
  const auto spread = [](uint64_t x) {
    x = (x | (x << 16)) & 0x0000ffff0000ffff;
    x = (x | (x << 8)) & 0x00ff00ff00ff00ff;
    x = (x | (x << 4)) & 0x0f0f0f0f0f0f0f0f;
    x = (x | (x << 2)) & 0x3333333333333333;
    return (x | (x << 1)) & 0x5555555555555555;
  };
  return spread(low) | (spread(high) << 1);
}

uint32_t even_bits(uint64_t x) {
  x &= 0x5555555555555555;
  x = (x | (x >> 1)) & 0x3333333333333333;
  x = (x | (x >> 2)) & 0x0f0f0f0f0f0f0f0f;
  x = (x | (x >> 4)) & 0x00ff00ff00ff00ff;
  x = (x | (x >> 8)) & 0x0000ffff0000ffff;
  return static_cast<uint32_t>(x | (x >> 16));
}

bool split_table(std::span<const uint8_t> table, uint32_t blocks, Bitmap& free,
                 Bitmap& tail) {
  if (table.size() > (uint64_t{blocks} + 3) / 4) return false;
  if (free.size() != blocks) free = Bitmap(blocks);
  if (tail.size() != blocks) tail = Bitmap(blocks);
  uint64_t free_before = 1;
  bool sound = true;
  for (size_t w = 0; w < free.words().size(); ++w) {
    uint64_t fields[2] = {0, 0};
    const size_t begin = std::min(w * 16, table.size());
    const size_t length = std::min<size_t>(16, table.size() - begin);
    // Little-endian host or not, the bytes are assembled lowest first.
    for (size_t k = 0; k < length; ++k) {
      fields[k / 8] |= uint64_t{table[begin + k]} << (8 * (k % 8));
    }
    const uint64_t heads = even_bits(fields[0]) | uint64_t{even_bits(fields[1])}
                                                      << 32;
    const uint64_t tails =
        even_bits(fields[0] >> 1) | uint64_t{even_bits(fields[1] >> 1)} << 32;
    const uint64_t valid = valid_bits(blocks, w);
    free.words()[w] = ~(heads | tails) & valid;
    tail.words()[w] = tails & valid;
    sound = sound && (heads & tails) == 0 && ((heads | tails) & ~valid) == 0 &&
            (((free.words()[w] << 1) | free_before) & tails) == 0;
    free_before = free.words()[w] >> 63;
  }
  return sound;
}

}  // namespace libheap
