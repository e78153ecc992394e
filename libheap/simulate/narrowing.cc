#include "libheap/simulate/narrowing.h"

#include <algorithm>

namespace libheap {

namespace {

// A capture at this threshold costs a collect every few dozen objects: as
// close together as is bearable.
constexpr uint64_t kGranuleBytes = 2048;

}  // namespace

bool too_wide(const WhatIf& answer) {
  const auto wide = [](const Bracket& bracket) {
    return bracket.high - bracket.low > kTooWide * bracket.estimate;
  };
  return wide(answer.peak_used_bytes) ||
         (answer.live_after_collect_bytes &&
          wide(*answer.live_after_collect_bytes));
}

uint64_t blocks_between_collects(const Workload& workload,
                                 const SimulationRun& recorded) {
  const uint64_t collects = workload.recorded.collects.size();
  return recorded.allocated_blocks / std::max<uint64_t>(collects, 1);
}

std::optional<std::string> how_to_narrow(const Workload& workload,
                                         const SimulationRun& recorded,
                                         const std::vector<WhatIf>& answers) {
  const uint64_t apart =
      blocks_between_collects(workload, recorded) * workload.config.block_bytes;
  // What is wide all the same depends on placement, which no capture tells.
  const bool calibrated = apart < 2 * kGranuleBytes;
  if (calibrated || std::none_of(answers.begin(), answers.end(), too_wide)) {
    return std::nullopt;
  }
  return "the recorded collects are " + std::to_string(apart) +
         " bytes of allocation apart, and when objects died in between is not "
         "known. To narrow the brackets, capture once with "
         "mpheap.start(granule=" +
         std::to_string(kGranuleBytes) + ") and ask again with that trace";
}

}  // namespace libheap
