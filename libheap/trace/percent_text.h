#pragma once

// Strings as one field of a text event log.
//
//     "loop start"  ◄──►  loop%20start      % and two hexadecimal digits
//     "100%"        ◄──►  100%25            stand for a space, %, a control
//     ""            ◄──►  -                 character; "-" alone is empty,
//     "-"           ◄──►  %2d               so a lone dash is encoded too
//
// All other bytes stand for themselves; UTF-8 stays readable.

#include <optional>
#include <string>
#include <string_view>

namespace libheap {

void append_percent_encoded(std::string& out, std::string_view text);

// The same, but spaces stay: for the last field of a line.
void append_percent_encoded_line(std::string& out, std::string_view text);

// Replaces `out`; false if a % is not followed by two digits or a control
// character is not encoded.
[[nodiscard]] bool percent_decode(std::string_view field, std::string& out);

[[nodiscard]] bool has_control(std::string_view text);

}  // namespace libheap
