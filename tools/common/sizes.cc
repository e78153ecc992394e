#include "tools/common/sizes.h"

#include <charconv>
#include <sstream>

#include "tools/common/command.h"

namespace libheap::tools {

uint64_t parse_bytes(const std::string& text, const std::string& option) {
  uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  const std::string unit(rest, end);
  const uint64_t factor = unit.empty()                 ? 1
                          : unit == "K" || unit == "k" ? 1024
                          : unit == "M" || unit == "m" ? 1024 * 1024
                                                       : 0;
  if (error != std::errc() || factor == 0 || value > UINT64_MAX / factor) {
    throw UsageError(option + ": \"" + text +
                     "\" is not a size like 4096 or 128K");
  }
  return value * factor;
}

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ',');) parts.push_back(part);
  return parts;
}

}  // namespace libheap::tools
