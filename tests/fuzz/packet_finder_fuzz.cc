// Any bytes as a stream from a wire: every byte but the zeros belongs to
// exactly one item, packets stay what they are when written again, and how the
// bytes were cut into pushes does not matter. The first byte says how.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "libheap/wire/host_note.h"
#include "libheap/wire/packet_finder.h"
#include "tests/fuzz/require.h"

namespace {

using libheap::FoundItem;
using libheap::testing::require;

void check_packet(const FoundItem& item, std::span<const uint8_t> stream) {
  const std::vector<uint8_t> bytes = libheap::packet_bytes(item.packet);
  require(bytes.size() == item.length + 2);
  const auto code = std::span(bytes).subspan(1, item.length);
  const auto found = stream.subspan(item.offset, item.length);
  require(std::equal(code.begin(), code.end(), found.begin(), found.end()));
  static_cast<void>(libheap::parse_host_note(item.packet));
}

// What each byte of a stream is: 'p', 't', the damage, or 0 for those in no
// item.
class Roles {
 public:
  // Pushes all of it at once, from where it is.
  explicit Roles(std::span<const uint8_t> stream) : stream_(stream) {
    of_.resize(stream.size());
    push(stream);
    end();
  }

  // Pushes it in parts, each of which is something else when the next comes.
  Roles(std::span<const uint8_t> stream, size_t part) : stream_(stream) {
    of_.resize(stream.size());
    const auto copy = std::make_unique<uint8_t[]>(part);
    for (size_t at = 0; at < stream.size(); at += part) {
      const size_t length = std::min(part, stream.size() - at);
      std::copy_n(stream.begin() + at, length, copy.get());
      push({copy.get(), length});
      std::fill_n(copy.get(), length, uint8_t{'?'});
    }
    end();
  }

  [[nodiscard]] const std::string& of() const { return of_; }

 private:
  void push(std::span<const uint8_t> bytes) {
    finder_.push(bytes);
    drain();
  }
  void end() {
    finder_.finish();
    drain();
  }

  void drain() {
    while (finder_.next(item_)) {
      require(item_.length > 0 && item_.offset >= last_end_);
      last_end_ = item_.offset + item_.length;
      require(last_end_ <= of_.size());
      char role = static_cast<char>(item_.damage);
      if (item_.kind == FoundItem::Kind::kText) role = 't';
      if (item_.kind == FoundItem::Kind::kPacket) {
        role = 'p';
        check_packet(item_, stream_);
      }
      std::fill_n(of_.begin() + static_cast<std::ptrdiff_t>(item_.offset),
                  item_.length, role);
    }
  }

  std::span<const uint8_t> stream_;
  libheap::PacketFinder finder_;
  FoundItem item_;
  std::string of_;
  uint64_t last_end_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const std::span<const uint8_t> stream(data + 1, size - 1);
  const Roles whole(stream);
  require(Roles(stream, size_t{1} + data[0]).of() == whole.of());
  for (size_t i = 0; i < stream.size(); ++i) {
    require((whole.of()[i] == 0) == (stream[i] == 0));
  }
  return 0;
}
