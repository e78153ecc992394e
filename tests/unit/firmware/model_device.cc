#include "tests/unit/firmware/model_device.h"

#include <algorithm>
#include <cstring>

#include <sys/mman.h>

#include "libheap/base/crc32.h"
#include "libheap/replay/replayer.h"
#include "libheap/trace/event_log_header.h"

namespace libheap::testing {

namespace {

constexpr uint32_t kAreaBits = 8;
constexpr uint64_t kPage = 4096;
constexpr uint32_t kUsPerEvent = 7;

// What survives each collect, by area.
class Survivors : public ReplayObserver {
 public:
  void on_sweep(const Moment&,
                std::span<const AreaSurvivors> survivors) override {
    of_collect.emplace_back(survivors.begin(), survivors.end());
  }
  std::vector<std::vector<AreaSurvivors>> of_collect;
};

// The tracer asks its heap and its line through plain functions.
class ModelDevice* the_device = nullptr;

class ModelDevice : public ReplayObserver {
 public:
  ModelDevice(const DeviceOptions& options, const Survivors& survivors)
      : options_(options), survivors_(survivors), slots_(options.slots) {
    the_device = this;
  }
  ~ModelDevice() override {
    for (const uint64_t page : pages_) ::munmap(at(page), kPage);
    the_device = nullptr;
  }

  DeviceRun finish() {
    if (run_.possible) {
      tracer_stop();
      tracer_stats(&run_.stats);
      run_.digest = heap_->digest();
    }
    return std::move(run_);
  }

  void on_start(const TraceHeader& header, const Moment& now) override;
  void on_record(const Moment& now, const Event& event) override;

  // --- What the tracer asks ---------------------------------------------
  bool area(size_t index, tracer_area_t* out);
  void counters(tracer_counters_t* out) const;
  void transmit(const uint8_t* data, size_t length) {
    run_.trace.append(reinterpret_cast<const char*>(data), length);
    busy_until_ = clock_ + static_cast<uint32_t>(length) * options_.us_per_byte;
  }
  bool busy() {
    if (options_.us_per_byte != 0) clock_ = clock_ + 1;
    return static_cast<int32_t>(clock_ - busy_until_) < 0;
  }

 private:
  static uint8_t* at(uint64_t address) {
    return reinterpret_cast<uint8_t*>(address);  // NOLINT: as on a device
  }
  bool have_memory(uint64_t start, uint64_t end);
  void fill_tables(const Area& area);
  void mark_survivors();
  [[nodiscard]] uint32_t number_of(BlockRef block) const {
    if (block.is_null()) return TRACER_BLOCK_NULL;
    return block.block << area_bits_ | block.area;
  }

  void request(const Event& event);
  void begin_request(const Event& event);
  void end_request(const Event& event);
  void collect(const Event& event);
  void setting(const Event& event);
  void settings();

