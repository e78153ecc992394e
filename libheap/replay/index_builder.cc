#include "libheap/replay/index_builder.h"

namespace libheap {

void IndexBuilder::look() {
  const ReplayResult& so_far = replayer_.result();
  const bool sound = replayer_.exact() && so_far.divergences == 0 &&
                     so_far.checkpoints_failed == 0 && so_far.gaps.empty() &&
                     reader_.damage().count() == 0;
  if (!sound) {
    waiting_.reset();
    next_ = UINT64_MAX;
    return;
  }
  if (waiting_) {
    if (++sound_steps_ < kSoundFor) return;
    next_ = waiting_->replay.counted.events + index_.stride();
    index_.add(*waiting_);
    waiting_.reset();
    return;
  }
  const std::optional<TracePosition> position = reader_.position();
  if (!position) return;
  std::optional<ReplayState> state = replayer_.state();
  if (!state) return;
  waiting_ = {*position, latest_us_, std::move(*state)};
  sound_steps_ = 0;
}

}  // namespace libheap
