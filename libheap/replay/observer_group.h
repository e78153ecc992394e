#pragma once

// ObserverGroup: several observers as one, so that an event costs the replay
// one virtual call and not one for each of them.
//
//     ObserverGroup group(allocations, sites, objects);    // in this order
//     replayer.observe(&group);
//
// Members are called by the names of their classes: directly, inlined where
// the body is in a header, and not at all where a class does not override the
// handler, for the empty one of ReplayObserver is all that is left. on_record
// is not passed on: who wants every record asks the replayer.

#include <tuple>

#include "libheap/replay/observer.h"

namespace libheap {

template <typename... Observers>
class ObserverGroup final : public ReplayObserver {
 public:
  // The members must outlive the group.
  explicit ObserverGroup(Observers&... members) : members_(members...) {}

  void on_start(const TraceHeader& header, const Moment& now) override {
    each([&]<typename One>(One& one) { one.One::on_start(header, now); });
  }
  void on_alloc(const Moment& now, const SeenAlloc& seen) override {
    each([&]<typename One>(One& one) { one.One::on_alloc(now, seen); });
  }
  void on_realloc(const Moment& now, const SeenRealloc& seen) override {
    each([&]<typename One>(One& one) { one.One::on_realloc(now, seen); });
  }
  void on_free(const Moment& now, BlockRef block, uint32_t blocks) override {
    each([&]<typename One>(One& one) { one.One::on_free(now, block, blocks); });
  }
  void on_collect_begin(const Moment& now, const SeenCollect& seen) override {
    each([&]<typename One>(One& one) { one.One::on_collect_begin(now, seen); });
  }
  void on_sweep(const Moment& now,
                std::span<const AreaSurvivors> survivors) override {
    each([&]<typename One>(One& one) { one.One::on_sweep(now, survivors); });
  }
  void on_collect_end(const Moment& now, const SeenCollect& seen) override {
    each([&]<typename One>(One& one) { one.One::on_collect_end(now, seen); });
  }
  void on_other(const Moment& now, const Event& event) override {
    each([&]<typename One>(One& one) { one.One::on_other(now, event); });
  }
  void on_finish(const Moment& now) override {
    each([&]<typename One>(One& one) { one.One::on_finish(now); });
  }

 private:
  template <typename Tell>
  void each(const Tell& tell) {
    std::apply([&](Observers&... one) { (tell(one), ...); }, members_);
  }

  std::tuple<Observers&...> members_;
};

}  // namespace libheap
