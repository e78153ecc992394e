#include "tests/support/wire_stream.h"

#include <algorithm>
#include <functional>

#include "libheap/wire/packet_finder.h"

namespace libheap {

namespace {

// Collects items; texts that follow each other become one.
class ItemLines {
 public:
  void add(const FoundItem& item) {
    if (item.kind == FoundItem::Kind::kText) {
      if (text_.empty()) text_offset_ = item.offset;
      text_ += item.text;
      return;
    }
    end_text();
    if (item.kind == FoundItem::Kind::kPacket) {
      lines_.push_back("packet " + std::to_string(item.packet.type) + " #" +
                       std::to_string(item.packet.sequence) +
                       place(item.offset, item.length));
    } else {
      lines_.push_back("damage " + std::string(text_of(item.damage)) +
                       place(item.offset, item.length));
    }
  }
  std::vector<std::string> finish() {
    end_text();
    return lines_;
  }

 private:
  static std::string place(uint64_t offset, uint64_t length) {
    return " @" + std::to_string(offset) + "+" + std::to_string(length);
  }
  void end_text() {
    if (text_.empty()) return;
    lines_.push_back("text " + text_ + place(text_offset_, text_.size()));
    text_.clear();
  }

  std::vector<std::string> lines_;
  std::string text_;
  uint64_t text_offset_ = 0;
};

std::vector<std::string> found_in_parts(
    std::span<const uint8_t> stream, const std::function<size_t()>& next_part) {
  PacketFinder finder;
  ItemLines lines;
  FoundItem item;
  while (!stream.empty()) {
    const size_t part = std::min(next_part(), stream.size());
    // A copy, so that a sanitizer sees what is used for too long.
    const Bytes pushed(stream.begin(),
                       stream.begin() + static_cast<std::ptrdiff_t>(part));
    finder.push(pushed);
    stream = stream.subspan(part);
    while (finder.next(item)) lines.add(item);
  }
  finder.finish();
  while (finder.next(item)) lines.add(item);
  return lines.finish();
}

}  // namespace

Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

Bytes operator+(Bytes front, std::span<const uint8_t> back) {
  front.insert(front.end(), back.begin(), back.end());
  return front;
}

Bytes random_packet(std::mt19937& random, uint8_t sequence, size_t body_size) {
  Bytes body(body_size);
  for (uint8_t& byte : body) {
    byte = static_cast<uint8_t>(random() % 4 == 0 ? 0 : random());
  }
  Packet packet;
  packet.type = TRACER_TYPE_EVENTS;
  packet.sequence = sequence;
  packet.events = 1000u * sequence;
  packet.records = static_cast<uint16_t>(body_size);
  packet.time_us = 1'000'000 + 20'000ull * sequence;
  packet.body = body;
  return packet_bytes(packet);
}

std::vector<std::string> found_in(std::span<const uint8_t> stream,
                                  size_t part) {
  return found_in_parts(stream,
                        [&] { return part == 0 ? stream.size() : part; });
}

std::vector<std::string> found_in(std::span<const uint8_t> stream,
                                  std::mt19937& random) {
  return found_in_parts(stream, [&] { return random() % 300; });
}

}  // namespace libheap
