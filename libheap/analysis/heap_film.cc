#include "libheap/analysis/heap_film.h"

#include <algorithm>
#include <utility>

namespace libheap {

uint64_t blocks_per_bin(uint64_t total_blocks) {
  return std::max<uint64_t>(
      1, (total_blocks + HeapFilm::kBins - 1) / HeapFilm::kBins);
}

FilmFrame film_frame(const HeapTable& table, uint64_t per_bin) {
  FilmFrame frame;
  frame.total_blocks = table.total_blocks();
  frame.used.assign((frame.total_blocks + per_bin - 1) / per_bin, 0);
  uint64_t first = 0;
  for (const AreaTable& area : table.areas) {
    uint32_t begin = area.free.next_clear(0);
    while (begin < area.blocks()) {
      const uint32_t end = area.free.next_set(begin);
      frame.used_blocks += end - begin;
      for (uint64_t b = first + begin; b < first + end;) {
        const uint64_t bin_end =
            std::min(first + end, (b / per_bin + 1) * per_bin);
        frame.used[b / per_bin] += static_cast<uint32_t>(bin_end - b);
        b = bin_end;
      }
      begin = area.free.next_clear(end);
    }
    frame.largest_run =
        std::max<uint64_t>(frame.largest_run, area.free.longest_run());
    first += area.blocks();
  }
  return frame;
}

void FilmRecorder::on_start(const TraceHeader&, const Moment& now) {
  block_bytes_ = now.heap->config().block_bytes;
  blocks_per_bin_ = blocks_per_bin(now.heap->total_blocks());
}

void FilmRecorder::look(const Moment& now, Decimated<FilmFrame>& frames) const {
  if (!frames.wants_next()) return frames.skip();
  FilmFrame frame = film_frame(table_of(*now.heap), blocks_per_bin_);
  frame.event = now.event;
  frame.time_us = now.time_us;
  frames.offer(std::move(frame));
}

HeapFilm FilmRecorder::film() const {
  HeapFilm film;
  film.block_bytes = block_bytes_;
  film.blocks_per_bin = blocks_per_bin_;
  const bool collects = collects_.items().size() >= wanted_;
  film.of = collects ? HeapFilm::Of::kCollects : HeapFilm::Of::kEvents;
  film.frames = evenly((collects ? collects_ : events_).items(), wanted_);
  return film;
}

std::vector<FilmFrame> evenly(const std::vector<FilmFrame>& frames,
                              size_t count) {
  count = std::min(count, frames.size());
  std::vector<FilmFrame> chosen;
  for (size_t i = 0; i < count; ++i) {
    chosen.push_back(
        frames[count == 1 ? frames.size() - 1
                          : i * (frames.size() - 1) / (count - 1)]);
  }
  return chosen;
}

}  // namespace libheap
