#pragma once

// The short texts behind `mpheap help TOPIC`: docs/help/*.txt, embedded.
//
// The first line is "name - what it is about". Then paragraphs; below a line
// that stands alone, indented text says what that line means; other indented
// lines are shown as they are.

#include <span>
#include <string_view>

namespace libheap::tools {

struct Topic {
  std::string_view name;
  std::string_view summary;  // one line
  std::string_view text;     // without the first line
};

[[nodiscard]] std::span<const Topic> topics();
// Null where there is none.
[[nodiscard]] const Topic* find_topic(std::string_view name);

}  // namespace libheap::tools
