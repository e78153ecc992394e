#pragma once

// SmallLog: an event log written by hand, line by line, for tests.
//
//     SmallLog log;                       // v1.22.2, 64 blocks of 16 bytes
//     log.line("A 16 0 0").line("F 0");
//     const ReplayResult result = log.replay();
//
// The header and AREA line are right by construction; end() adds END with the
// right number of events. What the lines say is up to the test.

#include <memory>
#include <string>

#include "libheap/analysis/findings.h"
#include "libheap/model/layout.h"
#include "libheap/replay/replayer.h"
#include "libheap/trace/event_source.h"

namespace libheap::testing {

class SmallLog {
 public:
  static constexpr uint64_t kStart = 0x20000000;

  explicit SmallLog(const std::string& release = "v1.22.2",
                    uint64_t blocks = 64, const std::string& split = "none");

  SmallLog& line(const std::string& text);
  SmallLog& end();
  // Makes it a log of our own form, which has sites and times.
  SmallLog& own_form();
  // A line that puts `count` one-block objects at `first` and on.
  SmallLog& one_block_objects(uint64_t first, uint64_t count);

  [[nodiscard]] const std::string& text() const { return text_; }
  // Reads this log; it must outlive the source.
  [[nodiscard]] std::unique_ptr<EventSource> open() const;
  [[nodiscard]] ReplayResult replay() const;
  [[nodiscard]] Findings analyse() const;

 private:
  std::string text_;
  uint64_t events_ = 0;
};

// "0 <start> <end> <atb> ...": the fields of an AREA, N or I record.
[[nodiscard]] std::string area_fields(uint32_t id, const AreaLayout& layout);
// The smallest memory that gives `blocks` blocks (a multiple of 4), from
// SmallLog::kStart.
[[nodiscard]] AreaLayout area_of_blocks(const HeapConfig& config,
                                        uint64_t blocks, uint64_t start,
                                        bool added);

}  // namespace libheap::testing
