#include "libheap/report/snapshot_file.h"

#include <algorithm>
#include <bit>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "libheap/base/error.h"
#include "libheap/base/in_quotes.h"
#include "libheap/model/heap_limits.h"
#include "libheap/model/release.h"
#include "libheap/report/bounded_json.h"
#include "libheap/trace/byte_source.h"

namespace libheap {
namespace {

using Json = nlohmann::json;

constexpr size_t kMostJsonBytes = size_t{2} << 20;
constexpr uint64_t kMostBlocks = kMostHeapBlocks;
constexpr uint64_t kMostEntries = uint64_t{1} << 21;
constexpr std::string_view kEnding = ".json";

std::string read_all(const std::string& path, size_t at_most) {
  const std::unique_ptr<ByteSource> source = open_byte_source(path);
  std::string bytes;
  size_t got = 0;
  do {
    const size_t had = bytes.size();
    bytes.resize(had + std::min<size_t>(size_t{1} << 16, at_most + 1 - had));
    got = source->read(std::span(bytes).subspan(had));
    bytes.resize(had + got);
  } while (got != 0 && bytes.size() <= at_most);
  if (source->damage()) {
    throw Error(fmt::format("{}: damaged after {} bytes: {}", path,
                            source->damage()->offset,
                            source->damage()->reason));
  }
  return bytes;
}

// The document, with lookups that say what is wrong.
class Document {
 public:
  explicit Document(const std::string& path) : path_(path) {
    const std::string text = read_all(path, kMostJsonBytes);
    try {
      json_ = parse_bounded_json(text, kMostJsonBytes);
    } catch (const Error& error) {
      fail(error.what());
    } catch (const Json::parse_error& error) {
      throw Error(fmt::format("{}: not JSON (at byte {})", path, error.byte));
    } catch (const Json::out_of_range&) {
      throw Error(path + ": a number in it is too large");
    }
    if (!json_.is_object()) fail("no JSON object");
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(path_ + ": " + what);
  }

  [[nodiscard]] bool has(const char* key) const {
    return json_.contains(key) && !json_[key].is_null();
  }
  [[nodiscard]] const Json& at(const char* key) const {
    if (!has(key)) {
      fail(fmt::format("no \"{}\": not a snapshot of a heap, or only a part",
                       key));
    }
    return json_[key];
  }
  // A whole number from `low` to `high`.
  [[nodiscard]] uint64_t number(const char* key, uint64_t low,
                                uint64_t high) const {
    const Json& value = at(key);
    if (!value.is_number_unsigned() || value.get<uint64_t>() < low ||
        value.get<uint64_t>() > high) {
      fail(fmt::format("\"{}\" is no whole number from {} to {}", key, low,
                       high));
    }
    return value.get<uint64_t>();
  }
  [[nodiscard]] std::string text(const char* key) const {
    const Json& value = at(key);
    if (!value.is_string()) fail(fmt::format("\"{}\" is no text", key));
    return value.get<std::string>();
  }

 private:
  std::string path_;
  Json json_;
};

Release release_in(const Document& document) {
  const std::string text = document.text("release");
  const std::optional<Release> release = parse_release(text);
  if (!release || *release < kOldestRelease) {
    document.fail(fmt::format("\"release\" {} is none from {} on",
                              in_quotes(text), to_string(kOldestRelease)));
  }
  return *release;
}

SnapshotFacts facts_in(const Document& document) {
  SnapshotFacts facts;
  facts.release = release_in(document);
  facts.clock_hz = document.number("clock_hz", 1, uint64_t{1} << 40);
  facts.block_bytes =
      static_cast<uint32_t>(document.number("block_bytes", 16, 1024));
  if (!std::has_single_bit(facts.block_bytes)) {
    document.fail("\"block_bytes\" is no power of two");
  }
  // Four words a block, in every port so far.
  facts.word_bytes = facts.block_bytes / 4 >= 8 ? 8 : 4;
  const auto blocks =
      static_cast<uint32_t>(document.number("blocks", 1, kMostBlocks));
  const uint64_t pool_start =
      document.number("pool_start", 0,
                      (facts.word_bytes == 4 ? UINT32_MAX : UINT64_MAX / 2) -
                          uint64_t{blocks} * facts.block_bytes + 1);
  if (pool_start % facts.block_bytes != 0) {
    document.fail("\"pool_start\" is no multiple of the block size");
  }
  facts.mark_stack_entries = static_cast<uint32_t>(
      document.number("mark_stack_entries", 1, kMostEntries));
  std::optional<uint32_t> last_used_block;
  if (traits_of(facts.release).last_used_block) {
    last_used_block =
        static_cast<uint32_t>(document.number("last_used_block", 0, blocks));
  }
  facts.add_pool(0, pool_start, blocks, last_used_block);
  return facts;
}

// One run of the table: a letter and how often.
struct Run {
  char letter = '.';
  uint64_t length = 1;
};

Run take_run(std::string_view& text) {
  Run run = {.letter = text.front()};
  text.remove_prefix(1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || !is_digit(text.front())) return run;
  run.length = 0;
  while (!text.empty() && is_digit(text.front())) {
    run.length = std::min<uint64_t>(
        kMostBlocks + 1,
        10 * run.length + static_cast<uint64_t>(text.front() - '0'));
    text.remove_prefix(1);
  }
  return run;
}

// Enters a table into the bitmaps, run by run.
class TableReader {
 public:
  TableReader(const Document& document, const char* key, uint32_t blocks)
      : document_(document), key_(key), free_(blocks), tail_(blocks) {}

