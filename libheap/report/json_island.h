#pragma once

// JSON for inside a script element of a page, where the parser of HTML looks
// for "</" and "<!--" even in strings: no "<" remains. White space between the
// values goes too; it is half of an indented document.

#include <string>
#include <string_view>

namespace libheap {

[[nodiscard]] std::string json_island(std::string_view json);

}  // namespace libheap
