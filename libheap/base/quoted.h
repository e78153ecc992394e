#pragma once

// quoted(): bytes of unknown origin, made fit for a message.
//
//     quoted("2x")         "2x"            with the quotes
//     quoted("a\tb\xff")   "a\x09b\xff"    a terminal never sees the byte
//     quoted(noise)        "\x00\x17..."   cut after `at_most` bytes

#include <string>
#include <string_view>

namespace libheap {

[[nodiscard]] std::string quoted(std::string_view bytes, size_t at_most = 40);

}  // namespace libheap
