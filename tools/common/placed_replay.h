#pragma once

// A trace brought to the place that --at names, by its index where that is
// worth it (libheap/replay/trace_index.h):
//
//     PlacedReplay replay(path, quiet, settings);
//     replay.go_to(place);
//     ...answer from replay.replayer()
//     replay.finish_index();          // once the answer is out
//
// A trace has an index if it is a plain .mpheap file of kWorthIt bytes or more.
// It is made by the first use, which therefore reads on to the end after it has
// answered; from then on a place is found at once. The answers are the same
// with and without.

#include <memory>
#include <optional>
#include <string>

#include "libheap/replay/index_builder.h"
#include "libheap/replay/replayer.h"
#include "libheap/replay/trace_index.h"
#include "tools/common/replay_to.h"

namespace libheap::tools {

class PlacedReplay {
 public:
  static constexpr uint64_t kWorthIt = uint64_t{2} << 20;

  PlacedReplay(const std::string& path, bool quiet,
               const ReplayOptions& settings = {});

  void go_to(const ReplayPlace& place);
  void finish_index();

  [[nodiscard]] Replayer& replayer() { return *replayer_; }
  [[nodiscard]] const EventSource& source() const { return *source_; }

 private:
  bool step();
  void resume(const IndexPlace& place);

  std::string path_;
  std::unique_ptr<EventSource> source_;
  TraceReader* reader_ = nullptr;  // of source_; null: no index
  std::unique_ptr<Replayer> replayer_;
  std::optional<TraceIdentity> identity_;
  std::optional<TraceIndex> index_;
  std::optional<IndexBuilder> builder_;  // while the index is being made
};

}  // namespace libheap::tools
