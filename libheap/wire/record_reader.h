#pragma once

// RecordReader: the records of one EVENTS packet.
//
//     reader.begin(packet);
//     while (reader.next(record)) ...
//     if (reader.damaged()) ...           // fewer records than the header says
//
// Everything learnt within a packet (dictionary, guesses, shares, times) is
// reset by begin(), so packets decode in any order and a lost one costs only
// its own records. docs/trace-format.md, sections 3 to 5, is the law.
//
// Cost: about 20 ns per record; nothing is allocated once the longest row of
// runs has been seen. A hostile body is bounded: kMaxRuns lengths, and
// kMaxList numbers of a list.

#include <array>
#include <cstdint>

#include "firmware-tracer/tracer_format.h"
#include "libheap/wire/packet.h"
#include "libheap/wire/range_decoder.h"
#include "libheap/wire/record.h"
#include "libheap/wire/time_units.h"

namespace libheap {

class RecordReader {
 public:
  void begin(const Packet& packet);

  // False after the last record, or where the body cannot be.
  bool next(Record& record);
  [[nodiscard]] bool damaged() const { return damaged_; }
  [[nodiscard]] uint32_t records_left() const { return left_; }

 private:
  static constexpr uint32_t kMaxRuns = 100'000;
  static constexpr uint32_t kMaxList = 2048;  // more than a packet can hold
  static constexpr uint32_t kMaxText = 256;

  uint32_t symbol();
  uint32_t new_symbol();
  void time();
  void rare(Record& record);
  void runs(Record& record);
  void text(std::string& out);
  void list(Record& record);
  void result(Record& record);

  uint32_t classed(std::array<uint8_t, 32>& shares) {
    return classed(coder_.tree<5>(shares));
  }
  uint32_t classed(uint32_t bits);
  uint64_t number();
  uint32_t block() { return classed(number_shares_) - 1; }

  RangeDecoder coder_;
  TimeUnits time_units_;
  uint32_t left_ = 0;
  uint8_t flags_ = 0;
  bool damaged_ = false;
  bool has_times_ = false;
  uint32_t shift_ = 0;  // of times: 0 or 4
  uint64_t now_ = 0;    // in units of 1 << shift_ us
  uint32_t context_ = 0;
  uint32_t last_index_ = 0;  // of the symbol before
  uint32_t time_place_ = 0;  // in times_, of the time before the symbol
  uint32_t last_result_ = 0;
  uint32_t runs_left_ = 0;

  std::array<uint32_t, TRACER_DICTIONARY_SIZE> dictionary_{};
  std::array<uint8_t, TRACER_CONTEXTS> after_{};
  std::array<uint16_t, TRACER_DICTIONARY_SIZE> times_{};
  std::array<uint8_t, TRACER_DICTIONARY_SIZE> index_shares_{};
  std::array<uint8_t, 32> number_shares_{};
  std::array<uint8_t, 32> run_shares_{};
  std::array<uint8_t, 16> op_shares_{};
  std::array<uint8_t, 8> age_shares_{};
  std::array<uint8_t, 4> low_shares_{};
  uint8_t known_share_ = 0;
};

}  // namespace libheap
