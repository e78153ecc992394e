#include "libheap/analysis/object_lives.h"

#include <array>

namespace libheap {

std::string_view name_of(ObjectEnd end) {
  constexpr std::array<std::string_view, 5> kNames = {"freed", "swept", "reset",
                                                      "lost", "live"};
  return kNames[static_cast<size_t>(end)];
}

namespace {

// What a lost object had; a model that is out of step may not know.
uint64_t blocks_of(const Moment& now, BlockRef at, const LiveObject& object) {
  return now.heap->is_head(at) ? now.heap->chain_blocks(at)
                               : object.born_blocks;
}

}  // namespace

void ObjectLives::on_alloc(const Moment& now, const SeenAlloc& seen) {
  if (!seen.at.is_null()) born(now, seen.at, seen.n_bytes, seen.blocks);
}

void ObjectLives::on_realloc(const Moment& now, const SeenRealloc& seen) {
  if (seen.at.is_null()) {
    const bool free = seen.n_bytes == 0 && !seen.old.is_null();
    if (free && !now.heap->is_head(seen.old)) {
      end(now, seen.old, seen.old_blocks, ObjectEnd::kFreed);
    }
  } else if (seen.old.is_null()) {
    born(now, seen.at, seen.n_bytes, seen.blocks);
  } else if (const LiveObject* object = objects_.find(seen.old)) {
    watcher_.on_resize(now, *object, seen.old_blocks, seen);
  }
}

void ObjectLives::on_free(const Moment& now, BlockRef block, uint32_t blocks) {
  if (blocks != 0) end(now, block, blocks, ObjectEnd::kFreed);
}

void ObjectLives::on_collect_begin(const Moment&, const SeenCollect& seen) {
  sweeps_all_ = seen.sweep_all;
}

void ObjectLives::on_sweep(const Moment& now,
                           std::span<const AreaSurvivors> survivors) {
  const ObjectEnd how = sweeps_all_ ? ObjectEnd::kReset : ObjectEnd::kSwept;
  for_each_dying(*now.heap, survivors, [&](BlockRef block, uint32_t blocks) {
    end(now, block, blocks, how);
  });
}

void ObjectLives::on_other(const Moment& now, const Event& event) {
  if (event.kind == EventKind::kLoss) end_all(now, ObjectEnd::kLost);
  if (event.kind == EventKind::kInit) end_all(now, ObjectEnd::kReset);
}

void ObjectLives::on_finish(const Moment& now) {
  objects_.for_each([&](BlockRef block, const LiveObject& object) {
    const bool there = now.heap->is_head(block);
    watcher_.on_end(now, object, block, blocks_of(now, block, object),
                    there ? ObjectEnd::kLive : ObjectEnd::kLost);
  });
}

void ObjectLives::born(const Moment& now, BlockRef at, uint64_t n_bytes,
                       uint64_t blocks) {
  // An object the model took for live, where the device has put another.
  if (const LiveObject* displaced = objects_.find(at)) {
    watcher_.on_end(now, *displaced, at, displaced->born_blocks,
                    ObjectEnd::kLost);
  }
  watcher_.on_birth(now, objects_.site_of(now), n_bytes, blocks);
}

void ObjectLives::end(const Moment& now, BlockRef at, uint64_t blocks,
                      ObjectEnd end) {
  const LiveObject* object = objects_.find(at);
  if (object != nullptr) watcher_.on_end(now, *object, at, blocks, end);
}

void ObjectLives::end_all(const Moment& now, ObjectEnd end) {
  objects_.for_each([&](BlockRef block, const LiveObject& object) {
    watcher_.on_end(now, object, block, blocks_of(now, block, object), end);
  });
}

}  // namespace libheap
