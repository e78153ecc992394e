// A heap's graph in a report: the words, and where they stand.

#include "libheap/report/graph_words.h"

#include <cstring>
#include <limits>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "libheap/base/error.h"
#include "libheap/report/graph_report.h"
#include "libheap/report/json_report.h"
#include "libheap/report/text_report.h"
#include "tests/support/small_log.h"
#include "tests/support/small_snapshot.h"

namespace libheap {
namespace {

using testing::SmallSnapshot;

// A list of `items` objects on a mark stack of four; the list's line is known.
GraphFindings a_list(uint32_t items) {
  SmallSnapshot heap(64, 4);
  const BlockIndex list = heap.object(items);
  for (uint32_t i = 0; i < items; ++i) heap.point(list, i, heap.object(1));
  heap.root(RootKind::kStatic, list);
  GraphRecording recorded;
  recorded.graph = heap.graph();
  recorded.place = {.number = 2, .of = 2, .event = 4711};
  recorded.sites = {
      SiteRecord(),
      {.id = 1, .line = 41, .file = "main.py", .function = "run"}};
  recorded.site_of.assign(recorded.graph.objects.size(), 0);
  recorded.site_of[0] = 1;
  return analyse_graph(recorded, ElfSymbols(), GraphOptions());
}

Findings a_report() {
  testing::SmallLog log;
  return log.line("A 16 0 0").end().analyse();
}

TEST(GraphWords, SayWhatRetainsMost) {
  EXPECT_EQ(graph_in_short(a_list(3), TextStyle()),
            "  At snapshot 2 of 2, at event 4,711: main.py:41 (run) retains 96 "
            "B, a line that\n  is not known 48 B.\n");
}

TEST(GraphWords, SayWhatAMarkStackBringsWhereItIsTooSmall) {
  EXPECT_EQ(mark_stack_words(a_list(3)),
            "3 of 4 entries were needed: no rescan.");
  const std::string words = mark_stack_words(a_list(9));
  EXPECT_TRUE(
      words.starts_with("4 entries are too few: 5 objects did not fit. "
                        "9 entries instead of 4 (10 B more RAM) "))
      << words;
}

TEST(GraphWords, NameWhatOverflowsTheMarkStackByItsLine) {
  EXPECT_EQ(overflow_words(a_list(9)), "main.py:41 (run) 5 of 5");
  EXPECT_EQ(mark_stack_in_short(a_list(3), TextStyle()), "");
  TextStyle wide;
  wide.width = 500;
  EXPECT_NE(mark_stack_in_short(a_list(9), wide)
                .find("overflows it: main.py:41 (run) 5 of 5."),
            std::string::npos);
  Findings findings = a_report();
  findings.pauses.longest_snapshot = a_list(9);
  EXPECT_NE(report_text(findings, TextStyle())
                .find(mark_stack_in_short(a_list(9), TextStyle())),
            std::string::npos);
}

template <typename Float>
std::string words_of(Float value) {
  ObjectContents contents;
  contents.kind = ContentsKind::kFloat;
  contents.bytes.assign(sizeof(value), '\0');
  std::memcpy(contents.bytes.data(), &value, sizeof(value));
  return contents_words(contents);
}

TEST(GraphWords, ShowFloatsAsPythonDoes) {
  EXPECT_EQ(words_of(21.5F), "21.5");
  EXPECT_EQ(words_of(0.0F), "0.0");
  EXPECT_EQ(words_of(-3.0), "-3.0");
  EXPECT_EQ(words_of(1e30), "1e+30");
  EXPECT_EQ(words_of(0.1), "0.1");
  EXPECT_EQ(words_of(std::numeric_limits<double>::infinity()), "inf");
}

TEST(GraphWords, NameAnAreaOtherThanTheFirst) {
  EXPECT_EQ(block_words({0, 812}), "812");
  EXPECT_EQ(block_words({1, 812}), "1:812");
  SmallSnapshot heap({8, 8}, 64);
  const BlockIndex list = heap.object(1);
  heap.gap(7);
  const BlockIndex held = heap.object(2);
  heap.point(list, 2, held);
  heap.point(held, 1, held + 1);
  heap.root(RootKind::kStatic, list);
  GraphRecording recorded;
  recorded.graph = heap.graph();
  GraphOptions options;
  options.asked = AskedObject{.number = 1, .area = 1};
  const GraphFindings findings = analyse_graph(recorded, ElfSymbols(), options);
  EXPECT_EQ(findings.asked->block, (BlockRef{1, 0}));
  EXPECT_EQ(way_words(*findings.asked),
            "static root, word 0 -> block 0 (data without a type), word 2 -> "
            "this");
  EXPECT_EQ(findings.asked->dominator, (BlockRef{0, 0}));
  options.asked = AskedObject{.number = findings.asked->address, .area = 0};
  EXPECT_EQ(analyse_graph(recorded, ElfSymbols(), options).asked->block,
            (BlockRef{1, 0}));
  options.asked = AskedObject{.number = 8, .area = 1};
  EXPECT_THROW(
      static_cast<void>(analyse_graph(recorded, ElfSymbols(), options)), Error);
}

TEST(GraphWords, TellTheWayFromARoot) {
  EXPECT_EQ(way_words(a_list(3).objects.at(0)), "static root, word 0 -> this");
}

TEST(GraphWords, AreInAReportThatHasASnapshot) {
  Findings findings = a_report();
  findings.graph = a_list(9);
  const auto graph = nlohmann::json::parse(report_json(findings))["graph"];
  EXPECT_EQ(graph["mark_stack"]["words"], mark_stack_words(*findings.graph));
  EXPECT_EQ(graph["sites"][0]["retained_bytes"], 9 * 32);
  EXPECT_EQ(graph["objects"][0]["way_words"], "static root, word 0 -> this");
  EXPECT_FALSE(graph.contains("schema"));
  EXPECT_NE(report_text(findings, TextStyle())
                .find(graph_in_short(*findings.graph, TextStyle())),
            std::string::npos);
}

TEST(GraphWords, AreNotInOneThatHasNone) {
  const Findings findings = a_report();
  EXPECT_FALSE(nlohmann::json::parse(report_json(findings)).contains("graph"));
  EXPECT_EQ(report_text(findings, TextStyle()).find("keeps what alive"),
            std::string::npos);
}

}  // namespace
}  // namespace libheap
