// Events, collects and objects of a trace as rows: CSV (RFC 4180, a title row)
// or NDJSON (an object per line). Written as they come, in constant memory.

#include <fmt/format.h>

#include "libheap/report/export_writers.h"

namespace libheap {

namespace {

// Nothing (not known, or of no meaning in this row), a number, or text that
// lives until the row is written.
class Cell {
 public:
  Cell() = default;
  // Implicit, so that a row is written as a list of what is in it.
  // NOLINTBEGIN(google-explicit-constructor)
  Cell(uint64_t number) : kind_(Kind::kNumber), number_(number) {}
  Cell(std::string_view text)
      : kind_(text.empty() ? Kind::kNothing : Kind::kText), text_(text) {}
  Cell(const char* text) : Cell(std::string_view(text)) {}
  Cell(const std::string& text) : Cell(std::string_view(text)) {}
  Cell(BlockRef block)
      : kind_(block.is_null() ? Kind::kNothing : Kind::kBlock), block_(block) {}
  // NOLINTEND(google-explicit-constructor)

  void append_csv(std::string& out) const;
  void append_json(std::string& out) const;

 private:
  enum class Kind { kNothing, kNumber, kText, kBlock };

  // "17"; "1:17" in another area than the first.
  [[nodiscard]] std::string block_text() const {
    if (block_.area == 0) return fmt::format("{}", block_.block);
    return fmt::format("{}:{}", block_.area, block_.block);
  }

  Kind kind_ = Kind::kNothing;
  uint64_t number_ = 0;
  std::string_view text_;
  BlockRef block_;
};

Cell time_cell(uint64_t us) { return us == Event::kNoTime ? Cell() : Cell(us); }

Cell line_cell(const SiteRecord& site) {
  return site.line == 0 ? Cell() : Cell(uint64_t{site.line});
}

std::string csv_text(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    return std::string(text);
  }
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

void Cell::append_csv(std::string& out) const {
  if (kind_ == Kind::kNumber) out += std::to_string(number_);
  if (kind_ == Kind::kText) out += csv_text(text_);
  if (kind_ == Kind::kBlock) out += block_text();
}

void Cell::append_json(std::string& out) const {
  if (kind_ == Kind::kNothing) out += "null";
  if (kind_ == Kind::kNumber) out += std::to_string(number_);
  if (kind_ == Kind::kText) out += json_string(text_);
  if (kind_ == Kind::kBlock) out += "\"" + block_text() + "\"";
}

class RowWriter {
 public:
  RowWriter(ByteSink& sink, ExportFormat format,
            std::vector<std::string_view> columns)
      : out_(sink),
        csv_(format == ExportFormat::kCsv),
        columns_(std::move(columns)) {
    if (csv_) out_ << fmt::format("{}\n", fmt::join(columns_, ","));
  }

  // As many cells as columns.
  void write(const std::vector<Cell>& cells) {
    std::string line;
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (csv_) {
        if (i != 0) line += ',';
        cells[i].append_csv(line);
      } else {
        line += fmt::format("{}\"{}\":", i == 0 ? "{" : ",", columns_[i]);
        cells[i].append_json(line);
      }
    }
    out_ << line << (csv_ ? "\n" : "}\n");
  }
  void finish() { out_.flush(); }

 private:
  TextStream out_;
  bool csv_;
  std::vector<std::string_view> columns_;
};

class EventTable final : public ExportObserver {
 public:
  EventTable(ByteSink& sink, ExportFormat format)
      : rows_(sink, format,
              {"event", "time_us", "core", "kind", "bytes", "blocks", "block",
               "old_block", "outcome", "text", "file", "line", "function",
               "runtime"}) {}

  void on_alloc(const Moment& now, const SeenAlloc& seen) override {
    write(now, "alloc",
          {.bytes = seen.n_bytes,
           .blocks = seen.blocks,
           .at = seen.at,
           .outcome = outcome(seen.at, seen.out_of_memory)});
  }
  void on_realloc(const Moment& now, const SeenRealloc& seen) override {
    write(now, "realloc",
          {.bytes = seen.n_bytes,
           .blocks = seen.blocks,
           .at = seen.at,
           .old = seen.old,
           .outcome = outcome(seen.at, seen.out_of_memory)});
  }
  void on_free(const Moment& now, BlockRef block, uint32_t blocks) override {
    write(now, "free",
          {.blocks = uint64_t{blocks},
           .at = block,
           .outcome = blocks != 0 ? "served" : "null"});
  }
  void on_collect_begin(const Moment& now, const SeenCollect& seen) override {
    write(now, seen.sweep_all ? "sweep_all" : "collect",
          {.outcome = "begins",
           .text = seen.sweep_all ? Cell() : name_of(seen.cause)});
  }
  void on_collect_end(const Moment& now, const SeenCollect& seen) override {
    write(now, seen.sweep_all ? "sweep_all" : "collect", {.outcome = "ends"});
  }
  void on_other(const Moment& now, const Event& event) override {
    switch (event.kind) {
      case EventKind::kSite:
        if (event.site_record != nullptr) sites_.describe(*event.site_record);
        break;
      case EventKind::kLoss:
      case EventKind::kWait:
        write(now, name_of(event.kind), {.text = event.number});
        break;
      case EventKind::kThreshold:
        write(now, "threshold",
              {.blocks = event.flag ? Cell(event.number) : Cell()});
        break;
      case EventKind::kLabel:
      case EventKind::kTick:
      case EventKind::kText:
        write(now, name_of(event.kind), {.text = event.text});
        break;
      default:
        break;
    }
  }
  void finish() override { rows_.finish(); }

