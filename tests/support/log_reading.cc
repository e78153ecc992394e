#include "tests/support/log_reading.h"

#include <algorithm>
#include <array>
#include <utility>

#include "libheap/base/error.h"
#include "libheap/trace/event_log_format.h"
#include "libheap/trace/event_log_reader.h"
#include "libheap/trace/event_log_writer.h"

namespace libheap::testing {
namespace {

constexpr std::string_view kHeader =
    "H version v1.22.2\nH workload test(1)\nH word 4\nH block 16\n"
    "H finaliser 1\nH weakref 0\nH split none\nH gcstack 64\n"
    "AREA 0 20001000 20002000 20001000 62 2000103f 31 - - 20001060 20002000\n"
    "BEGIN\n";

std::string log_with(std::string_view format, std::string_view body) {
  std::string text(format);
  text += '\n';
  text += kHeader;
  text += body;
  return text;
}

class Drip final : public ByteStream {
 public:
  Drip(std::string bytes, size_t at_once)
      : bytes_(std::move(bytes)), at_once_(at_once) {}

  size_t read(std::span<char> to) override {
    const size_t count =
        bytes_.copy(to.data(), std::min(to.size(), at_once_), at_);
    at_ += count;
    return count;
  }

 private:
  std::string bytes_;
  size_t at_once_;
  size_t at_ = 0;
};

}  // namespace

std::string golden_log(std::string_view body) {
  return log_with("GOLDEN 1", body);
}

std::string own_log(std::string_view body) {
  return log_with("MPHEAP-EVENTS 1", body);
}

std::vector<std::string> ReadLog::reasons() const {
  std::vector<std::string> all;
  for (const Damage& one : damage) all.push_back(one.reason);
  return all;
}

ReadLog read_log(const std::string& text) {
  return read_log(memory_byte_source(text, "log"));
}

ReadLog read_log(std::unique_ptr<ByteSource> source) {
  EventLogReader reader(std::move(source));
  ReadLog log;
  Event event;
  while (reader.next(event)) log.events.push_back(format_event(event));
  log.damage_count = reader.damage().count();
  log.damage = reader.damage().first();
  return log;
}

std::string rewritten(const std::string& text) {
  EventLogReader reader(memory_byte_source(text, "log"));
  std::string out;
  StringSink sink(out);
  EventLogWriter writer(sink, reader.header());
  Event event;
  while (reader.next(event)) writer.write(event);
  writer.finish();
  return out;
}

std::string error_of(const std::string& text) {
  try {
    static_cast<void>(read_log(text));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::unique_ptr<ByteSource> dripping_source(std::string bytes, size_t at_once) {
  return std::make_unique<ByteSource>(
      std::make_unique<Drip>(std::move(bytes), at_once), "pipe");
}

std::string read_all(ByteSource& source) {
  std::string all;
  std::array<char, 5000> piece;
  while (const size_t count = source.read(piece))
    all.append(piece.data(), count);
  return all;
}

}  // namespace libheap::testing
