#pragma once

// Maps by what is known of the lives of objects: age, lifetime, site.
//
// Age and lifetime are told by the allocation clock: how much was allocated
// since an object was born, or until it died. A lifetime needs the rest of the
// trace, so LifetimeWatch goes on watching behind the moment of the map. An
// object that a collect frees had died at some time before; what is shown is
// when it was seen to be dead. What is there at the end of the trace lives at
// least so long, and is a category of its own.

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>

#include "libheap/analysis/heap_picture.h"
#include "libheap/analysis/live_objects.h"
#include "libheap/replay/observer.h"

namespace libheap {

[[nodiscard]] HeapPicture picture_by_age(const HeapTable& table,
                                         const LiveObjects& objects);

// The sites that hold most have a category each, the others one together.
// `name` puts a site into words.
[[nodiscard]] HeapPicture picture_by_site(
    const HeapTable& table, const LiveObjects& objects,
    const std::function<std::string(const SiteRecord&)>& name);

// When the objects that live at one moment die. Observes the replay from there
// on, before `objects` does.
class LifetimeWatch : public ReplayObserver {
 public:
  explicit LifetimeWatch(const LiveObjects& objects) : objects_(objects) {}

  // Now is the moment of the map.
  void begin(const HeapTable& table);

  void on_free(const Moment& now, BlockRef block, uint32_t blocks) override;
  void on_realloc(const Moment& now, const SeenRealloc& seen) override;
  void on_sweep(const Moment& now,
                std::span<const AreaSurvivors> survivors) override;

  // Once the replay is at its end.
  [[nodiscard]] HeapPicture picture() const;

 private:
  static constexpr uint64_t kAlive = UINT64_MAX;

  void dies(BlockRef head);

  const LiveObjects& objects_;
  HeapTable table_;
  std::unordered_map<uint64_t, uint64_t> lifetimes_;  // by born_event, blocks
  std::unordered_map<uint64_t, uint64_t> born_;  // born_event by area and block
  bool watching_ = false;
};

}  // namespace libheap
