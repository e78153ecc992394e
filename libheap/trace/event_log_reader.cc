#include "libheap/trace/event_log_reader.h"

#include <utility>

#include "libheap/trace/event_log_header.h"

namespace libheap {

EventLogReader::EventLogReader(std::unique_ptr<ByteSource> source)
    : lines_(std::move(source)),
      header_(read_event_log_header(lines_)),
      records_(header_) {}

uint64_t EventLogReader::bytes_read() const {
  return lines_.source().bytes_read();
}

bool EventLogReader::next(Event& event) {
  TextLine line;
  while (state_ == State::kReading) {
    switch (lines_.next(line)) {
      case LineReader::Found::kLine:
        if (read_line(line, event)) [[likely]]
          return true;
        break;
      case LineReader::Found::kTooLong:
        add_damage(line, "the line is longer than 16 MiB");
        break;
      case LineReader::Found::kCutOff:
        return read_cut_off(line, event);
      case LineReader::Found::kEnd:
        finish(lines_.skip_rest(), "the log ends without its END record");
        break;
    }
  }
  if (state_ == State::kSawEnd) skip_after_end();
  return false;
}

bool EventLogReader::read_line(const TextLine& line, Event& event) {
  std::string reason;
  if (!records_.read(line, event, reason)) {
    add_damage(line, std::move(reason));
    return false;
  }
  if (event.kind == EventKind::kEnd) state_ = State::kSawEnd;
  return true;
}

// Only an END record needs no line end: nothing else shows that it is whole.
bool EventLogReader::read_cut_off(const TextLine& line, Event& event) {
  const std::string_view text = line.text();
  if (text.starts_with("END ") &&
      (text.ends_with(" complete") || text.ends_with(" truncated")) &&
      read_line(line, event))
    return true;
  finish(line, "the last line is cut off");
  return false;
}

// The end came too early. If that is so because the stored bytes are wrong,
// they are the reason.
void EventLogReader::finish(const TextLine& rest, const std::string& reason) {
  const std::optional<Damage>& stored = lines_.source().damage();
  add_damage(rest, stored ? stored->reason : reason);
  state_ = State::kDone;
}

void EventLogReader::skip_after_end() {
  const TextLine rest = lines_.skip_rest();
  if (rest.bytes > 0) add_damage(rest, "data after the END record");
  if (lines_.source().damage()) damage_.add(*lines_.source().damage());
  state_ = State::kDone;
}

void EventLogReader::add_damage(const TextLine& line, std::string reason) {
  damage_.add({.offset = line.offset,
               .length = line.bytes,
               .line = line.number,
               .reason = std::move(reason)});
}

}  // namespace libheap
