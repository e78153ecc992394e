#include "libheap/trace/keyframe_assembly.h"

#include "firmware-tracer/tracer_format.h"
#include "libheap/wire/bit_row.h"

namespace libheap {

namespace {

constexpr size_t kCountersBeforeAreas = 6;
constexpr size_t kCountersPerArea = 3;
constexpr uint64_t kMostBlocks = uint64_t{1} << 21;

}  // namespace

bool read_counters(std::span<const uint64_t> list, HeapCounters& counters) {
  counters = {};
  if (list.size() < kCountersBeforeAreas) return false;
  counters.amount = list[0];
  if (list[1] != 0) counters.threshold = list[1] - 1;
  counters.lock_field = list[2];
  counters.auto_collect = list[3] != 0;
  counters.last_free_area = static_cast<uint32_t>(list[4]);
  const uint64_t areas = list[5];
  if (areas > (list.size() - kCountersBeforeAreas) / kCountersPerArea) {
    return false;
  }
  for (size_t i = 0; i < areas; ++i) {
    const size_t at = kCountersBeforeAreas + i * kCountersPerArea;
    counters.areas.push_back(static_cast<uint32_t>(list[at]));
    counters.last_free_bytes.push_back(static_cast<uint32_t>(list[at + 1]));
    if (list[at + 2] == 0) continue;
    counters.last_used_blocks.push_back(
        static_cast<uint32_t>(list[at + 2] - 1));
  }
  return true;
}

void KeyframeAssembly::begin(const RareRecord& record) {
  open_ = read_counters(record.list, counters_);
  row_goes_on_ = false;
  rows_.clear();
}

std::vector<uint32_t>* KeyframeAssembly::row_of(uint32_t kind) {
  if (kind == TRACER_RARE_BLOCKS) {
    if (!row_goes_on_) rows_.emplace_back();
    return &rows_.back().used;
  }
  if (rows_.empty()) return nullptr;
  switch (kind) {
    case TRACER_RARE_HEADS:
      return &rows_.back().heads;
    case TRACER_RARE_FINALISERS:
      return &rows_.back().finalisers;
    case TRACER_RARE_WEAKREFS:
      return &rows_.back().weakrefs;
    default:
      return nullptr;
  }
}

void KeyframeAssembly::add_row(uint32_t kind, const RareRecord& record) {
  if (!open_) return;
  if (row_goes_on_ && kind != last_kind_) return abandon();
  std::vector<uint32_t>* row = row_of(kind);
  if (row == nullptr) return abandon();
  append_row(*row, record.runs);
  row_goes_on_ = record.runs_go_on;
  last_kind_ = kind;
}

const KeyframeRecord* KeyframeAssembly::finish(const RareRecord& record) {
  const bool whole =
      open_ && !row_goes_on_ && rows_.size() == counters_.areas.size();
  open_ = false;
  if (!whole) return nullptr;
  keyframe_.amount = counters_.amount;
  keyframe_.threshold = counters_.threshold;
  keyframe_.lock_field = counters_.lock_field;
  keyframe_.auto_collect = counters_.auto_collect;
  keyframe_.last_free_area = counters_.last_free_area;
  keyframe_.last_free_bytes = counters_.last_free_bytes;
  keyframe_.last_used_blocks = counters_.last_used_blocks;
  keyframe_.digest = static_cast<uint32_t>(record.field[0]);
  keyframe_.tables.resize(rows_.size());
  for (size_t i = 0; i < rows_.size(); ++i) {
    if (row_length(rows_[i].used) > kMostBlocks) return nullptr;
    keyframe_.tables[i].area = counters_.areas[i];
    make_table(rows_[i], keyframe_.tables[i]);
  }
  return &keyframe_;
}

void KeyframeAssembly::make_table(const Rows& rows,
                                  RecordedTable& table) const {
  const auto blocks = static_cast<size_t>(row_length(rows.used));
  table.bytes.assign((blocks + 3) / 4, 0);
  table.finalisers.assign((blocks + 7) / 8, 0);
  table.weakrefs.assign(rows.weakrefs.empty() ? 0 : (blocks + 7) / 8, 0);
  BitRow used(rows.used);
  BitRow heads(rows.heads);
  BitRow finalisers(rows.finalisers);
  BitRow weakrefs(rows.weakrefs);
  for (size_t block = 0; block < blocks; ++block) {
    if (!used.next()) continue;
    const bool head = heads.next();
    table.bytes[block / 4] |=
        static_cast<uint8_t>((head ? 1 : 2) << (2 * (block % 4)));
    if (!head) continue;
    const auto flag = static_cast<uint8_t>(1 << (block % 8));
    if (finalisers.next()) table.finalisers[block / 8] |= flag;
    if (!rows.weakrefs.empty() && weakrefs.next()) {
      table.weakrefs[block / 8] |= flag;
    }
  }
}

}  // namespace libheap
