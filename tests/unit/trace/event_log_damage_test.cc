// Every way in which a line can be no record, and what is said about it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/log_reading.h"

namespace libheap {
namespace {

using ::testing::ElementsAre;
using testing::own_log;
using testing::read_log;

struct BadRecord {
  const char* record;
  const char* reason;
};

class EveryBadRecord : public ::testing::TestWithParam<BadRecord> {};

TEST_P(EveryBadRecord, IsDamageThatNamesTheFault) {
  const testing::ReadLog log = read_log(own_log(
      std::string("TICK\n") + GetParam().record + "\nEND 0 complete\n"));
  EXPECT_THAT(log.events, ElementsAre("TICK", "END 0 complete"));
  ASSERT_EQ(log.damage_count, 1u);
  EXPECT_EQ(log.damage[0].reason, GetParam().reason);
  EXPECT_EQ(log.damage[0].line, 13u);
  EXPECT_EQ(log.damage[0].offset, own_log("TICK\n").size());
  EXPECT_EQ(log.damage[0].length, std::string(GetParam().record).size() + 1);
}

INSTANTIATE_TEST_SUITE_P(
    Keywords, EveryBadRecord,
    ::testing::Values(BadRecord{"Q 1 2", "unknown record \"Q\""},
                      BadRecord{"", "unknown record \"\""},
                      BadRecord{" A 1 0 1", "unknown record \"\""},
                      BadRecord{"AA 1 0 1", "unknown record \"AA\""},
                      BadRecord{"a 1 0 1", "unknown record \"a\""},
                      BadRecord{"C e 1", "unknown record \"C\""},
                      BadRecord{"(F 1", "unknown record \"(F\""},
                      BadRecord{"H word 4", "unknown record \"H\""},
                      BadRecord{"AREA 0 1 2", "unknown record \"AREA\""},
                      BadRecord{"BEGIN", "unknown record \"BEGIN\""},
                      BadRecord{"GOLDEN 1", "unknown record \"GOLDEN\""},
                      BadRecord{"\x01\x02", "unknown record \"\\x01\\x02\""}));

INSTANTIATE_TEST_SUITE_P(
    Requests, EveryBadRecord,
    ::testing::Values(
        BadRecord{"A", "\"A\" record: size is missing"},
        BadRecord{"A ", "\"A\" record: size is missing"},
        BadRecord{"A 16", "\"A\" record: flags is missing"},
        BadRecord{"A 16 0", "\"A\" record: result is missing"},
        BadRecord{"A 16 0 1 ", "\"A\" record: field is missing"},
        BadRecord{"A 16 0 1 7", "\"A\" record: field \"7\" is one too many"},
        BadRecord{"A  16 0 1", "\"A\" record: size is missing"},
        BadRecord{"A\t16 0 1", "unknown record \"A\\x0916\""},
        BadRecord{"A 4294967296 0 1",
                  "\"A\" record: size \"4294967296\" is too large"},
        BadRecord{"A 16 2 1", "\"A\" record: flags \"2\" is too large"},
        BadRecord{"A 16 0 2x",
                  "\"A\" record: result \"2x\" is not a block number"},
        BadRecord{"A 16 0 4294967296",
                  "\"A\" record: result \"4294967296\" is too large"},
        BadRecord{"A 16 0 :1", "\"A\" record: result \":1\" is not a number"},
        BadRecord{")A ??", "\")A\" record: result \"??\" is not a number"},
        BadRecord{"R x 1 1 1", "\"R\" record: old block \"x\" is not a number"},
        BadRecord{"R ? 1 1 1", "\"R\" record: old block \"?\" is not a number"},
        BadRecord{"R 1 -1 1 1", "\"R\" record: size \"-1\" is not a number"},
        BadRecord{"R 1 1 y 1", "\"R\" record: move flag \"y\" is not a number"},
        BadRecord{"F", "\"F\" record: block is missing"},
        BadRecord{"W 1 2", "\"W\" record: field \"2\" is one too many"}));

INSTANTIATE_TEST_SUITE_P(
    Collects, EveryBadRecord,
    ::testing::Values(
        BadRecord{"(C q 1", "\"(C\" record: cause \"q\" is not t, x or e"},
        BadRecord{"(C", "\"(C\" record: cause is missing"},
        BadRecord{"(C t", "\"(C\" record: amount is missing"},
        BadRecord{")C 0", "\")C\" record: last used blocks is missing"},
        BadRecord{")C 0,x 0 0 0 1 1 1 0=01",
                  "\")C\" record: last free bytes \"0,x\" is not a number"},
        BadRecord{")C 0 0 0 4294967295 1 1 1 0=01",
                  "\")C\" record: search area \"4294967295\" is too large"},
        BadRecord{")C 0 0 0 0 1 1 1 0=0",
                  "\")C\" record: table \"0=0\" is not hexadecimal bytes"},
        BadRecord{")C 0 0 0 0 1 1 1 0=0g",
                  "\")C\" record: table \"0=0g\" is not hexadecimal bytes"},
        BadRecord{")C 0 0 0 0 1 1 1 01",
                  "\")C\" record: table \"01\" is not <area>=<bytes>"},
        BadRecord{")S 0 - 0 0 1 1 1 0=01 x",
                  "\")S\" record: field \"x\" is one too many"},
        BadRecord{"(S 1", "\"(S\" record: field \"1\" is one too many"}));

INSTANTIATE_TEST_SUITE_P(
    Others, EveryBadRecord,
    ::testing::Values(
        BadRecord{"L", "\"L\" record: depth is missing"},
        BadRecord{"T x", "\"T\" record: blocks \"x\" is not a number"},
        BadRecord{"T", "\"T\" record: blocks is missing"},
        BadRecord{"E 1", "\"E\" record: field \"1\" is one too many"},
        BadRecord{"V -", "\"V\" record: area \"-\" is not a number"},
        BadRecord{"G x", "\"G\" record: bytes \"x\" is not a number"},
        BadRecord{"M 1 xyz",
                  "\"M\" record: address \"xyz\" is not a hexadecimal number"},
        BadRecord{"M 1 100000000",
                  "\"M\" record: address \"100000000\" is too large"},
        BadRecord{"N 1 2", "\"N\" record: end is missing"},
        BadRecord{"N 1 300 200 200 4 - - - - 220 300",
                  "\"N\" record: the end is not behind the start"},
        BadRecord{"K 1 123456789 - - 0 0 1 0 1 1 1 1 1 1 1",
                  "\"K\" record: table CRC \"123456789\" is too large"},
        BadRecord{"K 1 1 zz - 0 0 1 0 1 1 1 1 1 1 1",
                  "\"K\" record: finaliser CRC \"zz\" is not a hexadecimal "
                  "number"},
        BadRecord{"K 1 1 1 - 0 0 1 0 1 1 1 1 1 1",
                  "\"K\" record: largest free run is missing"},
        BadRecord{"END 1", "\"END\" record: state is missing"},
        BadRecord{"END 1 complet",
                  "\"END\" record: state \"complet\" is not complete or "
                  "truncated"}));

INSTANTIATE_TEST_SUITE_P(
    OfOurOwn, EveryBadRecord,
    ::testing::Values(
        BadRecord{"SITE 0 1 a b c",
                  "\"SITE\" record: site 0 stands for no site"},
        BadRecord{"SITE 1 1 a b",
                  "\"SITE\" record: runtime function is missing"},
        BadRecord{"SITE 1 1 a b c 4294967296",
                  "\"SITE\" record: caller \"4294967296\" is too large"},
        BadRecord{"SITE 1 1 a b c 2 3",
                  "\"SITE\" record: field \"3\" is one too many"},
        BadRecord{"SITE 1 1 a b c s=1",
                  "\"SITE\" record: field \"s=1\" is one too many"},
        BadRecord{"KEY - 0 2 0 0 0 0 1",
                  "\"KEY\" record: automatic collection \"2\" is too large"},
        BadRecord{"KEY - 0 1 0 0 0 0 1 0=59 0=.",
                  "\"KEY\" record: weakrefs is missing"},
        BadRecord{
            "KEY - 0 1 0 0 0 0 1 0=59 0=. 1=.",
            "\"KEY\" record: the tables of a keyframe are not of one area"},
        BadRecord{"LABEL", "\"LABEL\" record: text is missing"},
        BadRecord{"LABEL a b", "\"LABEL\" record: field \"b\" is one too many"},
        BadRecord{"TEXT %g0",
                  "\"TEXT\" record: text \"%g0\" is not percent-encoded text"},
        BadRecord{"TICK 1", "\"TICK\" record: field \"1\" is one too many"},
        BadRecord{"LOSS x", "\"LOSS\" record: events \"x\" is not a number"},
        BadRecord{"A 16 0 1 t=", "\"A\" record: time \"t=\" is not a number"},
        BadRecord{"A 16 0 1 t=5x",
                  "\"A\" record: time \"t=5x\" is not a number"},
        BadRecord{"A 16 0 1 t=18446744073709551615",
                  "\"A\" record: time \"t=18446744073709551615\" is too large"},
        BadRecord{"A 16 0 1 c=256",
                  "\"A\" record: core \"c=256\" is too large"},
        BadRecord{"A 16 0 1 s=4294967296",
                  "\"A\" record: site \"s=4294967296\" is too large"},
        BadRecord{"A 16 0 1 s=1 t=2",
                  "\"A\" record: field \"t=2\" is one too many"},
        BadRecord{"A 16 0 1 m=2",
                  "\"A\" record: field \"m=2\" is one too many"},
        BadRecord{"A 16 0 1 x=2",
                  "\"A\" record: field \"x=2\" is one too many"}));

}  // namespace
}  // namespace libheap