  DeviceOptions options_;
  const Survivors& survivors_;
  std::vector<tracer_slot_t> slots_;
  const GcHeap* heap_ = nullptr;
  std::string about_;
  DeviceRun run_;
  std::set<uint64_t> pages_;
  volatile uint32_t clock_ = 0;
  uint32_t busy_until_ = 0;
  uint32_t area_bits_ = 0;
  size_t collects_ = 0;
  bool marking_ = false;
  uint64_t amount_before_ = 0;  // at a collect, which resets it
  std::vector<std::unique_ptr<tracer_request_t>> requests_;
  std::set<uint32_t> described_;
  uint32_t described_at_ = 0;
  uint64_t first_start_ = 0;  // of the area there is at first
  uint64_t first_end_ = 0;
};

// --- What the tracer asks
// -------------------------------------------------------

// A process may have its own things there: then there is nothing to be done.
bool ModelDevice::have_memory(uint64_t start, uint64_t end) {
  for (uint64_t page = start / kPage * kPage; page < end; page += kPage) {
    if (pages_.contains(page)) continue;
    void* const got =
        ::mmap(at(page), kPage, PROT_READ | PROT_WRITE,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (got != at(page)) {
      if (got != MAP_FAILED) ::munmap(got, kPage);
      return false;
    }
    pages_.insert(page);
  }
  return true;
}

void ModelDevice::fill_tables(const Area& area) {
  const AreaLayout& layout = area.layout();
  std::vector<uint8_t> bytes;
  area.append_table(bytes);
  std::copy(bytes.begin(), bytes.end(), at(layout.table));
  bytes.clear();
  area.append_finalisers(bytes);
  bytes.resize(layout.finaliser_table_bytes);
  std::copy(bytes.begin(), bytes.end(), at(layout.finaliser_table));
  bytes.clear();
  area.append_weakrefs(bytes);
  bytes.resize(layout.weakref_table_bytes);
  std::copy(bytes.begin(), bytes.end(), at(layout.weakref_table));
}

// The table between marking and sweeping: heads that survive are marks.
void ModelDevice::mark_survivors() {
  for (const AreaSurvivors& of : survivors_.of_collect[collects_]) {
    const Area* const area = heap_->find_area(of.area);
    if (area == nullptr) continue;
    uint8_t* const table = at(area->layout().table);
    for (uint32_t b = of.heads.next_set(0); b < of.heads.size();
         b = of.heads.next_set(b + 1)) {
      table[b / 4] |= static_cast<uint8_t>(3U << (b % 4 * 2));
    }
  }
}

bool ModelDevice::area(size_t index, tracer_area_t* out) {
  if (index >= heap_->areas().size()) return false;
  const Area& area = *heap_->areas()[index];
  const AreaLayout& layout = area.layout();
  fill_tables(area);
  if (marking_) mark_survivors();
  *out = {};
  out->id = area.id();
  out->start = layout.start;
  out->end = layout.end;
  out->pool = layout.pool;
  out->pool_end = layout.pool_end;
  out->table = at(layout.table);
  out->table_bytes = layout.table_bytes;
  if (layout.finaliser_table_bytes != 0) {
    out->finalisers = at(layout.finaliser_table);
    out->finaliser_bytes = layout.finaliser_table_bytes;
  }
  if (layout.weakref_table_bytes != 0) {
    out->weakrefs = at(layout.weakref_table);
    out->weakref_bytes = layout.weakref_table_bytes;
  }
  out->last_free_byte = area.last_free_byte;
  out->last_used_block = heap_->config().traits.last_used_block
                             ? area.last_used_block
                             : TRACER_NONE;
  return true;
}

void ModelDevice::counters(tracer_counters_t* out) const {
  const auto threshold = heap_->threshold();
  out->amount =
      static_cast<uint32_t>(marking_ ? amount_before_ : heap_->amount());
  out->threshold = threshold ? static_cast<uint32_t>(*threshold) : TRACER_NONE;
  out->lock = static_cast<uint32_t>(heap_->lock_field());
  out->enabled = heap_->auto_collect();
  out->search_area = heap_->last_free_area();
}

// --- What the program does
// ------------------------------------------------------

void ModelDevice::on_start(const TraceHeader& header, const Moment& now) {
  heap_ = now.heap;
  first_start_ = header.area.start;
  first_end_ = header.area.end;
  area_bits_ = header.split == SplitKind::kNone ? 0 : kAreaBits;
  std::string text;
  append_event_log_header(text, header);
  for (size_t begin = text.find('\n') + 1; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    if (line.starts_with("H ")) about_ += line.substr(2) + "\n";
  }
  about_ += "area_bits " + std::to_string(area_bits_) + "\n";
  run_.possible =
      header.word_bytes == 4 && have_memory(header.area.start, header.area.end);
  if (!run_.possible) return;

  static const tracer_heap_t heap = {
      [](size_t index, tracer_area_t* out) {
        return the_device->area(index, out);
      },
      [](tracer_counters_t* out) { the_device->counters(out); },
      nullptr,
      nullptr,
  };
  static tracer_heap_t with_about;
  with_about = heap;
  with_about.about = about_.c_str();
  static const tracer_line_t line = {
      [](const uint8_t* data, size_t length) {
        the_device->transmit(data, length);
      },
      [] { return the_device->busy(); },
  };
  tracer_setup_t setup{};
  setup.heap = &with_about;
  setup.slots = slots_.data();
  setup.n_slots = slots_.size();
  setup.line = &line;
  setup.crc32 = tracer_crc32_more;
  setup.clock = &clock_;
  setup.flags = options_.flags;
  setup.policy = options_.policy;
  tracer_start(&setup);
}

void ModelDevice::settings() {
  tracer_counters_t now;
  counters(&now);
  tracer_settings(now.threshold, now.enabled);
}

void ModelDevice::on_record(const Moment& now, const Event& event) {
  if (!run_.possible) return;
  heap_ = now.heap;
  clock_ = clock_ + kUsPerEvent;
  switch (event.kind) {
    case EventKind::kAlloc:
    case EventKind::kRealloc:
    case EventKind::kFree:
      request(event);
      break;
    case EventKind::kCollect:
    case EventKind::kSweepAll:
      collect(event);
      break;
    default:
      setting(event);
      break;
  }
  const uint32_t every = options_.keyframe_every;
  const bool due = every != 0 && now.event % every == 0;
  if (due) tracer_want_keyframe();
  if (requests_.empty() && (due || now.event % 64 == 0)) tracer_poll();
}

void ModelDevice::request(const Event& event) {
  if (event.kind == EventKind::kFree) {
    tracer_free_begin(number_of(event.block));
    tracer_free_end();
    return;
  }
  if (event.phase != EventPhase::kEnd) begin_request(event);
  if (event.phase != EventPhase::kBegin) end_request(event);
}

void ModelDevice::begin_request(const Event& event) {
  auto one = std::make_unique<tracer_request_t>();
  const bool sites = (options_.flags & TRACER_FLAG_SITES) != 0;
  const uint32_t site = sites ? site_of(event.n_bytes) : 0;
  if (sites && described_at_ != tracer_keyframes()) {
    described_at_ = tracer_keyframes();
    described_.clear();
  }
  if (sites && site != 0 && described_.insert(site).second) {
    const tracer_site_t description = {.number = site,
                                       .caller = 0,
                                       .line = site + 7,
                                       .file = "main.py",
                                       .function = "loop",
                                       .runtime = "mp_obj_new"};
    tracer_describe_site(&description);
  }
  run_.sites.push_back(site);
  if (event.kind == EventKind::kRealloc) {
    tracer_realloc_begin_at(one.get(), number_of(event.block), event.n_bytes,
                            event.flag, site);
  } else if (sites) {
    tracer_alloc_begin_at(one.get(), event.n_bytes, event.flag, site);
  } else {
    tracer_alloc_begin(one.get(), event.n_bytes, event.flag);
  }
  requests_.push_back(std::move(one));
}

void ModelDevice::end_request(const Event& event) {
  tracer_request_t* const one = requests_.back().get();
  if (event.kind == EventKind::kRealloc) {
    tracer_realloc_end(one, number_of(event.result));
  } else {
    tracer_alloc_end(one, number_of(event.result));
  }
  requests_.pop_back();
}

void ModelDevice::collect(const Event& event) {
  const bool all = event.kind == EventKind::kSweepAll;
  const bool overflowed = collects_ % options_.overflow_every == 1;
  if (event.phase == EventPhase::kBegin) {
    if (all) return tracer_sweep_all_begin();
    amount_before_ = event.number;
    marking_ = true;
    tracer_collect_begin();
    tracer_collect_marked(overflowed);
    marking_ = false;
    return;
  }
  ++collects_;
  if (all) return tracer_sweep_all_end();
  tracer_collect_end(overflowed);
}

void ModelDevice::setting(const Event& event) {
  std::vector<tracer_size_t> numbers;
  uint32_t rare = 0;
  switch (event.kind) {
    case EventKind::kLock:
      return tracer_lock(static_cast<uint32_t>(event.number));
    case EventKind::kUnlock:
      return tracer_unlock(static_cast<uint32_t>(event.number));
    case EventKind::kThreshold:
    case EventKind::kAutoCollect:
      return settings();
    case EventKind::kLockStore:
      rare = TRACER_RARE_LOCK_STORE;
      numbers = {event.number};
      break;
    case EventKind::kWeakref:
      rare = TRACER_RARE_WEAKREF;
      numbers = {number_of(event.block)};
      break;
    case EventKind::kInit:
    case EventKind::kAreaAdded:
      run_.areas_go = run_.areas_go || (event.kind == EventKind::kInit &&
                                        (event.area->start != first_start_ ||
                                         event.area->end != first_end_));
      run_.possible = have_memory(event.area->start, event.area->end);
      rare = event.kind == EventKind::kInit ? TRACER_RARE_INIT
                                            : TRACER_RARE_AREA_ADDED;
      numbers = {event.area->id, event.area->start, event.area->end};
      break;
    case EventKind::kAreaDropped:
      run_.areas_go = true;
      rare = TRACER_RARE_AREA_DROPPED;
      numbers = {event.number};
      break;
    case EventKind::kGrowOffer:
      rare = TRACER_RARE_GROW_OFFER;
      numbers = {event.number};
      break;
    case EventKind::kGrowTaken:
      rare = TRACER_RARE_GROW_TAKEN;
      numbers = {event.number, event.address};
      run_.possible = have_memory(event.address, event.address + event.number);
      break;
    default:
      return;
  }
  tracer_numbers(rare, numbers.data(), numbers.size());
}

}  // namespace

uint32_t site_of(uint64_t n_bytes) {
  const auto few = static_cast<uint32_t>(n_bytes % 61);
  return few == 60 ? 2000 : few;  // 0: not known; 2000: too large for a symbol
}

DeviceRun run_device(const std::string& recording,
                     const DeviceOptions& options) {
  Survivors survivors;
  {
    const auto log = open_trace(recording);
    Replayer replayer(*log);
    replayer.observe(&survivors);
    replayer.run();
  }
  ModelDevice device(options, survivors);
  const auto log = open_trace(recording);
  Replayer replayer(*log);
  replayer.observe_records(&device);
  replayer.run();
  return device.finish();
}

}  // namespace libheap::testing
