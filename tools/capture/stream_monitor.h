#pragma once

// StreamMonitor: what is known of a capture while it runs: counts, the console
// text, labels. It only looks; the trace is the bytes as they came.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "libheap/wire/packet_finder.h"
#include "libheap/wire/record_reader.h"
#include "libheap/wire/sequence_tracker.h"

namespace libheap::tools {

struct StreamCounts {
  uint64_t bytes = 0;
  uint64_t packets = 0;
  uint64_t events = 0;  // counted events received
  uint64_t lost_packets = 0;
  uint64_t lost_events = 0;
  uint64_t restarts = 0;
  uint64_t damage = 0;
  uint64_t damage_bytes = 0;
  uint64_t text_bytes = 0;
};

class StreamMonitor {
 public:
  // Told the console text; called from within push() and show_text().
  using OnText = std::function<void(std::string_view)>;

  // Told every whole packet of the device, and what is missing before it.
  using OnPacket = std::function<void(const Packet&, const SequenceStep&)>;

  StreamMonitor(OnText on_text, OnPacket on_packet)
      : on_text_(std::move(on_text)), on_packet_(std::move(on_packet)) {}

  // The label to look for.
  void look_for(std::string label) { label_ = std::move(label); }
  [[nodiscard]] bool label_seen() const { return label_seen_; }

  // Bytes received. A host packet that is written into the trace between them
  // goes through push_host(), and is not counted.
  void push(std::span<const uint8_t> bytes);
  void push_host(std::span<const uint8_t> packet);
  // Gives out the text of a line that may go on.
  void show_text();
  // No more bytes come.
  void finish();

  [[nodiscard]] const StreamCounts& counts() const { return counts_; }
  // Whether the last byte left a packet unfinished.
  [[nodiscard]] bool inside_packet() const { return finder_.inside_packet(); }

 private:
  void take_items();
  void take(const FoundItem& item);
  void take_packet(const Packet& packet);
  uint32_t read_records(const Packet& packet);
  void take_text(const FoundItem& item);

  OnText on_text_;
  OnPacket on_packet_;
  std::string label_;
  bool label_seen_ = false;
  PacketFinder finder_;
  SequenceTracker tracker_;
  RecordReader records_;
  PacketRecords packet_records_;
  StreamCounts counts_;
};

}  // namespace libheap::tools
