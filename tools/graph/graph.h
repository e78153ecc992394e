#pragma once

#include "tools/common/command.h"

namespace libheap::tools {

int run_graph(const Arguments& arguments);

}  // namespace libheap::tools
