// Any bytes as a text event log, plain or compressed: reading ends, with an
// Error, or with events that survive being written and read again.
//
// The first byte says what the others are: the body of a log of either format,
// so that most inputs get past the header, or a whole file.

#include <cstdint>
#include <string>
#include <string_view>

#include "libheap/base/error.h"
#include "libheap/trace/byte_sink.h"
#include "libheap/trace/byte_source.h"
#include "libheap/trace/event_log_reader.h"
#include "libheap/trace/event_log_writer.h"
#include "tests/fuzz/require.h"
#include "tests/support/log_reading.h"

namespace {

using libheap::testing::require;
using namespace std::string_view_literals;

// What was read, as our writer has it, and how much of it was damaged.
struct Rewritten {
  std::string text;
  uint64_t damage = 0;
};

Rewritten rewrite(std::string_view bytes) {
  libheap::EventLogReader reader(libheap::memory_byte_source(bytes, "fuzz"));
  Rewritten result;
  libheap::StringSink sink(result.text);
  libheap::EventLogWriter writer(sink, reader.header());
  libheap::Event event;
  while (reader.next(event)) writer.write(event);
  writer.finish();
  result.damage = reader.damage().count();
  return result;
}

std::string log_from(std::string_view input) {
  if (input.empty()) return "";
  const std::string_view rest = input.substr(1);
  switch (input[0] % 3) {
    case 0:
      return std::string(rest);
    case 1:
      return libheap::testing::golden_log(rest);
    default:
      return libheap::testing::own_log(rest);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string log = log_from({reinterpret_cast<const char*>(data), size});
  Rewritten once;
  try {
    once = rewrite(log);
  } catch (const libheap::Error&) {
    return 0;  // no log at all; that is an answer too
  }
  // What we wrote is sound; only an END that was never there is missing.
  const Rewritten twice = rewrite(once.text);
  require(twice.text == once.text);
  require(twice.damage == (once.text.find("\nEND "sv) == once.text.npos));
  return 0;
}
