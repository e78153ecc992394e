#include "tools/capture/capture_file.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libheap/base/error.h"
#include "libheap/report/units.h"

namespace libheap::tools {

namespace {

constexpr std::chrono::seconds kSyncEvery{1};
constexpr mode_t kMode = 0666;  // less the umask

int open_output(const std::string& path, bool force) {
  const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY;
  const int descriptor =
      open(path.c_str(), flags | (force ? O_TRUNC : O_EXCL), kMode);
  if (descriptor >= 0) return descriptor;
  if (errno == EEXIST) {
    throw Error(path + ": exists already; --force replaces it");
  }
  throw Error(path + ": cannot write: " + std::strerror(errno));
}

bool is_on_disk(int descriptor) {
  struct stat status {};
  return fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

CaptureFile::CaptureFile(std::string path, bool force) {
  const bool to_stdout = path == "-";
  descriptor_ = to_stdout ? dup(STDOUT_FILENO) : open_output(path, force);
  name_ = to_stdout ? "standard output" : std::move(path);
  if (descriptor_ < 0) fail(errno);
  if (!is_on_disk(descriptor_)) return;
  syncer_ =
      std::jthread([this](const std::stop_token& stop) { keep_syncing(stop); });
}

CaptureFile::~CaptureFile() {
  syncer_ = {};
  if (descriptor_ >= 0) ::close(descriptor_);
}

void CaptureFile::fail(int reason) const {
  std::string message =
      fmt::format("{}: cannot write: {}", name_, std::strerror(reason));
  if (written_ > 0) {
    message += fmt::format("; {} are in it", counted(written_, "byte"));
  }
  throw Error(message);
}

void CaptureFile::write(std::span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(descriptor_, bytes.data(), bytes.size());
    if (done < 0) {
      if (errno == EINTR) continue;
      fail(errno);
    }
    written_ += static_cast<uint64_t>(done);
    bytes = bytes.subspan(static_cast<size_t>(done));
  }
  unsynced_ = true;
  if (const int reason = sync_error_; reason != 0) fail(reason);
}

void CaptureFile::keep_syncing(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    wake_.wait_for(lock, stop, kSyncEvery, [] { return false; });
    if (!unsynced_.exchange(false)) continue;
    if (fdatasync(descriptor_) != 0) sync_error_ = errno;
  }
}

void CaptureFile::close() {
  const bool on_disk = syncer_.joinable();
  syncer_ = {};  // stops it, waits for it, and with it for the last sync
  if (on_disk && fsync(descriptor_) != 0) sync_error_ = errno;
  const int closed = ::close(std::exchange(descriptor_, -1));
  if (closed != 0) fail(errno);
  if (const int reason = sync_error_; reason != 0) fail(reason);
}

}  // namespace libheap::tools
