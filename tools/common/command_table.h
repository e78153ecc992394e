#pragma once

// The table of commands in main.cc, looked up by name.

#include <span>
#include <string>
#include <string_view>

#include "tools/common/command.h"

namespace libheap::tools {

// Null where there is none.
[[nodiscard]] const Command* find_command(std::span<const Command> commands,
                                          std::string_view name);
// " did you mean ...?" where `name` is nearly one of `known`; else "".
[[nodiscard]] std::string did_you_mean(std::string_view name,
                                       std::span<const std::string> known);
// Throws UsageError, with a guess.
[[nodiscard]] const Command& command_named(std::span<const Command> commands,
                                           const std::string& name);

}  // namespace libheap::tools
