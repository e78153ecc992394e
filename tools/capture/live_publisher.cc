#include "tools/capture/live_publisher.h"

#include <algorithm>
#include <utility>

#include "libheap/replay/observer_group.h"

namespace libheap::tools {

namespace {

constexpr size_t kConsoleKept = size_t{64} << 10;
constexpr uint64_t kTicksIdle = 10;     // a frame at least every half second
constexpr uint64_t kTicksToSites = 20;  // every second
// So many bytes of map a tick; what is larger waits for its share.
constexpr size_t kMapBytesATick = size_t{64} << 10;
constexpr uint64_t kMapTicksMax = 20;
constexpr size_t kGapsTold = 200;

constexpr const char* name_of(HeapNow::State state) {
  switch (state) {
    case HeapNow::State::kUnknown:
      return "unknown";
    case HeapNow::State::kWaiting:
      return "waiting";
    case HeapNow::State::kExact:
      return "exact";
    case HeapNow::State::kInexact:
      return "inexact";
    case HeapNow::State::kCatchUp:
      return "behind";
    case HeapNow::State::kNoModel:
      break;
  }
  return "no model";
}

constexpr const char* name_of(LivePublisher::Link link) {
  switch (link) {
    case LivePublisher::Link::kOpen:
      return "open";
    case LivePublisher::Link::kGone:
      return "gone";
    case LivePublisher::Link::kEnded:
      break;
  }
  return "ended";
}

bool same_place(const SiteRecord& a, const SiteRecord& b) {
  return a.file == b.file && a.line == b.line && a.function == b.function &&
         a.runtime == b.runtime;
}

}  // namespace

struct LivePublisher::Stream {
  LiveObjects objects;
  LiveView view;
  LiveMap map{objects};
  SiteAnalysis sites{objects};
  // `objects` last: the others ask it how things were before an event.
  ObserverGroup<LiveView, LiveMap, SiteAnalysis, LiveObjects> group{
      view, map, sites, objects};
  // As of the last look at it.
  HeapFacts heap;
  uint64_t gap_count = 0;
  std::vector<Gap> gaps;  // the last of them
  bool gaps_are_new = false;
  SiteFindings found;
  std::vector<SiteRecord> names_told;
};

LivePublisher::LivePublisher(LiveFeed& feed, const std::string& file)
    : feed_(feed) {
  status_.file = file;
}

LivePublisher::~LivePublisher() = default;

// --- From the capture's thread ----------------------------------------------

void LivePublisher::set_counts(const StreamCounts& counts,
                               uint64_t reconnects) {
  const std::lock_guard lock(mutex_);
  told_.counts = counts;
  told_.reconnects = reconnects;
}

void LivePublisher::set_link(Link link, const std::string& port,
                             const std::string& reason) {
  const std::lock_guard lock(mutex_);
  told_.link = link;
  told_.port = port;
  told_.reason = reason;
}

void LivePublisher::add_console(std::string_view text) {
  const std::lock_guard lock(mutex_);
  told_.console += text;
  if (told_.console.size() > kConsoleKept) {
    told_.console.erase(0, told_.console.size() - kConsoleKept);
  }
}

LivePublisher::Told LivePublisher::take_told() {
  const std::lock_guard lock(mutex_);
  Told told = told_;
  told_.console.clear();
  return told;
}

// --- From the replay's ------------------------------------------------------

void LivePublisher::on_replay_begin(Replayer& replayer) {
  replayer_ = &replayer;
  stream_ = std::make_unique<Stream>();
  replayer.observe(&stream_->group);
  ++streams_;
  anew_ = true;
}

void LivePublisher::on_replay_end() { replayer_ = nullptr; }

void LivePublisher::on_tick(const HeapNow& now) {
  ++tick_;
  const Told told = take_told();
  keep_console(told.console);
  look(now);
  update_status(told, now);
  if (!feed_.watched()) {
    map_due_ = tick_;
    return feed_.skip();
  }
  const bool whole = anew_ || feed_.wants_whole();
  if (!whole && !is_worth_telling(told)) return;
  std::string frame = fresh_frame(told.console);
  std::string all = whole ? whole_frame() : "";
  if (std::exchange(anew_, false)) frame = all;
  shown_ = status_;
  shown_at_ = tick_;
  feed_.publish(std::move(frame), std::move(all));
}

bool LivePublisher::is_worth_telling(const Told& told) const {
  if (!told.console.empty() || tick_ - shown_at_ >= kTicksIdle) return true;
  LiveStatus now = status_;
  now.elapsed_us = shown_.elapsed_us;
  return now != shown_;
}

void LivePublisher::keep_console(std::string_view text) {
  console_ += text;
  if (console_.size() <= 2 * kConsoleKept) return;
  console_.erase(0, console_.size() - kConsoleKept);
}

void LivePublisher::look(const HeapNow& heap) {
  if (replayer_ == nullptr) return;
  const ReplayResult& result = replayer_->result();
  status_.event = result.events;
  status_.time_us = result.last_us;
  stream_->heap = heap_facts(replayer_->header(), replayer_->heap());
  look_at_gaps();
  if (heap.state == HeapNow::State::kWaiting) return;
  stream_->view.look(now());
}

// Where the replay is.
Moment LivePublisher::now() const {
  Moment moment;
  moment.event = replayer_->result().events;
  moment.time_us = replayer_->result().last_us;
  moment.heap = &replayer_->heap();
  return moment;
}

void LivePublisher::look_at_gaps() {
  const std::vector<Gap>& kept = replayer_->result().gaps.kept();
  if (kept.empty() ||
      (kept.size() == stream_->gap_count &&
       kept.back().exact_again == stream_->gaps.back().exact_again)) {
    return;
  }
  const size_t first = kept.size() - std::min(kept.size(), kGapsTold);
  stream_->gaps.assign(kept.begin() + static_cast<std::ptrdiff_t>(first),
                       kept.end());
  stream_->gap_count = kept.size();
  stream_->gaps_are_new = true;
}

void LivePublisher::update_status(const Told& told, const HeapNow& now) {
  const Clock::time_point time = Clock::now();
  const StreamCounts& counts = told.counts;
  events_.add(time, counts.events);
  const uint64_t allocated = stream_ ? stream_->view.allocated_blocks() : 0;
  allocated_.add(time, allocated * now.block_bytes);
  status_.port = told.port;
  status_.link = name_of(told.link);
  status_.reason = told.reason;
  status_.elapsed_us = static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(time - start_)
          .count());
  status_.bytes = counts.bytes;
  status_.packets = counts.packets;
  status_.events = counts.events;
  status_.lost_events = counts.lost_events;
  status_.damage_bytes = counts.damage_bytes;
  status_.restarts = counts.restarts;
  status_.reconnects = told.reconnects;
  status_.events_per_s = events_.per_second();
  status_.allocated_bytes_per_s = allocated_.per_second();
  status_.state = name_of(now.state);
  status_.problem = now.problem;
  status_.used_blocks = now.used_blocks;
  status_.largest_free_run = now.largest_free_run;
  status_.total_blocks = now.total_blocks;
  status_.collects = now.collects;
  status_.divergences = now.divergences;
  status_.failures = stream_ ? stream_->view.failures().added() : 0;
}

