#include "libheap/trace/trace_reader.h"

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "libheap/base/error.h"
#include "libheap/trace/event_log_header.h"
#include "libheap/trace/line_reader.h"

namespace libheap {

namespace {

// A device says what it is before every eighth keyframe; a stream that goes on
// for so long without is none of ours.
constexpr uint64_t kAboutWithin = uint64_t{64} << 20;

// The lines of ABOUT packets as the head of a text event log.
TraceHeader header_from(const std::string& lines, const std::string& name) {
  std::string text(kEventLogFormat);
  text += '\n';
  size_t at = 0;
  while (at < lines.size()) {
    const size_t end = std::min(lines.find('\n', at), lines.size());
    const std::string line = lines.substr(at, end - at);
    if (!line.empty() && !ToldAreas::is_area(line)) {
      text += (line.starts_with("AREA ") ? "" : "H ") + line + "\n";
    }
    at = end + 1;
  }
  text += "BEGIN\n";
  LineReader reader(memory_byte_source(text, name));
  return read_event_log_header(reader);
}

std::string version_problem(const std::string& name, unsigned version) {
  return name + ": packets of format version " + std::to_string(version) +
         "; this mpheap reads version " +
         std::to_string(TRACER_FORMAT_VERSION) +
         (version > TRACER_FORMAT_VERSION ? " (a newer one may read it)" : "");
}

}  // namespace

bool holds_packet(std::string_view bytes) {
  PacketFinder finder;
  finder.push({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
  FoundItem item;
  while (finder.next(item)) {
    if (item.kind == FoundItem::Kind::kPacket ||
        item.damage == PacketDamage::kUnknownVersion) {
      return true;
    }
  }
  return false;
}

TraceReader::TraceReader(std::unique_ptr<ByteSource> source)
    : items_(std::make_unique<StreamItems>(std::move(source))) {
  read_header();
}

// ABOUT packets come in a row, whole or not: where one of them is missing, the
// next row is tried.
void TraceReader::read_header() {
  std::string problem =
      source().name() +
      ": packets of a device, but none that says what its heap is; capture "
      "from its start, or for longer";
  std::string about;
  uint64_t before = 0;
  while (next_item() && item_->found.offset <= kAboutWithin) {
    if (item_->found.kind == FoundItem::Kind::kDamage) {
      if (item_->found.damage == PacketDamage::kUnknownVersion &&
          about.empty()) {
        problem = version_problem(source().name(), item_->found.packet.version);
      }
      note_damage();
    }
    if (item_->found.kind != FoundItem::Kind::kPacket) continue;
    const Packet& packet = item_->found.packet;
    if (packet.type == TRACER_TYPE_ABOUT) {
      const SequenceStep step = sequence_.advance(packet);
      if (step.is_gap() || step.restarted) about.clear();
      if (about.empty()) before = packet.events;
      about.append(packet.body.begin(), packet.body.end());
    } else if (packet.type == TRACER_TYPE_EVENTS && !about.empty()) {
      if (take_header(about, before, problem)) {
        item_waits_ = true;
        return;
      }
      about.clear();
    }
  }
  if (!take_header(about, before, problem)) throw Error(problem);
}

bool TraceReader::take_header(const std::string& about, uint64_t before,
                              std::string& problem) {
  if (about.empty()) return false;
  try {
    header_ = header_from(about, source().name());
  } catch (const Error& error) {
    problem = error.what();
    return false;
  }
  header_.format = kPacketTraceFormat;
  header_.starts_empty = false;  // whatever it says: a keyframe must tell
  for (const auto& [key, value] : header_.extra) {
    if (key == "clock") has_clock_ = value != "none";
    if (key != "area_bits") continue;
    const int bits = std::atoi(value.c_str());
    area_bits_ = bits > 0 && bits <= 16 ? static_cast<uint32_t>(bits) : 0;
  }
  told_areas_.read(about);
  if (before != 0) loss_waits_ = before;
  events_ = before;
  return true;
}

void TraceReader::note_damage() {
  // Where a capture began or broke off inside a packet nothing is wrong: what
  // the packet held shows as a gap, or as an end without FINISH.
  if (item_->found.damage == PacketDamage::kCutOff) return;
  damage_.add({item_->found.offset, item_->found.length, 0,
               std::string(text_of(item_->found.damage))});
}

// What is kept of a packet that is no longer there: when its last record was.
void TraceReader::forget_packet() {
  before_ = *record_;
  record_ = &before_;
  records_ = {};
  next_in_packet_ = 0;
}

// The next item of the stream; the one before is gone.
bool TraceReader::next_item() {
  forget_packet();
  if (!ahead_) read_ahead_if_worth_it();
  const StreamItem* item = nullptr;
  if (ahead_) {
    item = ahead_->next();
  } else if (items_->next(own_item_)) {
    item = &own_item_;
  }
  if (item != nullptr) {
    item_ = item;
    return true;
  }
  if (!input_ended_ && source().damage()) damage_.add(*source().damage());
  input_ended_ = true;
  return false;
}

void TraceReader::read_ahead_if_worth_it() {
  if (item_->bytes_read < kAheadFrom || !source().never_waits()) return;
  static const bool is_alone = std::thread::hardware_concurrency() < 2;
  if (is_alone) return;
  ahead_ = std::make_unique<ItemsAhead>(*items_);
}

// True if the item is itself an event.
bool TraceReader::take_item(Event& event) {
  if (item_->found.kind == FoundItem::Kind::kText) return text_event(event);
  if (item_->found.kind == FoundItem::Kind::kDamage) {
    note_damage();
    return false;
  }
  const Packet& packet = item_->found.packet;
  if (packet.type == TRACER_TYPE_HOST) return false;
  note_step(sequence_.advance(packet));
  if (packet.type == TRACER_TYPE_EVENTS) begin_packet();
  if (packet.type == TRACER_TYPE_ABOUT) {
    const std::span<const uint8_t> body = packet.body;
    told_areas_.read({reinterpret_cast<const char*>(body.data()), body.size()});
  }
  return packet.type == TRACER_TYPE_SNAPSHOT && snapshot_event(event);
}

void TraceReader::note_step(const SequenceStep& step) {
  if (step.first || (!step.is_gap() && !step.restarted)) return;
  assembly_.abandon();
  loss_waits_ = step.missing_events;
}

void TraceReader::begin_packet() {
  const Packet& packet = item_->found.packet;
  packet_offset_ = item_->found.offset;
  records_ = item_->records.all();
  in_packet_ = true;
  counted_ = 0;
  core_ = (packet.flags & TRACER_FLAG_CORE) != 0 ? 1 : 0;
  if (packet.has_site()) site_ = packet.site;
  if (!started_) start_us_ = packet.time_us;
  started_ = true;
}

// Where it is not just the next one of the packet.
bool TraceReader::next_record_if_any() {
  if (record_waits_) {
    record_waits_ = false;
    return true;
  }
  if (!in_packet_) return false;
  if (const uint32_t lost = item_->records.not_read(); lost != 0) {
    damage_.add({packet_offset_, item_->bytes.size(), 0,
                 "a packet whose records cannot be: " + std::to_string(lost) +
                     " not read"});
  }
  in_packet_ = false;
  sequence_.counted(counted_);
  return false;
}

// As next_record, into the next packet if it follows directly.
bool TraceReader::next_record_of_any_packet() {
  if (next_record()) return true;
  if (item_waits_ || !next_item()) return false;
  if (!item_->is_events()) {
    item_waits_ = true;
    return false;
  }
  note_step(sequence_.advance(item_->found.packet));
  begin_packet();
  return !loss_waits_ && next_record();
}

std::optional<TracePosition> TraceReader::position() const {
  const bool at_end = in_packet_ && next_in_packet_ == records_.size() &&
                      item_->records.not_read() == 0;
  const bool open = record_waits_ || item_waits_ || loss_waits_ ||
                    told_areas_.waits() || assembly_.is_open() ||
                    !open_requests_.empty();
  if (!at_end || open || finished_ || damage_.count() != 0) {
    return std::nullopt;
  }
  TracePosition position;
  position.offset = item_->found.offset + item_->found.length;
  SequenceTracker after = sequence_;
  after.counted(counted_);
  position.sequence = after.state();
  position.record_number = record_number_;
  position.events = events_;
  position.start_us = start_us_;
  position.stalled_us = stalled_us_;
  position.core = core_;
  position.site = site_;
  return position;
}

void TraceReader::resume(const TracePosition& position,
                         std::unique_ptr<ByteSource> rest) {
  forget_packet();
  item_ = &own_item_;  // what there was goes with its ring
  ahead_.reset();
  items_ = std::make_unique<StreamItems>(std::move(rest), position.offset);
  input_ended_ = item_waits_ = in_packet_ = record_waits_ = false;
  loss_waits_.reset();
  sequence_ = SequenceTracker(position.sequence);
  record_number_ = position.record_number;
  events_ = position.events;
  start_us_ = position.start_us;
  started_ = true;
  stalled_us_ = position.stalled_us;
  core_ = position.core;
  site_ = position.site;
}

bool TraceReader::loss_event(Event& event, uint64_t lost) {
  start_event(event, EventKind::kLoss);
  event.number = lost;
  return true;
}

bool TraceReader::text_event(Event& event) {
  text_ = item_->found.text;
  start_event(event, EventKind::kText);
  event.offset = item_->found.offset;
  event.text = text_;
  return true;
}

// At the time of the record before it: sending it is no time of the program.
bool TraceReader::snapshot_event(Event& event) {
  const SnapshotRecord* snapshot =
      snapshot_assembly_.add(item_->found.packet.body);
  if (snapshot == nullptr) return false;
  start_event(event, EventKind::kSnapshot);
  event.offset = item_->found.offset;
  event.snapshot = snapshot;
  return true;
}

// What no record told of; with a trace's own beginning (INIT) they all come.
bool TraceReader::told_area_event(Event& event) {
  if (record_->op == TRACER_OP_RARE && record_->number == TRACER_RARE_INIT) {
    told_areas_.init();
    return false;
  }
  record_waits_ = true;
  area_ = told_areas_.take();
  start_event(event, EventKind::kAreaAdded);
  event.area = &area_;
  return true;
}

bool TraceReader::end_event(Event& event) {
  if (end_told_ || !finished_) return false;
  end_told_ = true;
  start_event(event, EventKind::kEnd);
  event.number = events_;
  event.flag = true;
  return true;
}

}  // namespace libheap
