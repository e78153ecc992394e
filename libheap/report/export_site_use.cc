// What sites hold, for valgrind's viewers: DHAT's JSON (version 2, dh_view) and
// massif's text (ms_print, massif-visualizer). Bytes are those asked for; what
// rounding up to blocks adds is massif's "extra".

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "libheap/report/export_writers.h"
#include "libheap/report/stack_frames.h"

namespace libheap {

namespace {

using Json = nlohmann::ordered_json;

// Both watch the lives of objects.
class SiteUseWriter : public ExportObserver {
 public:
  SiteUseWriter(ByteSink& sink, const std::string& name)
      : out_(sink), name_(name), lives_(objects_, use_) {}

  void on_start(const TraceHeader& header, const Moment& now) override {
    block_bytes_ = now.heap->config().block_bytes;
    command_ = header.workload.empty() ? name_ : header.workload;
    lives_.on_start(header, now);
    objects_.on_start(header, now);
  }
  void on_alloc(const Moment& now, const SeenAlloc& seen) override {
    lives_.on_alloc(now, seen);
    objects_.on_alloc(now, seen);
    seen_at(now);
  }
  void on_realloc(const Moment& now, const SeenRealloc& seen) override {
    lives_.on_realloc(now, seen);
    objects_.on_realloc(now, seen);
    seen_at(now);
  }
  void on_free(const Moment& now, BlockRef block, uint32_t blocks) override {
    lives_.on_free(now, block, blocks);
    objects_.on_free(now, block, blocks);
    seen_at(now);
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
    seen_at(now);
  }
  void on_other(const Moment& now, const Event& event) override {
    lives_.on_other(now, event);
    objects_.on_other(now, event);
    clock_.at(now);
  }
  void on_finish(const Moment& now) override {
    seen_at(now);
    lives_.on_finish(now);
  }

 protected:
  virtual void stretch_over(const Moment&) {}

  [[nodiscard]] std::vector<std::string> frames(size_t site) const {
    const SiteTable& sites = objects_.sites();
    return frame_names(stack_of(sites, static_cast<SiteIndex>(site)),
                       sites.has_callers());
  }

  TextStream out_;
  std::string name_;
  std::string command_;
  uint64_t block_bytes_ = 0;
  TraceClock clock_;
  LiveObjects objects_;
  SiteUse use_;

 private:
  void seen_at(const Moment& now) {
    clock_.at(now);
    stretch_over(now);
  }

  ObjectLives lives_;
};

class DhatWriter final : public SiteUseWriter {
 public:
  using SiteUseWriter::SiteUseWriter;

  void finish() override {
    const UsePeak peak = use_.peak();
    Json points = Json::array();
    for (size_t site = 0; site < use_.rows().size(); ++site) {
      const SiteUseRow& row = use_.rows()[site];
      if (row.objects == 0) continue;
      points.push_back({{"tb", row.bytes},
                        {"tbk", row.objects},
                        {"tl", row.lifetimes},
                        {"mb", row.most_bytes},
                        {"mbk", row.objects_at_most},
                        {"gb", peak.by_site[site].bytes},
                        {"gbk", peak.by_site[site].objects},
                        {"eb", row.now.bytes},
                        {"ebk", row.now.objects},
                        {"fs", frame_numbers(site)}});
    }
    const Json json = {{"dhatFileVersion", 2},
                       {"mode", "micropython-heap"},
                       {"verb", "Allocated"},
                       {"bklt", true},
                       {"bkacc", false},
                       {"tu", clock_.timed() ? "us" : "events"},
                       {"Mtu", clock_.timed() ? "s" : "Mevents"},
                       {"tuth", clock_.timed() ? 1000 : 100},
                       {"cmd", command_},
                       {"pid", 0},
                       {"tg", peak.time},
                       {"te", clock_.last()},
                       {"pps", points},
                       {"ftbl", frame_names_}};
    out_ << json.dump(1, ' ', false, Json::error_handler_t::replace) << "\n";
    out_.flush();
  }

 private:
  // Innermost first, as valgrind has them.
  std::vector<size_t> frame_numbers(size_t site) {
    std::vector<size_t> numbers;
    std::vector<std::string> names = frames(site);
    std::reverse(names.begin(), names.end());
    for (const std::string& name : names) {
      const auto known =
          std::find(frame_names_.begin(), frame_names_.end(), name);
      numbers.push_back(static_cast<size_t>(known - frame_names_.begin()));
      if (known == frame_names_.end()) frame_names_.push_back(name);
    }
    return numbers;
  }

