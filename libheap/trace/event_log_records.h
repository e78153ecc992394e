#pragma once

// One line of an event log, from text to Event.
//
// A table gives each keyword its event kind and phase and a small function
// that reads the fields from left to right; event_log_format.h is the mirror
// image. What an event points to (a collect's tables, a checkpoint, strings)
// is decoded into objects that live here and are used again for the next line,
// so reading does not allocate once the longest record has been seen.

#include <cstdint>
#include <string>

#include "libheap/trace/event.h"
#include "libheap/trace/line_reader.h"
#include "libheap/trace/text_fields.h"
#include "libheap/trace/trace_header.h"

namespace libheap {

class EventLogRecords {
 public:
  explicit EventLogRecords(const TraceHeader& header);

  // Fills all of `event` but what its kind does not use. False if the line is
  // no record; `reason` then says why.
  bool read(const TextLine& line, Event& event, std::string& reason);

 private:
  struct Record {
    uint64_t keyword;
    EventKind kind;
    EventPhase phase;
    void (EventLogRecords::*read_fields)(TextFields& in, Event& event);
    bool own = false;  // not in recordings, only in our own format
  };
  static const Record kRecords[];

  [[nodiscard]] const Record* find_record(uint64_t keyword) const;

  static void start_event(const TextLine& line, const Record& record,
                          Event& event);
  void read_annotations(TextFields& in, Event& event);
  void read_tables(TextFields& in);

  void read_alloc(TextFields& in, Event& event);
  void read_alloc_begin(TextFields& in, Event& event);
  void read_realloc(TextFields& in, Event& event);
  void read_realloc_begin(TextFields& in, Event& event);
  void read_result(TextFields& in, Event& event);
  void read_block(TextFields& in, Event& event);
  void read_nothing(TextFields& in, Event& event);
  void read_collect_begin(TextFields& in, Event& event);
  void read_state(TextFields& in, Event& event);
  void read_lock(TextFields& in, Event& event);
  void read_threshold(TextFields& in, Event& event);
  void read_enable(TextFields& in, Event& event);
  void read_disable(TextFields& in, Event& event);
  void read_area_event(TextFields& in, Event& event);
  void read_area_id(TextFields& in, Event& event);
  void read_bytes(TextFields& in, Event& event);
  void read_grow_taken(TextFields& in, Event& event);
  void read_checkpoint(TextFields& in, Event& event);
  void read_keyframe(TextFields& in, Event& event);
  void read_snapshot(TextFields& in, Event& event);
  void read_end(TextFields& in, Event& event);
  void read_site(TextFields& in, Event& event);
  void read_text(TextFields& in, Event& event);
  void read_loss(TextFields& in, Event& event);
  void read_wait(TextFields& in, Event& event);

  bool own_format_;
  uint32_t word_bytes_;
  uint64_t largest_size_;

  CollectRecord collect_;
  CheckpointRecord checkpoint_;
  KeyframeRecord keyframe_;
  SnapshotRecord snapshot_;
  AreaRecord area_;
  SiteRecord site_;
  std::string text_;
};

}  // namespace libheap
