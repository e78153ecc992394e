#pragma once

// What `mpheap capture` says: a summary of what came in, and the list of
// serial ports. Both documents are of the schema "mpheap.capture/1".

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libheap/report/text_style.h"

namespace libheap {

struct CaptureFacts {
  std::string port;
  std::string file;
  uint32_t baud = 0;  // 0: not a serial port
  uint64_t duration_us = 0;
  std::string ended_by;  // "signal", "duration", "label", "end of input"...
  uint64_t bytes = 0;    // received
  uint64_t packets = 0;
  uint64_t events = 0;
  uint64_t lost_packets = 0;
  uint64_t lost_events = 0;
  uint64_t device_restarts = 0;
  uint64_t reconnects = 0;
  uint64_t damage = 0;
  uint64_t damage_bytes = 0;
  uint64_t text_bytes = 0;
};

struct PortFacts {
  std::string name;         // "/dev/ttyACM0"
  std::string description;  // what the system calls it
  std::optional<uint32_t> usb_vendor;
  uint32_t usb_product = 0;
  std::string serial_number;
  std::string known_as;  // "RP2040 with MicroPython"; empty: nothing known
};

[[nodiscard]] std::string capture_json(const CaptureFacts& facts);
// One line, without a line end.
[[nodiscard]] std::string capture_text(const CaptureFacts& facts);

[[nodiscard]] std::string ports_json(const std::vector<PortFacts>& ports);
[[nodiscard]] std::string ports_text(const std::vector<PortFacts>& ports,
                                     const TextStyle& style);

// "2e8a:0005"; empty where it is no USB port.
[[nodiscard]] std::string usb_id(const PortFacts& port);

}  // namespace libheap
