#pragma once

// A small file that is no trace: read whole.

#include <string>

namespace libheap::tools {

// "-" is standard input; what is compressed is unpacked. Throws Error where it
// cannot be read, or is larger than 64 MiB.
[[nodiscard]] std::string read_text(const std::string& path);

}  // namespace libheap::tools
