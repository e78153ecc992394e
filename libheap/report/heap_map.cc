#include "libheap/report/heap_map.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "libheap/report/palette.h"
#include "libheap/report/text_table.h"
#include "libheap/report/units.h"

namespace libheap {

namespace {

constexpr uint32_t kOffsetColumns = 10;  // "00000000: "
// More letters than this nobody reads: 512 lines as the device prints them.
constexpr uint64_t kMostLetters = 32768;

uint32_t letters_per_line(const TextStyle& style) {
  for (const uint32_t letters : {256u, 128u, 64u, 32u}) {
    if (style.width >= kOffsetColumns + letters) return letters;
  }
  return 16;
}

uint32_t blocks_per_letter(const HeapPicture& picture,
                           const HeapMapSettings& settings) {
  if (settings.blocks_per_letter) return *settings.blocks_per_letter;
  uint32_t blocks = 1;
  while (picture.census.total_blocks / blocks > kMostLetters) blocks *= 2;
  return blocks;
}

// Letters one after the other, with as few colour changes as they need.
class ColouredLine {
 public:
  explicit ColouredLine(const TextStyle& style) : style_(style) {}

  void add(std::string_view letter, int colour) {
    if (style_.colour && colour != colour_) {
      text_ += colour == kNone ? std::string("\x1b[0m")
                               : fmt::format("\x1b[38;5;{}m", colour);
      colour_ = colour;
    }
    text_ += letter;
  }
  std::string take() {
    if (colour_ != kNone) text_ += "\x1b[0m";
    colour_ = kNone;
    return std::exchange(text_, {});
  }

  static constexpr int kNone = -1;

 private:
  const TextStyle& style_;
  std::string text_;
  int colour_ = kNone;
};

int colour_for(const HeapPicture& picture, uint8_t category) {
  if (category == HeapPicture::kFree) return ColouredLine::kNone;
  return terminal_colour(colour_of(picture, category));
}

char letter_of(const HeapPicture& picture, uint8_t cell) {
  const uint8_t category = HeapPicture::category_of(cell);
  if (category == HeapPicture::kFree) return kFreeLetter;
  if (category == HeapPicture::kLost) return kLostBlock;
  return cell == category ? picture.categories[category].letter : kTailLetter;
}

// Several blocks in one character: how many are used, and mostly by what.
void add_dense(const HeapPicture& picture, std::span<const uint8_t> cells,
               const TextStyle& style, ColouredLine& line) {
  static constexpr std::array<std::string_view, 5> kBlocks = {".", "░", "▒",
                                                              "▓", "█"};
  static constexpr std::array<std::string_view, 5> kAscii = {".", ":", "+", "x",
                                                             "#"};
  std::array<uint32_t, 128> counts{};
  for (const uint8_t cell : cells) ++counts[HeapPicture::category_of(cell)];
  const size_t used = cells.size() - counts[HeapPicture::kFree];
  counts[HeapPicture::kFree] = 0;
  const auto most = static_cast<uint8_t>(
      std::max_element(counts.begin(), counts.end()) - counts.begin());
  const size_t level = (used * 4 + cells.size() - 1) / cells.size();
  line.add((style.unicode ? kBlocks : kAscii)[level],
           used == 0 ? ColouredLine::kNone : colour_for(picture, most));
}

std::string area_text(const HeapPicture& picture, const PictureArea& area,
                      uint32_t per_letter, const TextStyle& style) {
  const uint64_t per_line = uint64_t{letters_per_line(style)} * per_letter;
  const std::span<const uint8_t> cells = area.cells;
  ColouredLine line(style);
  std::string text;
  size_t b = 0;
  while (b < cells.size()) {
    size_t run_end = b;
    while (run_end < cells.size() && cells[run_end] == HeapPicture::kFree) {
      ++run_end;
    }
    const uint64_t free_lines = (run_end - b) / per_line;
    if (free_lines >= 2) {
      text += toned(style, Tone::kQuiet,
                    fmt::format("{:{}}({} lines all free)", "", kOffsetColumns,
                                free_lines)) +
              "\n";
      b += free_lines * per_line;
      continue;
    }
    const size_t end = std::min<size_t>(b + per_line, cells.size());
    text += toned(style, Tone::kQuiet,
                  fmt::format("{:08x}: ", b * picture.block_bytes));
    for (; b < end; b += per_letter) {
      const auto here = cells.subspan(b, std::min<size_t>(per_letter, end - b));
      if (per_letter > 1) {
        add_dense(picture, here, style, line);
      } else {
        const char letter = letter_of(picture, here[0]);
        line.add({&letter, 1},
                 colour_for(picture, HeapPicture::category_of(here[0])));
      }
    }
    b = end;
    text += line.take() + "\n";
  }
  return text;
}

std::string legend_text(const HeapPicture& picture, uint32_t per_letter,
                        const TextStyle& style) {
  std::string text;
  if (per_letter > 1) {
    text += wrapped(
        fmt::format("Each character is {} ({}), darker the more of it is in "
                    "use.",
                    counted(per_letter, "block"),
                    human_bytes(per_letter * picture.block_bytes)),
        0, style);
  }
  size_t column = 0;
  const auto item = [&](const std::string& plain, const std::string& shown) {
    if (column != 0 && column + 2 + plain.size() > style.width) {
      text += "\n";
      column = 0;
    }
    text += (column == 0 ? "" : "  ") + shown;
    column += (column == 0 ? 0 : 2) + plain.size();
  };
  for (size_t c = 0; c < picture.categories.size(); ++c) {
    const PictureCategory& category = picture.categories[c];
    if (category.objects == 0) continue;
    ColouredLine letter(style);
    letter.add({&category.letter, 1},
               colour_for(picture, static_cast<uint8_t>(c)));
    const std::string rest =
        fmt::format(" {} ({})", category.name, with_commas(category.objects));
    item(category.letter + rest, letter.take() + rest);
  }
  item("= tail", "= tail");
  item(". free", ". free");
  return text + "\n";
}

}  // namespace

std::string heap_map_text(const HeapPicture& picture, const TextStyle& style,
                          const HeapMapSettings& settings) {
  const uint32_t per_letter = blocks_per_letter(picture, settings);
  std::string text;
  for (const PictureArea& area : picture.areas) {
    std::string title =
        fmt::format("area {}: {} of {} bytes", area.id,
                    counted(area.cells.size(), "block"), picture.block_bytes);
    if (area.pool) title += fmt::format(", from {:08x}", *area.pool);
    text +=
        wrapped(title, 0, style) + area_text(picture, area, per_letter, style);
  }
  if (settings.legend) text += legend_text(picture, per_letter, style);
  return text;
}

}  // namespace libheap
