#pragma once

// ToldAreas: areas of the heap that ABOUT packets tell of, and no record did.
//
//     area1 20080000 200a0000       one line for each area but the first
//
// A trace read from its start has every area as a record (INIT, AREA_ADDED).
// A capture that began later, or lost those records, knows the others from
// here: each is as if it were added where ABOUT first tells of it.

#include <cstdint>
#include <string_view>
#include <vector>

#include "libheap/trace/trace_header.h"

namespace libheap {

class ToldAreas {
 public:
  // Is this line of ABOUT one of them?
  [[nodiscard]] static bool is_area(std::string_view line);

  // Whole lines of ABOUT, of areas and others.
  void read(std::string_view lines);

  // What records say.
  void init();
  void added(uint32_t id);
  void dropped(uint32_t id);

  // Areas that no record told of, in the order of the list.
  [[nodiscard]] bool waits() const { return !waiting_.empty(); }
  [[nodiscard]] AreaRecord take();

 private:
  static constexpr size_t kMostAreas = 4096;

  void read_line(std::string_view line);
  // False if it was known, or there are too many.
  bool add_known(uint32_t id);

  std::vector<uint32_t> known_ = {0};
  std::vector<AreaRecord> waiting_;
};

}  // namespace libheap
