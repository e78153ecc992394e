// A fuzzer without its engine: runs every file named, or in a folder named,
// through it. So what was found once is tried in every build, with any
// compiler.

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

void run(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  std::printf("%s, %zu bytes\n", file.filename().c_str(), bytes.size());
  std::fflush(stdout);  // before it crashes
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()),
                         bytes.size());
}

}  // namespace

int main(int count, char** arguments) {
  size_t files = 0;
  for (int i = 1; i < count; ++i) {
    if (!std::filesystem::is_directory(arguments[i])) {
      run(arguments[i]);
      ++files;
      continue;
    }
    for (const auto& entry :
         std::filesystem::directory_iterator(arguments[i])) {
      run(entry.path());
      ++files;
    }
  }
  if (files == 0) std::fprintf(stderr, "no files to run\n");
  return files == 0 ? 1 : 0;
}
