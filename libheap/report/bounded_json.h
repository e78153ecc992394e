#pragma once

// JSON from a file that may be hostile. As a document in memory a value takes
// up to a hundred times its text, so both size and depth are bounded.

#include <cstddef>
#include <string_view>

#include <nlohmann/json.hpp>

namespace libheap {

// Throws Error, without a file's name, for text that is too long or too deep,
// and nlohmann::json's own exceptions for what is no JSON.
[[nodiscard]] nlohmann::json parse_bounded_json(std::string_view text,
                                                size_t most_bytes);

}  // namespace libheap
