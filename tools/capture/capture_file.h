#pragma once

// CaptureFile: the trace on disk while it grows.
//
// What is written is in the file when write() returns, whatever happens to
// this process afterwards; what is in the file is on the disk within a second
// or so (a thread sees to it, so that a slow disk never delays reading), and
// when close() returns.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <thread>

namespace libheap::tools {

class CaptureFile {
 public:
  // "-" is standard output. An existing file is replaced only with `force`.
  // Throws Error, from here and all below.
  CaptureFile(std::string path, bool force);
  CaptureFile(const CaptureFile&) = delete;
  CaptureFile& operator=(const CaptureFile&) = delete;
  ~CaptureFile();

  void write(std::span<const uint8_t> bytes);
  // Waits until everything is on the disk.
  void close();

  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  void keep_syncing(const std::stop_token& stop);
  [[noreturn]] void fail(int reason) const;

  std::string name_;
  int descriptor_ = -1;
  uint64_t written_ = 0;
  std::atomic<bool> unsynced_ = false;
  std::atomic<int> sync_error_ = 0;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread syncer_;  // last: it uses all above
};

}  // namespace libheap::tools
