#include "tools/common/terminal.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

namespace libheap::tools {

namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

size_t columns(int descriptor) {
  const int asked = std::atoi(std::string(environment("COLUMNS")).c_str());
  if (asked > 0) return static_cast<size_t>(asked);
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    return size.ws_col;
  }
  return 80;
}

bool utf8_locale() {
  // As the C library decides: the first of the three that is set.
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string_view value = environment(name);
    if (value.empty()) continue;
    return value.find("UTF-8") != std::string_view::npos ||
           value.find("utf8") != std::string_view::npos;
  }
  return false;
}

TextStyle style_of(int descriptor) {
  TextStyle style;
  style.width = columns(descriptor);
  style.colour = isatty(descriptor) == 1 && environment("NO_COLOR").empty() &&
                 environment("TERM") != "dumb";
  style.unicode = utf8_locale();
  return style;
}

}  // namespace

TextStyle output_style() {
  TextStyle style = style_of(STDOUT_FILENO);
  style.width = std::clamp<size_t>(style.width, 40, 400);
  return style;
}

TextStyle error_style() { return style_of(STDERR_FILENO); }

bool errors_go_to_terminal() { return isatty(STDERR_FILENO) == 1; }

}  // namespace libheap::tools
