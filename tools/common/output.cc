#include "tools/common/output.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "libheap/base/error.h"
#include "libheap/trace/byte_sink.h"
#include "libheap/trace/file_stream.h"

namespace libheap::tools {

namespace {

[[noreturn]] void fail(const std::string& name) {
  throw Error(name + ": cannot write: " + system_error_text(errno));
}

void write_all(std::FILE* file, std::string_view text,
               const std::string& name) {
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), file) != text.size() ||
      std::fflush(file) != 0) {
    fail(name);
  }
}

// A device or a pipe: it is written to, never replaced.
bool is_special(const std::string& path) {
  std::error_code ignored;
  const std::filesystem::file_status status =
      std::filesystem::status(path, ignored);
  return std::filesystem::exists(status) &&
         !std::filesystem::is_regular_file(status);
}

void write_in_place(const std::string& path, std::string_view content) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) fail(path);
  try {
    write_all(file, content, path);
  } catch (const Error&) {
    std::fclose(file);
    throw;
  }
  if (std::fclose(file) != 0) fail(path);
}

}  // namespace

// Not by stdio, which gives up on a pipe that does not wait.
void write_output(std::string_view text) {
  const std::unique_ptr<ByteSink> out = open_byte_sink("-", Compression::kNone);
  out->write(text);
  out->finish();
}

void write_file(const std::string& path, std::string_view content) {
  if (path == "-") return write_output(content);
  if (is_special(path)) return write_in_place(path, content);
  const std::string part = path + ".part";
  std::FILE* file = std::fopen(part.c_str(), "wb");
  if (file == nullptr) fail(path);
  try {
    write_all(file, content, path);
  } catch (const Error&) {
    std::fclose(file);
    std::remove(part.c_str());
    throw;
  }
  if (std::fclose(file) != 0 || std::rename(part.c_str(), path.c_str()) != 0) {
    const int reason = errno;
    std::remove(part.c_str());
    errno = reason;
    fail(path);
  }
}

}  // namespace libheap::tools
