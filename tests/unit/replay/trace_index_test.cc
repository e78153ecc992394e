#include "libheap/replay/trace_index.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "libheap/base/error.h"
#include "libheap/replay/index_builder.h"
#include "libheap/replay/trace_recorder.h"
#include "tests/support/golden_files.h"

namespace libheap {
namespace {

constexpr uint64_t kStride = 700;
const TraceIdentity kIdentity{1000, 7, 99};

std::string golden_log(const std::string& name) {
  for (const std::filesystem::path& log : testing::golden_logs("events")) {
    if (log.filename().string().starts_with(name)) return log.string();
  }
  throw Error(name + ": no such recording");
}

// A golden log as a trace of packets.
std::string trace_of(const std::string& name) {
  std::string bytes;
  StringSink sink(bytes);
  const auto source = open_trace(golden_log(name));
  Replayer replayer(*source);
  TraceRecorder recorder(sink, {});
  replayer.observe_records(&recorder);
  replayer.run();
  recorder.finish();
  return bytes;
}

TraceReader reader_of(std::string_view bytes) {
  return TraceReader(memory_byte_source(bytes, "trace"));
}

TraceIndex index_of(const std::string& trace) {
  TraceReader reader = reader_of(trace);
  Replayer replayer(reader);
  TraceIndex index(kStride);
  IndexBuilder builder(reader, replayer, index);
  while (replayer.step()) builder.after_step();
  return index;
}

struct Seen {
  std::string state;  // all of it, as bytes
  uint64_t events = 0;
  uint64_t divergences = 0;
  TableDigest digest;
  bool operator==(const Seen&) const = default;
};

Seen seen_by(const Replayer& replayer, const TraceReader& reader) {
  Seen seen;
  Bookmark here;
  if (const auto state = replayer.state()) here.replay = *state;
  if (const auto position = reader.position()) here.position = *position;
  seen.state = bytes_of(here);
  seen.events = replayer.result().events;
  seen.divergences = replayer.result().divergences;
  seen.digest = replayer.heap().digest();
  return seen;
}

// The replay at the first step that has seen so many events, and at the end.
std::vector<Seen> replayed(const std::string& trace, uint64_t event,
                           const Bookmark* from) {
  TraceReader reader = reader_of(trace);
  Replayer replayer(reader);
  if (from != nullptr) {
    replayer.resume(from->replay);
    reader.resume(
        from->position,
        memory_byte_source(
            std::string_view(trace).substr(from->position.offset), "rest"));
  }
  std::vector<Seen> seen;
  while (replayer.result().events < event && replayer.step()) {
  }
  seen.push_back(seen_by(replayer, reader));
  while (replayer.step()) {
  }
  seen.push_back(seen_by(replayer, reader));
  return seen;
}

TEST(TraceIndex, GivesTheHeapThatAReplayFromTheStartGives) {
  const std::string trace = trace_of("v1.22.2__pb_core_str");
  const TraceIndex index = index_of(trace);
  ASSERT_GT(index.size(), 2u);
  EXPECT_FALSE(index.before({false, kStride}));
  for (uint64_t event = 2000; event < 3400; event += 117) {
    const auto bookmark = index.before({false, event});
    ASSERT_TRUE(bookmark);
    EXPECT_LT(bookmark->replay.counted.events, event);
    EXPECT_EQ(replayed(trace, event, &*bookmark),
              replayed(trace, event, nullptr));
  }
}

TEST(TraceIndex, FindsATimeByTheLatestOneBefore) {
  TraceIndex index(kStride);
  for (uint64_t i = 1; i <= 3; ++i) {
    Bookmark bookmark;
    bookmark.replay.counted.events = 100 * i;
    bookmark.latest_us = 5000 * i;
    index.add(bookmark);
  }
  EXPECT_FALSE(index.before({true, 5000}));
  EXPECT_EQ(index.before({true, 5001})->latest_us, 5000u);
  EXPECT_EQ(index.before({true, 15000})->latest_us, 10000u);
  EXPECT_EQ(index.before({false, 301})->replay.counted.events, 300u);
  EXPECT_EQ(index.before({false, 300})->replay.counted.events, 200u);
}

TEST(TraceIndex, IsReadAsItWasWritten) {
  const TraceIndex index = index_of(trace_of("v1.22.2__pb_core_str"));
  const std::string bytes = index.to_bytes(kIdentity);
  const auto read = TraceIndex::from_bytes(bytes, kIdentity);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->to_bytes(kIdentity), bytes);
}

TEST(TraceIndex, IsOfOneTraceOnly) {
  const std::string bytes = TraceIndex().to_bytes(kIdentity);
  for (const TraceIdentity& other :
       {TraceIdentity{1001, 7, 99}, {1000, 8, 99}, {1000, 7, 98}}) {
    EXPECT_FALSE(TraceIndex::from_bytes(bytes, other));
  }
  EXPECT_TRUE(TraceIndex::from_bytes(bytes, kIdentity));
}

// Whatever byte is wrong, wherever the file ends: no index or no bookmark, but
// never another answer.
TEST(TraceIndex, NeverAnswersFromDamagedBytes) {
  const TraceIndex index = index_of(trace_of("v1.22.2__pb_core_str"));
  const std::string bytes = index.to_bytes(kIdentity);
  const IndexPlace end{false, UINT64_MAX};
  const std::string whole = bytes_of(*index.before(end));
  for (size_t at = 0; at < bytes.size(); at += at < 400 ? 1 : 97) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    const auto read = TraceIndex::from_bytes(damaged, kIdentity);
    const auto found = read ? read->before(end) : std::nullopt;
    if (found) {
      EXPECT_EQ(bytes_of(*found), whole) << "byte " << at;
    }
    const auto cut = TraceIndex::from_bytes(bytes.substr(0, at), kIdentity);
    EXPECT_FALSE(cut) << "cut to " << at;
  }
}

