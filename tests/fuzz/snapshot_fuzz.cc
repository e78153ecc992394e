// Any text as the JSON of a snapshot, any bytes as its pool: an Error, or a
// graph.
//
// The input is the JSON up to a zero byte, then the pool. A snapshot is a pair
// of files, so both are written into a folder of this process.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <unistd.h>

#include "libheap/base/error.h"
#include "libheap/report/snapshot_file.h"

namespace {

class Folder {
 public:
  Folder()
      : path_(std::filesystem::temp_directory_path() /
              ("mpheap-fuzz-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::string write(const std::string& name, std::string_view bytes) const {
    std::ofstream(path_ / name, std::ios::binary) << bytes;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Folder folder;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t zero = std::min(input.find('\0'), input.size());
  folder.write("one.pool", input.substr(std::min(zero + 1, input.size())));
  const std::string path = folder.write("one.json", input.substr(0, zero));
  try {
    static_cast<void>(libheap::read_recorded_graph(path));
  } catch (const libheap::Error&) {
    return 0;
  }
  return 0;
}
