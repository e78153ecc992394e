#include "libheap/trace/file_stream.h"

#include <cctype>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libheap/base/error.h"

namespace libheap {
namespace {

class FileStream final : public ByteStream {
 public:
  FileStream(int descriptor, std::string name)
      : descriptor_(descriptor), name_(std::move(name)) {}
  FileStream(const FileStream&) = delete;
  FileStream& operator=(const FileStream&) = delete;
  ~FileStream() override {
    if (descriptor_ != STDIN_FILENO) ::close(descriptor_);
  }

  size_t read(std::span<char> to) override {
    ssize_t count = 0;
    do {
      count = ::read(descriptor_, to.data(), to.size());
    } while (count < 0 && may_try_again(descriptor_, POLLIN));
    if (count < 0) throw Error(name_ + ": " + system_error_text(errno));
    return static_cast<size_t>(count);
  }

  [[nodiscard]] bool never_waits() const override {
    struct stat status {};
    return ::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode);
  }

 private:
  int descriptor_;
  std::string name_;
};

int open_for_reading(const std::string& path) {
  int descriptor = -1;
  do {
    descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  } while (descriptor < 0 && errno == EINTR);
  if (descriptor < 0) throw Error(path + ": " + system_error_text(errno));
  return descriptor;
}

}  // namespace

std::unique_ptr<ByteStream> open_file_stream(const std::string& path,
                                             uint64_t offset) {
  const int descriptor = path == "-" ? STDIN_FILENO : open_for_reading(path);
  auto stream =
      std::make_unique<FileStream>(descriptor, file_stream_name(path));
  // A directory opens but cannot be read: find out now, not at the first use.
  struct stat status {};
  if (::fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode))
    throw Error(file_stream_name(path) + ": is a directory");
  if (offset != 0 &&
      ::lseek(descriptor, static_cast<off_t>(offset), SEEK_SET) < 0) {
    throw Error(file_stream_name(path) + ": " + system_error_text(errno));
  }
  return stream;
}

bool may_try_again(int descriptor, short events) {
  if (errno == EINTR) return true;
  if (errno != EAGAIN) return false;
  pollfd wanted{descriptor, events, 0};
  return ::poll(&wanted, 1, -1) >= 0 || errno == EINTR;
}

std::string file_stream_name(const std::string& path) {
  return path == "-" ? "standard input" : path;
}

std::string system_error_text(int error_number) {
  if (error_number == ENOENT) return "no such file";
  std::string text = std::generic_category().message(error_number);
  if (!text.empty())
    text[0] = static_cast<char>(std::tolower(static_cast<int>(text[0])));
  return text;
}

}  // namespace libheap
