// Any text as one that holds mem_info(1) dumps: reading ends, no dump is
// larger than a heap can be, and what is found can be drawn and counted.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "libheap/analysis/mem_info_findings.h"
#include "libheap/trace/byte_source.h"
#include "libheap/trace/mem_info_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  libheap::MemInfoReader reader(libheap::memory_byte_source(text, "fuzz"));
  libheap::MemInfoDump dump;
  while (reader.next(dump)) {
    uint64_t blocks = 0;
    for (const libheap::MemInfoArea& area : dump.areas) {
      blocks += area.letters.size();
    }
    if (blocks > uint64_t{1} << 24) std::abort();
    static_cast<void>(libheap::examine(dump, 16, nullptr));
  }
  return 0;
}
