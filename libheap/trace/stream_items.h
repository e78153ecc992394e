#pragma once

// StreamItems: what a stream of bytes holds, item by item, packets of events
// with their records decoded.
//
//     ByteSource ──► PacketFinder ──► RecordReader ──► StreamItem
//
// An item owns what it says, so it may be read on another thread than the one
// that fills it (items_ahead.h). Decoding a packet takes nothing but the
// packet: what the items mean together is for TraceReader.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "libheap/trace/byte_source.h"
#include "libheap/wire/packet_finder.h"
#include "libheap/wire/record_reader.h"

namespace libheap {

// On lines of the cache of its own, for two threads work on neighbours.
struct alignas(64) StreamItem {
  FoundItem found;
  std::vector<uint8_t> bytes;  // found's text, or its packet's body
  PacketRecords records;       // of a packet of events
  uint64_t bytes_read = 0;     // of the stream, as stored, when it was found

  [[nodiscard]] bool is_events() const {
    return found.kind == FoundItem::Kind::kPacket &&
           found.packet.type == TRACER_TYPE_EVENTS;
  }
};

class alignas(64) StreamItems {
 public:
  // Of a stream from the middle: its first byte is the stream's at `offset`.
  explicit StreamItems(std::unique_ptr<ByteSource> source, uint64_t offset = 0);

  // False at the end. Throws Error where the source cannot be read.
  bool next(StreamItem& item);

  [[nodiscard]] const ByteSource& source() const { return *source_; }

 private:
  void fill(StreamItem& item);

  std::unique_ptr<ByteSource> source_;
  std::vector<char> buffer_;
  PacketFinder finder_;
  RecordReader records_;
  bool ended_ = false;
};

}  // namespace libheap
