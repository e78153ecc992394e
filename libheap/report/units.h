#pragma once

// Numbers as people read them. One form each, used by every text writer.

#include <cstdint>
#include <string>
#include <string_view>

namespace libheap {

// 12345 -> "12,345"
[[nodiscard]] std::string with_commas(uint64_t value);
// 0.25 -> "0.25", 61.04 -> "61.04", 10714.3 -> "10,714"
[[nodiscard]] std::string human_number(double value);
// 1 -> "1 block", 12345 -> "12,345 blocks"
[[nodiscard]] std::string counted(uint64_t value, std::string_view noun);
// 512 -> "512 B", 166080 -> "162.2 KB", 3 << 20 -> "3.0 MB" (1 KB = 1024 B)
[[nodiscard]] std::string human_bytes(uint64_t bytes);
// 0.1234 -> "12.3 %"; never rounds what is not quite all to "100.0 %"
[[nodiscard]] std::string percent(double share);
// part of whole as percent(); "-" when whole is 0
[[nodiscard]] std::string percent_of(uint64_t part, uint64_t whole);
// 250 -> "250 us", 8200 -> "8.20 ms", 61000000 -> "61.0 s"
[[nodiscard]] std::string human_time(uint64_t microseconds);

}  // namespace libheap
