#include "libheap/replay/trace_recorder.h"

extern "C" {
#include "firmware-tracer/tracer_encode.h"
}

#include <algorithm>

#include "libheap/base/crc32.h"
#include "libheap/base/error.h"
#include "libheap/replay/heap_setup.h"
#include "libheap/trace/event_log_header.h"

namespace libheap {

namespace {

constexpr uint32_t kSplitAreaBits = 8;
// A keyframe's counters must fit one packet.
constexpr size_t kMostAreasInKeyframe = 12;
constexpr size_t kAboutBytes = 220;
constexpr size_t kRoomOfNumber = 10;
constexpr size_t kMostRoom = 180;

uint8_t flags_of(const RecorderOptions& options) {
  uint8_t flags = TRACER_FLAG_TIME_PACKET;
  if (options.time == RecorderOptions::Time::k1us) flags = TRACER_FLAG_TIME_1US;
  if (options.time == RecorderOptions::Time::k16us) {
    flags = TRACER_FLAG_TIME_16US;
  }
  if (options.verify) flags |= TRACER_FLAG_RESULTS;
  return flags;
}

}  // namespace

// The C encoder with a sink of bytes behind it. Its clock is the event's time.
struct TraceRecorder::Encoder {
  Encoder(ByteSink& to, const RecorderOptions& options) : sink(to) {
    c_sink.open = [](void* self) { return static_cast<Encoder*>(self)->slot; };
    c_sink.close = [](void* self, size_t length) {
      static_cast<Encoder*>(self)->close(length);
    };
    c_sink.crc32 = [](const uint8_t* data, size_t length) {
      return libheap::crc32({data, length});
    };
    c_sink.self = this;
    c_sink.clock = &clock;
    tracer_encode_init(&state, &c_sink, flags_of(options));
  }

  // Times go back a little where stalls were taken out of them, and the end of
  // marking is told after what finalisers did; a device's clock never does.
  void set_clock(uint64_t us) {
    latest_us = std::max(latest_us, us);
    clock = static_cast<uint32_t>(latest_us);
  }

  void close(size_t length) {
    sink.write({reinterpret_cast<const char*>(slot), length});
  }

