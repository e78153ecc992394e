#include "libheap/simulate/synthetic_trace.h"

namespace libheap {

SyntheticTrace::SyntheticTrace(const SyntheticProgramKind& kind,
                               const SyntheticPlan& plan)
    : kind_(kind),
      plan_(plan),
      device_(plan.device),
      program_(kind.make(plan.seed)),
      header_(device_.header(std::string(kind.name) +
                             "(seed=" + std::to_string(plan.seed) + ")")) {}

bool SyntheticTrace::next(Event& event) {
  const Event* written = device_.take();
  while (written == nullptr && !ended_) {
    go_on();
    written = device_.take();
  }
  if (written == nullptr) return false;
  event = *written;
  return true;
}

void SyntheticTrace::go_on() {
  if (!booted_) {
    booted_ = true;
    program_->boot(device_);
    if (plan_.device.threshold_bytes) {
      device_.set_threshold(*plan_.device.threshold_bytes);
    }
    return;
  }
  if (rounds_ == plan_.rounds || device_.events() >= plan_.events) {
    ended_ = true;
    device_.collect();
    device_.end();
    return;
  }
  ++rounds_;
  device_.wait_until(rounds_ * kind_.period_us);
  device_.tick();
  program_->round(device_);
}

}  // namespace libheap
