#pragma once

// Completion for shells: scripts that know each command, its options and
// their values, from what the commands say of themselves.

#include <span>
#include <string>
#include <vector>

#include "tools/common/command.h"
#include "tools/common/help_text.h"

namespace libheap::tools {

struct CommandHelp {
  Command command;
  HelpText help;
};

// What may follow an option or a command.
enum class Expected { kNothingKnown, kFiles, kWords };
[[nodiscard]] Expected expected_value(const HelpOption& option);
[[nodiscard]] Expected expected_operand(const HelpText& help);

[[nodiscard]] std::string bash_completion(std::span<const CommandHelp> all);
[[nodiscard]] std::string zsh_completion(std::span<const CommandHelp> all);

}  // namespace libheap::tools
