#pragma once

// EventLogReader: a text event log as an EventSource.
//
//     ByteSource ──► LineReader ──► EventLogRecords ──► Event
//                                         └─ no record: Damage, next line
//
// Reads recordings ("GOLDEN 1") and our own superset ("MPHEAP-EVENTS 1"), both
// described in docs/event-log.md. A log that stops without its END record, in
// the middle of a line or of its compressed data, gives the events up to there
// and one Damage saying so. Nesting is not looked at here; replay does.
//
// Cost: about 20 ns per event, and memory that does not grow with the log.

#include <cstdint>
#include <memory>
#include <string>

#include "libheap/trace/byte_source.h"
#include "libheap/trace/event_log_records.h"
#include "libheap/trace/event_source.h"
#include "libheap/trace/line_reader.h"

namespace libheap {

class EventLogReader final : public EventSource {
 public:
  // Reads the header. Throws Error if there is none.
  explicit EventLogReader(std::unique_ptr<ByteSource> source);

  [[nodiscard]] const TraceHeader& header() const override { return header_; }
  bool next(Event& event) override;
  [[nodiscard]] const DamageLog& damage() const override { return damage_; }
  [[nodiscard]] uint64_t bytes_read() const override;

 private:
  enum class State : uint8_t { kReading, kSawEnd, kDone };

  bool read_line(const TextLine& line, Event& event);
  bool read_cut_off(const TextLine& line, Event& event);
  void finish(const TextLine& rest, const std::string& reason);
  void skip_after_end();
  void add_damage(const TextLine& line, std::string reason);

  LineReader lines_;
  TraceHeader header_;
  EventLogRecords records_;
  DamageLog damage_;
  State state_ = State::kReading;
};

}  // namespace libheap
