#pragma once

// The writers behind export.h. Those that are observers write as they are told
// and must be finished; the others lay out findings.

#include <string>
#include <string_view>
#include <vector>

#include "libheap/analysis/findings.h"
#include "libheap/analysis/site_use.h"
#include "libheap/report/export.h"

namespace libheap {

// Collects text and hands it on in large pieces.
class TextStream {
 public:
  explicit TextStream(ByteSink& sink) : sink_(sink) {}

  TextStream& operator<<(std::string_view text) {
    waiting_ += text;
    if (waiting_.size() >= kEnough) flush();
    return *this;
  }
  void flush() {
    sink_.write(waiting_);
    waiting_.clear();
  }

 private:
  static constexpr size_t kEnough = 128 * 1024;

  ByteSink& sink_;
  std::string waiting_;
};

// A JSON string, quotes and all; what is no UTF-8 becomes U+FFFD.
[[nodiscard]] std::string json_string(std::string_view text);

class ExportObserver : public ReplayObserver {
 public:
  // After the replay.
  virtual void finish() = 0;
};

[[nodiscard]] std::unique_ptr<ExportObserver> trace_event_writer(
    ByteSink& sink, const std::string& name);
[[nodiscard]] std::unique_ptr<ExportObserver> event_table_writer(
    ByteSink& sink, ExportFormat format);
[[nodiscard]] std::unique_ptr<ExportObserver> collect_table_writer(
    ByteSink& sink, ExportFormat format);
[[nodiscard]] std::unique_ptr<ExportObserver> object_table_writer(
    ByteSink& sink, ExportFormat format);
[[nodiscard]] std::unique_ptr<ExportObserver> dhat_writer(
    ByteSink& sink, const std::string& name);
[[nodiscard]] std::unique_ptr<ExportObserver> massif_writer(
    ByteSink& sink, const std::string& name);

[[nodiscard]] std::string speedscope_json(const SiteFindings& found,
                                          const std::string& name);
// Not yet compressed.
[[nodiscard]] std::string pprof_bytes(const SiteFindings& found,
                                      const std::string& name);
[[nodiscard]] std::string openmetrics_text(const Findings& findings);

}  // namespace libheap
