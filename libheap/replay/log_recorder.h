#pragma once

// LogRecorder: a replay written down as a text event log.
//
// What a compact trace leaves to the model (addresses, tables after collects,
// the figures of checkpoints) is filled in from the modelled heap, so the log
// says everything and can be checked by others.

#include <functional>
#include <memory>
#include <utility>

#include "libheap/replay/observer.h"
#include "libheap/trace/byte_sink.h"
#include "libheap/trace/event_log_writer.h"

namespace libheap {

class LogRecorder : public ReplayObserver {
 public:
  // Whether to write an event; the number is that of the last counted one.
  using Wanted = std::function<bool(const Event&, uint64_t number)>;

  // The sink must outlive the recorder. Without `wanted` all is written.
  explicit LogRecorder(ByteSink& sink, Wanted wanted = nullptr)
      : sink_(sink), wanted_(std::move(wanted)) {}

  void on_start(const TraceHeader& header, const Moment& now) override;
  void on_collect_end(const Moment& now, const SeenCollect& seen) override;
  void on_record(const Moment& now, const Event& event) override;
  // Everything is handed to the sink; the sink itself is not finished.
  void finish();

 private:
  void fill_collect(const GcHeap& heap);
  void fill_checkpoint(const Moment& now, const Event& event);
  void fill_area(const GcHeap& heap, const Event& event);

  ByteSink& sink_;
  Wanted wanted_;
  std::unique_ptr<EventLogWriter> writer_;
  SeenCollect collect_seen_;
  CollectRecord collect_;
  CheckpointRecord checkpoint_;
  AreaRecord area_;
};

}  // namespace libheap