 private:
  struct Facts {
    Cell bytes{};
    Cell blocks{};
    Cell at{};
    Cell old{};
    Cell outcome{};
    Cell text{};
  };

  static Cell outcome(BlockRef at, bool out_of_memory) {
    return at.is_null() ? (out_of_memory ? "failed" : "null") : "served";
  }

  void write(const Moment& now, std::string_view kind, const Facts& facts) {
    const SiteRecord& site = sites_[sites_.index_of(now.site)];
    rows_.write({now.event, time_cell(now.time_us), uint64_t{now.core}, kind,
                 facts.bytes, facts.blocks, facts.at, facts.old, facts.outcome,
                 facts.text, site.file, line_cell(site), site.function,
                 site.runtime});
  }

  RowWriter rows_;
  SiteTable sites_;
};

class CollectTable final : public ExportObserver {
 public:
  CollectTable(ByteSink& sink, ExportFormat format)
      : rows_(sink, format,
              {"event", "cause", "begin_us", "mark_end_us", "end_us",
               "allocated_blocks", "used_before_blocks", "used_after_blocks",
               "objects_before", "objects_after", "largest_run_before_blocks",
               "largest_run_after_blocks"}) {}

  void on_collect_begin(const Moment& now, const SeenCollect&) override {
    event_ = now.event;
    used_ = now.heap->used_blocks();
    largest_ = now.heap->largest_free_run();
  }
  void on_collect_end(const Moment& now, const SeenCollect& seen) override {
    rows_.write({event_, seen.sweep_all ? "reset" : name_of(seen.cause),
                 time_cell(seen.begin_us), time_cell(seen.mark_end_us),
                 time_cell(now.time_us), seen.amount, used_,
                 now.heap->used_blocks(), seen.heads_before, seen.heads_after,
                 largest_, now.heap->largest_free_run()});
  }
  void finish() override { rows_.finish(); }

 private:
  RowWriter rows_;
  uint64_t event_ = 0;
  uint64_t used_ = 0;
  uint64_t largest_ = 0;
};

// A row when an object ends; those still live at the end of the trace last.
class ObjectTable final : public ExportObserver, private LifeWatcher {
 public:
  ObjectTable(ByteSink& sink, ExportFormat format)
      : rows_(sink, format,
              {"born_event", "born_us", "end_event", "end_us", "end", "bytes",
               "born_blocks", "blocks", "block", "file", "line", "function",
               "runtime"}),
        lives_(objects_, *this) {}

  void on_start(const TraceHeader& header, const Moment& now) override {
    objects_.on_start(header, now);
  }
  void on_alloc(const Moment& now, const SeenAlloc& seen) override {
    lives_.on_alloc(now, seen);
    objects_.on_alloc(now, seen);
  }
  void on_realloc(const Moment& now, const SeenRealloc& seen) override {
    lives_.on_realloc(now, seen);
    objects_.on_realloc(now, seen);
  }
  void on_free(const Moment& now, BlockRef block, uint32_t blocks) override {
    lives_.on_free(now, block, blocks);
    objects_.on_free(now, block, blocks);
  }
  void on_collect_begin(const Moment& now, const SeenCollect& seen) override {
    lives_.on_collect_begin(now, seen);
  }
  void on_sweep(const Moment& now,
                std::span<const AreaSurvivors> survivors) override {
    lives_.on_sweep(now, survivors);
    objects_.on_sweep(now, survivors);
  }
  void on_collect_end(const Moment& now, const SeenCollect& seen) override {
    objects_.on_collect_end(now, seen);
  }
  void on_other(const Moment& now, const Event& event) override {
    lives_.on_other(now, event);
    objects_.on_other(now, event);
  }
  void on_finish(const Moment& now) override { lives_.on_finish(now); }
  void finish() override { rows_.finish(); }

 private:
  void on_birth(const Moment&, SiteIndex, uint64_t, uint64_t) override {}
  void on_resize(const Moment&, const LiveObject&, uint64_t,
                 const SeenRealloc&) override {}
  void on_end(const Moment& now, const LiveObject& object, BlockRef at,
              uint64_t blocks, ObjectEnd end) override {
    const SiteRecord& site = objects_.sites()[object.site];
    const bool live = end == ObjectEnd::kLive;
    rows_.write({object.born_event, time_cell(object.born_us),
                 live ? Cell() : Cell(now.event),
                 live ? Cell() : time_cell(now.time_us), name_of(end),
                 uint64_t{object.n_bytes}, uint64_t{object.born_blocks}, blocks,
                 at, site.file, line_cell(site), site.function, site.runtime});
  }

  RowWriter rows_;
  LiveObjects objects_;
  ObjectLives lives_;
};

}  // namespace

std::unique_ptr<ExportObserver> event_table_writer(ByteSink& sink,
                                                   ExportFormat format) {
  return std::make_unique<EventTable>(sink, format);
}

std::unique_ptr<ExportObserver> collect_table_writer(ByteSink& sink,
                                                     ExportFormat format) {
  return std::make_unique<CollectTable>(sink, format);
}

std::unique_ptr<ExportObserver> object_table_writer(ByteSink& sink,
                                                    ExportFormat format) {
  return std::make_unique<ObjectTable>(sink, format);
}

}  // namespace libheap
