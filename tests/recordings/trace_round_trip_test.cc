// Recordings written as .mpheap traces and read back: the same heap, event by
// event; and traces that were harmed on the way.

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "libheap/base/error.h"
#include "libheap/replay/replayer.h"
#include "libheap/replay/trace_recorder.h"
#include "libheap/trace/byte_source.h"
#include "libheap/trace/event_log_format.h"
#include "libheap/trace/trace_reader.h"
#include "tests/support/golden_files.h"
#include "tests/support/small_log.h"

namespace libheap {
namespace {

std::string recorded(EventSource& source, const RecorderOptions& options) {
  std::string bytes;
  StringSink sink(bytes);
  Replayer replayer(source);
  TraceRecorder recorder(sink, options);
  replayer.observe_records(&recorder);
  replayer.run();
  recorder.finish();
  return bytes;
}

std::string recorded(const std::string& name, const RecorderOptions& options) {
  for (const std::filesystem::path& path : testing::golden_logs("events")) {
    if (path.filename().string().find(name) == std::string::npos) continue;
    return recorded(*open_trace(path.string()), options);
  }
  return {};
}

// Every event as a line, completed by the model; what is not the heap's
// doing (keyframes, checkpoints) left out.
class Lines : public ReplayObserver {
 public:
  void on_record(const Moment&, const Event& event) override {
    if (event.kind == EventKind::kKeyframe ||
        event.kind == EventKind::kCheckpoint) {
      return;
    }
    Event bare = event;
    bare.collect = nullptr;  // said in another form
    bare.time_us = bare.mark_end_us = Event::kNoTime;
    if (bare.area != nullptr) {
      lines.push_back("area " + std::to_string(bare.area->start) + " " +
                      std::to_string(bare.area->end));
      return;
    }
    lines.push_back(format_event(bare));
  }

  std::vector<std::string> lines;
};

struct Outcome {
  std::vector<std::string> lines;
  ReplayResult result;
  TableDigest digest;
  uint64_t damage = 0;

