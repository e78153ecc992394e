#pragma once

// RecordReader: the records of one EVENTS packet, all at once.
//
//     reader.read(packet, records);
//     if (records.not_read() != 0) ...    // fewer than the header says
//
// Everything learnt within a packet (dictionary, guesses, shares, times) is
// forgotten at its end, so packets decode in any order, on any thread that has
// a reader, and a lost one costs only its own records. docs/trace-format.md,
// sections 3 to 5, is the law.
//
// Cost: about 15 ns per record on the golden set, 60 ns where times and sizes
// cannot be guessed (docs/performance.md); what a hostile body can
// take is bounded by PacketRecords.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "firmware-tracer/tracer_format.h"
#include "libheap/wire/packet.h"
#include "libheap/wire/packet_records.h"
#include "libheap/wire/range_decoder.h"
#include "libheap/wire/time_units.h"

namespace libheap {

class RecordReader {
 public:
  void read(const Packet& packet, PacketRecords& records);

 private:
  void begin(const Packet& packet);
  bool next(Record& record, PacketRecords& records);
  uint32_t symbol();
  uint32_t new_symbol();
  void take_symbol(uint32_t symbol, Record& record) const;
  void time();
  void result(Record& record);

  void rare(Record& record, PacketRecords& records);
  void rare_fields(Record& record, PacketRecords::Rare& rare,
                   PacketRecords& records);
  void runs(PacketRecords::Rare& rare, std::vector<uint32_t>& pool);
  [[nodiscard]] PacketRecords::Part list(std::vector<uint64_t>& pool);
  [[nodiscard]] PacketRecords::Part text(std::string& pool);

  uint32_t classed(std::array<uint8_t, 32>& shares) {
    return classed(coder_.tree<5>(shares));
  }
  uint32_t classed(uint32_t bits);
  uint64_t number();
  uint32_t block() { return classed(number_shares_) - 1; }

  RangeDecoder coder_;
  TimeUnits time_units_;
  uint8_t flags_ = 0;
  bool has_times_ = false;
  uint32_t shift_ = 0;  // of times: 0 or 4
  uint64_t now_ = 0;    // in units of 1 << shift_ us
  uint32_t context_ = 0;
  uint32_t last_index_ = 0;  // of the symbol before
  uint32_t time_place_ = 0;  // in times_, of the time before the symbol
  uint32_t last_result_ = 0;

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
