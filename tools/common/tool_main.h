#pragma once

// The one place where a command's exceptions end, and its words on stderr.

#include <span>

#include "tools/common/command.h"

namespace libheap::tools {

// Runs the command named by the first argument and answers the exit code.
int tool_main(std::span<const Command> commands, const Arguments& arguments);

}  // namespace libheap::tools
