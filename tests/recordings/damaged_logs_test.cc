// Damaged recordings: whatever is wrong with what a log says of the heap, a
// replay of it is not clean; whatever is wrong at all, it does not crash.

#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "libheap/base/error.h"
#include "libheap/replay/replayer.h"
#include "libheap/trace/byte_source.h"
#include "libheap/trace/event_log_reader.h"
#include "tests/support/golden_files.h"

namespace libheap {
namespace {

using Lines = std::vector<std::string>;

// Sanitizers make each replay some ten times slower.
#if defined(__SANITIZE_ADDRESS__)
constexpr size_t kTries = 40;
#else
constexpr size_t kTries = 300;
#endif

Lines recording(const std::string& name) {
  for (const std::filesystem::path& path : testing::golden_logs("events")) {
    if (path.filename().string().find(name) == std::string::npos) continue;
    const auto source = open_byte_source(path.string());
    std::string text(64 << 20, '\0');
    size_t filled = 0;
    while (const size_t got = source->read(std::span(text).subspan(filled))) {
      filled += got;
    }
    text.resize(filled);
    Lines lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
  }
  return {};
}

std::string joined(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

enum class Outcome { kClean, kNoticed, kRefused };

Outcome replay(const std::string& text) {
  try {
    EventLogReader source(memory_byte_source(text, "damaged"));
    ReplayOptions options;
    options.paranoid = text.size() < 20'000;
    Replayer replayer(source, options);
    replayer.run();
    const bool clean =
        replayer.result().divergences == 0 && source.damage().count() == 0;
    return clean ? Outcome::kClean : Outcome::kNoticed;
  } catch (const Error&) {
    return Outcome::kRefused;
  }
}

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; stream >> field;) fields.push_back(field);
  return fields;
}

std::string with_field(std::vector<std::string> fields, size_t index,
                       const std::string& value) {
  fields[index] = value;
  std::string line;
  for (const std::string& field : fields) {
    line += (line.empty() ? "" : " ") + field;
  }
  return line;
}

// Another value of the same form: a block, a number, a digest or a table.
std::string another(const std::string& field, std::mt19937& random) {
  if (field == "-") return "7";
  if (field.find('=') != std::string::npos) {
    // One hex digit of the table; an empty table gets a block.
    std::string changed = field;
    const size_t begin = field.find('=') + 1;
    if (field.substr(begin) == ".") return field.substr(0, begin) + "01";
    const size_t at = begin + random() % (field.size() - begin);
    changed[at] = changed[at] == '1' ? '5' : '1';
    return changed;
  }
  std::string changed = field;
  char& digit = changed[random() % changed.size()];
  if (digit == ':') return changed + "0";
  digit = digit == '3' ? '4' : '3';
  return changed;
}

// The first field of a record that says something of the outcome, and how many
// follow it; 0 for records that only say what was asked.
std::pair<size_t, size_t> outcome_fields(const std::vector<std::string>& f) {
  const std::string& keyword = f[0];
  if (keyword == "A") return {3, 1};
  if (keyword == "R") return {4, 1};
  if (keyword == ")A" || keyword == ")R") return {1, 1};
  if (keyword == "(C") return {2, 1};
  if (keyword == ")C" || keyword == ")S" || keyword == "K") {
    return {1, f.size() - 1};
  }
  if (keyword == "L" || keyword == "U" || keyword == "END") return {1, 1};
  return {0, 0};
}

class DamagedRecording : public ::testing::TestWithParam<const char*> {};

TEST_P(DamagedRecording, IsNoticedWhateverOutcomeWasChanged) {
  const Lines lines = recording(GetParam());
  ASSERT_FALSE(lines.empty());
  std::mt19937 random(1);
  size_t begin = 0;
  while (lines[begin] != "BEGIN") ++begin;
  // Every record of small logs, an even choice of large ones.
  const size_t step = std::max<size_t>(1, lines.size() / kTries);
  std::map<std::string, size_t> tried;
  for (size_t i = begin + 1; i < lines.size(); i += step) {
    const std::vector<std::string> fields = fields_of(lines[i]);
    const auto [first, count] = outcome_fields(fields);
    for (size_t k = first; k < first + count; ++k) {
      Lines changed = lines;
      changed[i] = with_field(fields, k, another(fields[k], random));
      ASSERT_NE(changed[i], lines[i]);
      EXPECT_EQ(replay(joined(changed)), Outcome::kNoticed)
          << "line " << i + 1 << ": " << changed[i].substr(0, 100);
      ++tried[fields[0]];
    }
  }
  EXPECT_GE(tried.size(), 2u);
}

TEST_P(DamagedRecording, IsNoticedWhereverItIsCut) {
  const std::string text = joined(recording(GetParam()));
  const size_t begin = text.find("BEGIN\n") + 6;
  const size_t step = std::max<size_t>(1, (text.size() - begin) / kTries);
  for (size_t cut = begin; cut < text.size(); cut += step) {
    EXPECT_NE(replay(text.substr(0, cut)), Outcome::kClean) << cut;
  }
}

TEST_P(DamagedRecording, IsNoticedWhenAnEventIsRemoved) {
  const Lines lines = recording(GetParam());
  const size_t step = std::max<size_t>(1, lines.size() / kTries);
  for (size_t i = 0; i < lines.size(); i += step) {
    const std::string keyword = fields_of(lines[i])[0];
    // These may change nothing that was compared afterwards.
    if (keyword == "H" || keyword == "K" || keyword == "T" || keyword == "E" ||
        keyword == "D" || keyword == "W") {
      continue;
    }
    Lines removed = lines;
    removed.erase(removed.begin() + static_cast<ptrdiff_t>(i));
    EXPECT_NE(replay(joined(removed)), Outcome::kClean)
        << "line " << i + 1 << ": " << lines[i].substr(0, 100);
  }
}

TEST_P(DamagedRecording, IsSurvivedWhenEventsAreSwapped) {
  const Lines lines = recording(GetParam());
  std::mt19937 random(2);
  size_t noticed = 0;
  for (size_t round = 0; round < kTries; ++round) {
    Lines swapped = lines;
    std::swap(swapped[random() % lines.size()],
              swapped[random() % lines.size()]);
    if (replay(joined(swapped)) != Outcome::kClean) ++noticed;
  }
  EXPECT_GT(noticed, kTries / 2);
}

TEST_P(DamagedRecording, IsSurvivedWhateverByteIsChanged) {
  const std::string text = joined(recording(GetParam()));
  std::mt19937 random(3);
  for (size_t round = 0; round < kTries; ++round) {
    std::string changed = text;
    for (uint32_t k = 0; k <= random() % 3; ++k) {
      changed[random() % changed.size()] = static_cast<char>(random());
    }
    replay(changed);
  }
}

std::string named(const ::testing::TestParamInfo<const char*>& tested) {
  return testing::test_name_of(tested.param);
}

INSTANTIATE_TEST_SUITE_P(Logs, DamagedRecording,
                         ::testing::Values("v1.26.1__gc1", "v1.20.0__gc1",
                                           "v1.22.2__pb_core_str",
                                           "v1.24.1-auto__fuzz__24K",
                                           "v1.26.1-split2__fuzz__16K"),
                         named);

}  // namespace
}  // namespace libheap
