#pragma once

// LivePublisher: what a live page is told, made from the replay of a LiveHeap.
//
// It observes each replay with what a page shows, and at every tick of the
// LiveHeap makes a frame of what is new. How the capture goes is set from the
// capture's thread; all else happens on the replay's (and, once that has ended,
// the last tick on the capture's). Where nobody watches,
// nothing is made but the lists that a page would want to have later.
//
// Where the map takes many bytes to tell, it is told less often than the rest.

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libheap/report/live_json.h"
#include "tools/capture/live_feed.h"
#include "tools/capture/live_heap.h"
#include "tools/capture/rate_meter.h"
#include "tools/capture/stream_monitor.h"

namespace libheap::tools {

class LivePublisher final : public LiveWatcher {
 public:
  enum class Link : uint8_t { kOpen, kGone, kEnded };

  // The feed must outlive it.
  LivePublisher(LiveFeed& feed, const std::string& file);
  ~LivePublisher() override;

  // From the capture's thread.
  void set_counts(const StreamCounts& counts, uint64_t reconnects);
  void set_link(Link link, const std::string& port,
                const std::string& reason = "");
  void add_console(std::string_view text);

  // From the replay's.
  void on_replay_begin(Replayer& replayer) override;
  void on_replay_end() override;
  void on_tick(const HeapNow& now) override;

 private:
  using Clock = std::chrono::steady_clock;
  struct Stream;  // what observes one replay

  // What the capture's thread said.
  struct Told {
    StreamCounts counts;
    uint64_t reconnects = 0;
    Link link = Link::kOpen;
    std::string port;
    std::string reason;
    std::string console;  // since the last tick
  };

  [[nodiscard]] Told take_told();
  void keep_console(std::string_view text);
  void look(const HeapNow& heap);
  [[nodiscard]] Moment now() const;
  void look_at_gaps();
  void update_status(const Told& told, const HeapNow& now);
  [[nodiscard]] bool is_worth_telling(const Told& told) const;
  [[nodiscard]] LiveFrame new_frame() const;
  [[nodiscard]] std::string fresh_frame(std::string_view console);
  [[nodiscard]] std::string whole_frame();
  bool add_map(LiveFrame& frame);
  void add_sites(LiveFrame& frame);
  void add_site_names(LiveFrame& frame);

  LiveFeed& feed_;
  Clock::time_point start_ = Clock::now();

  std::mutex mutex_;
  Told told_;  // under mutex_

  // The replay thread's.
  Replayer* replayer_ = nullptr;  // while one runs
  std::unique_ptr<Stream> stream_;
  uint64_t streams_ = 0;
  LiveStatus status_;
  LiveStatus shown_;  // as of the last frame
  RateMeter events_;
  RateMeter allocated_;
  std::string console_;  // the last of it
  uint64_t tick_ = 0;
  uint64_t shown_at_ = 0;  // tick
  uint64_t map_due_ = 0;
  uint64_t sites_due_ = 0;
  bool anew_ = true;  // the next frame has to be whole
};

}  // namespace libheap::tools
