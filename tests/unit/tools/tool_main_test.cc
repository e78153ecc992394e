#include "tools/common/tool_main.h"

#include <string>

#include <gtest/gtest.h>

#include "libheap/base/check.h"
#include "libheap/base/error.h"

namespace libheap::tools {
namespace {

int break_a_check(const Arguments&) {
  HEAP_CHECK(1 + 1 == 3, "sums are right");
  return 0;
}

int find_no_file(const Arguments&) { throw Error("x.mpheap: no such file"); }

constexpr Command kCommands[] = {{"wrong", "has a bug", break_a_check},
                                 {"open", "opens a file", find_no_file}};

TEST(ToolMain, SaysThatAFailedCheckIsABugAndWhatToSend) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(tool_main(kCommands, {"wrong"}), 1);
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("mpheap wrong: this is a bug in mpheap"), said.npos);
  EXPECT_NE(said.find("sums are right [1 + 1 == 3]"), said.npos);
  EXPECT_NE(said.find("the command you typed"), said.npos);
}

TEST(ToolMain, SaysWhatCannotBeDoneInOneLine) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(tool_main(kCommands, {"open"}), 1);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "mpheap open: x.mpheap: no such file\n");
}

}  // namespace
}  // namespace libheap::tools
