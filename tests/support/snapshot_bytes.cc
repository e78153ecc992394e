#include "tests/support/snapshot_bytes.h"

#include <algorithm>
#include <bit>

#include "libheap/base/check.h"
#include "libheap/model/layout.h"

extern "C" {
#include "firmware-tracer/tracer_words.h"
}

namespace libheap::testing {

namespace {

// The encoder's end: what goes out is appended, without slice headers.
struct Sink {
  explicit Sink(const SnapshotFacts& of) : facts(of) {}

  const SnapshotFacts& facts;
  tracer_words_t words{};
  std::vector<uint8_t> slice = std::vector<uint8_t>(TRACER_SLICE_MAX);
  std::vector<uint8_t> bytes;

  void flush() {
    bytes.insert(bytes.end(), slice.begin() + TRACER_SLICE_HEADER,
                 slice.begin() + static_cast<std::ptrdiff_t>(words.length));
    words.length = TRACER_SLICE_HEADER;
  }

  bool find(uint32_t word) {
    const SnapshotPool* pool = facts.pool_at(word);
    if (pool == nullptr) return false;
    words.pool = static_cast<uint32_t>(pool->start);
    words.pool_end = static_cast<uint32_t>(facts.pool_end(*pool));
    words.first_block = pool->first_block;
    return true;
  }
};

Sink* open_sink;  // the encoder's callback has no room for more

std::vector<uint32_t> narrow(const std::vector<uint64_t>& words) {
  return {words.begin(), words.end()};
}

void put_header(Sink& sink, uint32_t digest, bool contents) {
  const int areas = sink.facts.pools.size() > 1 ? TRACER_SNAPSHOT_AREAS : 0;
  tracer_words_byte(
      &sink.words,
      static_cast<uint8_t>(areas | (contents ? TRACER_SNAPSHOT_CONTENTS : 0)));
  for (uint32_t i = 0; i < 4; ++i) {
    tracer_words_byte(&sink.words, static_cast<uint8_t>(digest >> (8 * i)));
  }
}

void put_objects(Sink& sink, const HeapSnapshot& snapshot, bool contents) {
  const std::vector<uint32_t> pool = narrow(snapshot.words);
  const uint32_t words_per_block = snapshot.facts.words_per_block();
  tracer_kinds_t kinds{};
  for (BlockIndex block = 0; block < snapshot.facts.blocks();) {
    if (snapshot.free.test(block)) {
      ++block;
      continue;
    }
    const BlockIndex end = snapshot.tail.next_clear(block + 1);
    const uint32_t* const words = pool.data() + block * words_per_block;
    const size_t n = size_t{end - block} * words_per_block;
    const bool points = tracer_words_encode(&sink.words, words, n, &kinds);
    if (contents && !points) tracer_words_contents(&sink.words, words, n);
    block = end;
  }
}

void put_roots(Sink& sink, const HeapSnapshot& snapshot) {
  for (const RootWords& root : snapshot.roots) {
    const std::vector<uint32_t> words = narrow(root.words);
    tracer_words_byte(&sink.words, static_cast<uint8_t>(
                                       static_cast<uint32_t>(root.kind) + 1));
    tracer_words_number(&sink.words, static_cast<uint32_t>(words.size()));
    tracer_words_encode(&sink.words, words.data(), words.size(), nullptr);
  }
  tracer_words_byte(&sink.words, TRACER_ROOTS_END);
}

constexpr uint32_t kAreaRecordBytes = 32;

// The memory whose pool is just this: tables in front of it.
uint64_t memory_start(const HeapConfig& config, const SnapshotFacts& facts,
                      const SnapshotPool& pool) {
  uint64_t start = pool.start - pool.blocks / 4 - pool.blocks / 8;
  const bool added = pool.first_block != 0;
  if (added) start -= kAreaRecordBytes;
  while (layout_area(config, start, facts.pool_end(pool), added).blocks() <
         pool.blocks) {
    --start;
  }
  return start;
}

// The blocks of one area.
Bitmap part_of(const Bitmap& all, const SnapshotPool& pool) {
  Bitmap part(pool.blocks);
  for (BlockIndex block = 0; block < pool.blocks; ++block) {
    if (all.test(pool.first_block + block)) part.set(block);
  }
  return part;
}

}  // namespace

SnapshotRecord snapshot_bytes(const HeapSnapshot& snapshot, uint32_t digest,
                              bool contents) {
  HEAP_CHECK(snapshot.facts.word_bytes == sizeof(tracer_word_t),
             "the encoder here is built for 32-bit words");
  Sink sink(snapshot.facts);
  open_sink = &sink;
  sink.words.full = [](tracer_words_t*) { open_sink->flush(); };
  sink.words.find = [](tracer_words_t*, tracer_word_t word) {
    return open_sink->find(word);
  };
  sink.words.lowest = UINT32_MAX;
  for (const SnapshotPool& pool : snapshot.facts.pools) {
    const auto start = static_cast<uint32_t>(pool.start);
    const auto end = static_cast<uint32_t>(snapshot.facts.pool_end(pool));
    sink.words.lowest = std::min(sink.words.lowest, start);
    sink.words.highest = std::max(sink.words.highest, end);
  }
  sink.words.block_shift =
      static_cast<uint8_t>(std::countr_zero(snapshot.facts.block_bytes));
  sink.words.slice = sink.slice.data();
  sink.words.length = TRACER_SLICE_HEADER;
  put_header(sink, digest, contents);
  put_objects(sink, snapshot, contents);
  put_roots(sink, snapshot);
  sink.flush();
  return {std::move(sink.bytes)};
}

std::unique_ptr<GcHeap> heap_with(const HeapSnapshot& snapshot) {
  const SnapshotFacts& facts = snapshot.facts;
  HeapConfig config;
  config.release = facts.release;
  config.traits = traits_of(facts.release);
  config.word_bytes = facts.word_bytes;
  config.block_bytes = facts.block_bytes;
  if (facts.split) {
    config.split = SplitMode::kManual;
    config.area_record_bytes = kAreaRecordBytes;
  }
  std::unique_ptr<GcHeap> heap;
  for (const SnapshotPool& pool : facts.pools) {
    const uint64_t start = memory_start(config, facts, pool);
    if (heap == nullptr) {
      heap = std::make_unique<GcHeap>(config, start, facts.pool_end(pool));
    } else {
      heap->add_area(start, facts.pool_end(pool));
    }
    Area& area = *heap->areas().back();
    HEAP_CHECK(area.blocks() == pool.blocks, "a heap has whole table bytes");
    area.adopt(part_of(snapshot.free, pool), part_of(snapshot.tail, pool));
    area.last_used_block = pool.last_used_block.value_or(0);
  }
  return heap;
}

TraceHeader header_of(const HeapSnapshot& snapshot) {
  TraceHeader header;
  header.release = to_string(snapshot.facts.release);
  header.mark_stack_entries = snapshot.facts.mark_stack_entries;
  header.extra = {{"clock_hz", std::to_string(snapshot.facts.clock_hz)}};
  return header;
}

}  // namespace libheap::testing
