#include "libheap/trace/event_log_format.h"

#include <algorithm>
#include <span>

#include "libheap/base/check.h"
#include "libheap/base/hex.h"
#include "libheap/trace/area_fields.h"
#include "libheap/trace/percent_text.h"
#include "libheap/trace/text_output.h"

namespace libheap {
namespace {

constexpr size_t kBriefBytes = 16;  // of a table
constexpr size_t kBriefText = 60;   // characters

class EventFormatter {
 public:
  EventFormatter(std::string& out, EventText length)
      : out_(out), brief_(length == EventText::kBrief) {}

  void append(const Event& event) {
    append_record(event);
    append_annotations(event);
    out_ += '\n';
  }

 private:
  void append_record(const Event& event) {
    switch (event.kind) {
      case EventKind::kAlloc:
        return append_alloc(event);
      case EventKind::kRealloc:
        return append_realloc(event);
      case EventKind::kFree:
        return append_block_record("F", event.block);
      case EventKind::kCollect:
        return append_collect(event);
      case EventKind::kSweepAll:
        return append_sweep(event);
      case EventKind::kLock:
        return append_number_record("L", event.number);
      case EventKind::kUnlock:
        return append_number_record("U", event.number);
      case EventKind::kLockStore:
        return append_number_record("X", event.number);
      case EventKind::kThreshold:
        return append_threshold(event);
      case EventKind::kAutoCollect:
        return append_word(event.flag ? "E" : "D");
      case EventKind::kWeakref:
        return append_block_record("W", event.block);
      case EventKind::kInit:
        return append_area_record("I", event);
      case EventKind::kAreaAdded:
        return append_area_record("N", event);
      case EventKind::kAreaDropped:
        return append_number_record("V", event.number);
      case EventKind::kGrowOffer:
        return append_number_record("G", event.number);
      case EventKind::kGrowTaken:
        return append_grow_taken(event);
      case EventKind::kCheckpoint:
        return append_checkpoint(event);
      case EventKind::kKeyframe:
        return append_keyframe(event);
      case EventKind::kSnapshot:
        return append_snapshot(event);
      case EventKind::kEnd:
        return append_end(event);
      case EventKind::kSite:
        return append_site(event);
      case EventKind::kLabel:
        return append_text_record("LABEL", event.text);
      case EventKind::kTick:
        return append_word("TICK");
      case EventKind::kLoss:
        return append_number_record("LOSS", event.number);
      case EventKind::kText:
        return append_text_record("TEXT", event.text);
      case EventKind::kWait:
        return append_number_record("WAIT", event.number);
    }
  }

  void append_word(std::string_view word) { out_ += word; }

  // "A", or its opening or closing line.
  void append_keyword(char letter, EventPhase phase) {
    if (phase != EventPhase::kWhole)
      out_ += phase == EventPhase::kBegin ? '(' : ')';
    out_ += letter;
  }

  void append_block(BlockRef block) {
    out_ += ' ';
    if (block.is_null()) {
      out_ += '-';
      return;
    }
    if (block.area != 0) {
      append_number(out_, block.area);
      out_ += ':';
    }
    append_number(out_, block.block);
  }

  void append_result(const Event& event) {
    if (event.has_result)
      append_block(event.result);
    else
      out_ += " ?";
  }

  void append_alloc(const Event& event) {
    append_keyword('A', event.phase);
    if (event.phase != EventPhase::kEnd) {
      append_field(out_, event.n_bytes);
      append_field(out_, event.flag);
    }
    if (event.phase != EventPhase::kBegin) append_result(event);
  }

  void append_realloc(const Event& event) {
    append_keyword('R', event.phase);
    if (event.phase != EventPhase::kEnd) {
      append_block(event.block);
      append_field(out_, event.n_bytes);
      append_field(out_, event.flag);
    }
    if (event.phase != EventPhase::kBegin) append_result(event);
  }

  void append_block_record(std::string_view keyword, BlockRef block) {
    out_ += keyword;
    append_block(block);
  }

  void append_number_record(std::string_view keyword, uint64_t number) {
    out_ += keyword;
    append_field(out_, number);
  }

  void append_collect(const Event& event) {
    append_keyword('C', event.phase);
    if (event.phase == EventPhase::kEnd) return append_state(event);
    static constexpr char kCauses[] = {'t', 'x', 'e'};
    out_ += ' ';
    out_ += kCauses[static_cast<size_t>(event.cause)];
    append_field(out_, event.number);
  }

  void append_sweep(const Event& event) {
    append_keyword('S', event.phase);
    if (event.phase == EventPhase::kEnd) append_state(event);
  }

  void append_state(const Event& event) {
    if (event.collect == nullptr || !event.has_result) {
      out_ += " ?";
      return;
    }
    const CollectRecord& state = *event.collect;
    append_numbers(state.last_free_bytes);
    append_numbers(state.last_used_blocks);
    append_field(out_, state.amount);
    append_field(out_, state.last_free_area);
    append_field(out_, state.heads_before);
    append_field(out_, state.heads_after);
    append_field(out_, state.used_blocks);
    for (const CollectRecord::Table& table : state.tables) append_table(table);
  }

  void append_numbers(const std::vector<uint32_t>& numbers) {
    if (numbers.empty()) out_ += " -";
    for (size_t i = 0; i < numbers.size(); ++i) {
      out_ += i == 0 ? ' ' : ',';
      append_number(out_, numbers[i]);
    }
  }

  void append_table(const CollectRecord::Table& table) {
    append_numbered_bytes(table.area, table.bytes);
  }