  void read(Bitmap& free, Bitmap& tail) {
    const std::string text = document_.text(key_);
    std::string_view rest = text;
    while (!rest.empty()) add(take_run(rest));
    if (at_ != free_.size()) fail_size();
    free = std::move(free_);
    tail = std::move(tail_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    document_.fail(fmt::format("\"{}\": {}", key_, what));
  }
  [[noreturn]] void fail_size() const {
    fail(fmt::format("not of {} blocks", free_.size()));
  }

  void add(const Run& run) {
    if (run.length > free_.size() - at_) fail_size();
    const uint32_t end = at_ + static_cast<uint32_t>(run.length);
    if (run.letter == '.') {
      free_.set_range(at_, end);
    } else if (run.letter == 't') {
      if (at_ == 0 || free_.test(at_ - 1)) {
        fail(fmt::format("block {} is a tail without a head", at_));
      }
      tail_.set_range(at_, end);
    } else if (run.letter != 'h') {
      fail(fmt::format("{} for block {} is none of h, t and .",
                       in_quotes({&run.letter, 1}), at_));
    }
    at_ = end;
  }

  const Document& document_;
  const char* key_;
  Bitmap free_;
  Bitmap tail_;
  uint32_t at_ = 0;
};

std::vector<RootWords> roots_in(const Document& document, uint32_t word_bytes) {
  const Json& arrays = document.at("roots");
  if (!arrays.is_array()) document.fail("\"roots\" is no list of lists");
  const uint64_t most = word_bytes == 4 ? UINT32_MAX : UINT64_MAX;
  std::vector<RootWords> roots;
  for (const Json& array : arrays) {
    RootWords& root = roots.emplace_back();
    root.kind = static_cast<RootKind>(std::min<size_t>(roots.size() - 1, 2));
    if (!array.is_array()) document.fail("\"roots\" is no list of lists");
    for (const Json& word : array) {
      if (!word.is_number_unsigned() || word.get<uint64_t>() > most) {
        document.fail(
            fmt::format("\"roots\": word {} of list {} is no word of {} bytes",
                        root.words.size(), roots.size() - 1, word_bytes));
      }
      root.words.push_back(word.get<uint64_t>());
    }
  }
  return roots;
}

std::string pool_path(const std::string& path) {
  if (!path.ends_with(kEnding)) {
    throw Error(path +
                ": a snapshot is a pair of files; name the one in .json");
  }
  const std::string stem = path.substr(0, path.size() - kEnding.size());
  std::error_code ignored;
  const bool plain = !std::filesystem::exists(stem + ".pool.zst", ignored) &&
                     std::filesystem::exists(stem + ".pool", ignored);
  return stem + (plain ? ".pool" : ".pool.zst");
}

// Little-endian, as every port is.
std::vector<uint64_t> words_of(std::string_view bytes, uint32_t word_bytes) {
  std::vector<uint64_t> words(bytes.size() / word_bytes);
  for (size_t i = 0; i < words.size(); ++i) {
    for (uint32_t k = word_bytes; k-- > 0;) {
      words[i] =
          words[i] << 8 | static_cast<uint8_t>(bytes[i * word_bytes + k]);
    }
  }
  return words;
}

std::vector<uint64_t> read_pool(const std::string& path,
                                const SnapshotFacts& facts) {
  const size_t size = size_t{facts.blocks()} * facts.block_bytes;
  const std::string bytes = read_all(path, size);
  if (bytes.size() != size) {
    throw Error(fmt::format("{}: {} {} bytes, the pool has {}", path,
                            bytes.size() > size ? "more than" : "only",
                            std::min(bytes.size(), size), size));
  }
  return words_of(bytes, facts.word_bytes);
}

ChipCollect seen_in(const Document& document, uint32_t blocks) {
  const Json& json = document.at("seen_on_chip");
  ChipCollect seen;
  try {
    seen.rescan_passes = whole_number(json.at("rescan_passes"));
    seen.overflowed = *seen.rescan_passes != 0;
    seen.live_objects = whole_number(json.at("live_objects"));
    seen.mark_us = json.at("mark_us").get<double>();
    seen.sweep_us = json.at("sweep_us").get<double>();
    seen.total_us = json.at("total_us").get<double>();
  } catch (const std::exception&) {
    document.fail("\"seen_on_chip\" misses one of its numbers");
  }
  if (!(*seen.total_us > 0)) {
    document.fail("\"seen_on_chip\": \"total_us\" is not above 0");
  }
  TableReader(document, "table_after", blocks).read(seen.free, seen.tail);
  return seen;
}

std::string program_in(const Document& document) {
  if (!document.has("workload")) return "";
  const std::string name = document.text("workload");
  if (!document.has("n")) return name;
  return fmt::format("{}, n = {}", name, document.number("n", 0, UINT64_MAX));
}

HeapSnapshot snapshot_in(const Document& document, const std::string& pool) {
  HeapSnapshot snapshot;
  snapshot.facts = facts_in(document);
  TableReader(document, "table_before", snapshot.facts.blocks())
      .read(snapshot.free, snapshot.tail);
  snapshot.roots = roots_in(document, snapshot.facts.word_bytes);
  snapshot.words = read_pool(pool, snapshot.facts);
  return snapshot;
}

}  // namespace

GraphRecording read_recorded_graph(const std::string& path) {
  const std::string pool = pool_path(path);
  const Document document(path);
  GraphRecording recorded;
  recorded.source = path;
  recorded.program = program_in(document);
  recorded.graph = graph_of(snapshot_in(document, pool));
  if (document.has("seen_on_chip")) {
    recorded.seen = seen_in(document, recorded.graph.facts.blocks());
  }
  return recorded;
}

HeapSnapshot read_heap_snapshot(const std::string& path) {
  const std::string pool = pool_path(path);
  return snapshot_in(Document(path), pool);
}

}  // namespace libheap
