#include "libheap/trace/byte_sink.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "libheap/base/error.h"
#include "libheap/trace/compressed_sink.h"
#include "libheap/trace/file_stream.h"

namespace libheap {
namespace {

class FileSink final : public ByteSink {
 public:
  FileSink(int descriptor, std::string name)
      : descriptor_(descriptor), name_(std::move(name)) {}
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;
  ~FileSink() override {
    if (is_ours()) ::close(descriptor_);
  }

  void write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
      if (count >= 0)
        bytes.remove_prefix(static_cast<size_t>(count));
      else if (!may_try_again(descriptor_, POLLOUT))
        fail();
    }
  }

  // Some file systems say only now that the disk is full.
  void finish() override {
    if (!is_ours()) return;
    const int descriptor = std::exchange(descriptor_, -1);
    if (::close(descriptor) != 0 && errno != EINTR) fail();
  }

 private:
  [[nodiscard]] bool is_ours() const { return descriptor_ > STDERR_FILENO; }
  [[noreturn]] void fail() const {
    throw Error(name_ + ": cannot write: " + system_error_text(errno));
  }

  int descriptor_;
  std::string name_;
};

int open_for_writing(const std::string& path) {
  int descriptor = -1;
  do {
    descriptor =
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  } while (descriptor < 0 && errno == EINTR);
  if (descriptor < 0)
    throw Error(path + ": cannot write: " + system_error_text(errno));
  return descriptor;
}

}  // namespace

Compression compression_for(std::string_view path) {
  if (path.ends_with(".gz")) return Compression::kGzip;
  if (path.ends_with(".zst")) return Compression::kZstd;
  return Compression::kNone;
}

std::unique_ptr<ByteSink> compressed_sink(std::unique_ptr<ByteSink> to,
                                          Compression compression) {
  switch (compression) {
    case Compression::kNone:
      return to;
    case Compression::kGzip:
      return make_gzip_sink(std::move(to));
    case Compression::kZstd:
      return make_zstd_sink(std::move(to));
  }
  return to;
}

std::unique_ptr<ByteSink> open_byte_sink(const std::string& path,
                                         Compression compression) {
  const bool standard = path == "-";
  const int descriptor = standard ? STDOUT_FILENO : open_for_writing(path);
  return compressed_sink(std::make_unique<FileSink>(
                             descriptor, standard ? "standard output" : path),
                         compression);
}

}  // namespace libheap
