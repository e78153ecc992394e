#pragma once

// The program's own marks: mpheap.label("...") in the order they came.

#include <cstdint>
#include <string>
#include <vector>

#include "libheap/analysis/decimated.h"
#include "libheap/replay/observer.h"

namespace libheap {

struct Label {
  uint64_t event = 0;  // counted events before it
  uint64_t time_us = Event::kNoTime;
  std::string text;
};

struct LabelFindings {
  uint64_t count = 0;
  std::vector<Label> listed;  // at most kListed, evenly thinned
};

class LabelAnalysis : public ReplayObserver {
 public:
  static constexpr size_t kListed = 1000;

  void on_other(const Moment& now, const Event& event) override {
    if (event.kind != EventKind::kLabel) return;
    listed_.offer({now.event, now.time_us, std::string(event.text)});
  }

  [[nodiscard]] LabelFindings findings() const {
    return {listed_.offered(), listed_.items()};
  }

 private:
  Decimated<Label> listed_{kListed};
};

}  // namespace libheap
