#pragma once

// SyntheticTrace: a synthetic program, run while it is read.
//
//     SyntheticTrace trace(*find_synthetic_program("pid"), plan);
//     Replayer replayer(trace);        // a trace like any other
//
// The program boots, sets its threshold, goes around its loop, one tick each,
// and ends with one last collect so that lifetimes are closed.

#include "libheap/simulate/synthetic_programs.h"
#include "libheap/trace/event_source.h"

namespace libheap {

struct SyntheticPlan {
  DeviceSettings device;
  uint64_t seed = 1;
  uint64_t rounds = 1000;        // at most
  uint64_t events = UINT64_MAX;  // no round begins after so many
};

class SyntheticTrace : public EventSource {
 public:
  SyntheticTrace(const SyntheticProgramKind& kind, const SyntheticPlan& plan);

  [[nodiscard]] const TraceHeader& header() const override { return header_; }
  bool next(Event& event) override;
  [[nodiscard]] const DamageLog& damage() const override { return damage_; }
  [[nodiscard]] uint64_t bytes_read() const override { return 0; }

  [[nodiscard]] const SyntheticDevice& device() const { return device_; }

 private:
  void go_on();

  SyntheticProgramKind kind_;
  SyntheticPlan plan_;
  SyntheticDevice device_;
  std::unique_ptr<SyntheticProgram> program_;
  TraceHeader header_;
  DamageLog damage_;
  bool booted_ = false;
  bool ended_ = false;
  uint64_t rounds_ = 0;
};

}  // namespace libheap
