#include "libheap/trace/event_log_records.h"

#include <optional>

#include "libheap/base/quoted.h"
#include "libheap/trace/area_fields.h"
#include "libheap/trace/event_log_header.h"

namespace libheap {
namespace {

constexpr uint32_t kLargestArea = BlockRef::kNullArea - 1;

std::optional<uint32_t> read_optional_crc(TextFields& in, const char* what) {
  if (in.take_word("-")) return std::nullopt;
  return static_cast<uint32_t>(in.hex(what, UINT32_MAX));
}

}  // namespace

// Searched from the top: what comes most often comes first.
const EventLogRecords::Record EventLogRecords::kRecords[] = {
    {keyword_tag("A"), EventKind::kAlloc, EventPhase::kWhole,
     &EventLogRecords::read_alloc},
    {keyword_tag("R"), EventKind::kRealloc, EventPhase::kWhole,
     &EventLogRecords::read_realloc},
    {keyword_tag("F"), EventKind::kFree, EventPhase::kWhole,
     &EventLogRecords::read_block},
};

}  // namespace libheap
