#pragma once

// What lockstep compares, as text for the report of a mismatch.

#include <cstdint>
#include <string>
#include <vector>

#include "libheap/model/gc_heap.h"

namespace libheap {

[[nodiscard]] std::string to_text(BlockRef block);  // "0:12", "-" for null
[[nodiscard]] std::string to_text(uint64_t number);
[[nodiscard]] std::string to_text(uint32_t number);
[[nodiscard]] std::string to_text(bool truth);
[[nodiscard]] std::string to_text(Progress progress);
[[nodiscard]] std::string to_text(CollectCause cause);
[[nodiscard]] std::string to_text(const std::vector<uint32_t>& numbers);
[[nodiscard]] std::string to_text(const TableDigest& digest);
[[nodiscard]] std::string to_text(const Census& census);

}  // namespace libheap
