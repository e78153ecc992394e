#pragma once

// CaptureFile: the trace on disk while it grows.
//
//     file.commit(read(port, file.room()));
//
// On a regular file, room() is the file itself: the page that comes next in
// it, mapped. So the kernel copies what a port received straight into the
// file, and there is no moment, however short, at which a byte was taken from
// the port and is not yet in the file: kill -9 finds none. The file is up to
// 64 KiB longer than the trace while it grows (zero bytes, which say nothing
// in a trace), and cut to its length at the end. Pipes and devices, and disks
// without that much space, are written in the plain way.
//
// What is in the file is on the disk within a second or so (a thread sees to
// it, so that a slow disk never delays reading), and when close() returns.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace libheap::tools {

class CaptureFile {
 public:
  // "-" is standard output. An existing file is replaced only with `force`.
  // Throws Error, from here and all below.
  CaptureFile(std::string path, bool force);
  CaptureFile(const CaptureFile&) = delete;
  CaptureFile& operator=(const CaptureFile&) = delete;
  ~CaptureFile();

  // Where the next bytes go: at least 4 KiB, until the next call of any of
  // these.
  std::span<uint8_t> room();
  // The first `size` bytes of the room are part of the trace.
  void commit(size_t size);
  // Adds bytes from elsewhere.
  void write(std::span<const uint8_t> bytes);
  // Waits until everything is on the disk.
  void close();

  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  bool map_window();
  void unmap_window();
  void write_plainly(std::span<const uint8_t> bytes);
  void end_file();
  void keep_syncing(const std::stop_token& stop);
  [[noreturn]] void fail(int reason) const;

  std::string name_;
  int descriptor_ = -1;
  uint64_t size_ = 0;  // of the trace
  bool may_map_ = false;
  uint8_t* window_ = nullptr;  // mapped part of the file
  uint64_t window_begin_ = 0;
  std::vector<uint8_t> buffer_;  // the room where nothing is mapped
  std::atomic<bool> unsynced_ = false;
  std::atomic<int> sync_error_ = 0;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread syncer_;  // last: it uses all above
};

}  // namespace libheap::tools
