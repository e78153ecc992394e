#include "tools/capture/input_port.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libheap/base/error.h"
#include "tools/capture/serial_settings.h"

namespace libheap::tools {

namespace {

[[noreturn]] void fail(const std::string& path, int reason) {
  std::string what = std::strerror(reason);
  if (reason == ENOENT) {
    what = "no such port or file";
    if (path.starts_with("/dev/")) what += "; mpheap capture --list shows them";
  }
  if (reason == EBUSY || reason == EWOULDBLOCK) {
    what = "busy: another program has it open";
  }
  if (reason == EACCES && path.starts_with("/dev/tty")) {
    what += "; are you in the group that owns it (dialout)?";
  }
  throw Error(path + ": " + what);
}

// Opens without waiting for a carrier or a writer.
int open_path(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return -1;
  if (S_ISDIR(status.st_mode)) {
    errno = EISDIR;
    return -1;
  }
  const int access = S_ISCHR(status.st_mode) ? O_RDWR : O_RDONLY;
  const int flags = O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
  const int descriptor = ::open(path.c_str(), access | flags);
  if (descriptor >= 0 || access == O_RDONLY || errno != EACCES) {
    return descriptor;
  }
  return ::open(path.c_str(), O_RDONLY | flags);
}

// What a device says while it is away or still being set up by the system.
bool is_passing(int reason) {
  switch (reason) {
    case EACCES:
    case EAGAIN:
    case EBUSY:
    case EIO:
    case ENODEV:
    case ENOENT:
    case ENXIO:
      return true;
    default:
      return false;
  }
}

}  // namespace

InputPort::InputPort(int descriptor, std::string path)
    : descriptor_(descriptor), path_(std::move(path)) {}

InputPort::InputPort(InputPort&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      kind_(other.kind_),
      flags_before_(std::exchange(other.flags_before_, -1)) {}

InputPort::~InputPort() {
  if (flags_before_ != -1) fcntl(descriptor_, F_SETFL, flags_before_);
  if (descriptor_ > STDIN_FILENO) close(descriptor_);
}

InputPort InputPort::open(const std::string& path, uint32_t baud) {
  if (path == "-") {
    InputPort port(STDIN_FILENO, "standard input");
    port.flags_before_ = fcntl(STDIN_FILENO, F_GETFL);
    fcntl(STDIN_FILENO, F_SETFL, port.flags_before_ | O_NONBLOCK);
    port.set_up(0);
    return port;
  }
  const int descriptor = open_path(path);
  if (descriptor < 0) fail(path, errno);
  InputPort port(descriptor, path);
  port.set_up(baud);
  return port;
}

std::optional<InputPort> InputPort::try_reopen(const std::string& path,
                                               uint32_t baud) {
  const int descriptor = open_path(path);
  if (descriptor < 0) {
    if (is_passing(errno)) return std::nullopt;
    fail(path, errno);
  }
  InputPort port(descriptor, path);
  try {
    port.set_up(baud);
  } catch (const Error&) {
    return std::nullopt;  // gone again, or someone else was faster
  }
  return port;
}

// `baud` 0: a terminal is left as it is.
void InputPort::set_up(uint32_t baud) {
  struct stat status {};
  if (fstat(descriptor_, &status) != 0) fail(path_, errno);
  if (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)) kind_ = Kind::kPipe;
  if (isatty(descriptor_) != 1) return;
  if (baud == 0) {
    kind_ = Kind::kPipe;
    return;
  }
  kind_ = Kind::kSerial;
  // As pySerial and with it mpremote lock their ports.
  if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) fail(path_, errno);
  ioctl(descriptor_, TIOCEXCL);
  make_raw_serial(descriptor_, baud, path_);
}

InputPort::Got InputPort::read(std::span<uint8_t> to, size_t& size) {
  const ssize_t got = ::read(descriptor_, to.data(), to.size());
  if (got > 0) {
    size = static_cast<size_t>(got);
    return Got::kBytes;
  }
  if (got == 0) return kind_ == Kind::kSerial ? Got::kGone : Got::kEnd;
  if (errno == EAGAIN || errno == EINTR) return Got::kNothingYet;
  if (kind_ == Kind::kSerial && errno != EFAULT) return Got::kGone;
  fail(path_, errno);
}

bool InputPort::is_file(const std::string& path) const {
  struct stat ours {};
  struct stat theirs {};
  return fstat(descriptor_, &ours) == 0 && stat(path.c_str(), &theirs) == 0 &&
         S_ISREG(ours.st_mode) && ours.st_dev == theirs.st_dev &&
         ours.st_ino == theirs.st_ino;
}

}  // namespace libheap::tools
