#pragma once

// What `mpheap graph` says of a snapshot: what the collect at hand costs and
// why, what another mark stack would change, and who keeps what alive.
//
// One pass each: graph, mark replay, dominators, holds. Nothing is estimated
// but the prices of cycles (model/collect_cycles.h). Where the snapshot comes
// with what the chip then did, that is compared.
// See docs/analyses.md, "The object graph".

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libheap/analysis/holding.h"
#include "libheap/analysis/object_contents.h"
#include "libheap/analysis/snapshot_growth.h"
#include "libheap/model/heap_graph.h"
#include "libheap/model/mark_replay.h"
#include "libheap/trace/elf_symbols.h"
#include "libheap/trace/event.h"

namespace libheap {

// What the chip did after the snapshot, as far as it was seen.
struct ChipCollect {
  bool overflowed = false;                // the mark stack
  std::optional<uint64_t> rescan_passes;  // traces only know whether
  uint64_t live_objects = 0;
  std::optional<double> mark_us;
  std::optional<double> sweep_us;
  std::optional<double> total_us;
  Bitmap free;  // the table after the collect, blocks numbered as before it
  Bitmap tail;
};

// Where in a trace a snapshot was taken.
struct SnapshotPlace {
  uint64_t number = 0;  // from 1
  uint64_t of = 0;      // snapshots in the trace
  uint64_t event = 0;
  uint64_t time_us = Event::kNoTime;
};

// A heap's graph with what is known around it, from wherever: a pair of files
// (report/snapshot_file.h), a trace (trace_snapshots.h), or any other source
// that can fill the graph.
struct GraphRecording {
  std::string source;   // file
  std::string program;  // empty: not known
  HeapGraph graph;
  std::optional<ChipCollect> seen;
  // Of traces.
  std::optional<SnapshotPlace> place;
  std::vector<SiteRecord> sites;     // [0] stands for "not known"
  std::vector<uint32_t> site_of;     // per object; empty: no sites
  std::vector<uint64_t> born_event;  // per object; 0: not known

  [[nodiscard]] bool has_sites() const { return sites.size() > 1; }
};

// "812" or "1:812" is a block; what lies in a pool is an address.
struct AskedObject {
  uint64_t number = 0;
  uint32_t area = 0;
};

struct GraphOptions {
  size_t top = 10;  // objects and types to name
  // Mark stacks to try beside those tried anyway; entries.
  std::vector<uint32_t> mark_stacks;
  std::optional<AskedObject> asked;
  // An earlier snapshot of the same trace: what grew since?
  const GraphRecording* since = nullptr;
};

struct PredictedPause {
  double mark_us = 0;
  double rescan_us = 0;  // part of mark_us
  double sweep_us = 0;
  [[nodiscard]] double total_us() const { return mark_us + sweep_us; }
};

struct MarkStackRow {
  uint32_t entries = 0;
  int64_t extra_bytes = 0;  // RAM, against the stack of the snapshot
  uint64_t rescan_passes = 0;
  double predicted_us = 0;
};

// One step on the way from a root to an object.
struct WayStep {
  BlockRef block;
  std::string type;
  ObjectContents contents;
  uint32_t word = 0;  // the word that points at the next step
};

struct ObjectRow {
  uint32_t object = 0;
  BlockRef block;
  uint64_t address = 0;
  uint64_t bytes = 0;
  std::string type;
  ObjectContents contents;         // where the snapshot has them
  std::optional<SiteRecord> site;  // that allocated it
  HeldBy held = HeldBy::kNothing;
  uint64_t retained_bytes = 0;
  uint64_t retained_objects = 0;
  std::optional<BlockRef> dominator;        // the object right above it
  std::optional<BlockRef> listed_below;     // the nearest above that is listed
  std::optional<RootKind> dominating_root;  // at the top; none: several kinds
  // The root at which the shortest way begins, and the objects on it, this
  // one last. Empty for garbage. Of a long way only both ends are kept:
  // way_left_out steps are missing behind way[way.size() / 2 - 1].
  RootKind root = RootKind::kStatic;
  uint32_t root_word = 0;
  std::vector<WayStep> way;
  uint64_t way_left_out = 0;
};

// An object with children that did not fit on the mark stack.
struct OverflowRow {
  ObjectRow object;
  uint64_t overflows = 0;  // repeats by rescan passes counted
};

// The same by the line that allocated them, or by type where no lines are
// known.
struct OverflowGroup {
  std::optional<SiteRecord> site;
  std::string type;  // where there is no site
  uint64_t objects = 0;
  uint64_t overflows = 0;
};

struct TypeRow {
  std::string type;
  uint64_t objects = 0;
  uint64_t bytes = 0;
  uint64_t retained_bytes = 0;
};

struct SiteRow {
  SiteRecord site;
  uint64_t objects = 0;
  uint64_t bytes = 0;
  uint64_t retained_bytes = 0;
};

struct HeldRow {
  uint64_t objects = 0;
  uint64_t bytes = 0;
};

// A line, or a type, whose objects take more than in an earlier snapshot.
struct GrowthRow {
  GrownGroup grown;
  std::optional<ObjectRow> holder;  // of grown.holder
};

struct GraphGrowth {
  SnapshotPlace since;
  std::vector<GrowthRow> rows;  // most first
  uint64_t rows_in_all = 0;
  int64_t live_bytes = 0;  // more than then, of all objects
};

struct GraphFindings {
  std::string source;
  std::string program;
  std::optional<SnapshotPlace> place;
  SnapshotFacts facts;
  bool types_known = false;  // symbols were given
  MarkCounts counts;
  SweepCounts sweep;
  Release priced_as;
  bool priced = false;  // the clock is known, so cycles are a time
  PredictedPause pause;
  // Compared with the chip, where it was watched.
  struct Seen {
    bool survivors_equal = false;
    bool passes_equal = false;
    ChipCollect collect;
    std::optional<double> error_share;  // of the predicted pause
  };
  std::optional<Seen> seen;

  uint32_t smallest_mark_stack = 0;  // that needs no rescan
  uint32_t mark_stack_entry_bytes = 0;
  std::vector<MarkStackRow> mark_stacks;  // by entries
  uint64_t overflowing_objects = 0;
  std::vector<OverflowRow> overflowing;        // most overflows first
  std::vector<OverflowGroup> overflow_groups;  // likewise

  std::array<HeldRow, kHeldByKinds> held;
  std::vector<TypeRow> types;  // most retained first
  uint64_t types_in_all = 0;
  std::vector<SiteRow> sites;  // most retained first; empty: none known
  uint64_t sites_in_all = 0;
  // Those that retain most, first. Left out are mere links: what retains 90 %
  // of what its own dominator retains says nothing new.
  std::vector<ObjectRow> objects;
  std::optional<ObjectRow> asked;
  std::optional<GraphGrowth> growth;
};

// Throws Error when options.asked names no object.
[[nodiscard]] GraphFindings analyse_graph(const GraphRecording& recorded,
                                          const ElfSymbols& symbols,
                                          const GraphOptions& options);

}  // namespace libheap
