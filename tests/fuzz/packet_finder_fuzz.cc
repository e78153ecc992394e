// Any bytes as a stream from a wire: every byte but the zeros belongs to
// exactly one item, packets stay what they are when written again, and how the
// bytes were cut into pushes does not matter. The first byte says how.

#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "libheap/wire/host_note.h"
#include "libheap/wire/packet_finder.h"

namespace {

using libheap::FoundItem;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_packet(const FoundItem& item, std::span<const uint8_t> stream) {
  const std::vector<uint8_t> bytes = libheap::packet_bytes(item.packet);
  require(bytes.size() == item.length + 2);
  const auto code = std::span(bytes).subspan(1, item.length);
  const auto found = stream.subspan(item.offset, item.length);
  require(std::equal(code.begin(), code.end(), found.begin(), found.end()));
  static_cast<void>(libheap::parse_host_note(item.packet));
}

// What each byte is: 'p', 't', the damage, or 0 for those in no item.
std::string roles(std::span<const uint8_t> stream, size_t part) {
  libheap::PacketFinder finder;
  std::string result(stream.size(), '\0');
  uint64_t last_end = 0;
  FoundItem item;
  const auto drain = [&] {
    while (finder.next(item)) {
      require(item.length > 0 && item.offset >= last_end);
      last_end = item.offset + item.length;
      char role = static_cast<char>(item.damage);
      if (item.kind == FoundItem::Kind::kText) role = 't';
      if (item.kind == FoundItem::Kind::kPacket) {
        role = 'p';
        check_packet(item, stream);
      }
      for (uint64_t i = item.offset; i < last_end; ++i) result.at(i) = role;
    }
  };
  for (size_t at = 0; at < stream.size(); at += part) {
    const auto pushed = stream.subspan(at, std::min(part, stream.size() - at));
    const std::vector<uint8_t> copy(pushed.begin(), pushed.end());
    finder.push(copy);
    drain();
  }
  finder.finish();
  drain();
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const std::span<const uint8_t> stream(data + 1, size - 1);
  const std::string whole = roles(stream, stream.size());
  require(roles(stream, 1 + data[0]) == whole);
  for (size_t i = 0; i < stream.size(); ++i) {
    require((whole[i] == 0) == (stream[i] == 0));
  }
  return 0;
}
