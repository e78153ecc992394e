#pragma once

#include "tools/common/command.h"

namespace libheap::tools {

int run_capture(const Arguments& arguments);

}  // namespace libheap::tools
