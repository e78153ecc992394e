#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "libheap/base/error.h"
#include "libheap/report/map_report.h"
#include "libheap/trace/mem_info_reader.h"
#include "tools/common/command.h"
#include "tools/common/output.h"
#include "tools/common/terminal.h"
#include "tools/map/map_settings.h"

namespace libheap::tools {

namespace {

// What is kept of a text's dumps: findings of all, the map of one.
struct MapOfDumps {
  std::vector<MemInfoFindings> found;
  std::optional<MemInfoDump> drawn;
  size_t drawn_number = 0;  // from 1
  HeapFilm film;
};

void add_frame(const MemInfoFindings& found, HeapFilm& film) {
  if (!found.has_map) return;
  if (film.frames.empty()) {
    film.block_bytes = found.block_bytes;
    film.blocks_per_bin = blocks_per_bin(found.census.total_blocks);
    film.of = HeapFilm::Of::kDumps;
  }
  film.frames.push_back(film_frame(found.table, film.blocks_per_bin));
  film.frames.back().event = found.line;
}

// Reads all dumps; only neighbours' tables are held at a time.
MapOfDumps read_dumps(const MapSettings& settings,
                      std::unique_ptr<ByteSource> source) {
  MapOfDumps map;
  MemInfoReader reader(std::move(source));
  MemInfoDump dump;
  uint64_t block_bytes = kUsualBlockBytes;
  while (reader.next(dump)) {
    if (dump.block_bytes != 0) block_bytes = dump.block_bytes;
    const MemInfoFindings* before =
        map.found.empty() ? nullptr : &map.found.back();
    MemInfoFindings found = examine(dump, block_bytes, before);
    if (!map.found.empty()) map.found.back().table.areas.clear();
    map.found.push_back(std::move(found));
    if (settings.film != 0) add_frame(map.found.back(), map.film);
    const size_t number = map.found.size();
    if (settings.dump ? number == *settings.dump : !dump.areas.empty()) {
      map.drawn = dump;
      map.drawn_number = number;
    }
  }
  return map;
}

HeapPicture picture(const MapSettings& settings, const MemInfoDump& dump,
                    uint64_t block_bytes) {
  HeapTable table = table_of(dump);
  table.block_bytes = block_bytes;
  return settings.by == MapBy::kSize ? picture_by_size(table)
                                     : picture_by_kind(dump, table);
}

void check(const MapSettings& settings, const MapOfDumps& map) {
  if (map.found.empty()) {
    throw Error(settings.path +
                ": neither a trace nor text that holds the output of "
                "micropython.mem_info()");
  }
  if (settings.dump && !map.drawn) {
    throw Error(fmt::format("--dump {}: {} holds {}", *settings.dump,
                            settings.path, map.found.size()));
  }
  const bool draws = !settings.png.empty() || !settings.svg.empty();
  const bool has_map = settings.film != 0
                           ? !map.film.frames.empty()
                           : map.drawn && !map.drawn->areas.empty();
  if ((draws || settings.film != 0) && !has_map) {
    throw Error(settings.path +
                ": no map in it to draw; micropython.mem_info(1), with an "
                "argument, prints one");
  }
}

std::string all_text(const MapSettings& settings, const MapOfDumps& map,
                     const std::optional<HeapPicture>& drawn) {
  const TextStyle style = output_style();
  std::string text;
  for (const MemInfoFindings& found : map.found) {
    const size_t number = static_cast<size_t>(&found - map.found.data()) + 1;
    if (settings.dump && number != *settings.dump) continue;
    text += mem_info_text(found, number, style) + "\n";
  }
  if (settings.film != 0) return text + film_text(map.film, style);
  if (map.found.size() > 1 && drawn) {
    text += fmt::format("the map of mem_info {}\n", map.drawn_number);
  }
  return drawn ? text + map_text(settings, *drawn) : text;
}

}  // namespace

int map_mem_info(const MapSettings& settings,
                 std::unique_ptr<ByteSource> source) {
  if (settings.at) {
    throw UsageError("--at needs a trace; --dump N chooses one of a text");
  }
  if (settings.by != MapBy::kKind && settings.by != MapBy::kSize) {
    throw UsageError("--by: what mem_info() prints has only kind and size");
  }
  MapOfDumps map = read_dumps(settings, std::move(source));
  check(settings, map);
  std::optional<HeapPicture> drawn;
  if (map.drawn && !map.drawn->areas.empty()) {
    drawn = picture(settings, *map.drawn,
                    map.found[map.drawn_number - 1].block_bytes);
  }
  if (settings.film != 0) {
    map.film.frames = evenly(map.film.frames, settings.film);
    write_images(settings, map.film, settings.path);
  } else if (drawn) {
    write_images(
        settings, *drawn,
        fmt::format("{}, mem_info {}", settings.path, map.drawn_number));
  }
  if (settings.png == "-" || settings.svg == "-") return kDone;
  write_output(settings.json ? map_json(settings.path, map.found)
                             : all_text(settings, map, drawn));
  return kDone;
}

}  // namespace libheap::tools
