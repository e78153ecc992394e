// Recordings of real MicroPython, run again as programs of a device: what the
// tracer sends of them replays without a divergence, to the same tables.

#include <filesystem>

#include <gtest/gtest.h>

#include "libheap/replay/replayer.h"
#include "libheap/trace/byte_source.h"
#include "libheap/trace/trace_reader.h"
#include "tests/support/golden_files.h"
#include "tests/unit/firmware/model_device.h"

namespace libheap::testing {
namespace {

// The larger ones have nothing that these have not.
constexpr uintmax_t kSmall = 60'000;

std::vector<std::filesystem::path> small_recordings() {
  std::vector<std::filesystem::path> small;
  for (const std::filesystem::path& path : golden_logs("events")) {
    if (std::filesystem::file_size(path) < kSmall) small.push_back(path);
  }
  return small;
}

class Sites : public ReplayObserver {
 public:
  void on_record(const Moment&, const Event& event) override {
    if (event.kind == EventKind::kSite) ++described;
    if (event.phase == EventPhase::kEnd) return;
    if (event.kind == EventKind::kAlloc || event.kind == EventKind::kRealloc) {
      seen.push_back(event.site);
    }
  }
  std::vector<uint32_t> seen;
  size_t described = 0;
};

struct Replayed {
  ReplayResult result;
  TableDigest digest;
  uint64_t damage = 0;
  bool exact = false;  // at the end
  Sites sites;
};

Replayed replayed(const std::string& trace) {
  Replayed out;
  TraceReader reader(memory_byte_source(trace, "trace"));
  Replayer replayer(reader);
  replayer.observe_records(&out.sites);
  replayer.run();
  out.result = replayer.result();
  out.digest = replayer.heap().digest();
  out.exact = replayer.exact();
  out.damage = reader.damage().count();
  return out;
}

class Recording : public ::testing::TestWithParam<std::filesystem::path> {
 protected:
  // Checks what must be whatever was dropped.
  Replayed check(const DeviceRun& run) {
    Replayed back = replayed(run.trace);
    EXPECT_EQ(back.damage, 0U);
    EXPECT_EQ(back.result.divergences, 0U);
    for (const Divergence& one : back.result.first_divergences) {
      ADD_FAILURE() << one.event << ' ' << one.what;
    }
    EXPECT_EQ(back.result.checkpoints_failed, 0U);
    EXPECT_EQ(back.result.events, run.stats.events - run.stats.dropped);
    EXPECT_EQ(back.digest.table, run.digest.table);
    return back;
  }
};

TEST_P(Recording, ReplaysFromWhatTheTracerSent) {
  for (const uint8_t flags :
       {uint8_t{TRACER_FLAG_TIME_PACKET},
        uint8_t{TRACER_FLAG_TIME_1US | TRACER_FLAG_RESULTS},
        uint8_t{TRACER_FLAG_TIME_16US | TRACER_FLAG_SITES}}) {
    DeviceOptions options;
    options.flags = flags;
    const DeviceRun run = run_device(GetParam().string(), options);
    if (!run.possible) GTEST_SKIP() << "its addresses are not to be had";
    const Replayed back = check(run);
    EXPECT_EQ(run.stats.dropped, 0U);
    EXPECT_TRUE(back.result.gaps.empty());
    if (flags & TRACER_FLAG_SITES) {
      EXPECT_EQ(back.sites.seen, run.sites);
      EXPECT_GT(back.sites.described, 0U);
    }
  }
}

// A capture that begins in the middle of a packet is exact from the next
// keyframe on, however many areas there are by then.
TEST_P(Recording, ReplaysFromAnyPlaceOn) {
  DeviceOptions options;
  options.keyframe_every = 64;
  const DeviceRun run = run_device(GetParam().string(), options);
  if (!run.possible) GTEST_SKIP() << "its addresses are not to be had";
  // Eight keyframes and more come after each of these places.
  if (run.stats.events < 2000) GTEST_SKIP() << "it is too short";
  for (size_t part = 1; part < 6; part += 2) {
    const std::string late = run.trace.substr(run.trace.size() * part / 8 + 1);
    const Replayed back = replayed(late);
    EXPECT_EQ(back.result.divergences, 0U) << part;
    EXPECT_GT(back.result.checkpoints_checked, 0U) << part;
    EXPECT_TRUE(back.exact) << part;
    EXPECT_EQ(back.digest.table, run.digest.table) << part;
  }
}

// In a loss an area may go, or change, of which a keyframe does not tell.
TEST_P(Recording, ReplaysBetweenLosses) {
  DeviceOptions options;
  options.policy = TRACER_DROP;
  options.us_per_byte = 9;
  options.slots = 12;
  const DeviceRun run = run_device(GetParam().string(), options);
  if (!run.possible) GTEST_SKIP() << "its addresses are not to be had";
  if (run.areas_go) GTEST_SKIP() << "its areas go";
  check(run);
}

INSTANTIATE_TEST_SUITE_P(
    , Recording, ::testing::ValuesIn(small_recordings()),
    [](const ::testing::TestParamInfo<std::filesystem::path>& of) {
      return test_name_of(of.param);
    });

}  // namespace
}  // namespace libheap::testing
