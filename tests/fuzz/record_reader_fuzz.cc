// Any bytes as the body of one packet of events: reading ends, gives no more
// records than the header says, says so if it gives fewer, and does not depend
// on what the reader read before.
//
// The first byte is the flags, the next says how many records there are.

#include <cstdint>

#include "libheap/wire/packet.h"
#include "libheap/wire/record_reader.h"
#include "tests/fuzz/require.h"

namespace libheap {
namespace {

using testing::require;

class Hash {
 public:
  void add(uint64_t value) {
    hash_ = (hash_ ^ value) * 0x9E3779B97F4A7C15;
    hash_ ^= hash_ >> 29;
  }
  void add(const PacketRecords& records) {
    for (const Record& record : records.all()) add(record, records);
    add(records.not_read());
  }
  [[nodiscard]] uint64_t value() const { return hash_; }

 private:
  void add(const Record& record, const PacketRecords& records) {
    add(uint64_t{record.op} << 32 | record.number);
    add(uint64_t{record.age} << 32 | record.site);
    add(record.time_us);
    if (record.age == TRACER_AGE_FAR) add(record.block);
    if (record.has_result) add(record.result);
    if (record.op == TRACER_OP_RARE) add(records.rare(record));
  }
  void add(const RareRecord& rare) {
    for (const uint64_t field : rare.field) add(field);
    for (const uint64_t number : rare.list) add(number);
    for (const uint32_t run : rare.runs) add(run);
    add(rare.runs_go_on ? 1 : 0);
    for (const std::string_view text : rare.text) {
      for (const char one : text) add(static_cast<uint8_t>(one));
    }
  }

  uint64_t hash_ = 0;
};

uint64_t read(RecordReader& reader, const Packet& packet) {
  static PacketRecords records;
  reader.read(packet, records);
  require(records.all().size() + records.not_read() == packet.records);
  Hash hash;
  hash.add(records);
  return hash.value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  Packet packet;
  packet.type = TRACER_TYPE_EVENTS;
  packet.flags = data[0];
  packet.records = data[1];
  packet.body = {data + 2, size - 2};
  static RecordReader used;
  RecordReader fresh;
  require(read(fresh, packet) == read(used, packet));
  return 0;
}

}  // namespace libheap
