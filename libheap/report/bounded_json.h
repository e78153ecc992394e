#pragma once

// JSON from a file that may be hostile. As a document in memory a value takes
// up to a hundred times its text, so both size and depth are bounded; and a
// number is what its text says, or no number of ours.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <nlohmann/json.hpp>

namespace libheap {

// Throws Error, without a file's name, for text that is too long or too deep,
// and nlohmann::json's own exceptions for what is no JSON.
[[nodiscard]] nlohmann::json parse_bounded_json(std::string_view text,
                                                size_t most_bytes);

// Throws Error for all but 0, 1, ... 2^64 - 1. (The library's own conversion
// takes 1e300 too, and what comes out is undefined.)
[[nodiscard]] uint64_t whole_number(const nlohmann::json& value);

}  // namespace libheap
