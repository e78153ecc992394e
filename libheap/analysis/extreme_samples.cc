#include "libheap/analysis/extreme_samples.h"

#include "libheap/analysis/heap_over_time.h"

namespace libheap {

struct ExtremeSamples::Stretch {
  HeapSample fullest;
  HeapSample emptiest;
  uint64_t fullest_at = 0;  // order of arrival
  uint64_t emptiest_at = 0;

  void add(const HeapSample& sample, uint64_t at) {
    if (sample.used_blocks > fullest.used_blocks) {
      fullest = sample;
      fullest_at = at;
    }
    if (sample.used_blocks < emptiest.used_blocks) {
      emptiest = sample;
      emptiest_at = at;
    }
  }
};

ExtremeSamples::ExtremeSamples(size_t stretches) : most_(stretches) {}
ExtremeSamples::~ExtremeSamples() = default;

void ExtremeSamples::add(const HeapSample& sample) {
  if (in_last_ == 0 || in_last_ == length_) {
    if (stretches_.size() == most_) join_neighbours();
  }
  if (stretches_.empty() || in_last_ == length_) {
    stretches_.push_back({sample, sample, 0, 0});
    in_last_ = 1;
    return;
  }
  stretches_.back().add(sample, in_last_++);
}

void ExtremeSamples::join_neighbours() {
  size_t kept = 0;
  for (size_t i = 0; i < stretches_.size(); i += 2) {
    Stretch joined = stretches_[i];
    if (i + 1 < stretches_.size()) {
      const Stretch& next = stretches_[i + 1];
      joined.add(next.fullest, length_ + next.fullest_at);
      joined.add(next.emptiest, length_ + next.emptiest_at);
    }
    stretches_[kept++] = joined;
  }
  // With an odd number the last stretch stays half full.
  in_last_ = stretches_.size() % 2 == 0 ? 2 * length_ : length_;
  stretches_.resize(kept);
  length_ *= 2;
}

std::vector<HeapSample> ExtremeSamples::samples() const {
  std::vector<HeapSample> samples;
  for (const Stretch& stretch : stretches_) {
    const bool fullest_first = stretch.fullest_at < stretch.emptiest_at;
    samples.push_back(fullest_first ? stretch.fullest : stretch.emptiest);
    if (stretch.fullest_at == stretch.emptiest_at) continue;
    samples.push_back(fullest_first ? stretch.emptiest : stretch.fullest);
  }
  return samples;
}

}  // namespace libheap
