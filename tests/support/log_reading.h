#pragma once

// A text event log read to its end, for tests of the format: every event as
// one line of text, and what was damaged.
//
//     EXPECT_THAT(read_log(own_log("A 16 0 4\nEND 1 complete\n")).events,
//                 ElementsAre("A 16 0 4", "END 1 complete"));

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libheap/trace/byte_source.h"
#include "libheap/trace/damage.h"

namespace libheap::testing {

// A sound header of either format, and behind it what the test is about.
[[nodiscard]] std::string golden_log(std::string_view body);
[[nodiscard]] std::string own_log(std::string_view body);

struct ReadLog {
  std::vector<std::string> events;
  uint64_t damage_count = 0;
  std::vector<Damage> damage;

  [[nodiscard]] std::vector<std::string> reasons() const;
};

[[nodiscard]] ReadLog read_log(const std::string& text);
[[nodiscard]] ReadLog read_log(std::unique_ptr<ByteSource> source);

// The log as EventLogWriter writes it.
[[nodiscard]] std::string rewritten(const std::string& text);

// What the Error says that opening or reading `text` throws; "" if none.
[[nodiscard]] std::string error_of(const std::string& text);

// Bytes that come a few at a time, as from a slow pipe.
[[nodiscard]] std::unique_ptr<ByteSource> dripping_source(std::string bytes,
                                                          size_t at_once);

// Everything a source has to give.
std::string read_all(ByteSource& source);

}  // namespace libheap::testing
