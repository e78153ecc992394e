#include "libheap/replay/snapshot_graph.h"

#include <array>
#include <bit>

#include "firmware-tracer/tracer_format.h"
#include "libheap/trace/header_settings.h"

namespace libheap {

namespace {

constexpr uint32_t kGroupWords = 4;
constexpr uint64_t kMostRootWords = uint64_t{1} << 30;  // of one run

// Bytes of a snapshot, in order. After a fault everything reads as 0.
class Bytes {
 public:
  explicit Bytes(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  uint8_t byte() {
    if (at_ == bytes_.size()) {
      fail("it breaks off");
      return 0;
    }
    return bytes_[at_++];
  }

  uint64_t number() {
    uint64_t value = 0;
    for (uint32_t shift = 0; shift < 64; shift += 7) {
      const uint8_t next = byte();
      value |= uint64_t{next & 0x7fU} << shift;
      if ((next & 0x80) == 0) return value;
    }
    fail("a number without an end");
    return 0;
  }

  void fail(const char* what) {
    if (wrong_.empty()) wrong_ = what;
    at_ = bytes_.size();
  }

  [[nodiscard]] bool at_end() const { return at_ == bytes_.size(); }
  [[nodiscard]] bool ok() const { return wrong_.empty(); }
  [[nodiscard]] const std::string& wrong() const { return wrong_; }

 private:
  std::span<const uint8_t> bytes_;
  size_t at_ = 0;
  std::string wrong_;
};

class GraphReader {
 public:
  GraphReader(Bytes& in, bool has_contents, HeapGraph& graph)
      : in_(in), has_contents_(has_contents), graph_(graph) {}

  // Fills the objects of the heap's tables, then the roots.
  void run(const GcHeap& heap) {
    object_of_head_.assign(graph_.facts.blocks(), HeapGraph::kNoObject);
    for (size_t i = 0; i < heap.areas().size(); ++i) {
      add_objects(*heap.areas()[i], graph_.facts.pools[i].first_block);
    }
    for (HeapObject& object : graph_.objects) {
      if (!in_.ok()) return;
      read_object(object);
    }
    read_roots();
    if (in_.ok() && !in_.at_end()) in_.fail("bytes behind its end");
  }

 private:
  void add_objects(const Area& area, BlockIndex first_block) {
    const Bitmap heads = area.heads();
    for (BlockIndex head = heads.next_set(0); head < area.blocks();
         head = heads.next_set(head + 1)) {
      object_of_head_[first_block + head] =
          static_cast<uint32_t>(graph_.objects.size());
      graph_.objects.push_back(
          {.head = first_block + head, .blocks = area.chain_end(head) - head});
    }
  }

  // Reads `n` words; visit(object, word) for those that point at heads.
  template <typename Visit>
  void read_words(uint64_t n, bool has_kind, WordCounts& counts,
                  const Visit& visit) {
    uint32_t before = TRACER_GROUP_POINTS;
    for (uint64_t at = 0; at < n && in_.ok();) {
      const uint32_t group = in_.byte();
      const auto words =
          static_cast<uint32_t>(std::min<uint64_t>(n - at, kGroupWords));
      if (words < kGroupWords && group >> (2 * words) != 0) {
        in_.fail("a group of words that are not there");
      }
      if (has_kind && at == 0 && (group & 3) != TRACER_WORD_IN_POOL) {
        read_kind();
      }
      const bool points = read_group(at, group, words, counts, visit);
      at += words;
      const bool twice = group == before;
      before = points ? TRACER_GROUP_POINTS : group;
      if (twice) at += read_repeats(n - at, group, counts);
    }
  }

  template <typename Visit>
  bool read_group(uint64_t at, uint32_t group, uint32_t words,
                  WordCounts& counts, const Visit& visit) {
    bool points = false;
    for (uint32_t i = 0; i < words; ++i) {
      const uint32_t what = group >> (2 * i) & 3;
      if (what != TRACER_WORD_IN_POOL) {
        count(what, 1, counts);
        continue;
      }
      points = true;
      ++counts.in_pool;
      const uint32_t object = read_target();
      if (object != HeapGraph::kNoObject) {
        visit(object, static_cast<uint32_t>(at + i));
      }
    }
    return points;
  }

  static void count(uint32_t what, uint64_t n, WordCounts& counts) {
    (what == TRACER_WORD_UNALIGNED ? counts.unaligned
     : what == TRACER_WORD_BELOW   ? counts.below
                                   : counts.above) += n;
  }

  // The same group again, so many times; answers the words.
  uint64_t read_repeats(uint64_t left, uint32_t group, WordCounts& counts) {
    const uint64_t groups = in_.number();
    if (groups > (left + kGroupWords - 1) / kGroupWords) {
      in_.fail("more words than an object has");
      return 0;
    }
    const uint64_t words = std::min(left, groups * kGroupWords);
    for (uint32_t i = 0; i < kGroupWords; ++i) {
      count(group >> (2 * i) & 3, (words + kGroupWords - 1 - i) / kGroupWords,
            counts);
    }
    return words;
  }

