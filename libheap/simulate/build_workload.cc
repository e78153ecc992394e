#include "libheap/simulate/build_workload.h"

#include <optional>

#include "libheap/base/error.h"
#include "libheap/replay/replayer.h"
#include "libheap/simulate/workload_recorder.h"

namespace libheap {

namespace {

// The longest stretch of a replay in which nothing was lost.
class LongestStretch {
 public:
  LongestStretch(EventSource& source,
                 std::span<ReplayObserver* const> observers)
      : source_(source), replayer_(source) {
    replayer_.observe(&recorder_);
    for (ReplayObserver* observer : observers) replayer_.observe(observer);
  }

  Workload find() {
    if (replayer_.exact()) begin(/*empty=*/true);
    while (replayer_.step()) {
      if (recording_ == replayer_.exact()) continue;
      if (recording_) {
        keep();
      } else {
        begin(/*empty=*/false);
      }
    }
    if (recording_) keep();
    if (!longest_ || longest_->requests.empty()) {
      throw Error(
          "nothing to simulate: the trace holds no request to a heap whose "
          "state is known");
    }
    refuse_contradictions();
    add_limits();
    return std::move(*longest_);
  }

 private:
  void begin(bool empty) {
    recorder_.begin(source_.header(), replayer_.heap(), empty);
    first_us_ = replayer_.moment().time_us;
    recording_ = true;
  }

  void keep() {
    recording_ = false;
    seen_ += recorder_.requests();
    const bool longer =
        !longest_ || recorder_.requests() > longest_->requests.size();
    Workload stretch = recorder_.take(replayer_.heap());
    if (!longer) return;
    stretch.recorded.first_us =
        first_us_ != Event::kNoTime ? first_us_ : replayer_.result().first_us;
    stretch.recorded.last_us = replayer_.result().last_us;
    longest_ = std::move(stretch);
  }

  // Objects that the model does not know where they are have no lives to
  // simulate, and an answer made of the others would be a guess.
  void refuse_contradictions() const {
    const uint64_t count = replayer_.result().divergences;
    if (count == 0) return;
    const bool one = count == 1;
    throw Error((one ? "1 event contradicts"
                     : std::to_string(count) + " events contradict") +
                " the model, so what " + (one ? "it" : "they") +
                " would be under other settings cannot be told; mpheap replay "
                "shows " +
                (one ? "it" : "them"));
  }

  void add_limits() {
    std::vector<std::string>& limits = longest_->limits;
    if (longest_->requests.size() < seen_) {
      limits.push_back(
          "events were lost: this is the longest stretch without a loss, " +
          std::to_string(longest_->requests.size()) + " of " +
          std::to_string(seen_) + " requests");
    }
    if (source_.damage().count() != 0) {
      const uint64_t places = source_.damage().count();
      limits.push_back(std::to_string(places) +
                       (places == 1 ? " place of the trace is damaged"
                                    : " places of the trace are damaged"));
    }
    if (longest_->recorded.collects.empty()) {
      limits.push_back(
          "no collect was recorded, so nothing is known of how long objects "
          "live; capture with a low threshold, or end with gc.collect()");
    }
  }

  EventSource& source_;
  Replayer replayer_;
  WorkloadRecorder recorder_;
  std::optional<Workload> longest_;
  uint64_t seen_ = 0;  // requests in all stretches
  uint64_t first_us_ = Event::kNoTime;
  bool recording_ = false;
};

}  // namespace

Workload build_workload(EventSource& source,
                        std::span<ReplayObserver* const> observers) {
  return LongestStretch(source, observers).find();
}

}  // namespace libheap
