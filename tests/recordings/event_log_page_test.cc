// The worked example of docs/event-log.md is a log like any other.

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "libheap/replay/replayer.h"
#include "libheap/trace/event_log_reader.h"
#include "tests/support/golden_files.h"
#include "tests/support/log_reading.h"

namespace libheap {
namespace {

std::string example() {
  std::ifstream page(testing::source_dir() / "docs" / "event-log.md");
  std::ostringstream content;
  content << page.rdbuf();
  const std::string text = content.str();
  const std::string fence = "```text\n";
  const size_t begin = text.find(fence) + fence.size();
  return text.substr(begin, text.find("```", begin) - begin);
}

TEST(EventLogPage, HasAnExampleThatReadsAndWritesAsItStands) {
  const std::string log = example();
  EXPECT_EQ(testing::read_log(log).damage_count, 0u);
  EXPECT_EQ(testing::rewritten(log), log);
}

TEST(EventLogPage, HasAnExampleThatReplaysExactly) {
  const std::string log = example();
  EventLogReader source(memory_byte_source(log, "example"));
  Replayer replayer(source);
  replayer.run();
  EXPECT_EQ(replayer.result().divergences, 0u);
  EXPECT_EQ(replayer.result().events, 7u);
  EXPECT_EQ(replayer.result().checkpoints_checked, 1u);
  EXPECT_EQ(replayer.result().tables_checked, 1u);
}

}  // namespace
}  // namespace libheap
