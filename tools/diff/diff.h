#pragma once

#include "tools/common/command.h"

namespace libheap::tools {

int run_diff(const Arguments& arguments);

}  // namespace libheap::tools
