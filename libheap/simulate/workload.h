#pragma once

// Workload: what a program asked of its heap, without what came of it.
//
// A trace says where objects were put and when the collector ran; both would
// be different under another threshold or in another heap. What would stay is
// the row of requests and how long the program held each object. A workload is
// just that, small enough to keep ten million requests in memory and to run
// them again and again (simulation.h):
//
//     requests   8 bytes each, in order; their index is the clock of it all,
//                called `position`
//     lives      one per object, in the order of birth: the positions between
//                which it died. Grown, shrunk and moved, it stays one life.
//
// Deaths. A life is swept by a collect at position p if death <= p, where a
// collect "at p" runs before request p is served. Of an object that the trace
// saw swept only this much is known:
//
//     early   one past the last sign of life: its birth, a resize, the last
//             collect it survived
//     late    the collect that swept it
//
// An object that the program frees has no death: the free does it. An object
// that was there at the end, though born before the last collect or after it,
// has the late death kNever.
//
// The same trace replayed with deaths chosen anywhere between early and late
// loses the same objects at the recorded collects, so every choice of deaths
// reproduces the recording exactly. docs/analyses.md, "What if".

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libheap/base/collect_cause.h"
#include "libheap/model/gc_heap.h"
#include "libheap/trace/event.h"
#include "libheap/trace/trace_header.h"

namespace libheap {

using Position = uint32_t;
inline constexpr Position kNever = UINT32_MAX;

enum class RequestKind : uint8_t {
  kAlloc,           // size, slot
  kAllocFinaliser,  // likewise, with the finaliser flag
  kResize,          // size, slot; may move
  kGrowInPlace,     // size, slot; may not move
  kFree,            // slot
  kFailed,          // size: the recording had no room for it
  kCollect,         // gc.collect() by the program
  kSetting,         // size: index into settings
};

// Slots name the objects that exist at one time in the recording; a slot is
// used again when its object is gone.
struct Request {
  // Set in sizes that do not fit: the rest is an index into large_sizes.
  static constexpr uint32_t kLargeBit = 1u << 31;
  static constexpr uint32_t kMaxSlot = (1u << 28) - 1;

  uint32_t size = 0;
  uint32_t slot : 28 = 0;
  uint32_t kind_bits : 4 = 0;

  [[nodiscard]] RequestKind kind() const {
    return static_cast<RequestKind>(kind_bits);
  }
};
static_assert(sizeof(Request) == 8);

// A change to the heap's settings or areas, as recorded.
struct SettingChange {
  EventKind kind = EventKind::kThreshold;
  bool flag = false;
  uint64_t number = 0;
  uint64_t start = 0;  // of an area
  uint64_t end = 0;
};

// A tick, or a label by its number in Workload::labels.
struct Mark {
  static constexpr uint32_t kTick = UINT32_MAX;

  Position position = 0;
  uint32_t label = kTick;
};

struct RecordedCollect {
  Position position = 0;
  CollectCause cause = CollectCause::kExplicit;
};

// What the port gave an auto-grown heap that asked for another area.
struct RecordedGrowth {
  uint64_t offer = 0;  // bytes it could spare
  uint64_t start = 0;  // of the area that came of it; 0: none
};

// The heap where the recording begins, if not empty. Its objects are the first
// lives, area by area, in the order of their blocks.
struct StartState {
  struct Table {
    uint64_t start = 0;
    uint64_t end = 0;
    Bitmap free;
    Bitmap tail;
    Bitmap finalisers;
    uint32_t last_free_byte = 0;
    uint32_t last_used_block = 0;
  };
  std::vector<Table> tables;
  uint64_t amount = 0;
  std::optional<uint64_t> threshold;
  uint64_t lock_field = 0;
  bool auto_collect = true;
};

// What the recording itself came to, to compare with.
struct RecordedRun {
  std::vector<RecordedCollect> collects;
  uint64_t failed_allocations = 0;
  std::vector<uint32_t> growths;  // as SimulationRun::growths
  TableDigest final_digest;
  uint64_t first_us = Event::kNoTime;
  uint64_t last_us = Event::kNoTime;
  uint64_t collecting_us = 0;  // of that, in collects
  uint64_t timed_collects = 0;
};

struct Workload {
  TraceHeader header;
  HeapConfig config;
  StartState start;  // no tables: the heap starts empty
  std::vector<Request> requests;
  std::vector<uint64_t> large_sizes;
  std::vector<SettingChange> settings;
  std::vector<Mark> marks;
  std::vector<std::string> labels;
  std::vector<RecordedGrowth> growths;
  uint32_t slots = 0;
  uint64_t largest_request = 0;  // bytes, of those that were served

  // Per life, in the order of birth.
  std::vector<Position> birth;  // the position after the request
  std::vector<Position> early;
  std::vector<Position> late;
  static constexpr size_t kDraws = 3;
  std::array<std::vector<Position>, kDraws> estimates;  // by estimate_deaths()
  std::vector<uint32_t> group;                          // index into groups

  // Lives of one kind: same site, same size at birth.
  struct Group {
    uint32_t site = 0;
    uint64_t n_bytes = 0;
    uint64_t lives = 0;
  };
  std::vector<Group> groups;

  RecordedRun recorded;
  // What the reader of any answer must know of this trace.
  std::vector<std::string> limits;

  [[nodiscard]] uint64_t size_of(const Request& request) const {
    if ((request.size & Request::kLargeBit) == 0) return request.size;
    return large_sizes[request.size & ~Request::kLargeBit];
  }
};

}  // namespace libheap
