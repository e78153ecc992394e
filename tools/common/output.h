#pragma once

// Writing results: data to standard output or a file, whole or not at all.

#include <string>
#include <string_view>

namespace libheap::tools {

// Throws Error when it cannot be written.
void write_output(std::string_view text);
// "-" is standard output. The file appears only when it is complete (it is
// written beside its place and renamed).
void write_file(const std::string& path, std::string_view content);

}  // namespace libheap::tools
