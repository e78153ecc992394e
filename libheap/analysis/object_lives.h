#pragma once

// ObjectLives: a replay told object by object: born, resized, ended.
//
//     LiveObjects objects;
//     ObjectLives lives(objects, watcher);
//     replayer.observe(&lives);       // before `objects`, which it asks
//     replayer.observe(&objects);
//
// Every object born here ends exactly once: objects still there at the end of
// the trace end as kLive, those lost sight of in a gap as kLost. A resize that
// moves is no end. Objects whose birth was not seen are not told.

#include "libheap/analysis/live_objects.h"

namespace libheap {

enum class ObjectEnd : uint8_t {
  kFreed,  // by the program
  kSwept,  // by the collector; it died some time before
  kReset,  // with the heap
  kLost,   // out of sight
  kLive,   // not at all
};
// "freed", "swept", "reset", "lost", "live"
[[nodiscard]] std::string_view name_of(ObjectEnd end);

class LifeWatcher {
 public:
  virtual ~LifeWatcher() = default;

  virtual void on_birth(const Moment& now, SiteIndex site, uint64_t n_bytes,
                        uint64_t blocks) = 0;
  // `object` as it was before.
  virtual void on_resize(const Moment& now, const LiveObject& object,
                         uint64_t old_blocks, const SeenRealloc& seen) = 0;
  virtual void on_end(const Moment& now, const LiveObject& object, BlockRef at,
                      uint64_t blocks, ObjectEnd end) = 0;
};

class ObjectLives : public ReplayObserver {
 public:
  ObjectLives(LiveObjects& objects, LifeWatcher& watcher)
      : objects_(objects), watcher_(watcher) {}

  void on_alloc(const Moment& now, const SeenAlloc& seen) override;
  void on_realloc(const Moment& now, const SeenRealloc& seen) override;
  void on_free(const Moment& now, BlockRef block, uint32_t blocks) override;
  void on_collect_begin(const Moment& now, const SeenCollect& seen) override;
  void on_sweep(const Moment& now,
                std::span<const AreaSurvivors> survivors) override;
  void on_other(const Moment& now, const Event& event) override;
  void on_finish(const Moment& now) override;

 private:
  void born(const Moment& now, BlockRef at, uint64_t n_bytes, uint64_t blocks);
  void end(const Moment& now, BlockRef at, uint64_t blocks, ObjectEnd end);
  void end_all(const Moment& now, ObjectEnd end);

  LiveObjects& objects_;
  LifeWatcher& watcher_;
  bool sweeps_all_ = false;
};

}  // namespace libheap
