#include "libheap/report/budget_json.h"

#include <gtest/gtest.h>

#include "libheap/base/error.h"

namespace libheap {
namespace {

std::string file_of(const std::string& budgets) {
  return "{\n  \"schema\": \"mpheap.budget/1\",\n  \"budgets\": {\n    " +
         budgets + "\n  }\n}\n";
}

std::string error_of(const std::string& text) {
  try {
    static_cast<void>(read_budget(text, "b.json"));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(BudgetJson, WhatIsWrittenIsRead) {
  const std::string text = file_of(
      "\"collects\": {\"at_most\": 8},\n    "
      "\"pause_p99.9_us\": {\"at_most\": 1500.5, \"if_measured\": true},\n    "
      "\"min_largest_free_run_bytes\": {\"at_least\": 4096, \"why\": \"TLS\"}");
  const Budget budget = read_budget(text, "b.json");
  ASSERT_EQ(budget.gates.size(), 3u);
  EXPECT_EQ(budget.gates[0].at_most, 8);
  EXPECT_EQ(budget.gates[0].at_least, std::nullopt);
  EXPECT_EQ(budget.gates[1].gauge.parameter, 99.9);
  EXPECT_TRUE(budget.gates[1].if_measured);
  EXPECT_EQ(budget.gates[2].at_least, 4096);
  EXPECT_EQ(budget.gates[2].why, "TLS");
  EXPECT_EQ(budget_json(budget), text);
}

TEST(BudgetJson, SaysWhereAMistakeIs) {
  const struct {
    std::string text;
    std::string error;
  } cases[] = {
      {"", "b.json:1:1: this is not JSON here"},
      {"{\n \"schema\" 1}", "b.json:2:11: this is not JSON here"},
      {"{}", "b.json:1:1: \"schema\" must be \"mpheap.budget/1\""},
      {file_of(""),
       "b.json:3:3: \"budgets\" must be an object with at least one gauge in "
       "it"},
      {file_of("\"colects\": {\"at_most\": 1}"),
       "b.json:4:5: there is no gauge \"colects\"; did you mean \"collects\"? "
       "(mpheap check --list)"},
      {file_of("\"events\": {\"at_least\": 1},\n    \"collects\": 1"),
       "b.json:5:5: collects: a limit looks like {\"at_most\": 100}"},
      {file_of("\"collects\": {}"),
       "b.json:4:5: collects: needs \"at_most\" or \"at_least\""},
      {file_of("\"collects\": {\"at_most\": -1}"),
       "b.json:4:18: collects: \"at_most\" is a number from 0 on"},
      {file_of("\"collects\": {\"at_most\": 1, \"at_mots\": 1}"),
       "b.json:4:32: unknown field \"at_mots\""},
      {file_of("\"collects\": {\"at_most\": 1, \"why\": 1}"),
       "b.json:4:32: collects: \"why\" is a text"},
      {file_of("\"collects\": {\"at_most\": 1, \"if_measured\": 1}"),
       "b.json:4:32: collects: \"if_measured\" is true or false"},
      {file_of("\"collects\": {\"at_most\": 1},\n    \"collects\": 1"),
       "b.json:5:5: \"collects\" is here twice"},
      {file_of("\"collects\": {\"at_most\": 1e999}"),
       "b.json: a number in it is too large"},
  };
  for (const auto& one : cases) EXPECT_EQ(error_of(one.text), one.error);
}

}  // namespace
}  // namespace libheap