TEST(TraceIndex, HasNoMoreBookmarksThanItMay) {
  TraceIndex index(10);
  for (uint64_t i = 1; i <= 5 * TraceIndex::kMost; ++i) {
    Bookmark bookmark;
    bookmark.replay.counted.events = 10 * i;
    index.add(bookmark);
    ASSERT_LE(index.size(), TraceIndex::kMost);
  }
  EXPECT_GT(index.stride(), 10u);
  EXPECT_EQ(index.before({false, UINT64_MAX})->replay.counted.events % 20, 0u);
}

TEST(TraceIndex, EndsWhereTheTraceIsWrong) {
  std::string trace = trace_of("v1.22.2__pb_core_str");
  const size_t sound = index_of(trace).size();
  trace[trace.size() / 2] = static_cast<char>(trace[trace.size() / 2] ^ 0xff);
  const TraceIndex index = index_of(trace);
  EXPECT_LT(index.size(), sound);
  EXPECT_GT(index.size(), 0u);
}

TEST(TraceIndex, StaysBesideItsTrace) {
  const auto folder = std::filesystem::temp_directory_path() /
                      ("trace_index_test." + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  const std::string path = (folder / "run.mpheap").string();
  std::ofstream(path) << "a trace";
  const auto identity = identity_of(path);
  ASSERT_TRUE(identity);
  EXPECT_FALSE(load_index(path, *identity));
  EXPECT_TRUE(save_index(TraceIndex(5), path, *identity));
  const auto loaded = load_index(path, *identity);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->stride(), 5u);
  std::ofstream(path, std::ios::app) << ", longer now";
  EXPECT_FALSE(load_index(path, *identity_of(path)));
  std::filesystem::remove_all(folder);
  EXPECT_FALSE(save_index(TraceIndex(5), path, *identity));
  EXPECT_FALSE(identity_of(path));
}

TEST(TraceIndex, IsNotOfCompressedTraces) {
  EXPECT_FALSE(identity_of(golden_log("v1.22.2__pb_core_str")));
}

}  // namespace
}  // namespace libheap
