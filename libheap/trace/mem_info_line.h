#pragma once

// One line of text that may belong to a mem_info() dump.
//
// A serial log is rarely clean: terminals put timestamps or names in front,
// colours around, CR CR LF behind. So a line is recognised by what it holds,
// wherever that begins. A map line is the text after the last "<hex>: " if
// nothing but letters follows; whether its offset can be is for the reader to
// say, who knows which one comes next.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace libheap {

enum class MemInfoLineKind : uint8_t {
  kOther,
  // Figures used, in the order printed:
  kStack,   // bytes in use, limit (count 1 where there is none)
  kTotals,  // total, used, free, max new split (count 3 where there is none)
  kSizes,   // 1-blocks, 2-blocks, max blk sz, max free sz
  kLayout,  // address of the pool
  kFree,    // lines all free
  kMap,     // offset; `letters`
};

struct MemInfoLine {
  MemInfoLineKind kind = MemInfoLineKind::kOther;
  std::array<uint64_t, 4> figures{};
  size_t count = 0;            // of figures
  uint32_t offset_digits = 0;  // kMap: 5 digits wrap at 1 MiB, 8 do not
  std::string_view letters;    // points into the parser's own copy
};

class MemInfoLineParser {
 public:
  // What is returned lives until the next call.
  MemInfoLine parse(std::string_view line);

 private:
  std::string clean_;  // without colours and what trails
};

// Does text that begins like this hold a dump?
[[nodiscard]] bool mentions_mem_info(std::string_view text);

}  // namespace libheap
