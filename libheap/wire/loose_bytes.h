#pragma once

// LooseBytes: bytes that are no packet, sorted into console text and damage.
//
// Text is what a program prints: printable characters, UTF-8, CR, LF, TAB,
// ESC, backspace. Noise has such bytes too, one in three, so a text must earn
// its name. The bytes between two zero bytes (a *piece*) are text
//
//   - if all of them are, however few they are; or
//   - in whole lines, from the beginning of the piece or of a line, once 8
//     bytes in a row were text (noise does that at one in 2,000 places).
//
// The rest is damage, neighbours joined. A character of several bytes may go
// on in the next piece: a packet can come between any two bytes a program
// prints. Memory: one line of 254 bytes; longer ones come in parts.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "libheap/wire/found_item.h"

namespace libheap {

class LooseBytes {
 public:
  // Takes bytes from the front of `bytes` until there is an item or none is
  // left; true with an item, whose text lives until the next call. `offset` is
  // that of the first byte; `damage` what is wrong with those that are no text.
  bool take(std::span<const uint8_t>& bytes, uint64_t offset,
            PacketDamage damage, FoundItem& item);
  // The piece ends: what is left of it. Call it until it answers false; the
  // next byte begins another piece.
  bool end_piece(PacketDamage damage, FoundItem& item);
  // Gives out what is surely text though its line may go on, for a console
  // that should show a prompt. True with an item.
  bool take_unfinished_line(FoundItem& item);

 private:
  bool is_text(uint8_t byte);
  void put(uint8_t byte, uint64_t offset);
  void reject_run();
  [[nodiscard]] bool line_is_ready() const;
  bool give_damage(PacketDamage damage, FoundItem& item);
  bool give_text(FoundItem& item);

  // Text not yet given out, directly behind the damage below if there is any.
  std::array<char, kPacketCodeMax> run_{};
  size_t run_size_ = 0;
  uint64_t run_offset_ = 0;
  bool in_run_ = true;         // at the start of a piece or line, or in a run
  size_t run_bytes_seen_ = 0;  // of the run, given out or not
  // Damage not yet given out.
  uint64_t damage_offset_ = 0;
  uint64_t damage_length_ = 0;
  bool piece_has_damage_ = false;
  bool piece_has_text_ = false;
  bool piece_begins_ = true;
  int utf8_to_come_ = 0;  // bytes of the character begun
  std::array<char, kPacketCodeMax> given_{};
};

}  // namespace libheap
