#pragma once

#include "tools/common/command.h"

namespace libheap::tools {

// mpheap tune: which gc.threshold, or which other strategy, fits a program.
int run_tune(const Arguments& arguments);

}  // namespace libheap::tools
