#include "libheap/trace/area_fields.h"

#include "libheap/trace/text_output.h"

namespace libheap {
namespace {

void read_table(TextFields& in, uint64_t& address, uint64_t& bytes) {
  address = 0;
  bytes = 0;
  if (in.take_word("-")) {
    if (!in.take_word("-")) in.fail("table length", "-", "has no second \"-\"");
    return;
  }
  address = in.hex("table address");
  bytes = in.number("table length");
}

void append_address(std::string& out, uint64_t address) {
  out += ' ';
  append_hex_number(out, address);
}

void append_table(std::string& out, uint64_t address, uint64_t bytes) {
  if (address == 0 && bytes == 0) {
    out += " - -";
    return;
  }
  append_address(out, address);
  append_field(out, bytes);
}

}  // namespace

void read_area(TextFields& in, AreaRecord& area) {
  area.id = in.number32("area", BlockRef::kNullArea - 1);
  area.start = in.hex("start");
  area.end = in.hex("end");
  read_table(in, area.table, area.table_bytes);
  read_table(in, area.finaliser_table, area.finaliser_table_bytes);
  read_table(in, area.weakref_table, area.weakref_table_bytes);
  area.pool = in.hex("pool");
  area.pool_end = in.hex("pool end");
}

void append_area(std::string& out, const AreaRecord& area) {
  append_field(out, area.id);
  append_address(out, area.start);
  append_address(out, area.end);
  append_table(out, area.table, area.table_bytes);
  append_table(out, area.finaliser_table, area.finaliser_table_bytes);
  append_table(out, area.weakref_table, area.weakref_table_bytes);
  append_address(out, area.pool);
  append_address(out, area.pool_end);
}

const char* area_problem(const AreaRecord& area, uint32_t word_bytes) {
  if (area.end <= area.start) return "the end is not behind the start";
  if (area.pool < area.start || area.pool_end > area.end)
    return "the pool is not inside the area";
  if (area.pool_end < area.pool) return "the pool ends before it starts";
  if (word_bytes == 4 && area.end > UINT32_MAX)
    return "an address has more than 32 bits";
  return nullptr;
}

}  // namespace libheap
