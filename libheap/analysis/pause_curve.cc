#include "libheap/analysis/pause_curve.h"

#include <algorithm>
#include <cmath>

namespace libheap {
namespace {

constexpr uint64_t kPoints = 16;

struct MeanHeap {
  double blocks_per_object = 0;
  double swept_per_live_block = 0;
  PauseState last;  // for what does not change: the heap's size, the release
};

MeanHeap mean_heap(const std::vector<JudgedTracePause>& pauses) {
  double objects = 0;
  double blocks = 0;
  double swept = 0;
  for (const JudgedTracePause& one : pauses) {
    objects += static_cast<double>(one.pause.state.live_objects);
    blocks += static_cast<double>(one.pause.state.live_blocks);
    swept += static_cast<double>(one.pause.state.swept_blocks);
  }
  return {objects > 0 ? blocks / objects : 1, blocks > 0 ? swept / blocks : 1,
          pauses.back().pause.state};
}

PauseState state_with(const MeanHeap& heap, uint64_t objects) {
  PauseState state = heap.last;
  state.live_objects = objects;
  state.live_blocks = std::min(
      state.total_blocks, static_cast<uint64_t>(static_cast<double>(objects) *
                                                heap.blocks_per_object));
  state.live_blocks = std::max(state.live_blocks, objects);
  state.swept_blocks =
      std::min(state.total_blocks,
               static_cast<uint64_t>(static_cast<double>(state.live_blocks) *
                                     heap.swept_per_live_block));
  if (heap.last.flag_bytes != 0) state.flag_bytes = state.swept_blocks / 8 + 1;
  state.freed_objects = 0;
  state.freed_blocks = 0;
  state.finalisers = 0;
  return state;
}

void add_measured(const std::vector<JudgedTracePause>& pauses, uint64_t step,
                  std::vector<PauseCurvePoint>& points) {
  for (const JudgedTracePause& one : pauses) {
    if (!one.pause.timed()) continue;
    const uint64_t nearest = (one.pause.state.live_objects + step / 2) / step;
    PauseCurvePoint& point =
        points[std::min<uint64_t>(nearest, points.size() - 1)];
    ++point.measured;
    point.measured_us +=
        (static_cast<double>(one.pause.total_us()) - point.measured_us) /
        static_cast<double>(point.measured);
  }
}

}  // namespace

PauseCurve pause_curve(const PauseFindings& findings) {
  PauseCurve curve;
  if (findings.pauses.empty()) return curve;
  const MeanHeap heap = mean_heap(findings.pauses);
  curve.blocks_per_object = heap.blocks_per_object;
  curve.swept_per_live_block = heap.swept_per_live_block;
  const auto most =
      static_cast<uint64_t>(static_cast<double>(heap.last.total_blocks) /
                            std::max(1.0, heap.blocks_per_object));
  const uint64_t step = std::max<uint64_t>(1, most / kPoints);
  for (uint64_t i = 0; i <= kPoints; ++i) {
    PauseCurvePoint point;
    point.live_objects = i * step;
    PauseState state = state_with(heap, point.live_objects);
    state.rescan_passes = 0;
    point.one_round = predict_pause(findings.chosen.profile, state);
    state.rescan_passes = 1;
    point.with_rescan = predict_pause(findings.chosen.profile, state);
    curve.points.push_back(point);
  }
  add_measured(findings.pauses, step, curve.points);
  return curve;
}

}  // namespace libheap
