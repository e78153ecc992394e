#include "tests/oracle/random_program.h"

#include <algorithm>
#include <array>

namespace libheap {
namespace {

struct Profile {
  // How often, relative to each other.
  uint8_t alloc, realloc, free, collect, lock, threshold, auto_off, checker;
  // Which sizes: 1 block, some blocks, a share of the heap, wrapping or absurd.
  uint8_t one, few, share, absurd;
  uint8_t finaliser_percent;
  // Range of how much survives a collect.
  uint8_t keep_low, keep_high;
};

constexpr std::array<Profile, 12> kProfiles = {{
    // A loop of floats, garbage at once.
    {100, 1, 2, 1, 0, 1, 0, 0, 100, 0, 0, 0, 0, 0, 20},
    // A bit of everything.
    {60, 20, 30, 1, 1, 2, 1, 0, 30, 60, 9, 1, 10, 0, 100},
    // Buffers.
    {40, 20, 35, 1, 0, 1, 0, 0, 5, 30, 64, 1, 5, 20, 100},
    // Nearly full: little dies.
    {60, 10, 12, 1, 0, 1, 0, 0, 60, 38, 2, 0, 10, 90, 100},
    // Nearly full, of single blocks.
    {60, 5, 50, 1, 0, 0, 0, 0, 95, 5, 0, 0, 5, 97, 100},
    // Checkered.
    {60, 10, 20, 1, 0, 0, 0, 1, 40, 55, 5, 0, 5, 50, 100},
    // Around sizes that wrap.
    {50, 40, 20, 1, 0, 1, 0, 0, 20, 40, 10, 30, 20, 30, 100},
    // Lists that grow and shrink.
    {20, 100, 15, 1, 0, 1, 0, 0, 30, 60, 9, 1, 5, 40, 100},
    // Locked often.
    {50, 20, 30, 3, 20, 2, 2, 0, 40, 55, 4, 1, 15, 20, 100},
    // Thresholds, all the time.
    {80, 10, 15, 1, 0, 10, 1, 0, 60, 38, 2, 0, 5, 0, 100},
    // Collects by hand, none automatic.
    {80, 10, 10, 4, 0, 0, 6, 0, 50, 48, 2, 0, 10, 0, 100},
    // Finalisers.
    {80, 15, 15, 3, 1, 2, 0, 0, 60, 38, 2, 0, 60, 20, 80},
}};

constexpr uint64_t kFreeMemory = 0x40000;  // for areas added later

uint64_t mix(uint64_t value) {
  value = (value ^ (value >> 31)) * 0x9E3779B97F4A7C15;
  return value ^ (value >> 29);
}

// The least memory that surely holds an area.
uint64_t least_bytes(const HeapConfig& config) {
  return config.area_record_bytes + 8 * uint64_t{config.block_bytes} + 64;
}

uint64_t draw_bytes(Choices& choices, const HeapConfig& config) {
  const uint64_t least = least_bytes(config);
  const uint64_t kind = choices.below(100);
  if (kind < 40) return least + choices.below(1000);
  if (kind < 75) return least + choices.below(8000);
  if (kind < 96 || config.split == SplitMode::kAuto) {
    return least + choices.below(32000);
  }
  return least + choices.below(256000);
}

void draw_split(Choices& choices, HeapConfig& config) {
  if (config.release < Release{1, 20, 0}) return;
  const bool may_grow = config.release >= Release{1, 21, 0};
  const uint64_t kind = choices.below(may_grow ? 4 : 3);
  if (kind < 2) return;
  config.split = kind == 2 ? SplitMode::kManual : SplitMode::kAuto;
  config.area_record_bytes = static_cast<uint32_t>(4 * choices.between(6, 18));
}

}  // namespace

HeapSetting draw_heap(Choices& choices, const Release& release) {
  HeapSetting setting;
  HeapConfig& config = setting.config;
  config.release = release;
  config.traits = traits_of(release);
  config.word_bytes = choices.one_in(4) ? 8 : 4;
  config.block_bytes = 4 * config.word_bytes;
  if (choices.one_in(8)) config.block_bytes = 8U << choices.below(5);
  config.finaliser = !choices.one_in(6);
  config.weakref = release >= Release{1, 28, 0} && choices.one_in(2);
  draw_split(choices, config);

  const uint64_t base = config.word_bytes == 4 ? 0x20000000 : 0x7F1200000000;
  setting.start = base + 8 * kFreeMemory + choices.below(1000);
  setting.end = setting.start + draw_bytes(choices, config);
  return setting;
}

RandomProgram::RandomProgram(Choices& choices, const Release& release)
    : choices_(choices),
      setting_(draw_heap(choices, release)),
      profile_(choices.below(kProfiles.size())),
      heap_(setting_.config, setting_.start, setting_.end, *this) {
  init();
  draw_survivors();
}

void RandomProgram::run(uint64_t operations) {
  while (heap_.operations() < operations && !choices_.exhausted()) step();
}

// --- One step ---------------------------------------------------------------

void RandomProgram::step() {
  relax();
  if (choices_.one_in(500)) return init();
  if (choices_.one_in(500)) return heap_.sweep_all();
  if (choices_.one_in(100)) return add_area();
  if (choices_.one_in(20)) return weakref();

  const Profile& p = kProfiles[profile_];
  const uint64_t sum = uint64_t{p.alloc} + p.realloc + p.free + p.collect +
                       p.lock + p.threshold + p.auto_off + p.checker;
  uint64_t choice = choices_.below(sum);
  const auto is = [&choice](uint64_t weight) {
    const bool chosen = choice < weight;
    choice -= weight;
    return chosen;
  };
  if (is(p.alloc)) return alloc();
  if (is(p.realloc)) return realloc();
  if (is(p.free)) return free();
  if (is(p.collect)) return heap_.collect();
  if (is(p.lock)) return heap_.lock();
  if (is(p.threshold)) return threshold();
  if (is(p.auto_off)) return heap_.set_auto_collect(false);
  checker();
}

// Leaves states in which nothing much happens.
void RandomProgram::relax() {
  if (heap_.locks() != 0 && choices_.one_in(4)) heap_.unlock();
  if (!heap_.model().auto_collect() && choices_.one_in(30)) {
    heap_.set_auto_collect(true);
  }
  if (choices_.one_in(12)) draw_survivors();
}

void RandomProgram::nested_step() {
  switch (choices_.below(6)) {
    case 0:
      return alloc();
    case 1:
      return realloc();
    case 2:
    case 3:
      return free();
    case 4:
      return heap_.locks() == 0 ? heap_.lock() : heap_.unlock();
    default:
      return threshold();
  }
}

// --- Operations -------------------------------------------------------------

void RandomProgram::alloc() {
  const uint64_t n_bytes = draw_size();
  heap_.alloc(n_bytes, draw_finaliser());
}

void RandomProgram::realloc() {
  const bool may_move = !choices_.one_in(8);
  if (heap_.live().empty() || choices_.one_in(30)) {
    heap_.realloc(kNullBlock, draw_size(), may_move);
    return;
  }
  const BlockRef old = draw_live();
  if (old.is_null()) return;
  // The real heap may drop the area of such an object (docs/heap-model.md,
  // "Known defects") and then copy out of memory it gave back.
  const bool may_vanish = setting_.config.split == SplitMode::kAuto &&
                          old.area != 0 && old.block == 0;
  if (may_vanish) return;
  if (heap_.collecting() && heap_.naive().has_weakref(old)) return;
  heap_.realloc(old, draw_new_size(old), may_move);
}

void RandomProgram::free() {
  if (choices_.one_in(50)) return heap_.free(kNullBlock);
  const BlockRef head = draw_live();
  if (head.is_null()) return;
  // The real heap expects nobody to free what is weakly referenced, and while
  // it collects its flags depend on who is freed first.
  if (heap_.collecting() && heap_.naive().has_weakref(head)) return;
  heap_.free(head);
}

void RandomProgram::threshold() {
  const uint64_t blocks = heap_.model().total_blocks();
  switch (choices_.below(6)) {
    case 0:
      return heap_.set_threshold(0);
    case 1:
      return heap_.set_threshold(std::nullopt);
    case 2:
      return heap_.set_threshold(choices_.between(1, 8));
    case 3:
      return heap_.set_threshold(blocks + choices_.below(1 + blocks));
    default:
      return heap_.set_threshold(choices_.below(1 + blocks / 2));
  }
}

void RandomProgram::weakref() {
  const BlockRef head = draw_live();
  if (setting_.config.weakref && !head.is_null()) heap_.mark_weakref(head);
}

// Below and above the areas there are, at skewed addresses.
void RandomProgram::add_area() {
  const HeapConfig& config = setting_.config;
  if (config.split == SplitMode::kNone) return;
  if (heap_.model().areas().size() >= 5) return;
  const uint64_t bytes = least_bytes(config) + choices_.below(4000);
  const std::optional<uint64_t> start = allocate_split(bytes);
  if (start) heap_.add_area(*start, *start + bytes);
}

void RandomProgram::init() {
  areas_below_ = setting_.start - 16;
  areas_above_ = setting_.end + 16;
  heap_.init(setting_.start + choices_.below(64), setting_.end);
  const bool split = setting_.config.split == SplitMode::kManual;
  for (uint64_t n = split ? choices_.between(1, 3) : 0; n > 0; --n) add_area();
}

// Fills the heap with objects of one size, then frees every other.
void RandomProgram::checker() {
  if (heap_.locks() != 0) return;
  heap_.set_auto_collect(false);
  const uint64_t bytes =
      choices_.between(1, 4) * uint64_t{setting_.config.block_bytes};
  for (int i = 0; i < 1000; ++i) {
    if (heap_.alloc(bytes, false).is_null()) break;
  }
  std::vector<BlockRef> heads = heap_.live();
  std::sort(heads.begin(), heads.end());
  for (size_t i = choices_.below(2); i < heads.size(); i += 2) {
    heap_.free(heads[i]);
  }
  heap_.set_auto_collect(true);
}

// --- Drawing ----------------------------------------------------------------

uint64_t RandomProgram::draw_size() {
  const Profile& p = kProfiles[profile_];
  const uint64_t block = setting_.config.block_bytes;
  const uint64_t sum = uint64_t{p.one} + p.few + p.share + p.absurd;
  const uint64_t choice = choices_.below(sum);
  if (choice < p.one) return choices_.between(1, block);
  if (choice < uint64_t{p.one} + p.few) {
    return choices_.below(block * (choices_.one_in(4) ? 20 : 6));
  }
  if (choice < uint64_t{p.one} + p.few + p.share) {
    const uint64_t pool = block * heap_.model().total_blocks();
    return choices_.below(pool / choices_.between(1, 20) + 2 * block);
  }
  return wrapping_size();
}

uint64_t RandomProgram::draw_new_size(BlockRef old) {
  const uint64_t block = setting_.config.block_bytes;
  const uint64_t now = heap_.model().chain_blocks(old) * block;
  switch (choices_.below(8)) {
    case 0:
      return choices_.below(now + 1);
    case 1:
      return now - choices_.below(block);
    case 2:
    case 3:
      return now + choices_.between(1, block);
    case 4:
      return now + choices_.below(8 * block);
    case 5:
      return 2 * now;
    case 6:
      return choices_.one_in(8) ? 0 : 1 + now / 2;
    default:
      return draw_size();
  }
}

uint64_t RandomProgram::wrapping_size() {
  const HeapConfig& config = setting_.config;
  const uint64_t top = config.word_bytes == 4 ? UINT32_MAX : UINT64_MAX;
  switch (choices_.below(5)) {
    case 0:  // wraps to no blocks
      return top - choices_.below(config.block_bytes - 1);
    case 1:  // just does not
      return top - choices_.below(4 * uint64_t{config.block_bytes});
    case 2:  // of an area needed for it, the size wraps
      return top - 8180000 - choices_.below(2000);
    case 3:
      return top / 13 + choices_.below(1000);
    default:
      return top >> choices_.between(1, 12);
  }
}

bool RandomProgram::draw_finaliser() {
  return choices_.percent(kProfiles[profile_].finaliser_percent);
}

// Null where there is none that may go.
BlockRef RandomProgram::draw_live() {
  const std::vector<BlockRef>& live = heap_.live();
  if (live.empty()) return kNullBlock;
  // Now and then among the youngest, which lie side by side.
  const uint64_t among = choices_.one_in(3) ? std::min<uint64_t>(live.size(), 8)
                                            : uint64_t{live.size()};
  const BlockRef head = live[live.size() - 1 - choices_.below(among)];
  return heap_.pinned(head) ? kNullBlock : head;
}

void RandomProgram::draw_survivors() {
  const Profile& p = kProfiles[profile_];
  keep_percent_ = choices_.between(p.keep_low, p.keep_high);
  keep_alternate_ = choices_.one_in(8);
  keep_salt_ = choices_.below(1 << 16);
}

// --- Surroundings -----------------------------------------------------------

bool RandomProgram::survives(BlockRef head) {
  if (keep_alternate_) return head.block % 2 == keep_salt_ % 2;
  const uint64_t key = uint64_t{head.area} << 32 | head.block;
  return mix(key + (keep_salt_ << 40)) % 100 < keep_percent_;
}

void RandomProgram::finaliser(Lockstep& heap) {
  for (uint64_t n = choices_.below(4); n > 1; --n) nested_step();
  // What it locked it unlocks.
  while (heap.locks() > 1) heap.unlock();
}

void RandomProgram::after_collect(Lockstep& heap) {
  if (heap.depth() > 2) return;
  const uint64_t one_in = setting_.config.weakref ? 4 : 30;
  if (!choices_.one_in(one_in)) return;
  for (uint64_t n = choices_.between(1, 3); n > 0; --n) {
    if (choices_.one_in(10)) {
      heap.collect();
    } else {
      nested_step();
    }
  }
}

uint64_t RandomProgram::max_new_split() {
  const uint64_t total =
      heap_.model().total_blocks() * setting_.config.block_bytes;
  if (total > 100000 || choices_.one_in(4)) return choices_.below(2100);
  return choices_.one_in(8) ? 20000000 : choices_.below(60000);
}

std::optional<uint64_t> RandomProgram::allocate_split(uint64_t bytes) {
  if (choices_.one_in(10) || bytes < least_bytes(setting_.config)) {
    return std::nullopt;
  }
  if (bytes > kFreeMemory) return std::nullopt;
  const uint64_t skew = choices_.below(24);
  uint64_t start = areas_above_ + skew;
  if (choices_.one_in(2)) {
    start = areas_below_ - bytes - skew;
    areas_below_ = start - 16;
  } else {
    areas_above_ = start + bytes + 16;
  }
  return start;
}

}  // namespace libheap
