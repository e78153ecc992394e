#include "tools/capture/status_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace libheap::tools {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

TEST(StatusLine, ClocksReadAsTheyDoElsewhere) {
  EXPECT_EQ(clock_text(milliseconds(0)), "0:00");
  EXPECT_EQ(clock_text(milliseconds(75'999)), "1:15");
  EXPECT_EQ(clock_text(milliseconds(3'700'000)), "1:01:40");
}

TEST(StatusLine, SaysWhatIsWrongWhenNothingGoodComes) {
  const milliseconds early(2000);
  const milliseconds late(4000);
  EXPECT_EQ(trouble({}, early), "");
  EXPECT_EQ(trouble({}, late), "nothing received yet");
  EXPECT_THAT(trouble({.bytes = 9, .damage = 1, .damage_bytes = 9}, late),
              HasSubstr("--baud"));
  EXPECT_THAT(trouble({.bytes = 9, .text_bytes = 9}, late),
              HasSubstr("mpheap.start()"));
  EXPECT_EQ(trouble({.bytes = 9, .packets = 1}, late), "");
}

}  // namespace
}  // namespace libheap::tools
