#include "tools/common/help_text.h"

#include <gtest/gtest.h>

#include "tools/common/options.h"

namespace libheap::tools {
namespace {

namespace po = boost::program_options;

int run_sing(const Arguments& arguments) {
  Options options("sing SONG", "Sings a song,\nwell.");
  options.add()(
      "output,o",
      po::value<std::string>()->default_value("-")->value_name("FILE"),
      "where to")("key",
                  po::value<std::string>()->value_name("NOTE|major|minor"),
                  "in")("voice", po::value<std::string>()->value_name("VOICE"),
                        "whose")("loud", "at full voice");
  options.offer("voice", {"alto", "bass"});
  options.example("sing home.song", "at dusk");
  return options.parse(arguments) ? kFailed : kDone;
}

TEST(HelpText, IsWhatTheCommandSaysOfItself) {
  ::testing::internal::CaptureStdout();
  const HelpText help = help_of({"sing", "a song", run_sing});
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(help.usage, "sing SONG");
  ASSERT_EQ(help.options.size(), 7U);  // with --help, --quiet, --verbose
  EXPECT_EQ(help.options[0].synopsis(), "-o, --output FILE (=-)");
  EXPECT_EQ(help.options[1].words,
            (std::vector<std::string>{"major", "minor"}));
  EXPECT_EQ(help.options[2].words, (std::vector<std::string>{"alto", "bass"}));
  EXPECT_EQ(help.options[3].synopsis(), "--loud");
  EXPECT_EQ(help.examples[0].purpose, "at dusk");
}

TEST(HelpText, IsPrintedWhenNobodyElseWantsIt) {
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(run_sing({"--help"}), kDone);
  const std::string text = ::testing::internal::GetCapturedStdout();
  EXPECT_EQ(text.substr(0, text.find("options:")),
            "usage: mpheap sing SONG\n\nSings a song, well.\n\n");
  EXPECT_NE(text.find("  -o, --output FILE (=-)  where to\n"), text.npos);
  EXPECT_NE(text.find("  mpheap sing home.song  at dusk\n"), text.npos);
}

// "--serve" alone, "--serve=8080"; never "--serve 8080".
TEST(Options, AnOptionalValueIsNeverTheNextWord) {
  const auto parsed = [](const Arguments& arguments) {
    Options options("serve SONG", "");
    options.add()("serve", po::value<std::string>()->value_name("PORT"), "");
    options.make_optional("serve", "any");
    EXPECT_TRUE(options.parse(arguments));
    return std::pair<std::string, std::vector<std::string>>{
        options.has("serve") ? options.get<std::string>("serve") : "",
        options.inputs()};
  };
  using Inputs = std::vector<std::string>;
  EXPECT_EQ(parsed({"--serve", "a"}),
            (std::pair<std::string, Inputs>{"any", Inputs{"a"}}));
  EXPECT_EQ(parsed({"a", "--serve"}),
            (std::pair<std::string, Inputs>{"any", Inputs{"a"}}));
  EXPECT_EQ(parsed({"--serve=5", "a"}),
            (std::pair<std::string, Inputs>{"5", Inputs{"a"}}));
  EXPECT_EQ(parsed({"--", "--serve"}),
            (std::pair<std::string, Inputs>{"", Inputs{"--serve"}}));
  HelpOption option;
  option.name = "serve";
  option.value = "PORT";
  option.value_is_optional = true;
  EXPECT_EQ(option.synopsis(), "--serve[=PORT]");
}

}  // namespace
}  // namespace libheap::tools
