#pragma once

// The serial ports of this machine, and which of them a user means.

#include <string>
#include <vector>

#include "libheap/report/capture_report.h"

namespace libheap::tools {

// By libserialport, in the order of their names. Throws Error.
[[nodiscard]] std::vector<PortFacts> list_serial_ports();

// The path of the port that `wanted` names: a path, which is taken as it is;
// "auto", the one known board or USB adapter; a USB id "2e8a:0005"; or a USB
// serial number. Throws Error when there is none, or more than one.
[[nodiscard]] std::string find_port(const std::string& wanted);
[[nodiscard]] std::string find_port(const std::string& wanted,
                                    const std::vector<PortFacts>& ports);

}  // namespace libheap::tools
