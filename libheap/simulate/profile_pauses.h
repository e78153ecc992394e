#pragma once

// ProfilePauses: what simulated collects cost, by a pause profile
// (model/pause_cost.h).
//
// Finalisers are not in it: which objects have one that does something, a
// workload does not know.

#include "libheap/model/pause_cost.h"
#include "libheap/simulate/simulation.h"

namespace libheap {

class ProfilePauses : public PauseModel {
 public:
  ProfilePauses(PauseProfile profile, const HeapConfig& heap,
                uint32_t mark_stack_entries);

  [[nodiscard]] PauseRange pause_of(
      const SimulatedCollect& collect) const override;
  [[nodiscard]] const PauseProfile& profile() const { return profile_; }

 private:
  PauseProfile profile_;
  HeapConfig heap_;
  uint32_t mark_stack_entries_;
};

}  // namespace libheap
