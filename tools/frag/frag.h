#pragma once

#include "tools/common/command.h"

namespace libheap::tools {

// Why allocations failed, and what cuts the free memory up.
int run_frag(const Arguments& arguments);

}  // namespace libheap::tools
