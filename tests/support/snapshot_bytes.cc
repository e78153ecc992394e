#include "tests/support/snapshot_bytes.h"

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
  tracer_words_t words{};
  std::vector<uint8_t> slice = std::vector<uint8_t>(TRACER_SLICE_MAX);
  std::vector<uint8_t> bytes;

  void flush() {
    bytes.insert(bytes.end(), slice.begin() + TRACER_SLICE_HEADER,
                 slice.begin() + static_cast<std::ptrdiff_t>(words.length));
    words.length = TRACER_SLICE_HEADER;
  }
};

Sink* open_sink;  // the encoder's callback has no room for more

std::vector<uint32_t> narrow(const std::vector<uint64_t>& words) {
  return {words.begin(), words.end()};
}

void put_header(Sink& sink, uint32_t digest, bool contents) {
  tracer_words_byte(&sink.words,
                    contents ? TRACER_SNAPSHOT_CONTENTS : TRACER_SNAPSHOT_FORM);
  for (uint32_t i = 0; i < 4; ++i) {
    tracer_words_byte(&sink.words, static_cast<uint8_t>(digest >> (8 * i)));
  }
}

void put_objects(Sink& sink, const HeapSnapshot& snapshot, bool contents) {
  const std::vector<uint32_t> pool = narrow(snapshot.words);
  const uint32_t words_per_block = snapshot.facts.words_per_block();
  tracer_kinds_t kinds{};
  for (BlockIndex block = 0; block < snapshot.facts.blocks;) {
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

}  // namespace

SnapshotRecord snapshot_bytes(const HeapSnapshot& snapshot, uint32_t digest,
                              bool contents) {
  HEAP_CHECK(snapshot.facts.word_bytes == sizeof(tracer_word_t),
             "the encoder here is built for 32-bit words");
  Sink sink;
  open_sink = &sink;
  sink.words.full = [](tracer_words_t*) { open_sink->flush(); };
  sink.words.pool = static_cast<uint32_t>(snapshot.facts.pool_start);
  sink.words.pool_end = static_cast<uint32_t>(snapshot.facts.pool_end());
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
  // The memory whose pool is just this: tables in front of it.
  uint64_t start = facts.pool_start - facts.blocks / 4 - facts.blocks / 8;
  while (layout_area(config, start, facts.pool_end(), false).blocks() <
         facts.blocks) {
    --start;
  }
  auto heap = std::make_unique<GcHeap>(config, start, facts.pool_end());
  Area& area = *heap->areas().front();
  HEAP_CHECK(area.blocks() == facts.blocks, "a heap has whole table bytes");
  area.adopt(snapshot.free, snapshot.tail);
  area.last_used_block = facts.last_used_block.value_or(0);
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
