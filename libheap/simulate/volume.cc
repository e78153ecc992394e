#include "libheap/simulate/volume.h"

#include <algorithm>
#include <cstdint>
#include <deque>

namespace libheap {

namespace {

// Collects must be this many points apart, on average, to be told apart.
constexpr uint64_t kPointsPerCollect = 4;

struct Occupant {
  size_t life = SIZE_MAX;
  uint64_t blocks = 0;
};

// The sizes of the objects in the slots, and what each request changes.
class Slots {
 public:
  Slots(const Workload& workload, const std::vector<Position>& deaths)
      : workload_(workload),
        deaths_(deaths),
        occupants_(workload.slots),
        block_bytes_(workload.config.block_bytes) {}

  // A new object; `ended` is told the death and size of the one before it.
  template <typename Ended>
  uint64_t alloc(const Request& request, const Ended& ended) {
    Occupant& slot = occupants_[request.slot];
    end(slot, ended);
    slot = {next_life_++, blocks_of(request)};
    return slot.blocks;
  }
  uint64_t free(const Request& request) {
    Occupant& slot = occupants_[request.slot];
    const uint64_t blocks = slot.blocks;
    slot = {};
    return blocks;
  }
  // Blocks before and after.
  std::pair<uint64_t, uint64_t> resize(const Request& request) {
    Occupant& slot = occupants_[request.slot];
    const uint64_t before = slot.blocks;
    slot.blocks = blocks_of(request);
    return {before, slot.blocks};
  }
  void start(size_t slot, uint64_t blocks) {
    occupants_[slot] = {next_life_++, blocks};
  }
  template <typename Ended>
  void end_all(const Ended& ended) {
    for (Occupant& slot : occupants_) end(slot, ended);
  }

 private:
  [[nodiscard]] uint64_t blocks_of(const Request& request) const {
    return (workload_.size_of(request) + block_bytes_ - 1) / block_bytes_;
  }
  template <typename Ended>
  void end(Occupant& slot, const Ended& ended) {
    if (slot.life != SIZE_MAX) ended(deaths_[slot.life], slot.blocks);
    slot = {};
  }

  const Workload& workload_;
  const std::vector<Position>& deaths_;
  std::vector<Occupant> occupants_;
  uint64_t block_bytes_;
  size_t next_life_ = 0;
};

}  // namespace

Volume::Volume(const Workload& workload, const std::vector<Position>& deaths)
    : step_((workload.requests.size() + kPoints - 1) / kPoints),
      points_((workload.requests.size() + step_ - 1) / step_) {
  add_requests(workload, deaths);
  for (const SettingChange& change : workload.settings) {
    begun_afresh_ = begun_afresh_ || change.kind == EventKind::kSweepAll ||
                    change.kind == EventKind::kInit;
  }
  int64_t dead = 0;
  uint64_t allocated = 0;
  for (Point& point : points_) {
    point.dead = dead += point.dead;
    longest_step_ = std::max(longest_step_, point.allocated - allocated);
    allocated = point.allocated;
  }
}

void Volume::died(Position death, uint64_t blocks) {
  const size_t point = death / step_;
  if (point < points_.size()) {
    points_[point].dead += static_cast<int64_t>(blocks);
  }
}

void Volume::add_requests(const Workload& workload,
                          const std::vector<Position>& deaths) {
  Slots slots(workload, deaths);
  const auto ended = [this](Position death, uint64_t blocks) {
    died(death, blocks);
  };
  uint64_t allocated = workload.start.amount;
  int64_t held = 0;
  size_t started = 0;
  for (const StartState::Table& table : workload.start.tables) {
    const Bitmap heads = heads_of(table.free, table.tail);
    for (uint32_t b = heads.next_set(0); b < heads.size();
         b = heads.next_set(b + 1)) {
      const uint32_t blocks = table.tail.next_clear(b + 1) - b;
      slots.start(started++, blocks);
      held += blocks;
    }
  }
  size_t growth = 0;
  for (size_t i = 0; i < workload.requests.size(); ++i) {
    const Request& request = workload.requests[i];
    Point& point = points_[i / step_];
    switch (request.kind()) {
      case RequestKind::kAlloc:
      case RequestKind::kAllocFinaliser: {
        const uint64_t blocks = slots.alloc(request, ended);
        allocated += blocks;
        held += static_cast<int64_t>(blocks);
        break;
      }
      case RequestKind::kResize:
      case RequestKind::kGrowInPlace: {
        const auto [before, after] = slots.resize(request);
        held += static_cast<int64_t>(after) - static_cast<int64_t>(before);
        const std::vector<uint32_t>& moved = workload.recorded.growths;
        if (after > before && growth < moved.size()) {
          allocated += moved[growth++];
        }
        break;
      }
      case RequestKind::kFree:
        held -= static_cast<int64_t>(slots.free(request));
        break;
      case RequestKind::kCollect:
        point.collect = true;
        break;
      case RequestKind::kFailed:
      case RequestKind::kSetting:
        break;
    }
    point.allocated = allocated;
    point.held = held;
    point.most_held = std::max(point.most_held, held);
  }
  slots.end_all(ended);
}

// For a collect at the end of any point, or before all: the most that is used
// until the next, which is at most a threshold away. The window of points from
// one to the other moves on through the trace; `rising` holds those of its
// points that no later one exceeds.
template <typename See>
void Volume::for_each_cycle(uint64_t threshold_blocks, const See& see) const {
  std::deque<size_t> rising;
  size_t end = 0;  // of the window
  bool cut = false;
  for (size_t begin = 0; begin < points_.size(); ++begin) {
    const int64_t dead = begin == 0 ? 0 : points_[begin - 1].dead;
    const uint64_t start = begin == 0 ? 0 : points_[begin - 1].allocated;
    if (cut && end == begin) cut = false;
    while (!cut && end < points_.size() &&
           (end == begin ||
            points_[end - 1].allocated - start < threshold_blocks)) {
      while (!rising.empty() &&
             points_[rising.back()].most_held <= points_[end].most_held) {
        rising.pop_back();
      }
      rising.push_back(end);
      cut = points_[end++].collect;
    }
    see(start, points_[rising.front()].most_held - dead);
    if (rising.front() == begin) rising.pop_front();
  }
}

Volume::Peaks Volume::peaks(uint64_t threshold_blocks) const {
  // Somewhere in every span this long there is a collect.
  const uint64_t span = threshold_blocks + longest_step_;
  int64_t lowest = 0;
  int64_t highest = 0;
  int64_t least_of_span = INT64_MAX;
  uint64_t span_begin = 0;
  for_each_cycle(threshold_blocks, [&](uint64_t start, int64_t most_used) {
    highest = std::max(highest, most_used);
    if (start - span_begin >= span) {
      lowest = std::max(lowest, least_of_span);
      span_begin = start;
      least_of_span = INT64_MAX;
    }
    least_of_span = std::min(least_of_span, most_used);
  });
  return {static_cast<uint64_t>(lowest), static_cast<uint64_t>(highest)};
}

bool Volume::tells_apart(uint64_t threshold_blocks) const {
  const uint64_t collects =
      allocated_blocks() / std::max<uint64_t>(threshold_blocks, 1);
  return !begun_afresh_ && collects * kPointsPerCollect <= points_.size();
}

}  // namespace libheap
