#pragma once

// Sizes in bytes, as typed: "4096", "128K", "1M" (1 K = 1,024).

#include <cstdint>
#include <string>
#include <vector>

namespace libheap::tools {

// Throws UsageError; `option` names the culprit.
[[nodiscard]] uint64_t parse_bytes(const std::string& text,
                                   const std::string& option);

// The parts of a list: "a,b,c".
[[nodiscard]] std::vector<std::string> split_list(const std::string& text);

}  // namespace libheap::tools
