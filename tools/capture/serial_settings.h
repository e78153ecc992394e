#pragma once

// A terminal device made a plain byte pipe: 8 data bits, no parity, one stop
// bit, no flow control, nothing translated, any baud rate.

#include <cstdint>
#include <string>

namespace libheap::tools {

// Throws Error naming the port when the device refuses.
void make_raw_serial(int descriptor, uint32_t baud, const std::string& port);

}  // namespace libheap::tools
