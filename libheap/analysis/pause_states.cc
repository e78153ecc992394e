#include "libheap/analysis/pause_states.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "libheap/base/error.h"
#include "libheap/base/in_quotes.h"

namespace libheap {
namespace {

// Without blanks or quotes around it: the fields have no commas in them.
std::string_view bare(std::string_view field) {
  constexpr std::string_view kAround = " \t\"";
  const size_t begin = field.find_first_not_of(kAround);
  if (begin == std::string_view::npos) return {};
  return field.substr(begin, field.find_last_not_of(kAround) + 1 - begin);
}

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> fields;
  for (;;) {
    const size_t comma = line.find(',');
    fields.push_back(bare(line.substr(0, comma)));
    if (comma == std::string_view::npos) return fields;
    line.remove_prefix(comma + 1);
  }
}

// Without its end, whichever kind that is; nothing at the end of the text.
std::optional<std::string_view> take_line(std::string_view& text) {
  if (text.empty()) return std::nullopt;
  const size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

class Row {
 public:
  Row(const std::map<std::string, size_t, std::less<>>& columns,
      std::vector<std::string_view> fields, std::string where)
      : columns_(columns),
        fields_(std::move(fields)),
        where_(std::move(where)) {}

  // "" where there is no such column.
  [[nodiscard]] std::string_view text(std::string_view column) const {
    const auto at = columns_.find(column);
    return at == columns_.end() ? std::string_view() : fields_[at->second];
  }

  [[nodiscard]] std::optional<double> number(std::string_view column) const {
    const std::string_view field = text(column);
    if (field.empty()) return std::nullopt;
    double value = 0;
    const char* end = field.data() + field.size();
    const auto [stopped, error] = std::from_chars(field.data(), end, value);
    if (error != std::errc() || stopped != end || !std::isfinite(value) ||
        value < 0 || value > 1e12) {
      throw Error(where_ + ": " + std::string(column) + " is " +
                  in_quotes(field) + ", not a number from 0 on");
    }
    return value;
  }

  [[nodiscard]] std::optional<uint64_t> count(std::string_view column) const {
    const std::optional<double> value = number(column);
    if (!value) return std::nullopt;
    if (*value != std::floor(*value)) {
      throw Error(where_ + ": " + std::string(column) + " is " +
                  in_quotes(text(column)) + ", not a whole number");
    }
    return static_cast<uint64_t>(*value);
  }

  [[nodiscard]] uint64_t needed(std::string_view column) const {
    const std::optional<uint64_t> value = count(column);
    if (!value) throw Error(where_ + ": there is no " + std::string(column));
    return *value;
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(where_ + ": " + what);
  }

 private:
  const std::map<std::string, size_t, std::less<>>& columns_;
  std::vector<std::string_view> fields_;
  std::string where_;
};

void read_sweep(const Row& row, const ReleaseTraits& traits,
                PauseState& state) {
  state.live_objects = row.needed("live_objects");
  state.live_blocks = row.needed("live_blocks");
  state.total_blocks = row.needed("total_blocks");
  state.freed_objects = row.count("freed_objects").value_or(0);
  state.freed_blocks = row.count("freed_blocks").value_or(0);
  const std::optional<uint64_t> swept = row.count("swept_blocks");
  std::optional<uint64_t> last_used = row.count("last_used_block");
  if (!last_used && swept && *swept > 0) last_used = *swept - 1;
  if (!last_used && traits.last_used_block) {
    row.fail("there is neither last_used_block nor swept_blocks");
  }
  const uint64_t last = last_used.value_or(0);
  state.swept_blocks =
      swept.value_or(swept_blocks(traits, state.total_blocks, last));
  state.flag_bytes = swept_flag_bytes(traits, last);
  if (state.live_blocks > state.total_blocks ||
      state.live_objects > state.live_blocks ||
      state.freed_objects > state.freed_blocks) {
    row.fail("more objects than blocks, or more blocks than the heap has");
  }
}

void read_marking(const Row& row, PauseState& state) {
  if (const auto passes = row.count("rescan_passes")) {
    if (*passes > 1000) row.fail("more than 1000 rescan_passes");
    state.rescan_passes = static_cast<uint32_t>(*passes);
  }
  const auto objects = row.number("scanned_objects");
  const auto words = row.number("scanned_words");
  const auto aligned = row.number("aligned_words");
  const auto pointers = row.number("heap_ptrs");
  if (objects && words && aligned && pointers) {
    state.visits = MarkVisits{*objects, *words, *aligned, *pointers};
  }
  const auto statics = row.number("root_words");
  const auto stack = row.number("stack_words");
  if (statics && stack) state.root_words = *statics + *stack;
  state.root_pointers = row.number("root_ptrs");
}

PauseStateRow read_row(const Row& row, const std::string& release,
                       uint64_t line) {
  PauseStateRow result;
  result.line = line;
  MeasuredPause& pause = result.pause;
  pause.release = std::string(row.text("version"));
  if (pause.release.empty()) pause.release = release;
  const std::optional<Release> known = parse_release(pause.release);
  if (!known) {
    row.fail(pause.release.empty()
                 ? "no release: a column version, or --release"
                 : "the release " + in_quotes(pause.release) + " is none");
  }
  pause.group = std::string(row.text("workload"));
  read_sweep(row, traits_of(*known), pause.state);
  read_marking(row, pause.state);
  const std::optional<double> total = row.number("total_us");
  pause.sweep_us = row.number("sweep_us");
  result.measured = total && *total > 0;
  pause.total_us = total.value_or(0);
  // What lies between marking and sweeping counts as marking.
  if (result.measured && pause.sweep_us) {
    pause.mark_us = std::max(0.0, *total - *pause.sweep_us);
  }
  return result;
}

}  // namespace

std::vector<PauseStateRow> read_pause_states(std::string_view text,
                                             const std::string& name,
                                             const std::string& release) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    text.remove_prefix(kByteOrderMark.size());
  }
  const std::optional<std::string_view> titles = take_line(text);
  if (!titles) throw Error(name + ": the file is empty");
  std::map<std::string, size_t, std::less<>> columns;
  for (const std::string_view title : split(*titles)) {
    const size_t at = columns.size();
    if (!columns.emplace(std::string(title), at).second) {
      throw Error(name + ":1: two columns are called " + in_quotes(title));
    }
  }
  for (const char* needed : {"live_objects", "live_blocks", "total_blocks"}) {
    if (columns.find(needed) != columns.end()) continue;
    throw Error(name + ":1: there is no column " + needed);
  }
  std::vector<PauseStateRow> rows;
  uint64_t number = 1;
  while (const std::optional<std::string_view> line = take_line(text)) {
    ++number;
    if (line->empty()) continue;
    const std::string where = name + ":" + std::to_string(number);
    std::vector<std::string_view> fields = split(*line);
    if (fields.size() != columns.size()) {
      throw Error(where + ": " + std::to_string(fields.size()) +
                  " fields, but " + std::to_string(columns.size()) +
                  " columns");
    }
    rows.push_back(
        read_row(Row(columns, std::move(fields), where), release, number));
  }
  return rows;
}

}  // namespace libheap
