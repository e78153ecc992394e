#include "libheap/wire/host_note.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

namespace libheap {

namespace {

constexpr size_t kTextMax = 48;  // of each text but the port
constexpr std::array<std::string_view, 4> kWhatNames = {
    "started", "disconnected", "reconnected", "ended"};

std::string_view last_bytes(std::string_view text, size_t at_most) {
  return text.substr(text.size() - std::min(text.size(), at_most));
}

std::string without_controls(std::string_view text) {
  std::string clean(text);
  for (char& letter : clean) {
    const auto code = static_cast<unsigned char>(letter);
    if (code < 0x20 || code == 0x7f) letter = '?';
  }
  return clean;
}

void append_line(std::string& body, std::string_view key,
                 std::string_view value) {
  body.append(key).append(" ").append(without_controls(value)).append("\n");
}

void append_text(std::string& body, std::string_view key,
                 std::string_view value) {
  if (!value.empty()) append_line(body, key, value.substr(0, kTextMax));
}

std::string body_of(const HostNote& note, size_t at_most) {
  std::string body;
  append_line(body, "host", name_of(note.what));
  append_line(body, "unix_time_us", std::to_string(note.unix_time_us));
  append_line(body, "bytes", std::to_string(note.bytes));
  if (note.baud != 0) append_line(body, "baud", std::to_string(note.baud));
  append_text(body, "tool", note.tool);
  append_text(body, "reason", note.reason);
  const size_t room =
      at_most - body.size() - std::string_view("port \n").size();
  if (!note.port.empty()) {
    append_line(body, "port", last_bytes(note.port, room));
  }
  return body;
}

template <typename Number>
void read_number(std::string_view text, Number& number) {
  Number value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc() && stop == end) number = value;
}

void read_line(std::string_view key, std::string_view value, HostNote& note) {
  if (key == "unix_time_us") read_number(value, note.unix_time_us);
  if (key == "bytes") read_number(value, note.bytes);
  if (key == "baud") read_number(value, note.baud);
  if (key == "tool") note.tool = value;
  if (key == "reason") note.reason = value;
  if (key == "port") note.port = value;
}

bool read_what(std::string_view value, HostNote& note) {
  const auto* found = std::find(kWhatNames.begin(), kWhatNames.end(), value);
  if (found == kWhatNames.end()) return false;
  note.what = static_cast<HostNote::What>(found - kWhatNames.begin());
  return true;
}

}  // namespace

std::string_view name_of(HostNote::What what) {
  return kWhatNames[static_cast<size_t>(what)];
}

std::vector<uint8_t> host_packet_bytes(const HostNote& note) {
  Packet packet;
  packet.type = TRACER_TYPE_HOST;
  const std::string body = body_of(note, packet_body_max(packet));
  packet.body = {reinterpret_cast<const uint8_t*>(body.data()), body.size()};
  return packet_bytes(packet);
}

std::optional<HostNote> parse_host_note(const Packet& packet) {
  if (packet.type != TRACER_TYPE_HOST) return std::nullopt;
  std::string_view body(reinterpret_cast<const char*>(packet.body.data()),
                        packet.body.size());
  HostNote note;
  bool known = false;
  while (!body.empty()) {
    const size_t end = std::min(body.find('\n'), body.size());
    const std::string_view line = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    const size_t blank = std::min(line.find(' '), line.size());
    const std::string_view key = line.substr(0, blank);
    const std::string_view value =
        line.substr(std::min(blank + 1, line.size()));
    if (key == "host") known = read_what(value, note);
    read_line(key, value, note);
  }
  if (!known) return std::nullopt;
  return note;
}

}  // namespace libheap
