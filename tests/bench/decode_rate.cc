// How many records a second the host decodes: packets found, checked, and read
// record by record; no events, no model.
//
//   decode_rate TRACE...     prints records, seconds and records a second

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <vector>

#include "libheap/wire/packet_finder.h"
#include "libheap/wire/record_reader.h"

namespace {

uint64_t decode(const std::vector<uint8_t>& bytes) {
  libheap::PacketFinder finder;
  libheap::FoundItem item;
  libheap::RecordReader reader;
  libheap::PacketRecords decoded;
  uint64_t records = 0;
  finder.push(bytes);
  finder.finish();
  while (finder.next(item)) {
    if (item.kind != libheap::FoundItem::Kind::kPacket) continue;
    reader.read(item.packet, decoded);
    records += decoded.all().size();
  }
  return records;
}

}  // namespace

int main(int argc, char** argv) {
  uint64_t records = 0;
  std::chrono::duration<double> took{};
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    const std::vector<uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
    const auto begin = std::chrono::steady_clock::now();
    records += decode(bytes);
    took += std::chrono::steady_clock::now() - begin;
  }
  std::printf("%llu %.3f %.0f\n", static_cast<unsigned long long>(records),
              took.count(), static_cast<double>(records) / took.count());
  return 0;
}
