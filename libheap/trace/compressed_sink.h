#pragma once

// gzip and zstd in front of another sink. One frame per sink; its checksum
// lets a reader tell damage from data.

#include <memory>

#include "libheap/trace/byte_sink.h"

namespace libheap {

[[nodiscard]] std::unique_ptr<ByteSink> make_gzip_sink(
    std::unique_ptr<ByteSink> to);
[[nodiscard]] std::unique_ptr<ByteSink> make_zstd_sink(
    std::unique_ptr<ByteSink> to);

}  // namespace libheap
