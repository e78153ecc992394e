#pragma once

// TraceReader: a .mpheap trace (or any serial log that holds one) as an
// EventSource.
//
//     ByteSource ──► StreamItems ──► packets of records ──► Event
//                        │                └─ impossible body: Damage
//                        ├─ console text: an Event of kind text
//                        └─ neither: Damage
//
// Of a file that is longer than kAheadFrom bytes, the items are found and
// decoded on another thread (items_ahead.h), which halves the time where there
// are two processors; what is read is the same.
//
// The header comes from the first ABOUT packet; what was sent before it cannot
// be understood and counts as lost. Until the first keyframe nothing is known
// of the heap (header().starts_empty is false). Areas that ABOUT tells of and
// no record did come as if they were added there (told_areas.h). Between
// packets the counts of events are compared: what is missing becomes a loss
// event with its exact number. Time spent waiting for the line (stalls) is
// taken out of the times.
//
// Several records make one event where the format splits them: a collect and
// its survivors, a keyframe and its rows. docs/trace-format.md, sections 5
// and 6. Memory is constant.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libheap/trace/byte_source.h"
#include "libheap/trace/event_source.h"
#include "libheap/trace/items_ahead.h"
#include "libheap/trace/keyframe_assembly.h"
#include "libheap/trace/snapshot_assembly.h"
#include "libheap/trace/stream_items.h"
#include "libheap/trace/told_areas.h"
#include "libheap/wire/sequence_tracker.h"

namespace libheap {

// Between two packets of a trace: all that reading on from there takes, beside
// the header.
struct TracePosition {
  uint64_t offset = 0;  // of the zero byte that ends a packet
  SequenceTracker::State sequence;
  uint32_t record_number = 0;
  uint64_t events = 0;
  uint64_t start_us = 0;
  uint64_t stalled_us = 0;
  uint8_t core = 0;
  uint32_t site = 0;
};

class TraceReader final : public EventSource {
 public:
  static constexpr uint64_t kAheadFrom = uint64_t{256} << 10;

  // Reads up to the heap's description. Throws Error if there is none.
  explicit TraceReader(std::unique_ptr<ByteSource> source);
  TraceReader(const TraceReader&) = delete;
  TraceReader& operator=(const TraceReader&) = delete;

  [[nodiscard]] const TraceHeader& header() const override { return header_; }
  bool next(Event& event) override;
  [[nodiscard]] const DamageLog& damage() const override { return damage_; }
  [[nodiscard]] uint64_t bytes_read() const override {
    return item_->bytes_read;
  }

  // Where the reader is, if the event it gave last ended a packet and nothing
  // is open or was wrong so far.
  [[nodiscard]] std::optional<TracePosition> position() const;
  // Goes on from there. `rest` are the trace's bytes from position.offset on.
  void resume(const TracePosition& position, std::unique_ptr<ByteSource> rest);

 private:
  // The stream: packets, text, damage.
  [[nodiscard]] const ByteSource& source() const { return items_->source(); }
  void read_header();
  bool take_header(const std::string& about, uint64_t before,
                   std::string& problem);
  void note_damage();
  bool next_item();
  void forget_packet();
  void read_ahead_if_worth_it();
  bool take_item(Event& event);
  void begin_packet();
  bool loss_event(Event& event, uint64_t lost);
  bool text_event(Event& event);
  bool snapshot_event(Event& event);
  bool told_area_event(Event& event);
  bool end_event(Event& event);
  void note_step(const SequenceStep& step);
  bool next_record() {
    if (record_waits_ || next_in_packet_ == records_.size()) {
      return next_record_if_any();
    }
    record_ = &records_[next_in_packet_++];
    ++record_number_;
    return true;
  }
  bool next_record_if_any();
  bool next_record_of_any_packet();

  // Records to events; true when `event` is one.
  void start_event(Event& event, EventKind kind);
  bool make_event(Event& event);
  bool make_request(Event& event);
  void take_result(Event& event, bool failed) const;
  bool make_rare(Event& event);
  bool make_begin(Event& event);
  bool make_end(Event& event);
  void open_request(EventKind kind);
  bool make_setting(Event& event);
  bool make_area(Event& event);
  bool make_growth(Event& event);
  bool make_site(Event& event);
  bool make_checkpoint(Event& event);
  bool begin_collect(Event& event);
  bool end_collect(Event& event);
  void take_row();
  bool end_keyframe(Event& event);
  [[nodiscard]] BlockRef block_ref(uint32_t number) const;
  [[nodiscard]] uint64_t relative(uint64_t time_us) const {
    if (!has_clock_) return Event::kNoTime;
    const uint64_t gone = start_us_ + stalled_us_;
    return time_us > gone ? time_us - gone : 0;
  }

  std::unique_ptr<StreamItems> items_;
  std::unique_ptr<ItemsAhead> ahead_;  // of items_; null: not yet, or never
  StreamItem own_item_;                // where there is no ring
  const StreamItem* item_ = &own_item_;
  bool input_ended_ = false;
  bool item_waits_ = false;             // found while the header was read
  std::optional<uint64_t> loss_waits_;  // to be told before anything else
  ToldAreas told_areas_;                // to be told before the next record

  TraceHeader header_;
  uint32_t area_bits_ = 0;
  bool has_clock_ = true;
  DamageLog damage_;
  SequenceTracker sequence_;

  std::span<const Record> records_;  // of the packet that is read
  size_t next_in_packet_ = 0;
  bool in_packet_ = false;
  uint32_t counted_ = 0;  // in this packet
  uint64_t packet_offset_ = 0;
  Record before_;  // the packet
  const Record* record_ = &before_;
  RareRecord rare_;            // of record_, where it is one
  bool record_waits_ = false;  // looked at, not yet made an event
  uint32_t record_number_ = 0;

  uint64_t events_ = 0;  // as the device counts
  uint64_t start_us_ = 0;
  bool started_ = false;
  uint64_t stalled_us_ = 0;
  uint8_t core_ = 0;
  uint32_t site_ = 0;
  bool finished_ = false;
  bool end_told_ = false;

  // Requests that began and have not ended, innermost last.
  std::vector<EventKind> open_requests_;

  // What a kind of event points to, used again and again.
  std::string text_;
  CollectRecord collect_;
  uint64_t mark_end_us_ = Event::kNoTime;
  CheckpointRecord checkpoint_;
  AreaRecord area_;
  SiteRecord site_record_;
  KeyframeAssembly assembly_;
  SnapshotAssembly snapshot_assembly_;
};

// Is there a whole packet in these first bytes of a file, if of a version that
// cannot be read? A trace may begin with text, or inside a packet.
[[nodiscard]] bool holds_packet(std::string_view bytes);

}  // namespace libheap
