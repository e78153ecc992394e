#pragma once

#include "tools/common/command.h"

namespace libheap::tools {

int run_summary(const Arguments& arguments);
int run_merge(const Arguments& arguments);

}  // namespace libheap::tools
