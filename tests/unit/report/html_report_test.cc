// The page as bytes; tests/browser/ opens it.

#include "libheap/report/html_report.h"

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "libheap/report/json_report.h"
#include "tests/support/small_log.h"

namespace libheap {
namespace {

Findings some_findings() {
  testing::SmallLog log;
  log.line("A 16 0 0").line("A 40 0 1").line("F 0").end();
  return log.analyse();
}

std::string page_of(const Findings& findings) {
  return report_html(findings, HeapHistoryFindings());
}

std::string between(const std::string& text, const std::string& begin,
                    const std::string& end) {
  const size_t from = text.find(begin) + begin.size();
  return text.substr(from, text.find(end, from) - from);
}

TEST(ReportHtml, CarriesTheReportAsData) {
  const Findings findings = some_findings();
  const std::string data =
      between(page_of(findings), "id=\"findings\">", "</script>");
  EXPECT_EQ(nlohmann::json::parse(data),
            nlohmann::json::parse(report_json(findings)));
  EXPECT_EQ(data.find('\n'), std::string::npos);
}

TEST(ReportHtml, CannotBeLeftByTextOfTheTrace) {
  Findings findings = some_findings();
  findings.header.workload = R"(</script><!-- <b>"a\" \ & b</b>)";
  const std::string page = page_of(findings);
  const std::string data = between(page, "id=\"findings\">", "</script>");
  EXPECT_EQ(data.find('<'), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(data)["trace"]["workload"],
            findings.header.workload);
  EXPECT_EQ(between(page, "<title>", "</title>"),
            "&lt;/script&gt;&lt;!-- &lt;b&gt;&quot;a\\&quot; \\ &amp; "
            "b&lt;/b&gt; – mpheap report");
}

TEST(ReportHtml, IsNamedAfterTheFileWhereTheProgramIsNot) {
  Findings findings = some_findings();
  findings.header.workload.clear();
  findings.source = "run.log";
  EXPECT_EQ(between(page_of(findings), "<title>", "</title>"),
            "run.log – mpheap report");
}

TEST(ReportHtml, NeedsNothingFromOutside) {
  const std::string page = page_of(some_findings());
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
  for (const char* outside : {"<script src", "<link rel=\"stylesheet",
                              "@import", "{{styles", "{{scripts"}) {
    EXPECT_EQ(page.find(outside), std::string::npos) << outside;
  }
}

}  // namespace
}  // namespace libheap
