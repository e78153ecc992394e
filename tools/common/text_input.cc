#include "tools/common/text_input.h"

#include <vector>

#include "libheap/base/error.h"
#include "libheap/trace/byte_source.h"

namespace libheap::tools {

std::string read_text(const std::string& path) {
  constexpr size_t kMost = size_t{64} << 20;
  const std::unique_ptr<ByteSource> source = open_byte_source(path);
  std::string text;
  std::vector<char> part(size_t{1} << 16);
  while (const size_t got = source->read(part)) {
    text.append(part.data(), got);
    if (text.size() > kMost) throw Error(path + ": larger than 64 MiB");
  }
  if (source->damage()) throw Error(path + ": " + source->damage()->reason);
  return text;
}

}  // namespace libheap::tools
