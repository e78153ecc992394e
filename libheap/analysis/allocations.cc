#include "libheap/analysis/allocations.h"

#include <algorithm>

namespace libheap {

void AllocationAnalysis::on_start(const TraceHeader&, const Moment& now) {
  heap_ = now.heap;
  small_.assign(kSmallSizes, 0);
}

void AllocationAnalysis::on_realloc(const Moment& now,
                                    const SeenRealloc& seen) {
  if (seen.old.is_null()) {
    if (seen.at.is_null()) return;
    served(seen.n_bytes, seen.blocks);
  } else {
    ++sum_.resizes;
    if (seen.n_bytes == 0) return on_free(now, seen.old, 0);
    if (seen.at.is_null()) return;
    if (seen.at == seen.old) {
      ++sum_.resizes_in_place;
    } else {
      ++sum_.resizes_moved;
      served(seen.n_bytes, seen.blocks);
    }
  }
  note_peak(now);
}

AllocationFindings AllocationAnalysis::findings() const {
  AllocationFindings findings = sum_;
  std::vector<SizeCount> sizes;
  const auto add = [&](uint64_t n_bytes, uint64_t count) {
    if (count != 0)
      sizes.push_back({n_bytes, heap_->blocks_for(n_bytes), count});
  };
  for (uint64_t n = 0; n < small_.size(); ++n) add(n, small_[n]);
  for (const auto& [n, count] : large_) add(n, count);
  findings.distinct_sizes = sizes.size();
  std::sort(sizes.begin(), sizes.end(),
            [](const SizeCount& a, const SizeCount& b) {
              const uint64_t blocks_a = a.blocks * a.count;
              const uint64_t blocks_b = b.blocks * b.count;
              if (blocks_a != blocks_b) return blocks_a > blocks_b;
              return a.n_bytes < b.n_bytes;
            });
  sizes.resize(std::min(sizes.size(), kTopSizes));
  findings.top_sizes = std::move(sizes);
  return findings;
}

}  // namespace libheap
