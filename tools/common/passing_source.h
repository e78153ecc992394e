#pragma once

// PassingSource: a trace as another source has it; what a class of its kind
// does on the way is in its next().

#include <memory>
#include <utility>

#include "libheap/trace/event_source.h"

namespace libheap::tools {

class PassingSource : public EventSource {
 public:
  explicit PassingSource(std::unique_ptr<EventSource> source)
      : source_(std::move(source)) {}

  [[nodiscard]] const TraceHeader& header() const override {
    return source_->header();
  }
  [[nodiscard]] const DamageLog& damage() const override {
    return source_->damage();
  }
  [[nodiscard]] uint64_t bytes_read() const override {
    return source_->bytes_read();
  }

 protected:
  std::unique_ptr<EventSource> source_;
};

}  // namespace libheap::tools
