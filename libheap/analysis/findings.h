#pragma once

// Findings: every number a report shows, computed. The writers in report/ lay
// them out and do no arithmetic beyond units.

#include <cstdint>
#include <optional>
#include <string>

#include "libheap/analysis/allocations.h"
#include "libheap/analysis/collects.h"
#include "libheap/analysis/failures.h"
#include "libheap/analysis/fragmentation.h"
#include "libheap/analysis/graph_findings.h"
#include "libheap/analysis/heap_history.h"
#include "libheap/analysis/heap_over_time.h"
#include "libheap/analysis/labels.h"
#include "libheap/analysis/pause_findings.h"
#include "libheap/analysis/sites.h"
#include "libheap/analysis/smallest_largest_run.h"
#include "libheap/analysis/ticks.h"
#include "libheap/analysis/tune.h"
#include "libheap/model/census.h"
#include "libheap/replay/replay_result.h"
#include "libheap/trace/damage.h"
#include "libheap/trace/event_source.h"

namespace libheap {

struct HeapFacts {
  std::string release;
  uint64_t pool_bytes = 0;  // of all areas, at the end
  uint64_t blocks = 0;
  uint64_t block_bytes = 0;
  uint64_t areas = 0;
};

struct FinalState {
  Census census;
  uint64_t last_free_index = 0;  // table byte, of the first area
  uint64_t alloc_amount = 0;     // blocks since the last collect
  uint64_t last_used_block = 0;  // of the first area; 0 before v1.21
  bool has_last_used_block = false;
};

struct Findings {
  std::string source;  // the file's name as given
  TraceHeader header;
  HeapFacts heap;
  FinalState final;
  ReplayResult proof;
  DamageLog damage;
  AllocationFindings allocations;
  CollectFindings collects;
  PauseFindings pauses;
  FailureFindings failures;
  SiteFindings sites;
  FragmentationFindings fragmentation;
  HeapOverTimeFindings over_time;
  LabelFindings labels;
  SmallestRunSeen smallest_largest_run;
  TickFindings ticks;
  // Of the last whole snapshot, if any; growth is since the first.
  std::optional<GraphFindings> graph;
  std::optional<TuneFindings> tune;  // the caller's; analyse() leaves it
};

[[nodiscard]] HeapFacts heap_facts(const TraceHeader& header,
                                   const GcHeap& heap);
[[nodiscard]] FinalState final_state(const GcHeap& heap);

// Replays the whole trace with every one-pass analysis. `source_name` is what
// the report calls it. With `history`, that too, which only the page shows.
[[nodiscard]] Findings analyse(EventSource& source,
                               const std::string& source_name,
                               HeapHistoryFindings* history = nullptr);

}  // namespace libheap
