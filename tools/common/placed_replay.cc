#include "tools/common/placed_replay.h"

#include "libheap/base/error.h"
#include "libheap/trace/file_stream.h"
#include "tools/common/trace_input.h"

namespace libheap::tools {

PlacedReplay::PlacedReplay(const std::string& path, bool quiet,
                           const ReplayOptions& settings)
    : path_(path) {
  std::unique_ptr<EventSource> source = open_trace(path);
  reader_ = dynamic_cast<TraceReader*>(source.get());
  if (reader_ != nullptr && !settings.paranoid) identity_ = identity_of(path);
  if (identity_ && identity_->bytes < kWorthIt) identity_.reset();
  source_ = with_progress(std::move(source), path, quiet);
  replayer_ = std::make_unique<Replayer>(*source_, settings);
}

void PlacedReplay::go_to(const ReplayPlace& place) {
  const bool named = place.kind == ReplayPlace::Kind::kPlace;
  if (named && identity_) {
    index_ = load_index(path_, *identity_);
    if (!index_) {
      index_.emplace();
      builder_.emplace(*reader_, *replayer_, *index_);
    } else {
      resume({place.place.is_time, place.place.value});
    }
  }
  replay_to(*replayer_, place, [this] { return step(); });
}

void PlacedReplay::resume(const IndexPlace& place) {
  const std::optional<Bookmark> bookmark = index_->before(place);
  if (!bookmark) return;
  auto rest = std::make_unique<ByteSource>(
      open_file_stream(path_, bookmark->position.offset), path_);
  replayer_->resume(bookmark->replay);
  reader_->resume(bookmark->position, std::move(rest));
}

bool PlacedReplay::step() {
  const bool more = replayer_->step();
  if (!builder_) return more;
  if (more) {
    builder_->after_step();
  } else {
    builder_.reset();
    save_index(*index_, path_, *identity_);
  }
  return more;
}

void PlacedReplay::finish_index() {
  while (builder_ && step()) {
  }
}

}  // namespace libheap::tools
