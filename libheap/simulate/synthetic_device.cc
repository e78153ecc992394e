#include "libheap/simulate/synthetic_device.h"

#include <bit>
#include <utility>

#include "libheap/base/check.h"

namespace libheap {

namespace {

constexpr uint64_t kHeapStart =
    0x20004000;  // an RP2040 has its heap about here

// Of an RP2040 at 125 MHz, rounded: what a request takes, and of a collect the
// scan of the roots, each live block and each block swept.
constexpr uint64_t kRequestUs = 3;
constexpr uint64_t kRootsUs = 150;
constexpr double kLiveBlockUs = 1.05;
constexpr double kSweptBlockUs = 0.34;

HeapConfig config_for(const Release& release) {
  HeapConfig config;
  config.release = release;
  config.traits = traits_of(release);
  return config;
}

}  // namespace

SyntheticDevice::SyntheticDevice(const DeviceSettings& settings)
    : settings_(settings),
      heap_(config_for(settings.release), kHeapStart,
            kHeapStart + settings.heap_bytes),
      life_at_(heap_.total_blocks(), Held::kNone) {}

TraceHeader SyntheticDevice::header(const std::string& program) const {
  const AreaLayout& layout = heap_.areas().front()->layout();
  TraceHeader header;
  header.format = "MPHEAP-EVENTS 1";
  header.release = to_string(settings_.release);
  header.workload = program;
  header.area.start = layout.start;
  header.area.end = layout.end;
  header.area.table = layout.table;
  header.area.table_bytes = layout.table_bytes;
  header.area.finaliser_table = layout.finaliser_table;
  header.area.finaliser_table_bytes = layout.finaliser_table_bytes;
  header.area.pool = layout.pool;
  header.area.pool_end = layout.pool_end;
  return header;
}

// --- Requests ---------------------------------------------------------------

Held SyntheticDevice::alloc(uint32_t site, uint64_t n_bytes) {
  Event asked;
  asked.kind = EventKind::kAlloc;
  asked.n_bytes = n_bytes;
  asked.site = site;
  AllocRequest request = heap_.alloc_request(n_bytes, false);
  now_us_ += kRequestUs;
  ++events_;
  Progress progress = heap_.advance(request);
  const bool collects = progress == Progress::kCollect;
  if (collects) {
    asked.phase = EventPhase::kBegin;
    write(EventKind::kAlloc).event = asked;
    written_.back().event.time_us = now_us_;
  }
  while (progress == Progress::kCollect) {
    run_collect(request.cause);
    progress = heap_.advance(request);
  }
  asked.phase = collects ? EventPhase::kEnd : EventPhase::kWhole;
  asked.result = request.result;
  asked.time_us = now_us_;
  write(EventKind::kAlloc).event = asked;
  ++requests_;
  Held object;
  if (!request.result.is_null()) born(request.result, object);
  return object;
}

void SyntheticDevice::resize(uint32_t site, Held& object, uint64_t n_bytes) {
  if (object.life == Held::kNone) return;
  const BlockRef old = at_[object.life];
  Event asked;
  asked.kind = EventKind::kRealloc;
  asked.block = old;
  asked.n_bytes = n_bytes;
  asked.flag = true;
  asked.site = site;
  now_us_ += kRequestUs;
  ++events_;
  ReallocRequest request = heap_.realloc_request(old, n_bytes, true);
  Progress progress = heap_.advance(request);
  const bool collects = progress == Progress::kCollect;
  if (collects) {
    asked.phase = EventPhase::kBegin;
    write(EventKind::kRealloc).event = asked;
    written_.back().event.time_us = now_us_;
  }
  while (progress == Progress::kCollect) {
    run_collect(request.alloc.cause);
    progress = heap_.advance(request);
  }
  asked.phase = collects ? EventPhase::kEnd : EventPhase::kWhole;
  asked.result = request.result;
  asked.time_us = now_us_;
  write(EventKind::kRealloc).event = asked;
  ++requests_;
  if (request.result.is_null() || request.result == old) return;
  life_at_[old.block] = Held::kNone;
  life_at_[request.result.block] = object.life;
  at_[object.life] = request.result;
}

void SyntheticDevice::born(BlockRef at, Held& object) {
  object.life = static_cast<uint32_t>(deaths_.size());
  deaths_.push_back(kNever);
  at_.push_back(at);
  life_at_[at.block] = object.life;
}

// The next request is the first that can find it dead.
void SyntheticDevice::drop(Held object) {
  if (object.life != Held::kNone) deaths_[object.life] = requests_;
}

void SyntheticDevice::free(Held object) {
  if (object.life == Held::kNone) return;
  now_us_ += kRequestUs;
  ++events_;
  ++requests_;
  const BlockRef at = at_[object.life];
  Event& event = write(EventKind::kFree).event;
  event.block = at;
  heap_.free(at);
  life_at_[at.block] = Held::kNone;
}

// --- Collects ---------------------------------------------------------------

void SyntheticDevice::collect() {
  run_collect(CollectCause::kExplicit);
  ++requests_;
}

void SyntheticDevice::run_collect(CollectCause cause) {
  ++events_;
  ++collects_;
  Event& begin = write(EventKind::kCollect, EventPhase::kBegin).event;
  begin.cause = cause;
  begin.number = heap_.amount();
  heap_.begin_collect();
  const Area& area = *heap_.areas().front();
  const Bitmap heads = area.heads();
  std::vector<AreaSurvivors> survivors = {{area.id(), Bitmap(heads.size())}};
  for (uint32_t b = heads.next_set(0); b < heads.size();
       b = heads.next_set(b + 1)) {
    if (deaths_[life_at_[b]] == kNever) survivors.front().heads.set(b);
  }
  const uint64_t swept = settings_.release >= Release{1, 21, 0, true}
                             ? area.last_used_block + 1
                             : area.blocks();
  const CollectResult done = heap_.end_collect(survivors);
  const uint64_t whole = pause_us(swept);
  const auto sweep =
      static_cast<uint64_t>(kSweptBlockUs * static_cast<double>(swept));
  const uint64_t mark_end = now_us_ + (whole > sweep ? whole - sweep : 0);
  now_us_ += whole;
  Written& end = write(EventKind::kCollect, EventPhase::kEnd);
  end.event.mark_end_us = mark_end;
  end.collect = std::make_unique<CollectRecord>(record_of(done));
}

uint64_t SyntheticDevice::pause_us(uint64_t swept) const {
  if (settings_.pause_us) return *settings_.pause_us;
  return kRootsUs +
         static_cast<uint64_t>(kLiveBlockUs *
                                   static_cast<double>(heap_.used_blocks()) +
                               kSweptBlockUs * static_cast<double>(swept));
}

CollectRecord SyntheticDevice::record_of(const CollectResult& done) const {
  const Area& area = *heap_.areas().front();
  CollectRecord record;
  record.last_free_bytes = {area.last_free_byte};
  if (heap_.config().traits.last_used_block) {
    record.last_used_blocks = {area.last_used_block};
  }
  record.amount = heap_.amount();
  record.heads_before = done.heads_before;
  record.heads_after = done.heads_after;
  record.used_blocks = heap_.used_blocks();
  record.tables.emplace_back();
  area.append_table(record.tables.back().bytes);
  return record;
}

// --- Marks and settings -----------------------------------------------------

void SyntheticDevice::set_threshold(uint64_t bytes) {
  const uint64_t blocks = bytes / heap_.config().block_bytes;
  heap_.set_threshold(blocks);
  Event& event = write(EventKind::kThreshold).event;
  event.flag = true;
  event.number = blocks;
  ++requests_;
}

void SyntheticDevice::tick() { write(EventKind::kTick); }

void SyntheticDevice::label(const std::string& text) {
  write(EventKind::kLabel).text = text;
}

uint32_t SyntheticDevice::site(const std::string& file, uint32_t line,
                               const std::string& function,
                               const std::string& runtime) {
  SiteRecord record;
  record.id = ++sites_;
  record.line = line;
  record.file = file;
  record.function = function;
  record.runtime = runtime;
  write(EventKind::kSite).site = std::make_unique<SiteRecord>(record);
  return sites_;
}

void SyntheticDevice::wait_until(uint64_t time_us) {
  now_us_ = std::max(now_us_, time_us);
}

void SyntheticDevice::end() {
  Event& event = write(EventKind::kEnd).event;
  event.number = events_;
  event.flag = true;
}

SyntheticDevice::Written& SyntheticDevice::write(EventKind kind,
                                                 EventPhase phase) {
  Written& written = written_.emplace_back();
  written.event.kind = kind;
  written.event.phase = phase;
  written.event.time_us = now_us_;
  return written;
}

const Event* SyntheticDevice::take() {
  if (written_.empty()) return nullptr;
  taken_ = std::move(written_.front());
  written_.pop_front();
  Event& event = taken_->event;
  event.text = taken_->text;
  event.collect = taken_->collect.get();
  event.site_record = taken_->site.get();
  if (taken_->site != nullptr) event.site = taken_->site->id;
  return &event;
}

}  // namespace libheap
