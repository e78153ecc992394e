#pragma once

// ModelDevice: a device whose heap is the model and whose program is a
// recording of real MicroPython. It calls the tracer's hooks as firmware would,
// with all that such a program does: soft resets, areas that come and go, weak
// references, growth, collects inside requests, frees inside collects.
//
//   recording ──► Replayer ──► ModelDevice ──► hooks ──► tracer ──► trace
//
// The tables stand in memory at the addresses that the recording names, as the
// tracer sends those addresses.

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "libheap/replay/observer.h"
#include "libheap/trace/event_source.h"

extern "C" {
#include "firmware-tracer/tracer.h"
}

namespace libheap::testing {

struct DeviceOptions {
  uint8_t flags = 0;  // TRACER_FLAG_*
  uint8_t policy = TRACER_STALL;
  uint32_t us_per_byte = 0;  // of the line
  size_t slots = 16;
  uint32_t overflow_every = 3;  // so many collects, the mark stack overflows
  uint32_t keyframe_every = 0;  // so many events, beside those there are anyway
};

struct DeviceRun {
  std::string trace;
  tracer_stats_t stats{};
  std::vector<uint32_t> sites;  // of each alloc and realloc, in order
  TableDigest digest;           // of the heap at the end
  bool areas_go = false;        // or are initialised elsewhere
  bool possible = true;  // false: this process cannot have those addresses
};

// The site a device would say for a request of so many bytes.
[[nodiscard]] uint32_t site_of(uint64_t n_bytes);

// Runs `recording` once to learn what survives, then again on the device.
[[nodiscard]] DeviceRun run_device(const std::string& recording,
                                   const DeviceOptions& options);

}  // namespace libheap::testing
