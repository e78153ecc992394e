#pragma once

// What a command says of itself: the one source of its --help, its manual
// page and its completion.
//
//     const HelpText help = help_of(command);   // nothing is printed
//     help.options[0].synopsis()                // "-o, --output FILE (=-)"

#include <string>
#include <vector>

#include "tools/common/command.h"

namespace libheap::tools {

struct HelpOption {
  std::string name;   // "output"
  char letter = 0;    // 'o' of -o; 0 without
  std::string value;  // "FILE", "compact|verify"; empty for a switch
  bool value_is_optional = false;  // then it follows "=", or is not there
  std::string preset;  // the value it has when it is not given; may be empty
  std::string about;
  std::vector<std::string> words;  // values to offer; may be empty

  [[nodiscard]] std::string synopsis() const;
};

struct HelpExample {
  std::string command;  // without "mpheap "
  std::string purpose;
};

struct HelpText {
  std::string usage;  // "tune TRACE"
  std::string about;  // a paragraph, in lines
  std::vector<HelpOption> options;
  std::vector<std::string> operand_words;  // to offer; empty: files
  std::vector<HelpExample> examples;
};

// For a terminal of 80 columns.
[[nodiscard]] std::string plain_help(const HelpText& help);

// What Options::parse does with the help that was asked for: prints it, or
// gives it to help_of.
void answer_help(const HelpText& help);
[[nodiscard]] HelpText help_of(const Command& command);

}  // namespace libheap::tools
