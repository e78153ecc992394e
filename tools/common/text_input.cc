#include "tools/common/text_input.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>

#include "libheap/base/error.h"

namespace libheap::tools {
namespace {

constexpr size_t kMost = size_t{64} << 20;

std::string read_all(std::istream& from, const std::string& path) {
  std::string text;
  char part[1 << 16];
  while (from.read(part, sizeof part) || from.gcount() > 0) {
    text.append(part, static_cast<size_t>(from.gcount()));
    if (text.size() > kMost) throw Error(path + ": larger than 64 MiB");
  }
  if (from.bad()) throw Error(path + ": " + std::strerror(errno));
  return text;
}

}  // namespace

std::string read_text(const std::string& path) {
  if (path == "-") return read_all(std::cin, "standard input");
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(path + ": " + std::strerror(errno));
  return read_all(file, path);
}

}  // namespace libheap::tools
