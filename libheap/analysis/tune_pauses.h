#pragma once

// The pause model of a tuning: a profile, brought to what the trace measured.
//
//     the trace has 20 measured pauses    the profile is fitted to them, if it
//     or more                             does not suit them as it is
//     it has some                         the profile times the median of
//                                         measured / predicted, and its bars
//                                         as wide as the worst of them
//     it has none                         the profile alone
//
// A profile the user named is taken as it is. Whether the mark stack overflows
// is expected as often as it did in the trace. docs/analyses.md, "Tuning".

#include <optional>

#include "libheap/analysis/pause_findings.h"
#include "libheap/simulate/profile_pauses.h"

namespace libheap {

enum class PausesKnownBy : uint8_t {
  kProfile,   // nothing measured to compare with
  kMeasured,  // compared with, or fitted to, the trace's own pauses
  kScaled,    // too few for more than a factor
  kUser,      // the user's own profile
};

class TunePauses : public PauseModel {
 public:
  TunePauses(const PauseTrace& trace, const ChosenProfile& chosen,
             const HeapConfig& heap, uint32_t mark_stack_entries);

  [[nodiscard]] PauseRange pause_of(
      const SimulatedCollect& collect) const override;

  [[nodiscard]] PausesKnownBy known_by() const { return known_by_; }
  [[nodiscard]] size_t measured() const { return measured_; }
  // The longest measured, 0 where none was.
  [[nodiscard]] double longest_measured_us() const { return longest_us_; }
  [[nodiscard]] const PauseProfile& profile() const {
    return model_->profile();
  }

 private:
  void compare(const PauseFindings& found);

  PausesKnownBy known_by_ = PausesKnownBy::kProfile;
  size_t measured_ = 0;
  double longest_us_ = 0;
  // measured / predicted
  double factor_ = 1;
  double least_ = 1;
  double most_ = 1;
  std::optional<ProfilePauses> model_;
};

}  // namespace libheap
