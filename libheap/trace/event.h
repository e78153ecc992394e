#pragma once

// Event: one thing that happened to a heap, as a trace tells it.
//
// All kinds share one flat struct, so that a reader fills the same object
// again and again without allocating. Which fields count is said per kind;
// the others hold anything. What is long (a table, a checkpoint, text) is
// pointed to and belongs to the reader until its next call.
//
// When other things happen inside an event (a collect inside an allocation,
// a finaliser's free inside that collect), it comes as two: kBegin with the
// arguments, kEnd with the results. Otherwise it is one, kWhole, with both.
//
// "Counted" kinds (alloc, realloc, free, collect, sweep_all) are what "number
// of events" means everywhere: one per event, nested or not.
//
// docs/event-log.md shows every kind as text.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libheap/base/block_ref.h"
#include "libheap/base/collect_cause.h"
#include "libheap/trace/trace_header.h"

namespace libheap {

enum class EventKind : uint8_t {
  // Counted. Fields used:
  kAlloc,     // n_bytes, flag = finaliser, result
  kRealloc,   // block = old, n_bytes, flag = may move, result
  kFree,      // block
  kCollect,   // begin: cause, number = amount; end: collect
  kSweepAll,  // end: collect
  // Settings.
  kLock,         // number = lock field after
  kUnlock,       // number = lock field after
  kLockStore,    // number = lock field now
  kThreshold,    // number = blocks; flag = false means off
  kAutoCollect,  // flag = enabled
  kWeakref,      // block
  // Areas.
  kInit,         // area: everything starts afresh in it
  kAreaAdded,    // area
  kAreaDropped,  // number = area id
  kGrowOffer,    // number = bytes the port could spare
  kGrowTaken,    // number = bytes asked for and got, address
  // Proof and end.
  kCheckpoint,  // checkpoint
  kKeyframe,    // keyframe: the whole heap as the device has it
  kSnapshot,    // snapshot: who points to whom; inside a collect
  kEnd,         // number = events recorded; flag = complete
  // The program's own marks, and the line's.
  kSite,   // site, text = file, function, runtime function; see SiteRecord
  kLabel,  // text
  kTick,   // one loop iteration began
  kLoss,   // number = events lost here
  kText,   // text the program printed
  // Of two cores:
  kWait,  // number = us this core waited for the other to be done
};
inline constexpr size_t kEventKinds = static_cast<size_t>(EventKind::kWait) + 1;

// "alloc", "realloc", ...: the word used in reports and --json.
[[nodiscard]] std::string_view name_of(EventKind kind);

enum class EventPhase : uint8_t { kWhole, kBegin, kEnd };

// One area's tables as the device has them; zero bytes at the end may be left
// out.
struct RecordedTable {
  uint32_t area = 0;
  std::vector<uint8_t> bytes;       // two bits per block
  std::vector<uint8_t> finalisers;  // one bit per block; keyframes only
  std::vector<uint8_t> weakrefs;    // likewise
};

// The state a collect (or sweep of everything) left behind. Text logs have the
// figures and the tables; .mpheap traces say which objects survived, or which
// blocks are used, as lengths of equal bits, and a digest.
struct CollectRecord {
  using Table = RecordedTable;
  enum class Form : uint8_t { kTables, kSurvivorRuns, kUsedRuns };

  Form form = Form::kTables;
  // kSurvivorRuns: every head as of the begin, survivors first; kUsedRuns:
  // every block after the sweep, used ones first.
  std::vector<uint32_t> runs;
  uint32_t digest = 0;  // CRC-32 of all tables; not with kTables
  std::vector<uint32_t> last_free_bytes;   // one per area
  std::vector<uint32_t> last_used_blocks;  // empty in releases without
  uint64_t amount = 0;
  uint32_t last_free_area = 0;
  uint64_t heads_before = 0;
  uint64_t heads_after = 0;
  uint64_t used_blocks = 0;
  std::vector<Table> tables;
};

// What the device knew of its heap at a moment, to compare with.
struct CheckpointRecord {
  // .mpheap traces leave these to the model: `events`, and gc_info's figures.
  bool has_events = true;
  bool has_census = true;
  uint64_t events = 0;
  uint32_t table_crc = 0;
  std::optional<uint32_t> finaliser_crc;  // where the build has the table
  std::optional<uint32_t> weakref_crc;
  std::vector<uint32_t> last_free_bytes;
  std::vector<uint32_t> last_used_blocks;  // empty in releases without
  uint64_t amount = 0;
  uint32_t last_free_area = 0;
  uint64_t total_bytes = 0;
  uint64_t used_bytes = 0;
  uint64_t free_bytes = 0;
  uint64_t one_block_objects = 0;
  uint64_t two_block_objects = 0;
  uint64_t max_block = 0;
  uint64_t max_free = 0;
};

// All of the heap, to start from: at the begin of a trace, after a loss.
struct KeyframeRecord {
  std::vector<RecordedTable> tables;  // with flags, of all areas in list order
  std::vector<uint32_t> last_free_bytes;
  std::vector<uint32_t> last_used_blocks;  // empty in releases without
  uint64_t amount = 0;
  uint32_t last_free_area = 0;
  std::optional<uint64_t> threshold;  // blocks; nothing: off
  uint64_t lock_field = 0;
  bool auto_collect = true;
  uint32_t digest = 0;  // CRC-32 of all tables
};

// The pointers of the heap when a collect begins, as the device codes them:
// docs/trace-format.md, "Snapshots". replay/snapshot_graph.h reads them.
struct SnapshotRecord {
  std::vector<uint8_t> bytes;
};

// Who allocates: given once, then referred to by number.
struct SiteRecord {
  uint32_t id = 0;  // from 1
  uint32_t line = 0;
  std::string file;
  std::string function;
  std::string runtime;  // the C function that asked: "mp_obj_new_float"
  // The id of the site that called this one's function; 0: not told. It may be
  // one that is not described yet, or ever.
  uint32_t caller = 0;
};

struct Event {
  static constexpr uint64_t kNoTime = UINT64_MAX;

  EventKind kind = EventKind::kAlloc;
  EventPhase phase = EventPhase::kWhole;
  CollectCause cause = CollectCause::kExplicit;
  uint8_t core = 0;
  bool flag = false;
  bool has_result = true;  // false: not recorded, the model supplies it
  bool served = false;     // without a result: it was not null
  uint8_t age = 0;  // not 0: `block` is the result of the record so long ago
  uint32_t record = 0;  // running number, for age; .mpheap traces only
  uint32_t site = 0;    // 0: not known
  uint64_t n_bytes = 0;
  uint64_t number = 0;
  uint64_t address = 0;
  BlockRef block;
  BlockRef result;
  uint64_t time_us = kNoTime;      // since the trace began
  uint64_t mark_end_us = kNoTime;  // kCollect end: when marking was done
  uint64_t line = 0;               // text logs: line number, from 1; else 0
  uint64_t offset = 0;  // of the record in the uncompressed trace, bytes
  std::string_view text;
  const CollectRecord* collect = nullptr;
  const CheckpointRecord* checkpoint = nullptr;
  const KeyframeRecord* keyframe = nullptr;
  const SnapshotRecord* snapshot = nullptr;
  const AreaRecord* area = nullptr;
  const SiteRecord* site_record = nullptr;
};

[[nodiscard]] inline bool is_counted(EventKind kind) {
  return kind <= EventKind::kSweepAll;
}

}  // namespace libheap
