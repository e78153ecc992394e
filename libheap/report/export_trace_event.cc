// The time line of a trace as trace-event JSON, as Perfetto reads it.
//
// Collects are slices with marking and sweeping inside, iterations and labels
// a row of their own, the heap a counter that is stacked: used, free in the
// largest run, free elsewhere. A trace without times is drawn by events: one
// microsecond each.

#include <fmt/format.h>

#include "libheap/report/export_writers.h"

namespace libheap {

namespace {

constexpr int kCollectorRow = 1;
constexpr int kIterationRow = 2;
constexpr int kMarkRow = 3;
constexpr uint64_t kEventsPerCounter = 64;

class TraceEventWriter final : public ExportObserver {
 public:
  TraceEventWriter(ByteSink& sink, const std::string& name)
      : out_(sink), name_(name) {}

  void on_start(const TraceHeader& header, const Moment& now) override {
    out_ << fmt::format(
        "{{\"displayTimeUnit\":\"ms\",\"otherData\":{{\"trace\":{},\"release\":"
        "{},\"workload\":{}}},\"traceEvents\":[\n",
        json_string(name_), json_string(header.release),
        json_string(header.workload));
    out_ << fmt::format(
        "{{\"ph\":\"M\",\"pid\":1,\"name\":\"process_name\",\"args\":{{"
        "\"name\":{}}}}}",
        json_string("MicroPython " + header.release));
    name_row(kCollectorRow, "collects");
    name_row(kIterationRow, "iterations");
    name_row(kMarkRow, "labels, console, failures");
    count_heap(now);
  }

  void on_alloc(const Moment& now, const SeenAlloc& seen) override {
    if (seen.out_of_memory) failed(now, seen.n_bytes, seen.blocks);
    at_stride(now);
  }
  void on_realloc(const Moment& now, const SeenRealloc& seen) override {
    if (seen.out_of_memory) failed(now, seen.n_bytes, seen.blocks);
    at_stride(now);
  }
  void on_free(const Moment& now, BlockRef, uint32_t) override {
    at_stride(now);
  }

  void on_collect_begin(const Moment& now, const SeenCollect& seen) override {
    begin_ = seen.begin_us != Event::kNoTime ? seen.begin_us : time_of(now);
    used_before_ = now.heap->used_blocks();
    largest_before_ = now.heap->largest_free_run();
    count_heap(now);
  }
  void on_collect_end(const Moment& now, const SeenCollect& seen) override;

  void on_other(const Moment& now, const Event& event) override;
  void on_finish(const Moment& now) override {
    if (in_iteration_) end_iteration(time_of(now));
    count_heap(now);
  }
  void finish() override {
    out_ << "\n]}\n";
    out_.flush();
  }

 private:
  uint64_t time_of(const Moment& now) { return clock_.at(now); }
  [[nodiscard]] static uint64_t free_blocks(const Moment& now) {
    return now.heap->total_blocks() - now.heap->used_blocks();
  }
  [[nodiscard]] static uint64_t bytes(const Moment& now, uint64_t blocks) {
    return blocks * now.heap->config().block_bytes;
  }

  void name_row(int row, std::string_view name) {
    out_ << fmt::format(
        ",\n{{\"ph\":\"M\",\"pid\":1,\"tid\":{},\"name\":\"thread_name\","
        "\"args\":{{\"name\":\"{}\"}}}}",
        row, name);
  }
  void slice(int row, std::string_view name, uint64_t from, uint64_t to,
             const std::string& args) {
    out_ << fmt::format(
        ",\n{{\"ph\":\"X\",\"pid\":1,\"tid\":{},\"name\":{},\"ts\":{},\"dur\":"
        "{},\"args\":{{{}}}}}",
        row, json_string(name), from, to > from ? to - from : 0, args);
  }
  void instant(std::string_view name, uint64_t at, const std::string& args) {
    out_ << fmt::format(
        ",\n{{\"ph\":\"i\",\"s\":\"p\",\"pid\":1,\"tid\":{},\"name\":{},\"ts\":"
        "{},\"args\":{{{}}}}}",
        kMarkRow, json_string(name), at, args);
  }
  void failed(const Moment& now, uint64_t n_bytes, uint64_t blocks) {
    instant("allocation failed", time_of(now),
            fmt::format("\"event\":{},\"bytes\":{},\"blocks\":{},\"free_blocks"
                        "\":{},\"largest_free_run_blocks\":{}",
                        now.event, n_bytes, blocks, free_blocks(now),
                        now.heap->largest_free_run()));
  }
  void at_stride(const Moment& now) {
    if (now.event >= next_count_) count_heap(now);
  }
  void count_heap(const Moment& now);
  void end_iteration(uint64_t at) {
    slice(kIterationRow, fmt::format("iteration {}", ticks_), tick_, at, "");
  }

