#include "libheap/report/text_style.h"

namespace libheap {

std::string toned(const TextStyle& style, Tone tone, std::string_view text) {
  if (!style.colour) return std::string(text);
  std::string_view code;
  switch (tone) {
    case Tone::kHeading:
      code = "1";
      break;
    case Tone::kGood:
      code = "32";
      break;
    case Tone::kBad:
      code = "31;1";
      break;
    case Tone::kWarning:
      code = "33";
      break;
    case Tone::kQuiet:
      code = "2";
      break;
  }
  return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

}  // namespace libheap
