#pragma once

// PacketRecords: the records of one EVENTS packet, decoded.
//
//     reader.read(packet, records);                 // record_reader.h
//     for (const Record& record : records.all()) ...
//     if (records.not_read() != 0) ...              // the body cannot be
//
// Meant to be filled again and again: nothing is allocated once the longest
// packet has been seen. However hostile, one holds 4,095 records,
// kMaxRuns lengths, kMaxList numbers and kMaxText characters: under 1 MB.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libheap/wire/record.h"

namespace libheap {

class PacketRecords {
 public:
  static constexpr uint32_t kMaxRuns = 100'000;
  static constexpr uint32_t kMaxList = 2048;  // more than a packet can hold
  static constexpr uint32_t kMaxText = 256;   // likewise

  [[nodiscard]] std::span<const Record> all() const {
    return std::span(records_).first(count_);
  }
  // How many records the packet's header promised beyond those.
  [[nodiscard]] uint32_t not_read() const { return promised_ - count_; }

  // Of a record of these whose op is TRACER_OP_RARE.
  [[nodiscard]] RareRecord rare(const Record& record) const {
    const Rare& rare = rares_[record.rare];
    RareRecord seen;
    seen.field = rare.field;
    seen.list = of(numbers_, rare.list);
    seen.runs = of(runs_, rare.runs);
    seen.runs_go_on = rare.runs_go_on;
    for (size_t i = 0; i < seen.text.size(); ++i) {
      seen.text[i] =
          std::string_view(text_).substr(rare.text[i].begin, rare.text[i].size);
    }
    return seen;
  }

 private:
  friend class RecordReader;

  // Of one of the pools below.
  struct Part {
    uint32_t begin = 0;
    uint32_t size = 0;
  };
  struct Rare {
    std::array<uint64_t, 4> field{};
    Part list;
    Part runs;
    bool runs_go_on = false;
    std::array<Part, 3> text{};
  };

  template <typename Value>
  static std::span<const Value> of(const std::vector<Value>& pool, Part part) {
    return std::span(pool).subspan(part.begin, part.size);
  }

  void begin(uint32_t promised) {
    promised_ = promised;
    count_ = 0;
    if (records_.size() < promised) records_.resize(promised);
    rares_.clear();
    numbers_.clear();
    runs_.clear();
    text_.clear();
  }

  std::vector<Record> records_;  // the first count_ of them
  uint32_t count_ = 0;
  uint32_t promised_ = 0;
  std::vector<Rare> rares_;
  std::vector<uint64_t> numbers_;
  std::vector<uint32_t> runs_;
  std::string text_;
};

}  // namespace libheap