  TextStream out_;
  std::string name_;
  TraceClock clock_;
  uint64_t begin_ = 0;  // of the collect under way
  uint64_t used_before_ = 0;
  uint64_t largest_before_ = 0;
  uint64_t next_count_ = 0;
  uint64_t ticks_ = 0;
  uint64_t tick_ = 0;  // when the last one was
  bool in_iteration_ = false;
};

void TraceEventWriter::count_heap(const Moment& now) {
  next_count_ = now.event + kEventsPerCounter;
  const uint64_t largest = now.heap->largest_free_run();
  out_ << fmt::format(
      ",\n{{\"ph\":\"C\",\"pid\":1,\"name\":\"heap "
      "(bytes)\",\"ts\":{},\"args\":"
      "{{\"used\":{},\"free in pieces\":{},\"largest free run\":{}}}}}",
      time_of(now), bytes(now, now.heap->used_blocks()),
      bytes(now, free_blocks(now) - largest), bytes(now, largest));
}

void TraceEventWriter::on_collect_end(const Moment& now,
                                      const SeenCollect& seen) {
  const std::string_view cause =
      seen.sweep_all ? "soft reset" : name_of(seen.cause);
  const uint64_t end = time_of(now);
  slice(kCollectorRow, fmt::format("collect ({})", cause), begin_, end,
        fmt::format(
            "\"event\":{},\"cause\":\"{}\",\"allocated_blocks\":{},"
            "\"used_before_blocks\":{},\"used_after_blocks\":{},"
            "\"objects_before\":{},\"objects_after\":{},"
            "\"largest_run_before_blocks\":{},\"largest_run_after_blocks\":{}",
            now.event, cause, seen.amount, used_before_,
            now.heap->used_blocks(), seen.heads_before, seen.heads_after,
            largest_before_, now.heap->largest_free_run()));
  const uint64_t mark_end = seen.mark_end_us;
  if (mark_end != Event::kNoTime && begin_ <= mark_end && mark_end <= end) {
    slice(kCollectorRow, "mark", begin_, mark_end, "");
    slice(kCollectorRow, "sweep", mark_end, end, "");
  }
  count_heap(now);
}

void TraceEventWriter::on_other(const Moment& now, const Event& event) {
  const uint64_t at = time_of(now);
  switch (event.kind) {
    case EventKind::kTick:
      if (in_iteration_) end_iteration(at);
      in_iteration_ = true;
      ++ticks_;
      tick_ = at;
      break;
    case EventKind::kLabel:
      instant(event.text, at, "");
      break;
    case EventKind::kText:
      instant("console", at, "\"text\":" + json_string(event.text));
      break;
    case EventKind::kLoss:
      instant("events lost", at, fmt::format("\"events\":{}", event.number));
      break;
    case EventKind::kWait:
      instant("waited for the other core", at,
              fmt::format("\"us\":{}", event.number));
      break;
    default:
      break;
  }
}

}  // namespace

std::unique_ptr<ExportObserver> trace_event_writer(ByteSink& sink,
                                                   const std::string& name) {
  return std::make_unique<TraceEventWriter>(sink, name);
}

}  // namespace libheap