  uint32_t read_target() {
    const auto zigzag = static_cast<uint32_t>(in_.number());
    target_ += zigzag >> 1 ^ (0U - (zigzag & 1));
    if (target_ >= object_of_head_.size()) {
      in_.fail("a pointer to a block behind the pools");
      return HeapGraph::kNoObject;
    }
    return object_of_head_[target_];
  }

  void read_kind() {
    const uint32_t code = in_.byte();
    if (code == 0) return;
    if (code > 2 * TRACER_KINDS) return in_.fail("an unknown kind of object");
    uint64_t& slot = kinds_[(code - 1) % TRACER_KINDS];
    if (code > TRACER_KINDS) slot = in_.number() * graph_.facts.word_bytes;
    kind_ = slot;
  }

  void read_object(HeapObject& object) {
    kind_ = 0;
    object.first_edge = static_cast<uint32_t>(graph_.edges.size());
    read_words(uint64_t{object.blocks} * graph_.facts.words_per_block(),
               /*has_kind=*/true, object.words,
               [&](uint32_t target, uint32_t word) {
                 graph_.edges.push_back({target, word});
               });
    object.first_word = kind_;
    object.edges =
        static_cast<uint32_t>(graph_.edges.size()) - object.first_edge;
    if (has_contents_ && object.words.in_pool == 0) read_contents(object);
  }

  // The first word, if its kind told it, is not sent again.
  void read_contents(HeapObject& object) {
    std::vector<uint8_t> bytes;
    for (uint32_t i = 0; kind_ != 0 && i < graph_.facts.word_bytes; ++i) {
      bytes.push_back(static_cast<uint8_t>(kind_ >> (8 * i)));
    }
    const uint32_t more = in_.byte();
    if (bytes.size() + more >
        uint64_t{object.blocks} * graph_.facts.block_bytes) {
      return in_.fail("more contents than an object has");
    }
    for (uint32_t i = 0; i < more; ++i) bytes.push_back(in_.byte());
    graph_.add_contents(object, bytes);
  }

  void read_roots() {
    while (in_.ok()) {
      const uint8_t kind = in_.byte();
      if (kind == TRACER_ROOTS_END) return;
      if (kind > TRACER_ROOTS_OTHER) return in_.fail("unknown roots");
      const auto array = static_cast<uint32_t>(graph_.root_arrays.size());
      graph_.root_arrays.push_back(static_cast<RootKind>(kind - 1));
      const uint64_t words = in_.number();
      if (words > kMostRootWords) return in_.fail("more roots than memory has");
      read_words(words, /*has_kind=*/false, graph_.root_words,
                 [&](uint32_t target, uint32_t word) {
                   graph_.roots.push_back({target, array, word});
                 });
    }
  }

  Bytes& in_;
  bool has_contents_;
  HeapGraph& graph_;
  std::vector<uint32_t> object_of_head_;
  std::array<uint64_t, TRACER_KINDS> kinds_{};
  uint64_t kind_ = 0;  // of the object at hand
  uint32_t target_ = 0;
};

}  // namespace

void take_pools(const GcHeap& heap, SnapshotFacts& facts) {
  facts.pools.clear();
  for (const std::unique_ptr<Area>& area : heap.areas()) {
    facts.add_pool(area->id(), area->layout().pool, area->blocks(),
                   heap.config().traits.last_used_block
                       ? std::optional(area->last_used_block)
                       : std::nullopt);
  }
}

namespace {

SnapshotFacts facts_of(const TraceHeader& header, const GcHeap& heap) {
  SnapshotFacts facts;
  facts.release = heap.config().release;
  facts.clock_hz = clock_of(header);
  facts.block_bytes = heap.config().block_bytes;
  facts.word_bytes = heap.config().word_bytes;
  facts.mark_stack_entries = header.mark_stack_entries;
  facts.split = heap.config().split != SplitMode::kNone;
  take_pools(heap, facts);
  return facts;
}

}  // namespace

std::string read_snapshot_graph(const SnapshotRecord& snapshot,
                                const TraceHeader& header, const GcHeap& heap,
                                HeapGraph& graph) {
  graph = {};
  graph.facts = facts_of(header, heap);
  Bytes in(snapshot.bytes);
  const uint8_t form = in.byte();
  if (form > (TRACER_SNAPSHOT_AREAS | TRACER_SNAPSHOT_CONTENTS)) {
    return "it is of an unknown form";
  }
  const bool areas = (form & TRACER_SNAPSHOT_AREAS) != 0;
  if (areas && heap.areas().size() == 1) return "it is of several areas";
  if (!areas && heap.areas().size() != 1) return "it is of one area";
  uint32_t digest = 0;
  for (uint32_t i = 0; i < 4; ++i) digest |= uint32_t{in.byte()} << (8 * i);
  if (digest != heap.digest().table) return "the table's digest differs";
  GraphReader(in, (form & TRACER_SNAPSHOT_CONTENTS) != 0, graph).run(heap);
  return in.wrong();
}

}  // namespace libheap
