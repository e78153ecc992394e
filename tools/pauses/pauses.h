#pragma once

// mpheap pauses: how long collects stop the program, measured, explained and
// predicted; profiles of boards.

#include "tools/common/command.h"

namespace libheap::tools {

int run_pauses(const Arguments& arguments);

}  // namespace libheap::tools
