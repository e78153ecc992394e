// The fast model against the naive one: random programs on random heaps of
// every release that behaves differently, and every short program on heaps of
// eight blocks.
//
//     MPHEAP_ORACLE_OPS    how many random operations, over all releases
//     MPHEAP_ORACLE_SEED   seed of the first program of each release
//     MPHEAP_LONG_TESTS=1  five times as many, and longer short programs

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "libheap/model/release.h"
#include "tests/oracle/choices.h"
#include "tests/oracle/lockstep.h"
#include "tests/oracle/random_program.h"

namespace libheap {
namespace {

constexpr const char* kReleases[] = {
    "v1.12",   "v1.15",   "v1.19.1", "v1.20.0", "v1.21.0",        "v1.22.2",
    "v1.24.1", "v1.25.0", "v1.26.1", "v1.28.0", "v1.29.0-preview"};

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

constexpr uint64_t kOperations = kSanitized ? 2'200'000 : 22'000'000;
constexpr uint64_t kLongFactor = 5;

std::optional<uint64_t> number_from_environment(const char* name) {
  const char* text = std::getenv(name);
  if (text == nullptr || *text == '\0') return std::nullopt;
  return std::strtoull(text, nullptr, 10);
}

bool long_tests() {
  return number_from_environment("MPHEAP_LONG_TESTS").value_or(0) != 0;
}

uint64_t operations_per_release() {
  const uint64_t usual = kOperations * (long_tests() ? kLongFactor : 1);
  return number_from_environment("MPHEAP_ORACLE_OPS").value_or(usual) /
         std::size(kReleases);
}

// "v1.19.1" as gtest lets a test be called: "V1x19x1".
std::string test_name(std::string_view release) {
  std::string name;
  for (const char c : release) {
    if (c == 'v') {
      name += 'V';
    } else if (c == '.') {
      name += 'x';
    } else if (c == '-') {
      return name;
    } else {
      name += c;
    }
  }
  return name;
}

// --- Random programs --------------------------------------------------------

class RandomPrograms : public testing::TestWithParam<const char*> {};

TEST_P(RandomPrograms, AgreeInEveryOperation) {
  const Release release = parse_release(GetParam()).value();
  const uint64_t salt = static_cast<uint64_t>(release.minor) << 48;
  uint64_t seed = number_from_environment("MPHEAP_ORACLE_SEED").value_or(1);
  uint64_t operations = 0;
  uint64_t collects = 0;
  uint64_t failed = 0;
  while (operations < operations_per_release()) {
    SeededChoices choices(seed ^ salt);
    try {
      RandomProgram program(choices, release);
      program.run(1500 + 2 * program.heap().model().total_blocks());
      operations += program.heap().operations();
      collects += program.heap().collects();
      failed += program.heap().failed_allocations();
    } catch (const std::exception& mismatch) {
      FAIL() << mismatch.what()
             << "\nrun it again with MPHEAP_ORACLE_SEED=" << seed;
    }
    ++seed;
  }
  RecordProperty("operations", std::to_string(operations));
  RecordProperty("collects", std::to_string(collects));
  RecordProperty("failed_allocations", std::to_string(failed));
  // The programs do get into trouble.
  EXPECT_GT(collects, operations / 100);
  EXPECT_GT(failed, operations / 100);
}

INSTANTIATE_TEST_SUITE_P(Releases, RandomPrograms, testing::ValuesIn(kReleases),
                         [](const auto& release) {
                           return test_name(release.param);
                         });

// As the fuzzer makes them.
TEST(ByteProgram, AgreesInEveryOperation) {
  SeededChoices random(1);
  for (int i = 0; i < 1000; ++i) {
    std::vector<uint8_t> bytes(random.below(2000));
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random.next());
    ByteChoices choices(bytes);
    Release release{1, 12, 0, true};
    release.minor = static_cast<int>(choices.between(12, 29));
    try {
      RandomProgram program(choices, release);
      program.run(bytes.size());
    } catch (const std::exception& mismatch) {
      FAIL() << mismatch.what();
    }
  }
}

// --- Every short program ----------------------------------------------------

struct TinyHeap {
  const char* release;
  SplitMode split;
  bool weakref;
};

void PrintTo(const TinyHeap& heap, std::ostream* out) { *out << heap.release; }

// A program of letters, one operation each, on a heap of eight blocks.
class TinyProgram : private Surroundings {
 public:
  static constexpr std::string_view kLetters = "abwnfFgszcSLTDW";

  explicit TinyProgram(const TinyHeap& heap)
      : config_(config_of(heap)),
        heap_(config_, kStart,
              kStart + (heap.split == SplitMode::kNone ? 136 : 72), *this) {
    if (heap.split == SplitMode::kManual) {
      heap_.add_area(kStart + 0x1000, kStart + 0x1000 + 104);
    }
  }

