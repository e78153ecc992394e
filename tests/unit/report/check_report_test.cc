#include "libheap/report/check_report.h"

#include <gtest/gtest.h>

namespace libheap {
namespace {

CheckFindings found() {
  CheckFindings findings;
  findings.source = "a <b> & \"c\"\x01.log";
  Gate gate;
  gate.gauge = *find_gauge("pause_max_us");
  gate.at_most = 8000;
  gate.why = "the motor";
  findings.gates.push_back({gate, {9500.0, 77, {}}, GateVerdict::kBroken});
  findings.gates.push_back({gate, {7000.0, 5, {}}, GateVerdict::kPassed});
  findings.gates.push_back(
      {gate, {{}, 0, "no times"}, GateVerdict::kNotMeasured});
  gate.if_measured = true;
  findings.gates.push_back({gate, {{}, 0, "no times"}, GateVerdict::kSkipped});
  findings.broken = 1;
  findings.not_measured = 1;
  return findings;
}

TEST(CheckReport, JunitHasACaseForEachGate) {
  const std::string name =
      "    <testcase classname=\"mpheap.check\" name=\"pause_max_us at most "
      "8.00 "
      "ms\">";
  EXPECT_EQ(
      check_junit(found()),
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
      "  <testsuite name=\"a &lt;b&gt; &amp; &quot;c&quot;?.log\" tests=\"4\" "
      "failures=\"1\" errors=\"1\" skipped=\"1\">\n" +
          name +
          "<failure message=\"9.50 ms, budget at most 8.00 ms, at event 77 "
          "(the motor)\"/></testcase>\n" +
          name + "</testcase>\n" + name +
          "<error message=\"no times\"/></testcase>\n" + name +
          "<skipped message=\"no times\"/></testcase>\n"
          "  </testsuite>\n</testsuites>\n");
}

TEST(CheckReport, TextSaysWhereToLook) {
  const std::string text = check_text(found(), {});
  EXPECT_NE(text.find("1 of 4 budgets broken, 1 not measured"),
            std::string::npos);
  EXPECT_NE(text.find("--at 77"), std::string::npos);
  EXPECT_NE(text.find("(the motor)"), std::string::npos);
  EXPECT_EQ(text.find("--at 5\n"), std::string::npos);
}

}  // namespace
}  // namespace libheap
