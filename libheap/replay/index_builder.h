#pragma once

// IndexBuilder: bookmarks set while a trace is replayed.
//
//     while (replayer.step()) builder.after_step();
//
// A bookmark is set at the first packet's end that is stride() events or more
// behind the one before. It is kept once a few more events were sound, so that
// a divergence never lacks its context; from the first thing that is lost or
// wrong on none are set. Cost: a comparison per event.

#include <algorithm>
#include <cstdint>
#include <optional>

#include "libheap/replay/replayer.h"
#include "libheap/replay/trace_index.h"
#include "libheap/trace/trace_reader.h"

namespace libheap {

class IndexBuilder {
 public:
  // `reader` is what the replayer reads from. All must outlive the builder.
  IndexBuilder(const TraceReader& reader, const Replayer& replayer,
               TraceIndex& index)
      : reader_(reader),
        replayer_(replayer),
        index_(index),
        next_(index.stride()) {}

  void after_step() {
    const ReplayResult& so_far = replayer_.result();
    if (so_far.last_us != Event::kNoTime) {
      latest_us_ = std::max(latest_us_, so_far.last_us);
    }
    if (so_far.events >= next_) look();
  }

 private:
  static constexpr uint32_t kSoundFor = 16;  // steps

  void look();

  const TraceReader& reader_;
  const Replayer& replayer_;
  TraceIndex& index_;
  uint64_t next_;
  uint64_t latest_us_ = 0;
  std::optional<Bookmark> waiting_;
  uint32_t sound_steps_ = 0;
};

}  // namespace libheap
