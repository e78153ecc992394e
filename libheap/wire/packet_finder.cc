#include "libheap/wire/packet_finder.h"

#include <algorithm>
#include <utility>

#include "libheap/base/check.h"

namespace libheap {

namespace {

constexpr uint8_t kEscape = 0x1b;

// Whether a piece that begins so can still be a packet of our version: its
// type comes second, a control character that no text has there.
bool may_be_packet(std::span<const uint8_t> piece) {
  return piece.size() < 2 ||
         (piece[1] >> 4 == TRACER_FORMAT_VERSION && piece[1] != kEscape);
}

}  // namespace

void PacketFinder::push(std::span<const uint8_t> bytes) {
  HEAP_CHECK(input_.empty() && unsorted_.empty(), "what came was looked at");
  input_ = bytes;
}

bool PacketFinder::inside_packet() const {
  return !is_loose_ && piece_size_ > 0 &&
         may_be_packet(std::span(piece_).first(piece_size_));
}

bool PacketFinder::next(FoundItem& item) {
  while (true) {
    if (is_loose_) {
      if (next_loose(item)) return true;
      if (is_loose_) return false;
    } else if (!input_.empty()) {
      if (gather(item)) return true;
    } else if (finished_ && piece_size_ > 0) {
      const size_t size = std::exchange(piece_size_, 0);
      if (end_piece(std::span(piece_).first(size), true, item)) return true;
    } else {
      return false;
    }
  }
}

// Sorts bytes of a piece that is no packet; false when there are no more of
// them, or no more yet.
bool PacketFinder::next_loose(FoundItem& item) {
  while (true) {
    const size_t had = unsorted_.size();
    const bool found =
        loose_.take(unsorted_, unsorted_offset_, loose_damage_, item);
    unsorted_offset_ += had - unsorted_.size();
    if (found) return true;
    if (loose_ended_ || (finished_ && input_.empty())) break;
    if (input_.empty()) return false;
    const auto zero = std::find(input_.begin(), input_.end(), 0);
    const size_t size = static_cast<size_t>(zero - input_.begin());
    loose_ended_ = zero != input_.end();
    unsorted_ = input_.first(size);
    unsorted_offset_ = offset_;
    input_ = input_.subspan(size + (loose_ended_ ? 1 : 0));
    offset_ += size + (loose_ended_ ? 1 : 0);
  }
  if (loose_.end_piece(loose_damage_, item)) return true;
  is_loose_ = false;
  loose_ended_ = false;
  first_piece_ = false;
  return false;
}

// Takes input up to the next zero byte, or up to what a packet can be long.
bool PacketFinder::gather(FoundItem& item) {
  const size_t room = piece_.size() - piece_size_;
  const auto window = input_.first(std::min(input_.size(), room + 1));
  const auto zero = std::find(window.begin(), window.end(), 0);
  const size_t size = static_cast<size_t>(zero - window.begin());
  const bool ended = zero != window.end();
  std::span<const uint8_t> piece = window.first(size);
  if (piece_size_ > 0 || !ended) {
    const size_t kept = std::min(size, room);
    std::copy_n(piece.begin(), kept, piece_.begin() + piece_size_);
    piece_size_ += kept;
    piece = std::span(piece_).first(piece_size_);
    input_ = input_.subspan(kept);
    offset_ += kept;
  } else {
    input_ = input_.subspan(size);
    offset_ += size;
  }
  if (!ended && size <= room) return false;
  piece_size_ = 0;
  if (!ended) {
    go_loose(PacketDamage::kTooLong, piece);
    return false;
  }
  input_ = input_.subspan(1);
  if (piece.empty()) first_piece_ = false;
  const bool found = !piece.empty() && end_piece(piece, false, item);
  ++offset_;
  return found;
}

// A piece of at most a packet's length has ended just before offset_, at a
// zero byte or with the stream. True with an item when it is one; else its
// bytes are to be sorted.
bool PacketFinder::end_piece(std::span<const uint8_t> piece, bool stream_ends,
                             FoundItem& item) {
  const PacketDamage damage = parse_packet(piece, data_, item.packet);
  if (damage != PacketDamage::kNone &&
      damage != PacketDamage::kUnknownVersion) {
    const bool cut_off = first_piece_ || (stream_ends && may_be_packet(piece));
    go_loose(cut_off ? PacketDamage::kCutOff : damage, piece);
    loose_ended_ = true;
    return false;
  }
  const bool found = damage == PacketDamage::kNone;
  item.kind = found ? FoundItem::Kind::kPacket : FoundItem::Kind::kDamage;
  item.damage = damage;
  item.offset = offset_ - piece.size();
  item.length = piece.size();
  first_piece_ = found && item.packet.type == TRACER_TYPE_HOST;
  return true;
}

void PacketFinder::go_loose(PacketDamage damage,
                            std::span<const uint8_t> bytes) {
  is_loose_ = true;
  loose_damage_ = damage;
  unsorted_ = bytes;
  unsorted_offset_ = offset_ - bytes.size();
}

bool PacketFinder::next_unfinished_line(FoundItem& item) {
  if (!is_loose_) {
    const auto piece = std::span<const uint8_t>(piece_).first(piece_size_);
    if (may_be_packet(piece)) return false;
    go_loose(PacketDamage::kNoise, piece);
    piece_size_ = 0;
  }
  return next_loose(item) || loose_.take_unfinished_line(item);
}

}  // namespace libheap
