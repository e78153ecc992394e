#pragma once

// InputPort: where a capture's bytes come from, open.
//
// A serial device or pty, set up and locked against other programs; or a file,
// a FIFO, a pipe, standard input. Reading never blocks; waiting is the
// caller's, on descriptor().

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include <sys/types.h>

namespace libheap::tools {

class InputPort {
 public:
  enum class Kind : uint8_t {
    kSerial,  // may come back after it went away
    kPipe,    // ends for good
    kFile,    // always readable, ends
  };
  enum class Got : uint8_t { kBytes, kNothingYet, kEnd, kGone };

  // "-" is standard input. Throws Error naming `path`.
  static InputPort open(const std::string& path, uint32_t baud);
  // The same, but nothing while the device is not there or not ready.
  static std::optional<InputPort> try_reopen(const std::string& path,
                                             uint32_t baud);

  InputPort(InputPort&& other) noexcept;
  InputPort& operator=(InputPort&&) = delete;
  ~InputPort();

  // kBytes: `size` says how many. kGone: the device hung up. Throws Error.
  Got read(std::span<uint8_t> to, size_t& size);

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] Kind kind() const { return kind_; }
  // Whether it is the very file that `path` names.
  [[nodiscard]] bool is_file(const std::string& path) const;

 private:
  InputPort(int descriptor, std::string path);
  void set_up(uint32_t baud);

  int descriptor_;
  std::string path_;
  Kind kind_ = Kind::kFile;
  int flags_before_ = -1;  // of a descriptor that is not only ours
};

}  // namespace libheap::tools