  void run(std::string_view letters) {
    for (const char letter : letters) {
      step(letter);
      heap_.compare_everything();
    }
  }

 private:
  static constexpr uint64_t kStart = 0x20000000 + 8;
  static constexpr uint64_t kBlock = 16;

  static HeapConfig config_of(const TinyHeap& heap) {
    HeapConfig config;
    config.release = parse_release(heap.release).value();
    config.traits = traits_of(config.release);
    config.weakref = heap.weakref;
    config.split = heap.split;
    config.area_record_bytes = heap.split == SplitMode::kNone ? 0 : 32;
    return config;
  }

  void step(char letter) {
    switch (letter) {
      case 'a':
        heap_.alloc(1, false);
        break;
      case 'b':
        heap_.alloc(2 * kBlock, false);
        break;
      case 'w':
        heap_.alloc(heap_.model().largest_free_run() * kBlock, false);
        break;
      case 'n':
        heap_.alloc(kBlock, true);
        break;
      case 'c':
        heap_.collect();
        break;
      case 'S':
        heap_.sweep_all();
        break;
      case 'L':
        heap_.locks() == 0 ? heap_.lock() : heap_.unlock();
        break;
      case 'T':
        heap_.set_threshold(heap_.model().threshold()
                                ? std::nullopt
                                : std::optional<uint64_t>(2));
        break;
      case 'D':
        heap_.set_auto_collect(!heap_.model().auto_collect());
        break;
      default:
        if (!heap_.live().empty()) step_on_object(letter);
    }
  }

  void step_on_object(char letter) {
    const auto [lowest, highest] =
        std::minmax_element(heap_.live().begin(), heap_.live().end());
    const uint64_t bytes = heap_.model().chain_blocks(*lowest) * kBlock;
    // See RandomProgram: not the object an area may vanish with.
    const bool may_vanish = config_.split == SplitMode::kAuto &&
                            lowest->area != 0 && lowest->block == 0;
    switch (letter) {
      case 'f':
        return heap_.free(*lowest);
      case 'F':
        return heap_.free(*highest);
      case 'g':
        heap_.realloc(*lowest, bytes + 1, !may_vanish);
        break;
      case 's':
        heap_.realloc(*highest, kBlock, true);
        break;
      case 'z':
        heap_.realloc(*lowest, UINT32_MAX - 3, true);
        break;
      case 'W':
        if (config_.weakref) heap_.mark_weakref(*highest);
        break;
      default:
        FAIL() << "no such letter: " << letter;
    }
  }

  bool survives(BlockRef head) override { return head.block % 2 == 0; }
  void finaliser(Lockstep& heap) override {
    const BlockRef highest =
        *std::max_element(heap.live().begin(), heap.live().end());
    if (heap.naive().has_weakref(highest) || heap.pinned(highest)) return;
    heap.free(highest);
  }
  void after_collect(Lockstep&) override {}
  uint64_t max_new_split() override { return 2100; }
  std::optional<uint64_t> allocate_split(uint64_t bytes) override {
    places_ += 0x1000;
    if (bytes < 200) return std::nullopt;
    return kStart + places_;
  }

  HeapConfig config_;
  uint64_t places_ = 0;
  Lockstep heap_;
};

class ShortPrograms : public testing::TestWithParam<TinyHeap> {};

// Calls `run` with every word of `length` letters.
template <typename Run>
void for_each_word(std::string& word, size_t length, const Run& run) {
  if (word.size() == length) return run(word);
  for (const char letter : TinyProgram::kLetters) {
    word.push_back(letter);
    for_each_word(word, length, run);
    word.pop_back();
  }
}

TEST_P(ShortPrograms, AgreeInEveryOperation) {
  const size_t length = (kSanitized ? 4 : 5) + (long_tests() ? 1 : 0);
  std::string word;
  uint64_t programs = 0;
  for_each_word(word, length, [&](const std::string& letters) {
    if (testing::Test::HasFailure()) return;
    ++programs;
    try {
      TinyProgram(GetParam()).run(letters);
    } catch (const std::exception& mismatch) {
      FAIL() << "program " << letters << ": " << mismatch.what();
    }
  });
  RecordProperty("programs", std::to_string(programs));
}

INSTANTIATE_TEST_SUITE_P(
    Heaps, ShortPrograms,
    testing::Values(TinyHeap{"v1.19.1", SplitMode::kNone, false},
                    TinyHeap{"v1.20.0", SplitMode::kManual, false},
                    TinyHeap{"v1.21.0", SplitMode::kAuto, false},
                    TinyHeap{"v1.24.1", SplitMode::kNone, false},
                    TinyHeap{"v1.25.0", SplitMode::kManual, false},
                    TinyHeap{"v1.28.0", SplitMode::kAuto, true}),
    [](const auto& heap) { return test_name(heap.param.release); });

}  // namespace
}  // namespace libheap
