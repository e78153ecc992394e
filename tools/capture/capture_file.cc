#include "tools/capture/capture_file.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libheap/base/error.h"
#include "libheap/report/units.h"
#include "libheap/trace/file_stream.h"

namespace libheap::tools {

namespace {

constexpr std::chrono::seconds kSyncEvery{1};
constexpr mode_t kMode = 0666;  // less the umask
constexpr uint64_t kWindowBytes = uint64_t{64} << 10;
constexpr uint64_t kRoomMin = 4096;  // as much as a terminal gives at once

int open_output(const std::string& path, bool force) {
  // Mapping a file needs it readable; a device may not be.
  const int flags = O_CREAT | O_CLOEXEC | O_NOCTTY | (force ? O_TRUNC : O_EXCL);
  int descriptor = open(path.c_str(), flags | O_RDWR, kMode);
  if (descriptor < 0 && errno == EACCES && force) {
    descriptor = open(path.c_str(), flags | O_WRONLY, kMode);
  }
  if (descriptor >= 0) return descriptor;
  if (errno == EEXIST) {
    throw Error(path + ": exists already; --force replaces it");
  }
  throw Error(path + ": cannot write: " + std::strerror(errno));
}

bool is_regular_file(int descriptor) {
  struct stat status {};
  return fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

uint64_t page_bytes() {
  static const auto bytes = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  return bytes;
}

// Writes to every page what it holds. A page that is not there yet, or was
// written to the disk meanwhile, is fetched by the first write to it; if that
// were the kernel's, with what it just took from the port, a kill could come
// between the two.
void touch_pages(std::span<uint8_t> mapped) {
  for (size_t at = 0; at < mapped.size(); at += page_bytes()) {
    volatile uint8_t& byte = mapped[at];
    byte = byte;
  }
  volatile uint8_t& last = mapped.back();
  last = last;
}

}  // namespace

CaptureFile::CaptureFile(std::string path, bool force) {
  const bool to_stdout = path == "-";
  descriptor_ = to_stdout ? dup(STDOUT_FILENO) : open_output(path, force);
  name_ = to_stdout ? "standard output" : std::move(path);
  if (descriptor_ < 0) fail(errno);
  if (!is_regular_file(descriptor_)) return;
  may_map_ = !to_stdout;  // which may be appended to
  syncer_ =
      std::jthread([this](const std::stop_token& stop) { keep_syncing(stop); });
}

CaptureFile::~CaptureFile() {
  syncer_ = {};
  if (descriptor_ < 0) return;
  end_file();
  ::close(descriptor_);
}

void CaptureFile::fail(int reason) const {
  std::string message =
      fmt::format("{}: cannot write: {}", name_, std::strerror(reason));
  if (size_ > 0) {
    message += fmt::format("; {} are in it", counted(size_, "byte"));
  }
  throw Error(message);
}

// Makes the file longer, for certain, and maps its end. False where that
// cannot be done: a full disk, a limit, a file system without mappings.
bool CaptureFile::map_window() {
  unmap_window();
  const uint64_t begin = size_ - size_ % page_bytes();
  const auto at = static_cast<off_t>(begin);
  const auto length = static_cast<off_t>(kWindowBytes);
  if (fallocate(descriptor_, 0, at, length) != 0) return false;
  void* mapped = mmap(nullptr, kWindowBytes, PROT_READ | PROT_WRITE, MAP_SHARED,
                      descriptor_, at);
  if (mapped == MAP_FAILED) return false;
  window_ = static_cast<uint8_t*>(mapped);
  window_begin_ = begin;
  return true;
}

void CaptureFile::unmap_window() {
  if (window_ != nullptr) munmap(window_, kWindowBytes);
  window_ = nullptr;
}

// The file ends where the trace does.
void CaptureFile::end_file() {
  unmap_window();
  if (!std::exchange(may_map_, false)) return;
  const auto end = static_cast<off_t>(size_);
  if (ftruncate(descriptor_, end) != 0) sync_error_ = errno;
  lseek(descriptor_, end, SEEK_SET);
}

std::span<uint8_t> CaptureFile::room() {
  const uint64_t used = size_ - window_begin_;
  if (may_map_ && (window_ == nullptr || kWindowBytes - used < kRoomMin)) {
    if (!map_window()) end_file();
  }
  if (window_ == nullptr) {
    buffer_.resize(kWindowBytes);
    return buffer_;
  }
  const uint64_t begin = size_ - window_begin_;
  const std::span<uint8_t> mapped(window_ + begin, kWindowBytes - begin);
  touch_pages(mapped);
  return mapped;
}

void CaptureFile::commit(size_t size) {
  if (window_ == nullptr) {
    write_plainly(std::span(buffer_).first(size));
  } else {
    size_ += size;
  }
  unsynced_ = true;
  if (const int reason = sync_error_; reason != 0) fail(reason);
}

void CaptureFile::write(std::span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    const std::span<uint8_t> to = room();
    const size_t size = std::min(to.size(), bytes.size());
    std::memcpy(to.data(), bytes.data(), size);
    commit(size);
    bytes = bytes.subspan(size);
  }
}

void CaptureFile::write_plainly(std::span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(descriptor_, bytes.data(), bytes.size());
    if (done < 0) {
      if (may_try_again(descriptor_, POLLOUT)) continue;
      fail(errno);
    }
    size_ += static_cast<uint64_t>(done);
    bytes = bytes.subspan(static_cast<size_t>(done));
  }
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
  end_file();
  if (on_disk && fsync(descriptor_) != 0) sync_error_ = errno;
  const int closed = ::close(std::exchange(descriptor_, -1));
  if (closed != 0) fail(errno);
  if (const int reason = sync_error_; reason != 0) fail(reason);
}

}  // namespace libheap::tools
