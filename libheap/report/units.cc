#include "libheap/report/units.h"

#include <cmath>

#include <fmt/format.h>

namespace libheap {

std::string with_commas(uint64_t value) {
  const std::string digits = std::to_string(value);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string human_number(double value) {
  return value < 1000 ? fmt::format("{:.4g}", value)
                      : with_commas(static_cast<uint64_t>(std::llround(value)));
}

std::string counted(uint64_t value, std::string_view noun) {
  return fmt::format("{} {}{}", with_commas(value), noun,
                     value == 1 ? "" : "s");
}

std::string human_bytes(uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  const double kilo = static_cast<double>(bytes) / 1024;
  if (kilo < 1024) return fmt::format("{:.1f} KB", kilo);
  return fmt::format("{:.1f} MB", kilo / 1024);
}

std::string percent(double share) {
  double value = share * 100;
  if (share < 1 && value > 99.9) value = 99.9;
  if (share > 0 && value < 0.1) value = 0.1;
  return fmt::format("{:.1f} %", value);
}

std::string percent_of(uint64_t part, uint64_t whole) {
  if (whole == 0) return "-";
  return percent(static_cast<double>(part) / static_cast<double>(whole));
}

std::string human_time(uint64_t microseconds) {
  const auto us = static_cast<double>(microseconds);
  if (microseconds < 1000) return fmt::format("{} us", microseconds);
  if (us < 1e6) return fmt::format("{:.2f} ms", us / 1e3);
  if (us < 120e6) return fmt::format("{:.1f} s", us / 1e6);
  if (us < 120 * 60e6) return fmt::format("{:.1f} min", us / 60e6);
  if (us < 48 * 3600e6) return fmt::format("{:.1f} h", us / 3600e6);
  return fmt::format("{:.1f} days", us / (24 * 3600e6));
}

}  // namespace libheap
