#pragma once

// CaptureSession: one run of `mpheap capture`, from an open port to a closed
// file.
//
//     port ──► file            each read goes straight into it
//                └──► StreamMonitor   is then looked at,
//                         └──► LiveHeap    packet by packet replayed
//                                 └──► LivePublisher, LiveServer   and shown
//
// It ends at a signal, after a time, at a label, or when the input does. A
// serial port that goes away is waited for. Asked to end inside a packet, it
// reads on to the packet's end, but not for longer than a tenth of a second.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "libheap/report/capture_report.h"
#include "tools/capture/serve_address.h"

namespace libheap::tools {

struct CaptureOptions {
  std::string port;  // as named by the user
  std::string file;
  uint32_t baud = 921'600;
  std::optional<uint64_t> duration_us;
  std::string until_label;
  bool force = false;
  bool reconnect = true;
  bool console = false;
  bool quiet = false;
  std::optional<ServeAddress> serve;
};

// Runs until it ends. Throws Error for what cannot be done; what was received
// by then is in the file.
CaptureFacts run_capture_session(const CaptureOptions& options);

}  // namespace libheap::tools
