#pragma once

// What `mpheap map` was asked for, and how it is shown in the end.

#include <cstdint>
#include <optional>
#include <string>

#include "libheap/analysis/heap_film.h"
#include "libheap/analysis/heap_picture.h"
#include "tools/common/replay_to.h"

namespace libheap::tools {

enum class MapBy { kKind, kSize, kAge, kSite, kLifetime };

struct MapSettings {
  std::string path;
  std::optional<ReplayPlace> at;
  std::optional<size_t> dump;  // which of a text, from 1; nothing: the last
  MapBy by = MapBy::kKind;
  std::string png;
  std::string svg;
  size_t film = 0;  // frames; 0: no film
  std::optional<uint32_t> blocks_per_letter;
  bool json = false;
  bool quiet = false;
};

// Writes --png and --svg.
void write_images(const MapSettings& settings, const HeapPicture& picture,
                  const std::string& title);
void write_images(const MapSettings& settings, const HeapFilm& film,
                  const std::string& title);
[[nodiscard]] std::string map_text(const MapSettings& settings,
                                   const HeapPicture& picture);

// Of text that holds dumps, and of a trace.
int map_mem_info(const MapSettings& settings,
                 std::unique_ptr<ByteSource> source);
int map_trace(const MapSettings& settings, std::unique_ptr<ByteSource> source);

}  // namespace libheap::tools
