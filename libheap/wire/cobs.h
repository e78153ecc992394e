#pragma once

// COBS (consistent overhead byte stuffing): bytes made free of zeros, so that
// a zero byte can mean "here a packet begins or ends" and nothing else.
//
// The data is cut at its zero bytes; each part is sent as its length + 1 and
// then its bytes:
//
//     11 22 00 33        ->  03 11 22 02 33
//     (nothing)          ->  01
//     00                 ->  01 01
//
// One byte longer than the data, always, because our data is short: at most
// 253 bytes, so that no part needs the code FF of the full COBS.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace libheap {

inline constexpr size_t kCobsDataMax = 253;

// Writes data.size() + 1 bytes to the front of `out`, which has that room;
// answers how many. `data` and `out` may not overlap.
size_t cobs_encode(std::span<const uint8_t> data, std::span<uint8_t> out);

// Writes code.size() - 1 bytes to the front of `out`, which has that room;
// answers how many, or nothing if `code` is not what cobs_encode makes.
[[nodiscard]] std::optional<size_t> cobs_decode(std::span<const uint8_t> code,
                                                std::span<uint8_t> out);

}  // namespace libheap