  void append_numbered_bytes(uint32_t number,
                             const std::vector<uint8_t>& all_bytes) {
    append_field(out_, number);
    out_ += '=';
    const auto last = std::find_if(all_bytes.rbegin(), all_bytes.rend(),
                                   [](uint8_t byte) { return byte != 0; });
    std::span<const uint8_t> bytes(all_bytes.begin(), last.base());
    if (bytes.empty()) out_ += '.';
    const bool cut = brief_ && bytes.size() > kBriefBytes;
    append_hex(out_, cut ? bytes.first(kBriefBytes) : bytes);
    if (cut) out_ += "...";
  }

  void append_threshold(const Event& event) {
    out_ += 'T';
    if (event.flag)
      append_field(out_, event.number);
    else
      out_ += " -";
  }

  void append_area_record(std::string_view keyword, const Event& event) {
    HEAP_CHECK(event.area != nullptr, "the event has its area");
    out_ += keyword;
    append_area(out_, *event.area);
  }

  void append_grow_taken(const Event& event) {
    append_number_record("M", event.number);
    out_ += ' ';
    append_hex_number(out_, event.address);
  }

  void append_crc(std::optional<uint32_t> crc) {
    out_ += ' ';
    if (crc)
      append_hex_number(out_, *crc, 8);
    else
      out_ += '-';
  }

  void append_checkpoint(const Event& event) {
    HEAP_CHECK(event.checkpoint != nullptr, "the event has its checkpoint");
    const CheckpointRecord& from = *event.checkpoint;
    append_number_record("K", from.events);
    append_crc(from.table_crc);
    append_crc(from.finaliser_crc);
    append_crc(from.weakref_crc);
    append_numbers(from.last_free_bytes);
    append_numbers(from.last_used_blocks);
    for (const uint64_t number :
         {from.amount, uint64_t{from.last_free_area}, from.total_bytes,
          from.used_bytes, from.free_bytes, from.one_block_objects,
          from.two_block_objects, from.max_block, from.max_free})
      append_field(out_, number);
  }

  void append_keyframe(const Event& event) {
    HEAP_CHECK(event.keyframe != nullptr, "the event has its keyframe");
    const KeyframeRecord& from = *event.keyframe;
    out_ += "KEY ";
    if (from.threshold)
      append_number(out_, *from.threshold);
    else
      out_ += '-';
    append_field(out_, from.lock_field);
    out_ += from.auto_collect ? " 1" : " 0";
    append_numbers(from.last_free_bytes);
    append_numbers(from.last_used_blocks);
    append_field(out_, from.amount);
    append_field(out_, from.last_free_area);
    append_crc(from.digest);
    for (const RecordedTable& table : from.tables) {
      append_numbered_bytes(table.area, table.bytes);
      append_numbered_bytes(table.area, table.finalisers);
      append_numbered_bytes(table.area, table.weakrefs);
    }
  }

  void append_snapshot(const Event& event) {
    HEAP_CHECK(event.snapshot != nullptr, "the event has its snapshot");
    const std::span<const uint8_t> bytes = event.snapshot->bytes;
    out_ += "SNAPSHOT ";
    if (bytes.empty()) out_ += '.';
    const bool cut = brief_ && bytes.size() > kBriefBytes;
    append_hex(out_, cut ? bytes.first(kBriefBytes) : bytes);
    if (cut) out_ += "...";
  }

  void append_end(const Event& event) {
    append_number_record("END", event.number);
    out_ += event.flag ? " complete" : " truncated";
  }

  void append_text(std::string_view text) {
    out_ += ' ';
    const bool cut = brief_ && text.size() > kBriefText;
    append_percent_encoded(out_, cut ? text.substr(0, kBriefText) : text);
    if (cut) out_ += "...";
  }

  void append_text_record(std::string_view keyword, std::string_view text) {
    out_ += keyword;
    append_text(text);
  }

  void append_site(const Event& event) {
    HEAP_CHECK(event.site_record != nullptr, "the event has its site");
    const SiteRecord& site = *event.site_record;
    append_number_record("SITE", site.id);
    append_field(out_, site.line);
    append_text(site.file);
    append_text(site.function);
    append_text(site.runtime);
    if (site.caller != 0) append_field(out_, site.caller);
  }

  void append_annotation(std::string_view prefix, uint64_t value) {
    out_ += prefix;
    append_number(out_, value);
  }

  void append_annotations(const Event& event) {
    if (event.time_us != Event::kNoTime)
      append_annotation(" t=", event.time_us);
    if (event.mark_end_us != Event::kNoTime &&
        event.kind == EventKind::kCollect && event.phase == EventPhase::kEnd)
      append_annotation(" m=", event.mark_end_us);
    if (event.core != 0) append_annotation(" c=", event.core);
    if (event.site != 0 && event.kind != EventKind::kSite)
      append_annotation(" s=", event.site);
  }

  std::string& out_;
  bool brief_;
};

bool needs_two_lines(const Event& event) {
  return event.phase == EventPhase::kWhole &&
         (event.kind == EventKind::kCollect ||
          event.kind == EventKind::kSweepAll);
}

}  // namespace

void append_event(std::string& out, const Event& event, EventText length) {
  EventFormatter formatter(out, length);
  if (!needs_two_lines(event)) return formatter.append(event);
  Event half = event;
  half.phase = EventPhase::kBegin;
  formatter.append(half);
  half.phase = EventPhase::kEnd;
  formatter.append(half);
}

std::string format_event(const Event& event, EventText length) {
  std::string line;
  append_event(line, event, length);
  line.pop_back();
  return line;
}

}  // namespace libheap
