#pragma once

// Console: the program's output on our standard output, as it comes.
//
// Whoever reads it may be slow or gone; a capture must not wait for that. What
// cannot be written at once is kept, up to 1 MiB, and then left out.

#include <cstdint>
#include <string>
#include <string_view>

namespace libheap::tools {

class Console {
 public:
  void add(std::string_view text);
  // Writes what can be written without waiting.
  void flush() { write_for(0); }
  // The same, but waits up to a second for the reader.
  void finish();

  [[nodiscard]] uint64_t left_out() const { return left_out_; }

 private:
  void write_for(int milliseconds);

  std::string waiting_;
  uint64_t left_out_ = 0;
  bool closed_ = false;
};

}  // namespace libheap::tools
