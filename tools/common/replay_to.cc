#include "tools/common/replay_to.h"

#include <fmt/format.h>

#include "libheap/base/error.h"
#include "libheap/report/units.h"

namespace libheap::tools {

namespace {

class FirstFailure : public ReplayObserver {
 public:
  void on_alloc(const Moment&, const SeenAlloc& seen) override {
    seen_ |= seen.out_of_memory;
  }
  void on_realloc(const Moment&, const SeenRealloc& seen) override {
    seen_ |= seen.out_of_memory;
  }
  [[nodiscard]] bool seen() const { return seen_; }

 private:
  bool seen_ = false;
};

bool reached(const Replayer& replayer, const TracePlace& place) {
  const ReplayResult& so_far = replayer.result();
  if (!place.is_time) return so_far.events >= place.value;
  return so_far.last_us != Event::kNoTime && so_far.last_us >= place.value;
}

using Step = std::function<bool()>;

void replay_to_place(Replayer& replayer, const TracePlace& place,
                     const Step& step) {
  if (reached(replayer, place)) return;
  while (step()) {
    if (reached(replayer, place)) return;
  }
  const ReplayResult& whole = replayer.result();
  if (place.is_time && whole.last_us == Event::kNoTime) {
    throw Error("--at: this trace has no times; give an event number");
  }
  throw Error(fmt::format("--at: the trace ends before that, {}",
                          place.is_time
                              ? "at " + human_time(whole.last_us)
                              : "after event " + std::to_string(whole.events)));
}

void replay_to_failure(Replayer& replayer, const Step& step) {
  FirstFailure failure;
  replayer.observe(&failure);
  while (!failure.seen()) {
    if (!step()) {
      throw Error("--at failure: no allocation of this trace failed");
    }
  }
}

}  // namespace

ReplayPlace parse_replay_place(const std::string& text,
                               const std::string& option) {
  if (text == "last") return {.kind = ReplayPlace::Kind::kLast, .place = {}};
  if (text == "failure") {
    return {.kind = ReplayPlace::Kind::kFailure, .place = {}};
  }
  return {.kind = ReplayPlace::Kind::kPlace,
          .place = parse_place(text, option)};
}

void replay_to(Replayer& replayer, const ReplayPlace& place, const Step& step) {
  switch (place.kind) {
    case ReplayPlace::Kind::kLast:
      return replayer.run();
    case ReplayPlace::Kind::kFailure:
      return replay_to_failure(replayer, step);
    case ReplayPlace::Kind::kPlace:
      return replay_to_place(replayer, place.place, step);
  }
}

void replay_to(Replayer& replayer, const ReplayPlace& place) {
  replay_to(replayer, place, [&] { return replayer.step(); });
}

}  // namespace libheap::tools
