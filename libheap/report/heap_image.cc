#include "libheap/report/heap_image.h"

#include <algorithm>

#include <fmt/format.h>

#include "libheap/report/canvas.h"
#include "libheap/report/palette.h"
#include "libheap/report/units.h"

namespace libheap {

namespace {

constexpr double kMargin = 12;
constexpr double kLineHeight = 18;
constexpr double kCell = 6;
constexpr double kLabelWidth = 76;
constexpr double kNarrowest = 640;

Colour paler(Colour colour) {
  const auto mix = [](uint8_t value) {
    return static_cast<uint8_t>((value * 11 + 255 * 5) / 16);
  };
  return {mix(colour.red), mix(colour.green), mix(colour.blue)};
}

Colour cell_colour(const HeapPicture& picture, uint8_t cell) {
  const uint8_t category = HeapPicture::category_of(cell);
  const Colour colour = colour_of(picture, category);
  return cell == category ? colour : paler(colour);
}

// Wide enough that the image is about as high as it is wide.
size_t blocks_per_row(const HeapPicture& picture) {
  size_t blocks = 64;
  while (blocks * blocks < picture.census.total_blocks && blocks < 512) {
    blocks *= 2;
  }
  return blocks;
}

size_t rows_of(const PictureArea& area, size_t per_row) {
  return (area.cells.size() + per_row - 1) / per_row;
}

// Equal neighbours in one row are one rectangle: a third of the strokes.
void draw_area(const HeapPicture& picture, const PictureArea& area,
               size_t per_row, double top, Canvas& canvas) {
  const std::vector<uint8_t>& cells = area.cells;
  for (size_t begin = 0; begin < cells.size();) {
    const size_t row = begin / per_row;
    const size_t row_end = std::min((row + 1) * per_row, cells.size());
    size_t end = begin + 1;
    const bool merge = cells[begin] == HeapPicture::kFree ||
                       (cells[begin] & HeapPicture::kTail) != 0;
    while (merge && end < row_end && cells[end] == cells[begin]) ++end;
    const double x =
        kMargin + kLabelWidth + static_cast<double>(begin % per_row) * kCell;
    const double gap = merge ? 0 : 0.5;
    canvas.rectangle(x + gap, top + static_cast<double>(row) * kCell,
                     static_cast<double>(end - begin) * kCell - gap, kCell - 1,
                     cell_colour(picture, cells[begin]));
    begin = end;
  }
  for (size_t row = 0; row < rows_of(area, per_row); row += 8) {
    canvas.text(kMargin, top + static_cast<double>(row) * kCell + 9,
                fmt::format("{:08x}", row * per_row * picture.block_bytes));
  }
}

struct LegendItem {
  Colour colour;
  std::string text;
};

std::vector<LegendItem> legend_of(const HeapPicture& picture) {
  std::vector<LegendItem> items;
  for (size_t c = 0; c < picture.categories.size(); ++c) {
    const PictureCategory& category = picture.categories[c];
    if (category.objects == 0) continue;
    items.push_back(
        {colour_of(picture, static_cast<uint8_t>(c)),
         fmt::format("{}: {}, {}", category.name,
                     counted(category.objects, "object"),
                     human_bytes(category.blocks * picture.block_bytes))});
  }
  items.push_back(
      {kFreeColour,
       fmt::format(
           "free: {}, largest run {}",
           human_bytes(picture.census.free_blocks * picture.block_bytes),
           human_bytes(picture.census.max_free * picture.block_bytes))});
  return items;
}

constexpr size_t kLegendColumns = 2;

double legend_height(size_t items) {
  const size_t rows = (items + kLegendColumns - 1) / kLegendColumns;
  return static_cast<double>(rows) * kLineHeight;
}

void draw_legend(const std::vector<LegendItem>& items, double top, double width,
                 Canvas& canvas) {
  const double column_width = (width - 2 * kMargin) / kLegendColumns;
  for (size_t i = 0; i < items.size(); ++i) {
    const size_t row = i / kLegendColumns;
    const size_t column = i % kLegendColumns;
    const double x = kMargin + static_cast<double>(column) * column_width;
    const double y = top + static_cast<double>(row) * kLineHeight;
    canvas.rectangle(x, y + 3, 10, 10, items[i].colour);
    canvas.text(x + 16, y + 12, items[i].text);
  }
}

}  // namespace

std::string heap_image(const HeapPicture& picture, const std::string& title,
                       ImageFormat format) {
  const size_t per_row = blocks_per_row(picture);
  const std::vector<LegendItem> legend = legend_of(picture);
  const double width =
      std::max(kNarrowest, 2 * kMargin + kLabelWidth +
                               static_cast<double>(per_row) * kCell);
  double height = 2 * kMargin + 2 * kLineHeight + legend_height(legend.size());
  for (const PictureArea& area : picture.areas) {
    height += static_cast<double>(rows_of(area, per_row)) * kCell + kLineHeight;
  }
  Canvas canvas(format, width, height);
  double top = kMargin + kLineHeight;
  canvas.text(kMargin, top - 4, title);
  for (const PictureArea& area : picture.areas) {
    top += kLineHeight / 2;
    draw_area(picture, area, per_row, top, canvas);
    top +=
        static_cast<double>(rows_of(area, per_row)) * kCell + kLineHeight / 2;
  }
  draw_legend(legend, top, width, canvas);
  return canvas.finish();
}

std::string film_image(const HeapFilm& film, const std::string& title,
                       ImageFormat format) {
  constexpr double kBinWidth = 3;
  size_t bins = 1;
  for (const FilmFrame& frame : film.frames) {
    bins = std::max(bins, frame.used.size());
  }
  const double row = std::clamp(
      480.0 / static_cast<double>(film.frames.size() + 1), 4.0, 16.0);
  const double label = 100;
  const double width = std::max(
      kNarrowest, 2 * kMargin + label + static_cast<double>(bins) * kBinWidth);
  Canvas canvas(format, width,
                2 * kMargin + 3 * kLineHeight +
                    row * static_cast<double>(film.frames.size()));
  double y = kMargin + kLineHeight;
  canvas.text(kMargin, y - 4, title);
  double label_below = y;
  for (const FilmFrame& frame : film.frames) {
    if (y >= label_below) {
      canvas.text(kMargin, y + row - 2,
                  frame.time_us == Event::kNoTime ? with_commas(frame.event)
                                                  : human_time(frame.time_us));
      label_below = y + kLineHeight;
    }
    for (size_t b = 0; b < frame.used.size(); ++b) {
      const double share = static_cast<double>(frame.used[b]) /
                           static_cast<double>(film.blocks_per_bin);
      canvas.rectangle(
          kMargin + label + static_cast<double>(b) * kBinWidth, y, kBinWidth,
          row - 0.5, frame.used[b] == 0 ? kFreeColour : ramp_colour(1 - share));
    }
    y += row;
  }
  canvas.text(
      kMargin, y + kLineHeight,
      fmt::format("{} from top to bottom; the heap from left to right, "
                  "{} a column; dark: all in use",
                  film.of == HeapFilm::Of::kDumps      ? "dumps"
                  : film.of == HeapFilm::Of::kCollects ? "after collects"
                                                       : "moments",
                  human_bytes(film.blocks_per_bin * film.block_bytes)));
  return canvas.finish();
}

}  // namespace libheap
