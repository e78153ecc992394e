// Any bytes as a firmware's ELF file: an Error, or symbols.
//
// libelf reads from a file, so the bytes are put into one that is in memory
// only.

#include <cstdint>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "libheap/base/error.h"
#include "libheap/trace/elf_symbols.h"
#include "tests/fuzz/require.h"

namespace {

using libheap::testing::require;

class File {
 public:
  File() : descriptor_(::memfd_create("fuzz", 0)) { require(descriptor_ >= 0); }

  void write(const uint8_t* data, size_t size) const {
    require(::ftruncate(descriptor_, 0) == 0);
    require(::pwrite(descriptor_, data, size, 0) == static_cast<ssize_t>(size));
  }
  [[nodiscard]] std::string path() const {
    return "/proc/self/fd/" + std::to_string(descriptor_);
  }

 private:
  int descriptor_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const File file;
  file.write(data, size);
  try {
    const libheap::ElfSymbols symbols = libheap::read_elf_symbols(file.path());
    require(!symbols.empty());
    static_cast<void>(symbols.at(0x1000));
  } catch (const libheap::Error&) {
    return 0;
  }
  return 0;
}