  [[nodiscard]] bool sound() const {
    return damage == 0 && result.divergences == 0 && result.gaps.empty() &&
           result.ended;
  }
};

Outcome replayed(EventSource& source) {
  Replayer replayer(source);
  Lines lines;
  replayer.observe_records(&lines);
  replayer.run();
  return {std::move(lines.lines), replayer.result(), replayer.heap().digest(),
          source.damage().count()};
}

Outcome replayed(const std::string& trace) {
  TraceReader reader(memory_byte_source(trace, "trace"));
  return replayed(reader);
}

std::string first_difference(const std::vector<std::string>& after,
                             const std::vector<std::string>& before) {
  const auto [a, b] =
      std::mismatch(after.begin(), after.end(), before.begin(), before.end());
  if (a == after.end() && b == before.end()) return {};
  return (a == after.end() ? "the end" : *a) + " was " +
         (b == before.end() ? "the end" : *b);
}

class RoundTrip : public ::testing::TestWithParam<std::filesystem::path> {};

TEST_P(RoundTrip, GivesTheSameEventsAndTheSameHeap) {
  const Outcome before = replayed(*open_trace(GetParam().string()));
  for (const bool verify : {false, true}) {
    RecorderOptions options;
    options.time = RecorderOptions::Time::kPacket;
    options.verify = verify;
    const Outcome after =
        replayed(recorded(*open_trace(GetParam().string()), options));
    EXPECT_TRUE(after.sound());
    EXPECT_EQ(first_difference(after.lines, before.lines), "");
    EXPECT_EQ(after.digest, before.digest);
    EXPECT_EQ(after.result.events, before.result.events);
    EXPECT_EQ(after.result.tables_checked, after.result.collects);
    if (verify) {
      EXPECT_GE(after.result.results_checked, before.result.results_checked);
    }
  }
}

std::string named(const ::testing::TestParamInfo<std::filesystem::path>& of) {
  return testing::test_name_of(of.param);
}

INSTANTIATE_TEST_SUITE_P(Events, RoundTrip,
                         ::testing::ValuesIn(testing::golden_logs("events")),
                         named);

TEST(RoundTrips, KeepSitesAndTheirCallers) {
  testing::SmallLog log;
  log.own_form()
      .line("SITE 1 3 main.py <module> -")
      .line("SITE 7 4294967295 main.py step - 1")
      .line("SITE 65535 12 sensor.py read mp_obj_new_float 7")
      .line("SITE 9 13 sensor.py read - 4294967295")
      .line("SITE 10 14 ring.py turn - 10")
      .line("A 16 0 0 s=65535")
      .line("A 16 0 1 s=9")
      .line("A 16 0 2 s=10")
      .end();
  const Outcome before = replayed(*log.open());
  const Outcome after = replayed(recorded(*log.open(), RecorderOptions()));
  EXPECT_TRUE(after.sound());
  EXPECT_EQ(after.lines, before.lines);
  EXPECT_EQ(std::count(after.lines.begin(), after.lines.end(),
                       "SITE 65535 12 sensor.py read mp_obj_new_float 7"),
            1);
}

TEST(RoundTrips, TakeUnderAByteForAnEvent) {
  uint64_t events = 0;
  uint64_t bytes = 0;
  RecorderOptions options;
  options.time = RecorderOptions::Time::kPacket;
  for (const std::filesystem::path& path : testing::golden_logs("events")) {
    const std::unique_ptr<EventSource> source = open_trace(path.string());
    std::string trace;
    StringSink sink(trace);
    Replayer replayer(*source);
    TraceRecorder recorder(sink, options);
    replayer.observe_records(&recorder);
    replayer.run();
    recorder.finish();
    events += replayer.result().events;
    bytes += trace.size();
  }
  ASSERT_GT(events, 0u);
  const double per_event =
      static_cast<double>(bytes) / static_cast<double>(events);
  // 0.40 over all recordings; the committed third has more of the hard ones.
  EXPECT_LT(per_event, testing::all_recordings_present() ? 0.45 : 0.8);
}

// --- Harm -------------------------------------------------------------------

TEST(HarmedTrace, ShowsEveryFlippedBit) {
  const std::string whole = recorded("v1.26.1__gc1", {});
  const Outcome right = replayed(whole);
  ASSERT_TRUE(right.sound());
  for (size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string harmed = whole;
    harmed[bit / 8] = static_cast<char>(harmed[bit / 8] ^ (1 << (bit % 8)));
    try {
      const Outcome outcome = replayed(harmed);
      EXPECT_TRUE(!outcome.sound() || outcome.lines == right.lines)
          << "bit " << bit;
    } catch (const Error&) {
      // The heap's description was hit: said, and nothing done.
    }
  }
}

TEST(HarmedTrace, OpensWhereverItWasCut) {
  const std::string whole = recorded("v1.20.0__gc1", {});
  const Outcome right = replayed(whole);
  size_t opened = 0;
  // The last zero byte is not missed: what is before it is whole.
  for (size_t length = 0; length + 1 < whole.size(); ++length) {
    try {
      const Outcome outcome = replayed(whole.substr(0, length));
      ++opened;
      EXPECT_FALSE(outcome.result.ended);
      EXPECT_EQ(outcome.result.divergences, 0u) << length;
      ASSERT_LE(outcome.lines.size(), right.lines.size());
      EXPECT_TRUE(std::equal(outcome.lines.begin(), outcome.lines.end(),
                             right.lines.begin()))
          << length;
    } catch (const Error&) {
      EXPECT_LT(length, 400u);  // within the description
    }
  }
  EXPECT_GT(opened, whole.size() - 400);
}

// The offsets where packets begin.
std::vector<size_t> packet_starts(const std::string& trace) {
  std::vector<size_t> starts;
  PacketFinder finder;
  finder.push({reinterpret_cast<const uint8_t*>(trace.data()), trace.size()});
  finder.finish();
  FoundItem item;
  while (finder.next(item)) starts.push_back(item.offset);
  return starts;
}

TEST(HarmedTrace, LosesOnlyThePacketsThatAreGone) {
  const std::string whole = recorded("v1.24.1__memerr", {});
  const std::vector<size_t> starts = packet_starts(whole);
  ASSERT_GT(starts.size(), 12u);
  for (size_t gone = 8; gone + 1 < starts.size(); ++gone) {
    std::string harmed = whole;
    harmed.erase(starts[gone], starts[gone + 1] - starts[gone]);
    const Outcome outcome = replayed(harmed);
    EXPECT_EQ(outcome.result.divergences, 0u) << gone;
    ASSERT_LE(outcome.result.gaps.size(), 1u);
    uint64_t lost = 0;
    for (const Gap& gap : outcome.result.gaps) lost += gap.lost;
    EXPECT_EQ(outcome.result.events + lost, 14371u) << gone;
  }
}

TEST(HarmedTrace, YieldsEveryPacketFromAmongGarbage) {
  const std::string whole = recorded("v1.24.1__memerr", {});
  const Outcome right = replayed(whole);
  std::mt19937 random(1);
  std::string mixed = ">>> print('hello')\r\nhello\r\n";
  size_t last = 0;
  for (const size_t start : packet_starts(whole)) {
    // Between two packets: both have their zero bytes.
    mixed += whole.substr(last, start - 1 - last);
    last = start - 1;
    if (random() % 2 == 0) {
      mixed += "temperature 21.5\r\n";
    } else {
      for (uint32_t i = 0; i < random() % 40; ++i) {
        mixed += static_cast<char>(1 + random() % 255);
      }
    }
  }
  mixed += whole.substr(last);
  const Outcome outcome = replayed(mixed);
  EXPECT_TRUE(outcome.result.ended);
  EXPECT_TRUE(outcome.result.gaps.empty());
  EXPECT_EQ(outcome.result.divergences, 0u);
  EXPECT_EQ(outcome.result.events, right.result.events);
  EXPECT_EQ(outcome.digest, right.digest);
}

TEST(HarmedTrace, IsExactAgainFromTheNextKeyframe) {
  const std::string whole = recorded("v1.22.2__json_doc__128K", {});
  const std::vector<size_t> starts = packet_starts(whole);
  std::string harmed = whole;
  harmed.erase(starts[20], starts[22] - starts[20]);
  const Outcome outcome = replayed(harmed);
  ASSERT_EQ(outcome.result.gaps.size(), 1u);
  EXPECT_GT(outcome.result.gaps[0].lost, 0u);
  EXPECT_EQ(outcome.result.divergences, 0u);
}

TEST(HarmedTrace, CanBeListenedToFromTheMiddle) {
  const std::string whole = recorded("v1.22.2__bufs_frag__128K", {});
  if (whole.empty()) GTEST_SKIP() << "needs a long recording";
  // Inside a packet, somewhere in the first half.
  const Outcome late = replayed(whole.substr(whole.size() / 4 + 7));
  EXPECT_EQ(late.result.divergences, 0u);
  EXPECT_EQ(late.damage, 0u);
  EXPECT_TRUE(late.result.ended);
  ASSERT_EQ(late.result.gaps.size(), 1u);  // what was before
  EXPECT_GT(late.result.gaps[0].lost, 0u);
  EXPECT_NE(late.result.gaps[0].exact_again, 0u);
  EXPECT_EQ(late.digest, replayed(whole).digest);
}

TEST(HarmedTrace, NeverCrashesTheReader) {
  const std::string whole = recorded("v1.24.1-auto__fuzz__24K", {});
  std::mt19937 random(2);
  for (int round = 0; round < 300; ++round) {
    std::string harmed = whole;
    for (uint32_t k = 0; k <= random() % 20; ++k) {
      harmed[random() % harmed.size()] = static_cast<char>(random());
    }
    try {
      static_cast<void>(replayed(harmed));
    } catch (const Error&) {
    }
  }
}

}  // namespace
}  // namespace libheap
