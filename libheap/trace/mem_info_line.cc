#include "libheap/trace/mem_info_line.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>

#include "libheap/trace/mem_info_dump.h"

namespace libheap {

namespace {

constexpr std::string_view kTotalsBegin = "GC: total: ";
constexpr std::string_view kLayoutBegin = "GC memory layout; from ";
constexpr std::string_view kHexDigits = "0123456789abcdef";

// What terminals add for the eye: "ESC [ ... letter".
void strip_colours(std::string_view line, std::string& clean) {
  clean.clear();
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\x1b') {
      clean += line[i];
      continue;
    }
    if (i + 1 >= line.size() || line[i + 1] != '[') continue;
    i += 2;
    while (i < line.size() && (line[i] < '@' || line[i] > '~')) ++i;
  }
  const size_t end = clean.find_last_not_of(" \t\r\n");
  clean.resize(end == std::string::npos ? 0 : end + 1);
}

bool take_number(std::string_view& text, uint64_t& value, int base = 10) {
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}

// Reads "<word><number>" for each word; how many of them were there.
size_t take_figures(std::string_view text,
                    std::initializer_list<std::string_view> words,
                    std::array<uint64_t, 4>& figures) {
  size_t count = 0;
  for (const std::string_view word : words) {
    if (text.substr(0, word.size()) != word) break;
    text.remove_prefix(word.size());
    if (!take_number(text, figures[count])) break;
    ++count;
  }
  return count;
}

bool read_figures(std::string_view text, MemInfoLine& line,
                  MemInfoLineKind kind, size_t at_least,
                  std::initializer_list<std::string_view> words) {
  const size_t at = text.find(*words.begin());
  if (at == std::string_view::npos) return false;
  line.count = take_figures(text.substr(at), words, line.figures);
  if (line.count < at_least) return false;
  line.kind = kind;
  return true;
}

bool read_layout(std::string_view text, MemInfoLine& line) {
  const size_t at = text.find(kLayoutBegin);
  if (at == std::string_view::npos) return false;
  line.kind = MemInfoLineKind::kLayout;
  text.remove_prefix(at + kLayoutBegin.size());
  if (text.substr(0, 2) == "0x") text.remove_prefix(2);
  if (take_number(text, line.figures[0], 16)) line.count = 1;
  return true;
}

bool read_free(std::string_view text, MemInfoLine& line) {
  const size_t end = text.find(" lines all free)");
  if (end == std::string_view::npos) return false;
  const size_t begin = text.rfind('(', end);
  if (begin == std::string_view::npos) return false;
  std::string_view number = text.substr(begin + 1, end - begin - 1);
  if (!take_number(number, line.figures[0]) || !number.empty()) return false;
  line.kind = MemInfoLineKind::kFree;
  line.count = 1;
  return true;
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == kFreeLetter ||
         c == kTailLetter;
}

bool read_map(std::string_view text, MemInfoLine& line) {
  const size_t colon = text.rfind(": ");
  if (colon == std::string_view::npos) return false;
  const std::string_view before = text.substr(0, colon);
  const size_t other = before.find_last_not_of(kHexDigits);
  std::string_view digits =
      before.substr(other == std::string_view::npos ? 0 : other + 1);
  if (digits.size() != 5 && digits.size() != 8) return false;
  line.letters = text.substr(colon + 2);
  if (!std::all_of(line.letters.begin(), line.letters.end(), is_letter)) {
    return false;
  }
  line.offset_digits = static_cast<uint32_t>(digits.size());
  line.count = 1;
  line.kind = MemInfoLineKind::kMap;
  return take_number(digits, line.figures[0], 16);
}

}  // namespace

MemInfoLine MemInfoLineParser::parse(std::string_view text) {
  strip_colours(text, clean_);
  const std::string_view clean = clean_;
  MemInfoLine line;
  // The most frequent first.
  if (read_map(clean, line) || read_free(clean, line) ||
      read_figures(
          clean, line, MemInfoLineKind::kTotals, 3,
          {kTotalsBegin, ", used: ", ", free: ", ", max new split: "}) ||
      read_figures(clean, line, MemInfoLineKind::kSizes, 4,
                   {"No. of 1-blocks: ", ", 2-blocks: ", ", max blk sz: ",
                    ", max free sz: "}) ||
      read_layout(clean, line) ||
      read_figures(clean, line, MemInfoLineKind::kStack, 1,
                   {"stack: ", " out of "})) {
    return line;
  }
  return {};
}

bool mentions_mem_info(std::string_view text) {
  return text.find(kTotalsBegin) != std::string_view::npos ||
         text.find(kLayoutBegin) != std::string_view::npos;
}

}  // namespace libheap