  ByteSink& sink;
  uint8_t slot[TRACER_PACKET_MAX] = {};
  volatile uint32_t clock = 0;
  uint64_t latest_us = 0;
  tracer_sink_t c_sink = {};
  tracer_encoder_t state = {};
};

TraceRecorder::TraceRecorder(ByteSink& sink, const RecorderOptions& options)
    : sink_(sink), options_(options) {}

TraceRecorder::~TraceRecorder() = default;

void TraceRecorder::finish() {
  if (encoder_ == nullptr) begin(/*has_times=*/false);
  tracer_encode_flush(&encoder_->state);
}

uint32_t TraceRecorder::number_of(BlockRef block) const {
  if (block.is_null()) return TRACER_BLOCK_NULL;
  if (block.area >> area_bits_ != 0) {
    throw Error("heap area " + std::to_string(block.area) +
                " has no room in a .mpheap trace (areas 0 to 255)");
  }
  return block.block << area_bits_ | block.area;
}

// --- What the heap is
// ---------------------------------------------------------

void TraceRecorder::on_start(const TraceHeader& header, const Moment&) {
  header_ = header;
}

void TraceRecorder::begin(bool has_times) {
  if (!has_times) {
    options_.time = RecorderOptions::Time::kPacket;
    header_.extra.emplace_back("clock", "none");
  }
  encoder_ = std::make_unique<Encoder>(sink_, options_);
  area_bits_ = header_.split == SplitKind::kNone ? 0 : kSplitAreaBits;
  write_about(header_);
  if (!header_.starts_empty) return;
  // The heap as it was before the first event.
  const GcHeap empty(config_from(header_), header_.area.start,
                     header_.area.end);
  write_keyframe(empty);
}

void TraceRecorder::write_about(const TraceHeader& header) {
  std::string text;
  append_event_log_header(text, header);
  std::string body;
  const auto send = [&] {
    tracer_encode_raw(&encoder_->state, TRACER_TYPE_ABOUT,
                      reinterpret_cast<const uint8_t*>(body.data()),
                      body.size());
    body.clear();
  };
  const auto add = [&](std::string line) {
    line = line.substr(0, kAboutBytes - 1) + "\n";
    if (body.size() + line.size() > kAboutBytes) send();
    body += line;
  };
  for (size_t at = text.find('\n') + 1; at < text.size();) {
    const size_t end = text.find('\n', at);
    std::string line = text.substr(at, end - at);
    at = end + 1;
    if (line == "BEGIN") continue;
    if (line.starts_with("H ")) line.erase(0, 2);
    // A device's own may be others than those written here.
    if (!line.starts_with("area_bits ")) add(line);
  }
  if (area_bits_ != 0) add("area_bits " + std::to_string(area_bits_));
  send();
}

void TraceRecorder::write_counters(const GcHeap& heap) {
  tracer_encoder_t* to = &encoder_->state;
  const size_t per_area = 3;
  tracer_encode_number(to, 6 + per_area * heap.areas().size());
  tracer_encode_number(to, heap.amount());
  const std::optional<uint64_t> threshold = heap.threshold();
  tracer_encode_number(to, threshold ? *threshold + 1 : 0);
  tracer_encode_number(to, heap.lock_field());
  tracer_encode_number(to, heap.auto_collect() ? 1 : 0);
  tracer_encode_number(to, heap.last_free_area());
  tracer_encode_number(to, heap.areas().size());
  const bool bound = heap.config().traits.last_used_block;
  for (const std::unique_ptr<Area>& area : heap.areas()) {
    tracer_encode_number(to, area->id());
    tracer_encode_number(to, area->last_free_byte);
    tracer_encode_number(to, bound ? uint64_t{area->last_used_block} + 1 : 0);
  }
}

void TraceRecorder::write_keyframe(const GcHeap& heap) {
  if (heap.areas().size() > kMostAreasInKeyframe) return;
  tracer_encoder_t* to = &encoder_->state;
  tracer_encode_rare(to, TRACER_RARE_KEYFRAME, kMostRoom);
  write_counters(heap);
  for (const std::unique_ptr<Area>& area : heap.areas()) {
    write_area_rows(heap, *area);
  }
  tracer_encode_rare(to, TRACER_RARE_KEYFRAME_END, kRoomOfNumber);
  tracer_encode_bits(to, heap.digest().table, 32);
}

void TraceRecorder::write_area_rows(const GcHeap& heap, const Area& area) {
  tracer_encoder_t* to = &encoder_->state;
  std::vector<uint8_t> table;
  area.append_table(table);
  tracer_encode_table(to, table.data(), area.blocks());
  std::vector<uint8_t> flags;
  area.append_finalisers(flags);
  if (!heap.config().finaliser) flags.assign((area.blocks() + 7) / 8, 0);
  tracer_encode_table_flags(to, TRACER_RARE_FINALISERS, table.data(),
                            flags.data(), area.blocks());
  if (!heap.config().weakref) return;
  flags.clear();
  area.append_weakrefs(flags);
  tracer_encode_table_flags(to, TRACER_RARE_WEAKREFS, table.data(),
                            flags.data(), area.blocks());
}

void TraceRecorder::write_checkpoint(const GcHeap& heap) {
  if (heap.areas().size() > kMostAreasInKeyframe) return;
  tracer_encoder_t* to = &encoder_->state;
  const TableDigest digest = heap.digest();
  tracer_encode_rare(to, TRACER_RARE_CHECKPOINT, kMostRoom);
  tracer_encode_bits(to, digest.table, 32);
  tracer_encode_bits(to, heap.config().finaliser ? 1 : 0, 1);
  if (heap.config().finaliser) tracer_encode_bits(to, digest.finalisers, 32);
  write_counters(heap);
}

// --- Events
// -------------------------------------------------------------------

void TraceRecorder::on_record(const Moment& now, const Event& event) {
  if (encoder_ == nullptr) begin(event.time_us != Event::kNoTime);
  if (event.kind == EventKind::kCollect && event.phase == EventPhase::kEnd &&
      event.mark_end_us != Event::kNoTime) {
    encoder_->set_clock(event.mark_end_us);
    tracer_encode_rare(&encoder_->state, TRACER_RARE_MARKED, 0);
  }
  if (event.time_us != Event::kNoTime) {
    encoder_->set_clock(event.time_us);
  }
  if (event.core != core_) {
    core_ = event.core;
    tracer_encode_switch_core(&encoder_->state, core_);
  }
  switch (event.kind) {
    case EventKind::kAlloc:
    case EventKind::kRealloc:
    case EventKind::kFree:
      write_request(event);
      break;
    case EventKind::kCollect:
    case EventKind::kSweepAll:
      write_collect(now, event);
      break;
    case EventKind::kInit:
    case EventKind::kAreaAdded:
      write_area(event);
      break;
    case EventKind::kSite:
      write_site(event);
      break;
    case EventKind::kLoss:
      write_loss(event);
      break;
    case EventKind::kText:
      tracer_encode_flush(&encoder_->state);
      encoder_->sink.write(event.text);
      break;
    case EventKind::kKeyframe:
      keyframe_due_ = true;
      break;
    case EventKind::kSnapshot:
      write_snapshot(*event.snapshot);
      break;
    case EventKind::kCheckpoint:
      break;  // written at a pace of our own
    case EventKind::kEnd:
      write_end(now, event);
      break;
    default:
      write_setting(event);
      break;
  }
  write_regularly(now, event);
}

void TraceRecorder::write_regularly(const Moment& now, const Event& event) {
  if (event.phase == EventPhase::kBegin) ++depth_;
  if (event.phase == EventPhase::kEnd && depth_ != 0) --depth_;
  if (depth_ != 0 || event.kind == EventKind::kEnd) return;
  if (keyframe_due_ || now.event - last_keyframe_ >= kKeyframeEvents) {
    // Now and then the whole description, for who begins to listen here.
    if (++keyframes_ % kKeyframesPerAbout == 0) write_about(header_);
    write_keyframe(*now.heap);
    last_keyframe_ = last_digest_ = now.event;
    keyframe_due_ = false;
  } else if (now.event - last_digest_ >= kCheckpointEvents) {
    write_checkpoint(*now.heap);
    last_digest_ = now.event;
  }
}

void TraceRecorder::write_request(const Event& event) {
  tracer_encoder_t* to = &encoder_->state;
  if (event.site != site_ && event.phase != EventPhase::kEnd) {
    site_ = event.site;
    tracer_encode_switch_site(to, site_);
  }
  const uint32_t result = number_of(event.result);
  if (event.kind == EventKind::kFree) {
    tracer_encode_free(to, number_of(event.block));
  } else if (event.phase == EventPhase::kEnd) {
    tracer_encode_end(to, result);
  } else if (event.kind == EventKind::kAlloc) {
    if (event.phase == EventPhase::kBegin) {
      tracer_encode_alloc_begin(to, event.n_bytes, event.flag);
    } else {
      tracer_encode_alloc(to, event.n_bytes, event.flag, result);
    }
  } else if (event.phase == EventPhase::kBegin) {
    tracer_encode_realloc_begin(to, number_of(event.block), event.n_bytes,
                                event.flag);
  } else {
    tracer_encode_realloc(to, number_of(event.block), event.n_bytes, event.flag,
                          result);
  }
}

void TraceRecorder::write_collect(const Moment& now, const Event& event) {
  tracer_encoder_t* to = &encoder_->state;
  const bool all = event.kind == EventKind::kSweepAll;
  if (event.phase == EventPhase::kBegin) {
    heads_before_.clear();
    for (const std::unique_ptr<Area>& area : now.heap->areas()) {
      heads_before_.push_back({area->id(), area->heads()});
    }
    tracer_encode_rare(to, all ? TRACER_RARE_SWEEP_ALL : TRACER_RARE_COLLECT,
                       2 * kRoomOfNumber);
    if (all) return;
    tracer_encode_bits(to, static_cast<uint32_t>(event.cause), 2);
    tracer_encode_number(to, event.number);
    return;
  }
  if (!all) write_survivors(*now.heap);
  tracer_encode_rare(to,
                     all ? TRACER_RARE_SWEEP_ALL_END : TRACER_RARE_COLLECT_END,
                     kRoomOfNumber);
  tracer_encode_bits(to, now.heap->digest().table, 32);
  last_digest_ = now.event;
}

void TraceRecorder::write_snapshot(const SnapshotRecord& snapshot) {
  constexpr size_t kBytes = TRACER_SLICE_MAX - TRACER_SLICE_HEADER;
  const std::vector<uint8_t>& bytes = snapshot.bytes;
  ++snapshots_;
  size_t at = 0;
  for (uint32_t index = 0; index < TRACER_SLICE_LAST; ++index) {
    const size_t length = std::min(bytes.size() - at, kBytes);
    const bool last = at + length == bytes.size();
    const uint32_t field = index | (last ? TRACER_SLICE_LAST : 0);
    std::vector<uint8_t> slice = {snapshots_, static_cast<uint8_t>(field),
                                  static_cast<uint8_t>(field >> 8)};
    slice.insert(slice.end(), bytes.data() + at, bytes.data() + at + length);
    tracer_encode_raw(&encoder_->state, TRACER_TYPE_SNAPSHOT, slice.data(),
                      slice.size());
    if (last) return;
    at += length;
  }
  throw Error("a snapshot is too long for a .mpheap trace");
}

void TraceRecorder::write_survivors(const GcHeap& heap) {
  tracer_encoder_t* to = &encoder_->state;
  tracer_encode_runs_begin(to, TRACER_RARE_SURVIVORS);
  for (const AreaSurvivors& before : heads_before_) {
    const Area* area = heap.find_area(before.area);
    const uint32_t blocks = before.heads.size();
    for (uint32_t b = before.heads.next_set(0); b < blocks;
         b = before.heads.next_set(b + 1)) {
      tracer_encode_runs(to, area != nullptr && area->is_head(b) ? 1 : 0, 1);
    }
  }
  tracer_encode_runs_end(to);
}

void TraceRecorder::write_area(const Event& event) {
  tracer_encoder_t* to = &encoder_->state;
  tracer_encode_rare(to,
                     event.kind == EventKind::kInit ? TRACER_RARE_INIT
                                                    : TRACER_RARE_AREA_ADDED,
                     3 * kRoomOfNumber);
  tracer_encode_number(to, event.area->id);
  tracer_encode_number(to, event.area->start);
  tracer_encode_number(to, event.area->end);
}

void TraceRecorder::write_number(uint32_t rare, uint64_t number) {
  tracer_encode_rare(&encoder_->state, rare, kRoomOfNumber);
  tracer_encode_number(&encoder_->state, number);
}

void TraceRecorder::write_setting(const Event& event) {
  tracer_encoder_t* to = &encoder_->state;
  const auto number = static_cast<uint32_t>(event.number);
  switch (event.kind) {
    case EventKind::kLock:
      return tracer_encode_op(to, TRACER_OP_LOCK, number);
    case EventKind::kUnlock:
      return tracer_encode_op(to, TRACER_OP_UNLOCK, number);
    case EventKind::kTick:
      return tracer_encode_op(to, TRACER_OP_TICK, 0);
    case EventKind::kLockStore:
      return write_number(TRACER_RARE_LOCK_STORE, event.number);
    case EventKind::kWait:
      return write_number(TRACER_RARE_WAIT, event.number);
    case EventKind::kThreshold:
      return write_number(TRACER_RARE_THRESHOLD,
                          event.flag ? event.number + 1 : 0);
    case EventKind::kAutoCollect:
      tracer_encode_rare(
          to, event.flag ? TRACER_RARE_ENABLE : TRACER_RARE_DISABLE, 0);
      return;
    case EventKind::kWeakref:
      tracer_encode_rare(to, TRACER_RARE_WEAKREF, kRoomOfNumber);
      return tracer_encode_block(to, number_of(event.block));
    case EventKind::kAreaDropped:
      return write_number(TRACER_RARE_AREA_DROPPED, event.number);
    case EventKind::kGrowOffer:
      return write_number(TRACER_RARE_GROW_OFFER, event.number);
    case EventKind::kGrowTaken:
      tracer_encode_rare(to, TRACER_RARE_GROW_TAKEN, 2 * kRoomOfNumber);
      tracer_encode_number(to, event.number);
      return tracer_encode_number(to, event.address);
    case EventKind::kLabel: {
      const std::string_view text = event.text.substr(0, 64);
      tracer_encode_rare(to, TRACER_RARE_LABEL, 64 + kRoomOfNumber);
      return tracer_encode_text(to, text.data(), text.size());
    }
    default:
      return;
  }
}

void TraceRecorder::write_site(const Event& event) {
  constexpr size_t kTextBytes = 48;
  tracer_encoder_t* to = &encoder_->state;
  const SiteRecord& site = *event.site_record;
  tracer_encode_rare(to, TRACER_RARE_SITE, kMostRoom);
  tracer_encode_number(to, site.id);
  tracer_encode_number(
      to, uint64_t{site.caller} << TRACER_CALLER_SHIFT | site.line);
  for (const std::string* text : {&site.file, &site.function, &site.runtime}) {
    // Of a long name the end says more.
    const size_t from = text->size() - std::min(text->size(), kTextBytes);
    tracer_encode_text(to, text->data() + from, text->size() - from);
  }
}

// The next packet's count of events shows what is missing.
void TraceRecorder::write_loss(const Event& event) {
  tracer_encode_flush(&encoder_->state);
  encoder_->state.events += static_cast<uint32_t>(event.number);
  encoder_->state.lost = true;
}

void TraceRecorder::write_end(const Moment& now, const Event& event) {
  if (!event.flag) return;
  if (now.event != last_digest_) write_checkpoint(*now.heap);
  tracer_encode_rare(&encoder_->state, TRACER_RARE_FINISH, 0);
}

}  // namespace libheap
