#include "libheap/wire/loose_bytes.h"

#include <algorithm>

#include "libheap/base/utf8.h"

namespace libheap {

namespace {

constexpr size_t kSureText = 8;

bool is_console_byte(uint8_t byte) {
  switch (byte) {
    case '\b':
    case '\t':
    case '\n':
    case '\r':
    case 0x1b:  // escape: colours, cursor
      return true;
    default:
      return byte >= 0x20 && byte < 0x7f;
  }
}

}  // namespace

bool LooseBytes::is_text(uint8_t byte) {
  const bool piece_begins = piece_begins_;
  piece_begins_ = false;
  if (utf8_to_come_ > 0) {
    if ((byte & 0xc0) == 0x80) {
      --utf8_to_come_;
      return true;
    }
    utf8_to_come_ = 0;
    if (!piece_begins) return false;  // else: the character was lost
  }
  if (is_console_byte(byte)) return true;
  const int follow = utf8_follow(byte);
  if (follow < 0) return false;
  utf8_to_come_ = follow;
  return true;
}

void LooseBytes::put(uint8_t byte, uint64_t offset) {
  if (in_run_ && is_text(byte)) {
    if (run_size_ == 0) run_offset_ = offset;
    run_[run_size_++] = static_cast<char>(byte);
    ++run_bytes_seen_;
    return;
  }
  reject_run();
  if (damage_length_ == 0) damage_offset_ = offset;
  ++damage_length_;
  piece_has_damage_ = true;
  in_run_ = byte == '\n';
}

// The run is no text after all.
void LooseBytes::reject_run() {
  if (run_size_ > 0 && damage_length_ == 0) damage_offset_ = run_offset_;
  damage_length_ += run_size_;
  piece_has_damage_ = piece_has_damage_ || run_size_ > 0;
  run_size_ = 0;
  run_bytes_seen_ = 0;
  utf8_to_come_ = 0;
}

bool LooseBytes::line_is_ready() const {
  return run_size_ > 0 && run_bytes_seen_ >= kSureText &&
         (run_[run_size_ - 1] == '\n' || run_size_ == run_.size());
}

bool LooseBytes::give_damage(PacketDamage damage, FoundItem& item) {
  if (damage_length_ == 0) return false;
  item.kind = FoundItem::Kind::kDamage;
  item.offset = damage_offset_;
  item.length = damage_length_;
  item.damage = piece_has_text_ ? PacketDamage::kNoise : damage;
  damage_length_ = 0;
  return true;
}

bool LooseBytes::give_text(FoundItem& item) {
  std::copy_n(run_.begin(), run_size_, given_.begin());
  item.kind = FoundItem::Kind::kText;
  item.offset = run_offset_;
  item.length = run_size_;
  item.text = std::string_view(given_.data(), run_size_);
  run_size_ = 0;
  piece_has_text_ = true;
  return true;
}

bool LooseBytes::take(std::span<const uint8_t>& bytes, uint64_t offset,
                      PacketDamage damage, FoundItem& item) {
  while (true) {
    if (line_is_ready()) return give_damage(damage, item) || give_text(item);
    if (bytes.empty()) return false;
    put(bytes.front(), offset++);
    bytes = bytes.subspan(1);
  }
}

bool LooseBytes::end_piece(PacketDamage damage, FoundItem& item) {
  const bool text = run_bytes_seen_ >= kSureText || !piece_has_damage_;
  if (!text) reject_run();
  if (give_damage(damage, item)) return true;
  if (run_size_ > 0) return give_text(item);
  in_run_ = true;
  run_bytes_seen_ = 0;
  piece_has_damage_ = false;
  piece_has_text_ = false;
  piece_begins_ = true;
  return false;
}

bool LooseBytes::take_unfinished_line(FoundItem& item) {
  const bool sure = run_bytes_seen_ >= kSureText || !piece_has_damage_;
  if (run_size_ == 0 || damage_length_ > 0 || !sure) return false;
  return give_text(item);
}

}  // namespace libheap
