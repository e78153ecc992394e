#pragma once

// mpheap help [COMMAND|TOPIC]: what there is, and more about each; the same as
// manual pages and as completion for shells, so that these cannot differ.

#include <span>
#include <string>

#include "tools/common/command.h"

namespace libheap::tools {

// All commands and topics, a line for each.
[[nodiscard]] std::string overview(std::span<const Command> commands);

int run_help(std::span<const Command> commands, const Arguments& arguments);

}  // namespace libheap::tools
