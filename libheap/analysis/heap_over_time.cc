#include "libheap/analysis/heap_over_time.h"

#include <algorithm>

namespace libheap {

double fragmentation(uint64_t free_blocks, uint64_t largest_free_run) {
  if (free_blocks == 0) return 0.0;
  return 1.0 - static_cast<double>(largest_free_run) /
                   static_cast<double>(free_blocks);
}

std::vector<HeapColumn> columns(const HeapOverTimeFindings& findings,
                                size_t count) {
  const std::vector<HeapSample>& samples = findings.samples;
  std::vector<HeapColumn> columns;
  if (samples.empty() || count == 0) return columns;
  const uint64_t events = samples.back().event + 1;
  size_t next = 0;
  const HeapSample* last = &samples.front();
  for (size_t c = 0; c < count; ++c) {
    const uint64_t end = events * (c + 1) / count;
    HeapColumn column{last->used_blocks, last->used_blocks,
                      last->largest_free_run};
    bool first = true;
    for (; next < samples.size() && samples[next].event < end; ++next) {
      last = &samples[next];
      if (first) {
        column = {last->used_blocks, last->used_blocks, last->largest_free_run};
        first = false;
      }
      column.max_used_blocks =
          std::max(column.max_used_blocks, last->used_blocks);
      column.min_used_blocks =
          std::min(column.min_used_blocks, last->used_blocks);
      column.min_largest_free_run =
          std::min(column.min_largest_free_run, last->largest_free_run);
    }
    columns.push_back(column);
  }
  return columns;
}

void HeapOverTime::on_start(const TraceHeader&, const Moment& now) {
  look(now);
}

void HeapOverTime::on_collect_begin(const Moment& now, const SeenCollect&) {
  look(now);
}

void HeapOverTime::on_collect_end(const Moment& now, const SeenCollect&) {
  look(now);
}

void HeapOverTime::on_finish(const Moment& now) { look(now); }

void HeapOverTime::look(const Moment& now) {
  // Short traces are looked at closely, long ones at a steady cost.
  next_look_ = now.event + std::min(kStride, 1 + now.event / 512);
  HeapSample sample;
  sample.event = now.event;
  sample.time_us = now.time_us;
  sample.used_blocks = now.heap->used_blocks();
  sample.largest_free_run = now.heap->largest_free_run();
  sample.total_blocks = now.heap->total_blocks();
  sum_.total_blocks = sample.total_blocks;
  const double worst = fragmentation(sum_.total_blocks - sample.used_blocks,
                                     sample.largest_free_run);
  if (worst > sum_.worst_fragmentation) {
    sum_.worst_fragmentation = worst;
    sum_.most_fragmented = sample;
  }
  samples_.add(sample);
}

HeapOverTimeFindings HeapOverTime::findings() const {
  HeapOverTimeFindings findings = sum_;
  findings.samples = samples_.samples();
  findings.sample_stride = samples_.stretch_length();
  return findings;
}

}  // namespace libheap
