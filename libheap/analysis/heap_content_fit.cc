#include "libheap/analysis/heap_content_fit.h"

#include <algorithm>
#include <map>
#include <vector>

namespace libheap {
namespace {

using Pauses = std::vector<const MeasuredPause*>;

// The slope of y = slope * x, each group counting the same, errors taken as
// shares of `size`.
class GroupSlope {
 public:
  void add(const MeasuredPause& pause, double x, double y, double size) {
    points_.push_back({&pause.group, x / size, y / size});
    ++in_group_[pause.group];
  }
  [[nodiscard]] double slope(double otherwise) const {
    double xy = 0;
    double xx = 0;
    for (const Point& point : points_) {
      const double weight = 1.0 / in_group_.at(*point.group);
      xy += weight * point.x * point.y;
      xx += weight * point.x * point.x;
    }
    return xx > 0 ? std::max(0.0, xy / xx) : otherwise;
  }

 private:
  struct Point {
    const std::string* group;
    double x;
    double y;
  };
  std::vector<Point> points_;
  std::map<std::string, int> in_group_;
};

double live_words(const PauseState& state) {
  return static_cast<double>(state.live_blocks) * state.words_per_block;
}

// The emptiest heap of all, marked in one round: a board just after booting.
const MeasuredPause* emptiest(const Pauses& pauses) {
  const MeasuredPause* found = nullptr;
  for (const MeasuredPause* pause : pauses) {
    if (*pause->state.rescan_passes != 0) continue;
    if (found == nullptr ||
        pause->state.live_blocks < found->state.live_blocks) {
      found = pause;
    }
  }
  return found;
}

void fit_words_and_pointers(const Pauses& pauses, HeapContent& content) {
  GroupSlope aligned;
  GroupSlope pointers;
  for (const MeasuredPause* pause : pauses) {
    const PauseState& state = pause->state;
    const MarkVisits& visits = *state.visits;
    const double rounds = 1.0 + *state.rescan_passes;
    const auto objects = static_cast<double>(state.live_objects);
    if (objects <= content.booted.objects) continue;
    aligned.add(*pause,
                std::max(0.0, visits.words - rounds * content.booted.words),
                visits.aligned_words - rounds * content.booted.aligned_words,
                visits.words);
    pointers.add(*pause, rounds * (objects - content.booted.objects),
                 visits.pointers - rounds * content.booted.pointers,
                 rounds * objects);
  }
  content.aligned_share = std::min(1.0, aligned.slope(content.aligned_share));
  content.pointers_per_object = pointers.slope(content.pointers_per_object);
}

void fit_first_round(const Pauses& pauses, HeapContent& content) {
  GroupSlope first_objects;
  GroupSlope first_words;
  for (const MeasuredPause* pause : pauses) {
    const PauseState& state = pause->state;
    const uint32_t passes = *state.rescan_passes;
    if (passes == 0) continue;
    const auto objects = static_cast<double>(state.live_objects);
    const double words = live_words(state);
    const double kept = content.booted.objects + state.mark_stack_entries;
    first_objects.add(*pause, objects - kept,
                      state.visits->objects - passes * objects - kept, objects);
    first_words.add(*pause, words - content.booted.words,
                    state.visits->words - passes * words - content.booted.words,
                    words);
  }
  content.first_round_objects =
      std::min(1.0, first_objects.slope(content.first_round_objects));
  content.first_round_words =
      std::min(1.0, first_words.slope(content.first_round_words));
}

void fit_overflow(const Pauses& pauses, HeapContent& content) {
  GroupSlope overflow;  // y is 0 or 1, so the slope is the mean
  int overflowed = 0;
  int again = 0;
  for (const MeasuredPause* pause : pauses) {
    const PauseState& state = pause->state;
    if (static_cast<double>(state.live_objects) <=
        content.booted.objects + state.mark_stack_entries) {
      continue;
    }
    overflow.add(*pause, 1, *state.rescan_passes > 0 ? 1 : 0, 1);
    overflowed += *state.rescan_passes > 0 ? 1 : 0;
    again += *state.rescan_passes > 1 ? 1 : 0;
  }
  content.overflow_chance = overflow.slope(content.overflow_chance);
  // Laplace's rule of succession: what was never seen may yet come.
  content.second_pass_chance = (again + 1.0) / (overflowed + 2.0);
}

Pauses counted_ones(std::span<const MeasuredPause* const> pauses) {
  Pauses counted;
  for (const MeasuredPause* pause : pauses) {
    if (pause->state.visits && pause->state.rescan_passes) {
      counted.push_back(pause);
    }
  }
  return counted;
}

}  // namespace

HeapContent fit_heap_content(std::span<const MeasuredPause* const> pauses,
                             const HeapContent& known) {
  const Pauses counted = counted_ones(pauses);
  if (emptiest(counted) == nullptr) return known;
  HeapContent content = with_booted(counted, known);
  fit_words_and_pointers(counted, content);
  fit_first_round(counted, content);
  fit_overflow(counted, content);
  return content;
}

HeapContent with_booted(std::span<const MeasuredPause* const> pauses,
                        const HeapContent& content) {
  const MeasuredPause* booted = emptiest(counted_ones(pauses));
  if (booted == nullptr) return content;
  HeapContent result = content;
  const PauseState& state = booted->state;
  result.booted = *state.visits;
  result.root_words = state.root_words.value_or(content.root_words);
  result.root_pointers = state.root_pointers.value_or(content.root_pointers);
  return result;
}

}  // namespace libheap
