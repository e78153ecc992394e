#include "libheap/trace/text_fields.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace libheap {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A line in memory that ends as lines do, and its cursor behind the keyword.
class Line {
 public:
  explicit Line(const std::string& fields) : text_("Z " + fields + "\n") {
    in_.keyword();
  }
  TextFields* operator->() { return &in_; }

 private:
  std::string text_;
  TextFields in_{text_.data(), text_.data() + text_.size() - 1};
};

TEST(TextFields, ReadsNumbersUpToTheirLimit) {
  EXPECT_EQ(Line("0")->number("x"), 0u);
  EXPECT_EQ(Line("18446744073709551615")->number("x"), UINT64_MAX);
  EXPECT_EQ(Line("00000000000000000000007")->number("x"), 7u);
  EXPECT_EQ(Line("4294967295")->number32("x"), UINT32_MAX);
}

TEST(TextFields, ReadsBlocks) {
  EXPECT_EQ(Line("17")->block("x"), (BlockRef{0, 17}));
  EXPECT_EQ(Line("3:17")->block("x"), (BlockRef{3, 17}));
  EXPECT_EQ(Line("-")->block("x"), kNullBlock);
}

TEST(TextFields, ReadsHexadecimal) {
  EXPECT_EQ(Line("f7c11018")->hex("x"), 0xf7c11018u);
  EXPECT_EQ(Line("00AB")->hex("x"), 0xabu);
  EXPECT_EQ(Line("ffffffffffffffff")->hex("x"), UINT64_MAX);
}

TEST(TextFields, ReadsListsOfNumbers) {
  std::vector<uint32_t> out{9, 9};
  Line("1,22,333")->numbers("x", out);
  EXPECT_THAT(out, ElementsAre(1, 22, 333));
  Line("-")->numbers("x", out);
  EXPECT_THAT(out, IsEmpty());
}

TEST(TextFields, ReadsNumberedBytes) {
  std::vector<uint8_t> out{9, 9, 9};
  EXPECT_EQ(Line("2=00fF")->numbered_bytes("x", out), 2u);
  EXPECT_THAT(out, ElementsAre(0x00, 0xff));
  EXPECT_EQ(Line("1=.")->numbered_bytes("x", out), 1u);
  EXPECT_THAT(out, IsEmpty());
}

TEST(TextFields, TakesPrefixedNumbersOnlyWhereTheyAre) {
  Line line("t=17 s=4");
  uint64_t value = 0;
  EXPECT_FALSE(line->take_prefixed("s=", "site", 99, value));
  EXPECT_TRUE(line->take_prefixed("t=", "time", 99, value));
  EXPECT_EQ(value, 17u);
  EXPECT_TRUE(line->take_prefixed("s=", "site", 99, value));
  EXPECT_EQ(value, 4u);
  EXPECT_FALSE(line->take_prefixed("s=", "site", 99, value));
  EXPECT_TRUE(line->finish());
}

TEST(TextFields, FinishesOnlyAtTheEnd) {
  Line line("1 2");
  line->number("x");
  EXPECT_FALSE(line->finish());
  EXPECT_EQ(line->reason(), "field \"2\" is one too many");
}

TEST(TextFields, KeepsTheFirstFault) {
  Line line("a b");
  line->number("first");
  line->number("second");
  line->hex("third");
  EXPECT_FALSE(line->finish());
  EXPECT_EQ(line->reason(), "first \"a\" is not a number");
}

struct Fault {
  const char* fields;
  std::function<void(TextFields&)> read;
  const char* reason;
};

TEST(TextFields, SaysWhatIsWrong) {
  std::vector<uint32_t> numbers;
  std::vector<uint8_t> bytes;
  std::string text;
  const auto number = [](TextFields& in) { in.number("x", 1000); };
  const auto block = [](TextFields& in) { in.block("x"); };
  const auto hex = [](TextFields& in) { in.hex("x", 0xffff); };
  const auto list = [&](TextFields& in) { in.numbers("x", numbers); };
  const auto table = [&](TextFields& in) { in.numbered_bytes("x", bytes); };
  const auto word = [](TextFields& in) { in.word("x"); };
  const auto string = [&](TextFields& in) { in.text("x", text); };
  const Fault faults[] = {
      {"2x", number, "x \"2x\" is not a number"},
      {"-1", number, "x \"-1\" is not a number"},
      {"1001", number, "x \"1001\" is too large"},
      {"18446744073709551616", number,
       "x \"18446744073709551616\" is too large"},
      {"", number, "x is missing"},
      {" 1", number, "x is missing"},
      {"1:", block, "x \"1:\" is not a number"},
      {"1:2:3", block, "x \"1:2:3\" is not a block number"},
      {"-1", block, "x \"-1\" is not a block number"},
      {"4294967296", block, "x \"4294967296\" is too large"},
      {"4294967295:1", block, "x \"4294967295:1\" is not a block number"},
      {"0x12", hex, "x \"0x12\" is not a hexadecimal number"},
      {"10000", hex, "x \"10000\" is too large"},
      {"10000000000000000", hex, "x \"10000000000000000\" is too large"},
      {"", hex, "x is missing"},
      {"1,,2", list, "x \"1,,2\" is not a number"},
      {"1,2,", list, "x \"1,2,\" is not a number"},
      {"1;2", list, "x \"1;2\" is not a list of numbers"},
      {"=aa", table, "x \"=aa\" is not a number"},
      {"0:aa", table, "x \"0:aa\" is not <area>=<bytes>"},
      {"0=", table, "x \"0=\" is not hexadecimal bytes"},
      {"0=a", table, "x \"0=a\" is not hexadecimal bytes"},
      {"0=aab", table, "x \"0=aab\" is not hexadecimal bytes"},
      {"0=ag", table, "x \"0=ag\" is not hexadecimal bytes"},
      {"0=ab.", table, "x \"0=ab.\" is not hexadecimal bytes"},
      {"", word, "x is missing"},
      {"%zz", string, "x \"%zz\" is not percent-encoded text"},
      {"", string, "x is missing"},
  };
  for (const Fault& fault : faults) {
    std::string line = std::string("Z ") + fault.fields + "\n";
    TextFields in(line.data(), line.data() + line.size() - 1);
    in.keyword();
    fault.read(in);
    EXPECT_FALSE(in.finish()) << fault.fields;
    EXPECT_EQ(in.reason(), fault.reason);
  }
}

TEST(TextFields, GivesNoKeywordForLongWords) {
  const std::string line = "KEYWORDKEYWORDA\n";
  TextFields in(line.data(), line.data() + line.size() - 1);
  EXPECT_EQ(in.keyword(), 0u);
}

}  // namespace
}  // namespace libheap