// --- Frames -----------------------------------------------------------------

LiveFrame LivePublisher::new_frame() const {
  LiveFrame frame;
  frame.stream = streams_;
  frame.status = status_;
  if (!stream_) return frame;
  frame.heap = stream_->heap;
  frame.view = &stream_->view;
  return frame;
}

std::string LivePublisher::fresh_frame(std::string_view console) {
  LiveFrame frame = new_frame();
  frame.console = console;
  if (!stream_) return live_frame_json(frame);
  if (std::exchange(stream_->gaps_are_new, false)) frame.gaps = stream_->gaps;
  const bool has_map = (anew_ || tick_ >= map_due_) && add_map(frame);
  if (tick_ >= sites_due_) {
    sites_due_ = tick_ + kTicksToSites;
    add_sites(frame);
    add_site_names(frame);
  }
  std::string json = live_frame_json(frame);
  stream_->view.told();
  if (has_map) {
    map_due_ = tick_ + std::min<uint64_t>(json.size() / kMapBytesATick + 1,
                                          kMapTicksMax);
  }
  return json;
}

// As the clients that got every fresh frame have it.
std::string LivePublisher::whole_frame() {
  LiveFrame frame = new_frame();
  frame.whole = true;
  frame.console = console_;
  if (stream_) {
    frame.gaps = stream_->gaps;
    add_sites(frame);
    frame.map = stream_->map.whole();
    frame.site_names = LiveSiteNames{0, stream_->names_told};
  }
  return live_frame_json(frame);
}

bool LivePublisher::add_map(LiveFrame& frame) {
  if (replayer_ == nullptr) return false;
  frame.map = stream_->map.changes(replayer_->heap());
  if (frame.map->empty()) frame.map.reset();
  return true;
}

void LivePublisher::add_sites(LiveFrame& frame) {
  if (replayer_ != nullptr) {
    stream_->found = stream_->sites.findings_so_far(now(), replayer_->result());
  }
  frame.sites = stream_->found;
}

// From the first that is new or has become known.
void LivePublisher::add_site_names(LiveFrame& frame) {
  const SiteTable& sites = stream_->objects.sites();
  std::vector<SiteRecord>& told = stream_->names_told;
  size_t from = 0;
  while (from < told.size() &&
         same_place(told[from], sites[static_cast<SiteIndex>(from)])) {
    ++from;
  }
  if (from == sites.size()) return;
  told.resize(from);
  for (size_t i = from; i < sites.size(); ++i) {
    told.push_back(sites[static_cast<SiteIndex>(i)]);
  }
  const auto first = told.begin() + static_cast<std::ptrdiff_t>(from);
  frame.site_names = LiveSiteNames{from, {first, told.end()}};
}

}  // namespace libheap::tools
