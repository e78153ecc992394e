#pragma once

// Text as roff: what man(1) and mandoc(1) read.

#include <string>
#include <string_view>

namespace libheap::tools {

// One line of text or an argument of a macro: nothing in it is a request, and
// each - is the one of the keyboard.
[[nodiscard]] std::string roff_line(std::string_view text);
// The same in quotes: "\fIFILE\fR" is one argument.
[[nodiscard]] std::string roff_argument(std::string_view text);
// ".TH MPHEAP-TUNE 1 ..." and what every page begins with.
[[nodiscard]] std::string roff_title(std::string_view page, int section,
                                     std::string_view summary);
// The text of a topic, or of anything in its form (topics.h), for below a
// heading.
[[nodiscard]] std::string roff_text(std::string_view text);

}  // namespace libheap::tools
