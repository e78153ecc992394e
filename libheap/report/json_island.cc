#include "libheap/report/json_island.h"

namespace libheap {

std::string json_island(std::string_view json) {
  std::string text;
  text.reserve(json.size());
  bool in_string = false;
  bool after_backslash = false;
  for (const char c : json) {
    if (c == '<') {
      text += "\\u003c";
    } else if (in_string || (c != ' ' && c != '\n')) {
      text += c;
    }
    if (c == '"' && !after_backslash) in_string = !in_string;
    after_backslash = c == '\\' && !after_backslash;
  }
  return text;
}

}  // namespace libheap
