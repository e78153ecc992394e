#pragma once

// A trace whose sites have the names of runtime functions, where the device
// sent their addresses.
//
//     SITE 4 12 main.py loop 0x1000d3c4
//     SITE 4 12 main.py loop mp_obj_new_float
//
// Addresses that the firmware does not know stay as they are.

#include <memory>
#include <string>

#include "libheap/trace/event_source.h"
#include "tools/common/options.h"

namespace libheap::tools {

// `source` itself where `elf` is "". Throws Error where that is no ELF file.
[[nodiscard]] std::unique_ptr<EventSource> with_runtime_names(
    std::unique_ptr<EventSource> source, const std::string& elf);

// --elf FIRMWARE, for a command whose sites are read by with_runtime_names().
void add_elf_option(Options& options);
// "" without it.
[[nodiscard]] std::string elf_option(const Options& options);

}  // namespace libheap::tools
