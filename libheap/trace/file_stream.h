#pragma once

// A file, pipe, terminal or standard input as a ByteStream.
//
// Reads go straight to the descriptor: no second buffer, and no mapping, so
// that resident memory does not grow with the file. Interrupted calls are
// repeated. A pipe gives what it holds, so a live trace is followed as it
// comes.

#include <memory>
#include <string>

#include "libheap/trace/byte_source.h"

namespace libheap {

// "-" is standard input. Throws Error naming the file.
// From byte `offset` on, which only a file can.
[[nodiscard]] std::unique_ptr<ByteStream> open_file_stream(
    const std::string& path, uint64_t offset = 0);

// After a read or a write that failed: true where it only has to be tried
// again, since a signal came or, waited for here, another program made the pipe
// one that does not wait. `events` as for poll(2).
[[nodiscard]] bool may_try_again(int descriptor, short events);

// What messages call it: the path, or "standard input".
[[nodiscard]] std::string file_stream_name(const std::string& path);

// "no such file", "permission denied": errno in lower case words.
[[nodiscard]] std::string system_error_text(int error_number);

}  // namespace libheap
