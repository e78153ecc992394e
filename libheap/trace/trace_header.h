#pragma once

// What a trace says before its first event: which firmware, which build
// options, and the memory the heap was given.
//
// Addresses are the device's. The table, flag and pool addresses of an area
// follow from start, end and the options; they are recorded so that the model
// can be checked against them.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libheap {

// One area as the device laid it out; 0 for a table it does not have.
struct AreaRecord {
  uint32_t id = 0;
  uint64_t start = 0;
  uint64_t end = 0;  // as given, before rounding
  uint64_t table = 0;
  uint64_t table_bytes = 0;
  uint64_t finaliser_table = 0;
  uint64_t finaliser_table_bytes = 0;
  uint64_t weakref_table = 0;
  uint64_t weakref_table_bytes = 0;
  uint64_t pool = 0;
  uint64_t pool_end = 0;
  bool layout_known = true;  // false: only id, start and end were recorded

  bool operator==(const AreaRecord&) const = default;
};

enum class SplitKind : uint8_t { kNone, kManual, kAuto };

// TraceHeader::format of a .mpheap trace; text logs have their first line.
inline constexpr std::string_view kPacketTraceFormat = "mpheap trace 1";

struct TraceHeader {
  std::string format;
  std::string release;   // "v1.22.2"
  std::string workload;  // "sensor_log(600)"; may be empty
  uint32_t word_bytes = 4;
  uint32_t block_bytes = 16;
  bool finaliser = true;
  bool weakref = false;
  SplitKind split = SplitKind::kNone;
  uint32_t area_record_bytes = 0;
  uint32_t mark_stack_entries = 64;
  // The heap is as initialised when the trace begins. Otherwise nothing is
  // known of it before the first keyframe.
  bool starts_empty = true;
  // Any other "H key value" line, in order, kept so that nothing is lost when
  // a trace is written again (objrepr, float, checkevery, board, clock_hz...).
  std::vector<std::pair<std::string, std::string>> extra;
  AreaRecord area;  // the first one; others come as events

  [[nodiscard]] bool is_text_log() const {
    return format != kPacketTraceFormat;
  }
};

}  // namespace libheap
