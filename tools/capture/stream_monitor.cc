#include "tools/capture/stream_monitor.h"

namespace libheap::tools {

namespace {

bool is_counted(const Record& record) {
  if (record.op != TRACER_OP_RARE) {
    return record.op >= TRACER_OP_ALLOC && record.op <= TRACER_OP_FREE;
  }
  return record.number < 32 && (TRACER_RARE_COUNTED >> record.number & 1) != 0;
}

bool is_label(const Record& record) {
  return record.op == TRACER_OP_RARE && record.number == TRACER_RARE_LABEL;
}

}  // namespace

void StreamMonitor::push(std::span<const uint8_t> bytes) {
  counts_.bytes += bytes.size();
  finder_.push(bytes);
  take_items();
}

void StreamMonitor::push_host(std::span<const uint8_t> packet) {
  finder_.push(packet);
  take_items();
}

void StreamMonitor::finish() {
  finder_.finish();
  take_items();
}

void StreamMonitor::show_text() {
  FoundItem item;
  while (finder_.next_unfinished_line(item)) take(item);
}

void StreamMonitor::take_items() {
  FoundItem item;
  while (finder_.next(item)) take(item);
}

void StreamMonitor::take(const FoundItem& item) {
  switch (item.kind) {
    case FoundItem::Kind::kPacket:
      return take_packet(item.packet);
    case FoundItem::Kind::kText:
      return take_text(item);
    case FoundItem::Kind::kDamage:
      ++counts_.damage;
      counts_.damage_bytes += item.length;
      return;
  }
}

void StreamMonitor::take_packet(const Packet& packet) {
  if (packet.type == TRACER_TYPE_HOST) return;
  ++counts_.packets;
  const SequenceStep step = tracker_.advance(packet);
  counts_.lost_packets += step.missing_packets;
  counts_.lost_events += step.missing_events;
  counts_.restarts += step.restarted ? 1 : 0;
  if (packet.type == TRACER_TYPE_EVENTS) {
    const uint32_t events = read_records(packet);
    counts_.events += events;
    tracker_.counted(events);
  }
  on_packet_(packet, step);
}

uint32_t StreamMonitor::read_records(const Packet& packet) {
  uint32_t events = 0;
  records_.read(packet, packet_records_);
  for (const Record& record : packet_records_.all()) {
    if (is_counted(record)) ++events;
    if (!label_.empty() && is_label(record) &&
        packet_records_.rare(record).text[0] == label_) {
      label_seen_ = true;
    }
  }
  return events;
}

void StreamMonitor::take_text(const FoundItem& item) {
  counts_.text_bytes += item.length;
  on_text_(item.text);
}

}  // namespace libheap::tools
