#pragma once

// PacketFinder: what is in the bytes of a wire, in order.
//
//     PacketFinder finder;
//     FoundItem item;
//     while (bytes come) {
//       finder.push(bytes);
//       while (finder.next(item)) ...   // packets, console text, damage
//     }
//     finder.finish();
//     while (finder.next(item)) ...
//
// A packet stands between two zero bytes and has none inside, so every zero
// byte is a new start: whatever is before it, a whole packet behind it is
// found. Every piece between zeros is tried as a packet; what is none is
// console text or damage (loose_bytes.h). Nothing depends on how the bytes
// were cut into pushes, and any prefix of a stream gives the items of the
// whole up to where it ends. Memory is constant, under 2 KB.
//
// A bad piece that the stream (or, behind a host packet, a connection) begins
// with is only a packet whose beginning nobody heard: kCutOff. So is what is
// unfinished at the end.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "libheap/wire/found_item.h"
#include "libheap/wire/loose_bytes.h"

namespace libheap {

class PacketFinder {
 public:
  PacketFinder() = default;
  // Of a stream from the middle: its first byte is the stream's at `offset`.
  explicit PacketFinder(uint64_t offset) : offset_(offset) {}

  // More bytes, which must live until next() has answered false.
  void push(std::span<const uint8_t> bytes);
  // No more bytes come.
  void finish() { finished_ = true; }
  // The next item; false when there is none (yet). What it points into lives
  // until the next call.
  bool next(FoundItem& item);

  // For a live console: the text of a line that may go on, where it is surely
  // text (a prompt). Only after next() answered false; until it does too.
  bool next_unfinished_line(FoundItem& item);
  // Whether the last byte left a packet unfinished.
  [[nodiscard]] bool inside_packet() const;

 private:
  bool next_loose(FoundItem& item);
  bool gather(FoundItem& item);
  bool end_piece(std::span<const uint8_t> piece, bool stream_ends,
                 FoundItem& item);
  void go_loose(PacketDamage damage, std::span<const uint8_t> bytes);

  std::span<const uint8_t> input_;
  uint64_t offset_ = 0;  // of input_'s first byte in the stream
  bool finished_ = false;

  // The piece so far, while it may be a packet and came in parts.
  std::array<uint8_t, kPacketCodeMax> piece_{};
  size_t piece_size_ = 0;
  bool first_piece_ = true;  // nobody heard what was before it
  PacketData data_{};

  // A piece that is no packet: bytes of it still to be sorted, then more from
  // the input, unless it ended.
  LooseBytes loose_;
  bool is_loose_ = false;
  bool loose_ended_ = false;
  PacketDamage loose_damage_ = PacketDamage::kNone;
  std::span<const uint8_t> unsorted_;
  uint64_t unsorted_offset_ = 0;
};

}  // namespace libheap