  std::vector<std::string> frame_names_{"[root]"};
};

// One snapshot for each stretch of the trace: its fullest moment. When there
// are too many, neighbours are joined and stretches are twice as long.
class MassifWriter final : public SiteUseWriter {
 public:
  using SiteUseWriter::SiteUseWriter;

  void finish() override {
    if (!snapshots_.empty()) snapshots_.back() = fuller_than_last();
    out_ << fmt::format("desc: MicroPython heap ({})\ncmd: {}\ntime_unit: {}\n",
                        one_line(name_), one_line(command_),
                        clock_.timed() ? "ms" : "i");
    const size_t peak = static_cast<size_t>(
        std::max_element(snapshots_.begin(), snapshots_.end(),
                         [](const UsePeak& a, const UsePeak& b) {
                           return a.total.bytes < b.total.bytes;
                         }) -
        snapshots_.begin());
    for (size_t i = 0; i < snapshots_.size(); ++i) write(i, i == peak);
    out_.flush();
  }

 protected:
  void stretch_over(const Moment& now) override {
    if (snapshots_.empty()) {
      snapshots_.push_back(use_.peak());
      next_ = now.event + length_;
      return;
    }
    if (now.event < next_) return;
    snapshots_.back() = fuller_than_last();
    if (snapshots_.size() == kMost) join_neighbours();
    use_.restart(clock_.last());
    snapshots_.push_back(use_.peak());
    next_ = now.event + length_;
  }

 private:
  static constexpr size_t kMost = 100;
  static constexpr size_t kDetailedEvery = 10;

  static std::string one_line(std::string text) {
    for (char& c : text) {
      if (static_cast<unsigned char>(c) < 0x20) c = ' ';
    }
    return text;
  }

  [[nodiscard]] UsePeak fuller_than_last() const {
    UsePeak peak = use_.peak();
    return peak.total.bytes > snapshots_.back().total.bytes ? peak
                                                            : snapshots_.back();
  }

  void join_neighbours() {
    for (size_t i = 0; i + 1 < snapshots_.size(); i += 2) {
      const bool first =
          snapshots_[i].total.bytes >= snapshots_[i + 1].total.bytes;
      std::swap(snapshots_[i / 2], snapshots_[first ? i : i + 1]);
    }
    snapshots_.resize(snapshots_.size() / 2);
    length_ *= 2;
  }

  void write(size_t number, bool is_peak) {
    const UsePeak& one = snapshots_[number];
    const uint64_t taken = one.total.blocks * block_bytes_;
    const bool detailed = is_peak || number % kDetailedEvery == 0;
    out_ << fmt::format(
        "#-----------\nsnapshot={}\n#-----------\ntime={}\nmem_heap_B={}\n"
        "mem_heap_extra_B={}\nmem_stacks_B=0\nheap_tree={}\n",
        number, clock_.timed() ? one.time / 1000 : one.time, one.total.bytes,
        taken > one.total.bytes ? taken - one.total.bytes : 0,
        is_peak    ? "peak"
        : detailed ? "detailed"
                   : "empty");
    if (detailed) write_tree(one);
  }

  void write_tree(const UsePeak& one) {
    std::vector<size_t> order;
    for (size_t site = 0; site < one.by_site.size(); ++site) {
      if (one.by_site[site].bytes != 0) order.push_back(site);
    }
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return one.by_site[a].bytes > one.by_site[b].bytes;
    });
    out_ << fmt::format("n{}: {} (heap allocation) MicroPython objects\n",
                        order.size(), one.total.bytes);
    for (const size_t site : order) {
      const std::vector<std::string> names = frames(site);
      // massif's form of a place: 0xADDRESS: FUNCTION (FILE:LINE)
      out_ << fmt::format(" n0: {} {:#x}: {}\n", one.by_site[site].bytes, site,
                          one_line(fmt::format("{}", fmt::join(names, " "))));
    }
  }

  std::vector<UsePeak> snapshots_;
  uint64_t length_ = 16;  // of a stretch, in events
  uint64_t next_ = 0;
};

}  // namespace

std::unique_ptr<ExportObserver> dhat_writer(ByteSink& sink,
                                            const std::string& name) {
  return std::make_unique<DhatWriter>(sink, name);
}

std::unique_ptr<ExportObserver> massif_writer(ByteSink& sink,
                                              const std::string& name) {
  return std::make_unique<MassifWriter>(sink, name);
}

}  // namespace libheap
