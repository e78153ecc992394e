#pragma once

// in_quotes(): bytes of unknown origin, made fit for a message.
//
//     in_quotes("2x")         "2x"            with the quotes
//     in_quotes("a\tb\xff")   "a\x09b\xff"    a terminal never sees the byte
//     in_quotes(noise)        "\x00\x17..."   cut after `at_most` bytes

#include <string>
#include <string_view>

namespace libheap {

[[nodiscard]] std::string in_quotes(std::string_view bytes,
                                    size_t at_most = 40);

// One byte of what stands in quotes of that kind.
void append_escaped(std::string& out, char byte, char quote = '"');

}  // namespace libheap
