#include "libheap/trace/told_areas.h"

#include <algorithm>
#include <charconv>

#include "libheap/base/check.h"

namespace libheap {

namespace {

constexpr std::string_view kKey = "area";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes a number off the line, and the space behind it.
template <typename Number>
bool take_number(std::string_view& line, int base, Number& number) {
  const char* const end = line.data() + line.size();
  const auto [stop, error] = std::from_chars(line.data(), end, number, base);
  if (error != std::errc() || (stop != end && *stop != ' ')) return false;
  line.remove_prefix(static_cast<size_t>(stop - line.data()));
  if (!line.empty()) line.remove_prefix(1);
  return true;
}

}  // namespace

bool ToldAreas::is_area(std::string_view line) {
  return line.starts_with(kKey) && line.size() > kKey.size() &&
         is_digit(line[kKey.size()]);
}

void ToldAreas::read(std::string_view lines) {
  while (!lines.empty()) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    if (is_area(lines.substr(0, end))) read_line(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
}

void ToldAreas::read_line(std::string_view line) {
  line.remove_prefix(kKey.size());
  AreaRecord area;
  area.layout_known = false;
  if (!take_number(line, 10, area.id) || !take_number(line, 16, area.start) ||
      !take_number(line, 16, area.end) || area.end <= area.start) {
    return;
  }
  if (add_known(area.id)) waiting_.push_back(area);
}

bool ToldAreas::add_known(uint32_t id) {
  const bool known =
      std::find(known_.begin(), known_.end(), id) != known_.end();
  if (known || known_.size() == kMostAreas) return false;
  known_.push_back(id);
  return true;
}

void ToldAreas::init() {
  known_ = {0};
  waiting_.clear();
}

void ToldAreas::added(uint32_t id) { add_known(id); }

void ToldAreas::dropped(uint32_t id) { std::erase(known_, id); }

AreaRecord ToldAreas::take() {
  HEAP_CHECK(waits(), "an area is taken that waits");
  const AreaRecord area = waiting_.front();
  waiting_.erase(waiting_.begin());
  return area;
}

}  // namespace libheap
