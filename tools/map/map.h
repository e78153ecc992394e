#pragma once

#include "tools/common/command.h"

namespace libheap::tools {

// A heap map at a moment of a trace, or of what mem_info(1) printed.
int run_map(const Arguments& arguments);

}  // namespace libheap::tools
