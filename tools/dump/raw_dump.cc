#include "tools/dump/raw_dump.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "libheap/base/in_quotes.h"
#include "libheap/report/units.h"
#include "libheap/wire/packet_finder.h"

namespace libheap::tools {

namespace {

constexpr size_t kPartBytes = size_t{64} << 10;
constexpr size_t kMostShown = TRACER_PACKET_MAX;
constexpr size_t kBytesPerLine = 16;

// The stream's last kPartBytes at least, for what the finder says late.
class RecentBytes {
 public:
  void push(std::string_view part) {
    if (bytes_.size() > kPartBytes) {
      const size_t gone = bytes_.size() - kPartBytes;
      bytes_.erase(0, gone);
      begin_ += gone;
    }
    bytes_ += part;
  }

  // Nothing if they are no longer there.
  [[nodiscard]] std::string_view at(uint64_t offset, size_t count) const {
    if (offset < begin_) return {};
    return std::string_view(bytes_).substr(offset - begin_, count);
  }

 private:
  std::string bytes_;
  uint64_t begin_ = 0;  // in the stream
};

std::string name_of_type(uint8_t type) {
  switch (type) {
    case TRACER_TYPE_EVENTS:
      return "events";
    case TRACER_TYPE_ABOUT:
      return "about";
    case TRACER_TYPE_SNAPSHOT:
      return "snapshot";
    case TRACER_TYPE_HOST:
      return "host";
    default:
      return fmt::format("type {}", type);
  }
}

// "  time 1us  results  site 4": what the flags of an events packet say.
std::string flags_text(const Packet& packet) {
  std::string text;
  switch (packet.flags & TRACER_FLAG_TIME_MASK) {
    case TRACER_FLAG_TIME_1US:
      text = "  time 1us";
      break;
    case TRACER_FLAG_TIME_16US:
      text = "  time 16us";
      break;
    default:
      break;
  }
  if ((packet.flags & TRACER_FLAG_RESULTS) != 0) text += "  results";
  if (packet.has_site()) text += fmt::format("  site {}", packet.site);
  if ((packet.flags & TRACER_FLAG_CORE) != 0) text += "  core 1";
  if ((packet.flags & TRACER_FLAG_LOST) != 0) text += "  after a loss";
  return text;
}

std::string packet_line(const Packet& packet) {
  std::string line = fmt::format("{}  sequence {}", name_of_type(packet.type),
                                 packet.sequence);
  if (packet.type == TRACER_TYPE_HOST) return line;
  line += fmt::format("  at {} us", with_commas(packet.time_us));
  if (packet.type != TRACER_TYPE_EVENTS) return line;
  return line +
         fmt::format("  {} after event {}", counted(packet.records, "record"),
                     packet.events) +
         flags_text(packet);
}

// "     193  09 12 00 ...  .."
std::string byte_lines(std::string_view bytes, uint64_t offset) {
  std::string lines;
  for (size_t i = 0; i < bytes.size(); i += kBytesPerLine) {
    std::string hex;
    std::string letters;
    for (const char c : bytes.substr(i, kBytesPerLine)) {
      hex += fmt::format(" {:02x}", static_cast<uint8_t>(c));
      letters += c >= ' ' && c <= '~' ? c : '.';
    }
    lines += fmt::format("{:>12} {:<48}  {}\n", offset + i, hex, letters);
  }
  return lines;
}

std::string shown(const FoundItem& item, const RecentBytes& recent) {
  const std::string place = fmt::format("{}+{}  ", item.offset, item.length);
  if (item.kind == FoundItem::Kind::kText) {
    return place + "text  " + in_quotes(item.text, item.text.size()) + "\n";
  }
  const std::string_view bytes =
      recent.at(item.offset, std::min<uint64_t>(item.length, kMostShown));
  std::string text = place +
                     (item.kind == FoundItem::Kind::kPacket
                          ? packet_line(item.packet)
                          : fmt::format("damage  {}", text_of(item.damage))) +
                     "\n" + byte_lines(bytes, item.offset);
  if (bytes.size() < item.length) {
    text += fmt::format("{:>12}  {} more\n", "",
                        counted(item.length - bytes.size(), "byte"));
  }
  return text;
}

}  // namespace

void write_raw_dump(ByteSource& source, ByteSink& sink) {
  PacketFinder finder;
  RecentBytes recent;
  FoundItem item;
  std::vector<char> part(kPartBytes);
  bool ended = false;
  while (!ended) {
    const size_t got = source.read(part);
    ended = got == 0;
    if (ended) finder.finish();
    recent.push({part.data(), got});
    finder.push({reinterpret_cast<const uint8_t*>(part.data()), got});
    while (finder.next(item)) sink.write(shown(item, recent));
  }
}

}  // namespace libheap::tools
