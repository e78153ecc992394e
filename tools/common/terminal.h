#pragma once

// What the terminal can show: the one place that asks the environment.
//
// Width: COLUMNS, else the terminal's, else 80. Colour only on a terminal
// that is not "dumb", and never with NO_COLOR set. Block elements where the
// locale is UTF-8.

#include "libheap/report/text_style.h"

namespace libheap::tools {

[[nodiscard]] TextStyle output_style();
// The same for stderr, at whatever width that has.
[[nodiscard]] TextStyle error_style();
[[nodiscard]] bool errors_go_to_terminal();

}  // namespace libheap::tools
