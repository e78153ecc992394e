#pragma once

// The runtime functions that a trace's sites have as addresses, and their
// names.

#include <vector>

#include "libheap/analysis/sites.h"
#include "libheap/report/sites_report.h"
#include "tools/common/firmware_symbols.h"

namespace libheap::tools {

// The runtime functions of all sites that are addresses, each once. With
// `symbols` those that are found get their names, in `found` too.
std::vector<RuntimeFunction> name_runtime_functions(
    SiteFindings& found, const FirmwareSymbols* symbols);

}  // namespace libheap::tools
