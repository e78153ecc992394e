#include "libheap/report/text_chart.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace libheap {

namespace {

constexpr std::array<std::string_view, 9> kEighths = {" ", "▁", "▂", "▃", "▄",
                                                      "▅", "▆", "▇", "█"};

uint64_t steps_of(uint64_t value, uint64_t full, uint64_t steps) {
  if (full == 0 || value == 0) return 0;
  if (value >= full) return steps;
  const double share = static_cast<double>(value) / static_cast<double>(full);
  const auto filled =
      static_cast<uint64_t>(share * static_cast<double>(steps) + 0.5);
  return std::clamp<uint64_t>(filled, 1, steps - 1);
}

}  // namespace

std::vector<std::string> column_chart(std::span<const uint64_t> values,
                                      uint64_t full, size_t rows,
                                      const TextStyle& style) {
  const uint64_t per_row = style.unicode ? 8 : 1;
  std::vector<std::string> lines(rows);
  for (const uint64_t value : values) {
    uint64_t left = steps_of(value, full, rows * per_row);
    for (size_t row = rows; row-- > 0;) {
      const uint64_t here = std::min(left, per_row);
      left -= here;
      lines[row] += style.unicode ? kEighths[here] : (here != 0 ? "#" : " ");
    }
  }
  for (std::string& line : lines) {
    line.erase(line.find_last_not_of(' ') + 1);
  }
  return lines;
}

}  // namespace libheap
