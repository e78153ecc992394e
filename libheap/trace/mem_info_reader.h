#pragma once

// MemInfoReader: the mem_info() dumps in a text, one after the other.
//
// The text may be anything that contains them: a terminal's log, a paste, a
// raw serial capture. A dump begins with its "GC: total" line (or, where only
// the table was printed, with its "GC memory layout" line) and ends where the
// next begins or the text does. Other lines, in a map too, are passed over.
// Memory is one dump, however long the text.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libheap/trace/byte_source.h"
#include "libheap/trace/line_reader.h"
#include "libheap/trace/mem_info_dump.h"
#include "libheap/trace/mem_info_line.h"
#include "libheap/trace/mem_info_map.h"

namespace libheap {

class MemInfoReader {
 public:
  explicit MemInfoReader(std::unique_ptr<ByteSource> source);

  // Fills `dump`; false at the end of the text.
  bool next(MemInfoDump& dump);

  [[nodiscard]] const ByteSource& source() const { return lines_.source(); }

 private:
  // No MicroPython heap is larger; a garbled number must not take our memory.
  static constexpr uint64_t kMostBlocks = 1 << 21;

  struct OpenArea {
    std::optional<uint64_t> pool;
    PrintedMap map;
  };
  // A dump as far as it has been read.
  struct OpenDump {
    MemInfoDump dump;
    std::vector<OpenArea> areas;
  };

  [[nodiscard]] bool begins_another(const MemInfoLine& line) const;
  [[nodiscard]] bool has_all_blocks() const;
  void take(const MemInfoLine& line, uint64_t number);
  void take_totals(const MemInfoLine& line);
  void take_map(const MemInfoLine& line, uint64_t number);
  [[nodiscard]] bool can_belong(const MemInfoLine& line) const;
  // The map that lines belong to now; null where none has begun.
  PrintedMap* open_map(const MemInfoLine& line);
  void open(uint64_t number);
  MemInfoDump close();

  LineReader lines_;
  MemInfoLineParser parser_;
  std::optional<OpenDump> open_;
  std::optional<MemInfoLine> stack_;  // comes before the dump it belongs to
};

}  // namespace libheap
