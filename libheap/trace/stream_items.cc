#include "libheap/trace/stream_items.h"

#include <span>
#include <string_view>
#include <utility>

namespace libheap {

namespace {

constexpr size_t kBufferBytes = 64 * 1024;

}  // namespace

StreamItems::StreamItems(std::unique_ptr<ByteSource> source, uint64_t offset)
    : source_(std::move(source)), buffer_(kBufferBytes), finder_(offset) {}

bool StreamItems::next(StreamItem& item) {
  while (!finder_.next(item.found)) {
    if (ended_) return false;
    const size_t got = source_->read(buffer_);
    if (got == 0) {
      ended_ = true;
      finder_.finish();
    } else {
      finder_.push({reinterpret_cast<const uint8_t*>(buffer_.data()), got});
    }
  }
  fill(item);
  return true;
}

// Makes the item's own what the finder keeps until its next one only.
void StreamItems::fill(StreamItem& item) {
  item.bytes_read = source_->bytes_read();
  item.bytes.clear();
  if (item.found.kind == FoundItem::Kind::kText) {
    const std::string_view text = item.found.text;
    item.bytes.assign(text.begin(), text.end());
    item.found.text = {reinterpret_cast<const char*>(item.bytes.data()),
                       item.bytes.size()};
  } else if (item.found.kind == FoundItem::Kind::kPacket) {
    Packet& packet = item.found.packet;
    item.bytes.assign(packet.body.begin(), packet.body.end());
    packet.body = item.bytes;
    if (item.is_events()) records_.read(packet, item.records);
  }
}

}  // namespace libheap
