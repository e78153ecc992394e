#include "libheap/analysis/labels.h"

#include <gtest/gtest.h>

#include "libheap/analysis/findings.h"
#include "libheap/trace/event_log_reader.h"
#include "tests/support/small_log.h"

namespace libheap {
namespace {

TEST(Labels, AreListedWithTheirPlace) {
  testing::SmallLog log;
  log.line("A 16 0 0").line("LABEL loop%20begins").line("A 16 0 1").end();
  // Recordings have no labels; this format does.
  std::string text = "MPHEAP-EVENTS 1";
  text += log.text().substr(log.text().find('\n'));
  EventLogReader reader(memory_byte_source(text, "small"));
  const LabelFindings labels = analyse(reader, "small").labels;
  ASSERT_EQ(labels.count, 1u);
  EXPECT_EQ(labels.listed[0].event, 1u);
  EXPECT_EQ(labels.listed[0].text, "loop begins");
}

}  // namespace
}  // namespace libheap
