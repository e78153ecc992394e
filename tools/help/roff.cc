#include "tools/help/roff.h"

#include <algorithm>
#include <cctype>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "libheap/base/check.h"

namespace libheap::tools {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool is_indented(std::string_view line) { return line.starts_with(' '); }

std::string_view unindented(std::string_view line) {
  return line.substr(std::min(line.find_first_not_of(' '), line.size()));
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char letter : text) {
    if (letter == '\\') {
      out += "\\e";
    } else if (letter == '-') {
      out += "\\-";
    } else {
      out += letter;
    }
  }
  return out;
}

using Lines = std::span<const std::string_view>;

// How many of the first lines are alike: all indented, or none, no blank one.
size_t stretch(Lines lines) {
  size_t count = 0;
  while (count < lines.size() && !lines[count].empty() &&
         is_indented(lines[count]) == is_indented(lines.front())) {
    ++count;
  }
  return count;
}

std::string filled(Lines lines) {
  std::string text;
  for (const std::string_view line : lines) {
    text += roff_line(unindented(line));
  }
  return text;
}

std::string as_they_are(Lines lines) {
  std::string text = ".EX\n";
  for (const std::string_view line : lines) {
    text += line.empty() ? "\\&\n" : roff_line(line);
  }
  return text + ".EE\n";
}

}  // namespace

std::string roff_line(std::string_view text) {
  const bool is_request = text.starts_with('.') || text.starts_with('\'');
  return (is_request ? "\\&" : "") + escaped(text) + "\n";
}

std::string roff_argument(std::string_view text) {
  std::string out = "\"";
  for (const char letter : escaped(text)) {
    if (letter == '"') {
      out += "\\(dq";
    } else {
      out += letter;
    }
  }
  return out + "\"";
}

std::string roff_title(std::string_view page, int section,
                       std::string_view summary) {
  std::string capitals(page);
  std::transform(capitals.begin(), capitals.end(), capitals.begin(),
                 [](unsigned char letter) {
                   return static_cast<char>(std::toupper(letter));
                 });
  return fmt::format(
      ".\\\" Written by `mpheap help --install`.\n"
      ".TH {} {} \"{}\" \"mpheap {}\"\n.SH NAME\n{} \\- {}",
      escaped(capitals), section, MPHEAP_DATE, MPHEAP_VERSION, escaped(page),
      roff_line(summary));
}

std::string roff_text(std::string_view text) {
  const std::vector<std::string_view> all = lines_of(text);
  std::string out;
  for (Lines rest = all; !rest.empty();) {
    if (rest.front().empty()) {
      rest = rest.subspan(1);
      continue;
    }
    const size_t count = stretch(rest);
    const Lines part = rest.first(count);
    rest = rest.subspan(count);
    if (is_indented(part.front())) {
      out += ".PP\n" + as_they_are(part);
    } else if (count == 1 && !rest.empty() && !rest.front().empty()) {
      const size_t below = stretch(rest);
      out += ".TP\n" + roff_line(part.front()) + filled(rest.first(below));
      rest = rest.subspan(below);
    } else {
      out += ".PP\n" + filled(part);
    }
  }
  // Below a heading the first paragraph needs no mark.
  constexpr std::string_view kParagraph = ".PP\n";
  return out.starts_with(kParagraph) ? out.substr(kParagraph.size()) : out;
}

}  // namespace libheap::tools
