#include "libheap/analysis/fleet_summary.h"

#include "libheap/analysis/allocations.h"
#include "libheap/analysis/collects.h"
#include "libheap/analysis/failures.h"
#include "libheap/analysis/smallest_largest_run.h"
#include "libheap/analysis/ticks.h"
#include "libheap/replay/replayer.h"

namespace libheap {

namespace {

class Spreads : public ReplayObserver {
 public:
  void on_alloc(const Moment&, const SeenAlloc& seen) override {
    if (!seen.at.is_null()) requests_.add(seen.n_bytes);
  }
  void on_realloc(const Moment&, const SeenRealloc& seen) override {
    if (!seen.at.is_null() && seen.at != seen.old) requests_.add(seen.n_bytes);
  }
  void on_collect_end(const Moment& now, const SeenCollect& seen) override {
    if (seen.sweep_all) return;
    const uint64_t block = now.heap->config().block_bytes;
    live_.add(now.heap->used_blocks() * block);
    largest_run_.add(now.heap->largest_free_run() * block);
    allocated_.add(seen.amount * block);
    if (now.time_us != Event::kNoTime && seen.begin_us <= now.time_us) {
      pauses_.add(now.time_us - seen.begin_us);
    }
  }

  [[nodiscard]] std::map<std::string, QuantileSketch> all() const {
    return {{"pause_us", pauses_},
            {"request_bytes", requests_},
            {"live_after_collect_bytes", live_},
            {"largest_run_after_collect_bytes", largest_run_},
            {"allocated_between_collects_bytes", allocated_}};
  }

 private:
  QuantileSketch pauses_;
  QuantileSketch requests_;
  QuantileSketch live_;
  QuantileSketch largest_run_;
  QuantileSketch allocated_;
};

uint64_t lost_events(const ReplayResult& result) {
  uint64_t lost = 0;
  for (const Gap& gap : result.gaps) lost += gap.lost;
  return lost;
}

uint64_t duration_us(const ReplayResult& result) {
  return result.first_us == Event::kNoTime ? 0
                                           : result.last_us - result.first_us;
}

// The larger (or smaller) one; of equals the first by name.
void keep_worse(FleetExtreme& kept, const FleetExtreme& other) {
  const bool equal = other.value == kept.value;
  const bool worse =
      kept.smallest ? other.value < kept.value : other.value > kept.value;
  if (worse || (equal && other.trace < kept.trace)) kept = other;
}

void add_counts(std::map<std::string, uint64_t>& into,
                const std::map<std::string, uint64_t>& other) {
  for (const auto& [name, count] : other) into[name] += count;
}

}  // namespace

FleetSummary summarise(EventSource& source, const std::string& name) {
  Replayer replayer(source);
  AllocationAnalysis allocations;
  CollectAnalysis collects;
  FailureAnalysis failures;
  SmallestLargestRun smallest;
  TickAnalysis ticks;
  Spreads spreads;
  for (ReplayObserver* one : std::initializer_list<ReplayObserver*>{
           &allocations, &collects, &failures, &smallest, &ticks, &spreads}) {
    replayer.observe(one);
  }
  replayer.run();

  const ReplayResult& proof = replayer.result();
  const AllocationFindings asked = allocations.findings();
  const CollectFindings cleared = collects.findings();
  const uint64_t block = replayer.heap().config().block_bytes;
  FleetSummary found;
  found.releases[source.header().release] = 1;
  found.spreads = spreads.all();
  found.counts = {
      {"traces", 1},
      {"events", proof.events},
      {"duration_us", duration_us(proof)},
      {"ticks", ticks.findings().ticks},
      {"divergences", proof.divergences},
      {"damaged_places", source.damage().count()},
      {"lost_events", lost_events(proof)},
      {"allocations", asked.requests},
      {"allocated_bytes", asked.blocks * block},
      {"swept_bytes", cleared.freed_blocks * block},
      {"failed_allocations", failures.findings().count},
      {"fragmented_failures", failures.findings().fragmented},
      {"locked_allocations", failures.findings().locked},
      {"traces_with_failures", failures.findings().count != 0 ? 1U : 0U},
      {"collects", cleared.count},
      {"threshold_collects", cleared.by_cause[0]},
      {"exhausted_collects", cleared.by_cause[1]},
      {"explicit_collects", cleared.by_cause[2]},
  };
  found.extremes["peak_used_bytes"] = {asked.peak_used_blocks * block, name,
                                       false};
  if (!found.spreads["pause_us"].buckets().empty()) {
    found.extremes["pause_max_us"] = {found.spreads["pause_us"].max(), name,
                                      false};
  }
  if (cleared.count != 0) {
    found.extremes["live_after_collect_bytes"] = {
        cleared.live_after_max * block, name, false};
    found.extremes["min_run_after_collect_bytes"] = {
        cleared.largest_run_after_min * block, name, true};
  }
  if (smallest.result().blocks != UINT64_MAX) {
    found.extremes["min_largest_free_run_bytes"] = {
        smallest.result().blocks * block, name, true};
  }
  return found;
}

void merge(FleetSummary& into, const FleetSummary& other) {
  add_counts(into.counts, other.counts);
  add_counts(into.releases, other.releases);
  for (const auto& [name, spread] : other.spreads) {
    into.spreads[name].add(spread);
  }
  for (const auto& [name, extreme] : other.extremes) {
    keep_worse(into.extremes.try_emplace(name, extreme).first->second, extreme);
  }
}

}  // namespace libheap
