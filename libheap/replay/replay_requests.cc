// Replayer: allocations, resizes and frees.

#include "libheap/replay/replayer.h"

namespace libheap {

namespace {

std::string name(BlockRef ref) {
  if (ref.is_null()) return "failure";
  std::string text = "block ";
  if (ref.area != 0) text += std::to_string(ref.area) + ":";
  return text + std::to_string(ref.block);
}

std::string waits_for(Progress progress, CollectCause cause) {
  if (progress == Progress::kGrow) return "a new area";
  return cause == CollectCause::kThreshold
             ? "a collect (the threshold is reached)"
             : "a collect (no free run is long enough)";
}

}  // namespace

// --- Allocation -------------------------------------------------------------

void Replayer::replay_alloc(const Event& event) {
  if (event.phase == EventPhase::kEnd) return end_alloc(event);
  ++result_.events;
  ++result_.by_kind[static_cast<size_t>(EventKind::kAlloc)];
  if (event.phase == EventPhase::kBegin) return begin_alloc(event);
  const uint64_t blocks = heap_.blocks_for(event.n_bytes);
  const BlockRef at = heap_.alloc_at_once(blocks, event.flag);
  if (!at.is_null() && is_as_recorded(event, at, Progress::kDone)) {
    return answer_alloc(event, blocks, at);
  }
  AllocRequest request = heap_.alloc_request(event.n_bytes, event.flag);
  request.result = at;
  const Progress progress =
      at.is_null() ? heap_.advance(request) : Progress::kDone;
  settle_alloc(event, request, progress);
}

void Replayer::begin_alloc(const Event& event) {
  if (frames_.size() >= kMaxDepth) {
    diverge(DivergenceKind::kNesting, event, "events nest too deep");
    return;
  }
  Frame frame;
  frame.kind = EventKind::kAlloc;
  frame.n_bytes = event.n_bytes;
  frame.flag = event.flag;
  frame.site = event.site;
  frame.alloc = heap_.alloc_request(event.n_bytes, event.flag);
  frame.progress = heap_.advance(frame.alloc);
  frames_.push_back(std::move(frame));
}

void Replayer::end_alloc(const Event& event) {
  if (frames_.empty() || frames_.back().kind != EventKind::kAlloc) {
    diverge(DivergenceKind::kNesting, event,
            "an allocation ends that did not begin");
    return;
  }
  Frame& frame = *open_request();
  if (frame.growth_bytes != 0) {
    // Asked for, and the port did not deliver.
    GcHeap::decline_growth(frame.alloc);
    frame.must_advance = true;
    advance(frame);
  }
  Event whole = event;
  whole.n_bytes = frame.n_bytes;
  whole.flag = frame.flag;
  if (whole.site == 0) whole.site = frame.site;
  AllocRequest request = frame.alloc;
  const Progress progress = frame.progress;
  frames_.pop_back();
  settle_alloc(whole, request, progress);
}

void Replayer::settle_alloc(const Event& event, AllocRequest& request,
                            Progress progress) {
  if (!is_as_recorded(event, request.result, progress)) {
    differ_alloc(event, request, progress);
  }
  answer_alloc(event, request.blocks, request.result);
}

inline void Replayer::answer_alloc(const Event& event, uint64_t blocks,
                                   BlockRef at) {
  if (event.has_result) ++result_.results_checked;
  answer_ = at;
  if (observers_.empty()) return;
  SeenAlloc seen;
  seen.n_bytes = event.n_bytes;
  seen.blocks = blocks;
  seen.at = at;
  seen.finaliser = event.flag;
  seen.out_of_memory =
      seen.at.is_null() && event.n_bytes != 0 && heap_.lock_field() == 0;
  Moment now = moment();
  now.site = event.site;
  tell([&](ReplayObserver& observer) { observer.on_alloc(now, seen); });
}

// Notes where model and recording differ; `request.result` is then what the
// replay goes on with.
void Replayer::differ_alloc(const Event& event, AllocRequest& request,
                            Progress progress) {
  const std::string what =
      "alloc of " + std::to_string(event.n_bytes) + " bytes: ";
  if (progress != Progress::kDone) {
    diverge(DivergenceKind::kCollect, event,
            what + "the model needs " + waits_for(progress, request.cause) +
                " first, the recording has none");
    request.result = kNullBlock;
  }
  const Placed recorded{event.result, request.blocks};
  if (event.has_result && event.result != request.result &&
      settles_dispute({request.result, request.blocks}, recorded)) {
    request.result = event.result;
  }
  if (event.has_result && event.result != request.result) {
    const Placed modelled{request.result, request.blocks};
    Divergence* divergence =
        diverge(DivergenceKind::kResult, event,
                what + "recorded " + name(event.result) +
                    ", the model answers " + name(request.result));
    add_window(divergence,
               event.result.is_null() ? request.result : event.result, recorded,
               modelled);
    request.result = settle_dispute(modelled, recorded, event.flag);
  }
  if (!event.has_result && event.served && request.result.is_null()) {
    diverge(DivergenceKind::kResult, event,
            what + "served on the device, the model has no room");
  }
}

BlockRef Replayer::settle_dispute(const Placed& modelled,
                                  const Placed& recorded, bool finaliser) {
  if (recorded.at.is_null()) {
    // A hole there would be wrong for the rest of the trace if only this
    // record is damaged; an object too many is found out by the next table.
    keep_disputed(modelled.at);
    return recorded.at;
  }
  drop_disputed(recorded);
  const bool overlap =
      !modelled.at.is_null() && modelled.at.area == recorded.at.area &&
      modelled.at.block < recorded.at.block + recorded.blocks &&
      recorded.at.block < modelled.at.block + modelled.blocks;
  if (overlap) take_out(modelled.at);
  if (!heap_.force_place(recorded.at, recorded.blocks, finaliser)) {
    return overlap ? kNullBlock : modelled.at;
  }
  keep_disputed(recorded.at);
  if (!overlap && !modelled.at.is_null()) keep_disputed(modelled.at);
  return recorded.at;
}

// True if an earlier dispute explains this one: without the object in the way
// the model would have answered the recorded block. Then it is in its place.
bool Replayer::settles_dispute(const Placed& modelled, const Placed& recorded) {
  if (disputed_.empty() || recorded.at.is_null() || modelled.at.is_null() ||
      !drop_disputed(recorded)) {
    return false;
  }
  const Area* area = heap_.find_area(recorded.at.area);
  if (area == nullptr || recorded.blocks == 0) return false;
  take_out(modelled.at);
  const auto n = static_cast<uint32_t>(recorded.blocks);
  if (area->free_map().find_run(0, n) != recorded.at.block) {
    heap_.force_place(modelled.at, modelled.blocks, false);
    return false;
  }
  return heap_.force_place(recorded.at, recorded.blocks, false);
}

// What is in dispute may be gone for other reasons.
void Replayer::take_out(BlockRef object) {
  if (heap_.is_head(object)) heap_.retract(object);
}

// Where no table ever comes to settle them, the oldest disputes are let be.
void Replayer::keep_disputed(BlockRef object) {
  if (disputed_.size() == kMaxDisputed) {
    disputed_.erase(disputed_.begin(), disputed_.begin() + kMaxDisputed / 2);
  }
  disputed_.push_back(object);
}

// Objects in dispute give way to what the recording puts in their place.
bool Replayer::drop_disputed(const Placed& under) {
  bool dropped = false;
  std::erase_if(disputed_, [&](BlockRef disputed) {
    if (!heap_.is_head(disputed)) return true;  // gone meanwhile
    const uint64_t end = disputed.block + heap_.chain_blocks(disputed);
    const bool in_the_way = disputed.area == under.at.area &&
                            disputed.block < under.at.block + under.blocks &&
                            under.at.block < end;
    if (in_the_way) heap_.retract(disputed);
    dropped = dropped || in_the_way;
    return in_the_way;
  });
  return dropped;
}

// --- Resize -----------------------------------------------------------------

void Replayer::replay_realloc(const Event& event) {
  if (event.phase == EventPhase::kEnd) return end_realloc(event);
  ++result_.events;
  ++result_.by_kind[static_cast<size_t>(EventKind::kRealloc)];
  if (event.phase == EventPhase::kWhole && resized_in_place(event)) return;
  Resize resize;
  if (!begin_realloc(event, resize)) return;
  const Progress progress = heap_.advance(resize.request);
  if (event.phase == EventPhase::kWhole) {
    settle_realloc(event, resize, progress);
  } else if (frames_.size() >= kMaxDepth) {
    diverge(DivergenceKind::kNesting, event, "events nest too deep");
  } else {
    Frame frame;
    frame.kind = EventKind::kRealloc;
    frame.n_bytes = event.n_bytes;
    frame.flag = event.flag;
    frame.site = event.site;
    frame.resize = resize;
    frame.progress = progress;
    frames_.push_back(std::move(frame));
  }
}

// False where more is to be done, or said.
inline bool Replayer::resized_in_place(const Event& event) {
  uint64_t old_blocks = 0;
  if (event.n_bytes == 0 || !heap_.is_head(event.block) ||
      !is_as_recorded(event, event.block, Progress::kDone) ||
      !heap_.resize_in_place(event.block, event.n_bytes, old_blocks)) {
    return false;
  }
  answer_realloc(event, {event.block, old_blocks}, event.block);
  return true;
}

// False where the old block is no object: then there is nothing to resize, and
// what the recording says it got is all there is to go by.
bool Replayer::begin_realloc(const Event& event, Resize& resize) {
  resize.old = event.block;
  if (!event.block.is_null() && !heap_.is_head(event.block)) {
    Divergence* divergence = diverge(
        DivergenceKind::kBlock, event,
        "resize of " + name(event.block) + ", which is no object in the model");
    add_window(divergence, event.block, {}, {});
    if (event.phase == EventPhase::kWhole && event.has_result) {
      static_cast<void>(settle_dispute(
          {}, {event.result, heap_.blocks_for(event.n_bytes)}, false));
    }
    answer_ = event.has_result ? event.result : kNullBlock;
    // A begin needs its frame, or everything behind it looks wrong.
    resize.old = kNullBlock;
    if (event.phase == EventPhase::kWhole) return false;
  }
  resize.request = heap_.realloc_request(resize.old, event.n_bytes, event.flag);
  return true;
}

void Replayer::end_realloc(const Event& event) {
  if (frames_.empty() || frames_.back().kind != EventKind::kRealloc) {
    diverge(DivergenceKind::kNesting, event,
            "a resize ends that did not begin");
    return;
  }
  Frame& open = *open_request();
  if (open.growth_bytes != 0) {
    GcHeap::decline_growth(open.search());
    open.must_advance = true;
    advance(open);
  }
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  Event whole = event;
  whole.block = frame.resize.old;
  whole.n_bytes = frame.n_bytes;
  whole.flag = frame.flag;
  if (whole.site == 0) whole.site = frame.site;
  settle_realloc(whole, frame.resize, frame.progress);
}

void Replayer::settle_realloc(const Event& event, const Resize& resize,
                              Progress progress) {
  BlockRef result = resize.request.result;
  if (!is_as_recorded(event, result, progress)) {
    result = differ_realloc(event, resize, progress);
  }
  answer_realloc(event, {resize.old, resize.request.old_blocks}, result);
}

inline void Replayer::answer_realloc(const Event& event, const Placed& old,
                                     BlockRef result) {
  if (event.has_result) ++result_.results_checked;
  answer_ = result;
  if (observers_.empty()) return;
  SeenRealloc seen;
  seen.old = old.at;
  seen.old_blocks = old.blocks;
  seen.n_bytes = event.n_bytes;
  seen.blocks = heap_.blocks_for(event.n_bytes);
  seen.at = result;
  seen.may_move = event.flag;
  seen.out_of_memory = result.is_null() && event.n_bytes != 0 &&
                       heap_.lock_field() == 0 &&
                       (event.flag || old.at.is_null());
  Moment now = moment();
  now.site = event.site;
  tell([&](ReplayObserver& observer) { observer.on_realloc(now, seen); });
}

// Notes where model and recording differ; answers what the replay goes on with.
BlockRef Replayer::differ_realloc(const Event& event, const Resize& resize,
                                  Progress progress) {
  const std::string to = std::to_string(event.n_bytes) + " bytes: ";
  BlockRef result = resize.request.result;
  if (progress != Progress::kDone) {
    diverge(DivergenceKind::kCollect, event,
            "resize to " + to + "the model needs " +
                waits_for(progress, resize.request.alloc.cause) +
                " first, the recording has none");
    result = kNullBlock;
  }
  const std::string what = "resize of " + name(resize.old) + " to " + to;
  if (event.has_result && event.result != result) {
    const Placed recorded{event.result, heap_.blocks_for(event.n_bytes)};
    Divergence* divergence = diverge(DivergenceKind::kResult, event,
                                     what + "recorded " + name(event.result) +
                                         ", the model answers " + name(result));
    add_window(divergence, event.result.is_null() ? resize.old : event.result,
               recorded, {result, recorded.blocks});
    const uint64_t modelled_blocks =
        heap_.is_head(result) ? heap_.chain_blocks(result) : 0;
    result = settle_dispute({result, modelled_blocks}, recorded, false);
  }
  if (!event.has_result && event.served && result.is_null()) {
    diverge(DivergenceKind::kResult, event,
            what + "served on the device, the model has no room");
  }
  return result;
}

// --- Free -------------------------------------------------------------------

void Replayer::replay_free(const Event& event) {
  ++result_.events;
  ++result_.by_kind[static_cast<size_t>(EventKind::kFree)];
  uint32_t blocks = 0;
  if (!event.block.is_null()) {
    if (heap_.is_head(event.block)) {
      blocks = heap_.free_object(event.block);
    } else {
      Divergence* divergence = diverge(
          DivergenceKind::kBlock, event,
          "free of " + name(event.block) + ", which is no object in the model");
      add_window(divergence, event.block, {}, {});
    }
  }
  if (observers_.empty()) return;
  const Moment now = moment();
  tell([&](ReplayObserver& observer) {
    observer.on_free(now, event.block, blocks);
  });
}

// --- Requests under way -----------------------------------------------------

Replayer::Frame* Replayer::open_request() {
  if (frames_.empty()) return nullptr;
  Frame& frame = frames_.back();
  if (frame.kind != EventKind::kAlloc && frame.kind != EventKind::kRealloc) {
    return nullptr;
  }
  advance(frame);
  return &frame;
}

void Replayer::advance(Frame& frame) {
  if (!frame.must_advance) return;
  frame.must_advance = false;
  frame.progress = frame.kind == EventKind::kAlloc
                       ? heap_.advance(frame.alloc)
                       : heap_.advance(frame.resize.request);
}

}  // namespace libheap
