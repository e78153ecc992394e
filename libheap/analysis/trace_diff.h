#pragma once

// Two traces side by side: what changed by more than chance.
//
// Amounts are per iteration where both traces have ticks, else per second where
// both have times, else for the whole trace. Figures of collects (pause, what
// survived, free runs) are averages over collects. Each is compared by
// compare(); sites by file, function and runtime function (lines move when a
// program is edited), and sizes where a trace has no sites. Where each trace
// has one file that the other has not, these are one program under two names.
//
// What varies from run to run but not within one (what was allocated at boot)
// is no noise here: two traces are two runs, and that differs between them.

#include <optional>
#include <string>
#include <vector>

#include "libheap/analysis/compare.h"
#include "libheap/analysis/trace_windows.h"
#include "libheap/trace/event_source.h"

namespace libheap {

// One trace, read for a comparison.
struct TraceProfile {
  std::string source;
  std::string release;
  uint64_t block_bytes = 0;
  uint64_t events = 0;
  uint64_t divergences = 0;
  uint64_t damage = 0;
  TraceWindows windows;
  // One per collect:
  std::vector<double> pause_us;  // empty: some have no times
  std::vector<double> live_bytes;
  std::vector<double> largest_run_bytes;
  std::vector<double> fragmentation;
};
[[nodiscard]] TraceProfile profile_trace(EventSource& source,
                                         const std::string& name);

enum class DiffUnit : uint8_t { kCount, kBytes, kMicroseconds, kShare };

struct DiffRow {
  std::string name;
  DiffUnit unit = DiffUnit::kCount;
  bool less_is_better = true;
  Comparison found;
};

// A file of A that is compared with another one of B.
struct RenamedFile {
  std::string a;
  std::string b;
};

struct DiffFindings {
  std::string a;
  std::string b;
  std::string release_a;
  std::string release_b;
  WindowUnit per = WindowUnit::kEvents;
  bool by_site = false;  // `origins` are sites; else sizes
  std::optional<RenamedFile> renamed;
  std::vector<DiffRow> totals;   // in a fixed order
  std::vector<DiffRow> origins;  // bytes allocated; largest difference first
  uint64_t differences = 0;
};

// `risk`: the chance that a difference is found at all where there is none
// beyond the noise within each trace.
[[nodiscard]] DiffFindings diff_traces(const TraceProfile& a,
                                       const TraceProfile& b, double risk);

}  // namespace libheap
