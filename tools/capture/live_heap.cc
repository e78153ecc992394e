#include "tools/capture/live_heap.h"

#include <exception>
#include <functional>
#include <memory>
#include <utility>

#include "libheap/trace/byte_source.h"
#include "libheap/trace/trace_reader.h"

namespace libheap::tools {

// The queue as a stream of bytes. Before it is asked for more, all it gave has
// been replayed: the time to look. It looks when nothing comes, too.
class LiveHeap::Feed final : public ByteStream {
 public:
  using Look = std::function<void()>;

  Feed(ByteQueue& queue, Look look) : queue_(queue), look_(std::move(look)) {}

  size_t read(std::span<char> to) override {
    for (;;) {
      look_();
      const size_t size = queue_.read(to);
      if (size != 0 || queue_.at_end()) return size;
    }
  }

 private:
  ByteQueue& queue_;
  Look look_;
};

class LiveHeap::LastPauses final : public ReplayObserver {
 public:
  void on_collect_end(const Moment& now, const SeenCollect& seen) override {
    if (seen.sweep_all || seen.begin_us == Event::kNoTime ||
        now.time_us == Event::kNoTime) {
      return;
    }
    pauses_.insert(pauses_.begin(), {now.time_us - seen.begin_us, seen.cause});
    if (pauses_.size() > HeapNow::kPauses) pauses_.pop_back();
  }
  [[nodiscard]] const std::vector<HeapNow::Pause>& newest() const {
    return pauses_;
  }

 private:
  std::vector<HeapNow::Pause> pauses_;
};

LiveHeap::LiveHeap(LiveWatcher* watcher)
    : watcher_(watcher), thread_([this] { replay_streams(); }) {}

LiveHeap::~LiveHeap() { finish({}); }

void LiveHeap::finish(std::chrono::milliseconds grace) {
  if (!thread_.joinable()) return;
  queue_.close(grace);
  thread_.join();
}

HeapNow LiveHeap::now() const {
  const std::lock_guard lock(mutex_);
  return now_;
}

void LiveHeap::publish(HeapNow now) {
  const std::lock_guard lock(mutex_);
  now_ = std::move(now);
}

void LiveHeap::tick() {
  if (watcher_ != nullptr) watcher_->on_tick(now());
}

void LiveHeap::replay_streams() {
  do {
    publish({});
    try {
      replay_stream();
    } catch (const std::exception& error) {
      // That a stream ended before it said anything is nobody's trouble.
      if (queue_.at_end()) continue;
      HeapNow now;
      now.state = HeapNow::State::kNoModel;
      now.problem = error.what();
      publish(std::move(now));
    }
  } while (next_stream());
}

bool LiveHeap::next_stream() {
  for (;;) {
    tick();
    const ByteQueue::Next next = queue_.next_stream();
    if (next != ByteQueue::Next::kNotYet) {
      return next == ByteQueue::Next::kBegun;
    }
  }
}

// Tells the watcher of a replay, and that it is over, however it ends.
class LiveHeap::Watched {
 public:
  Watched(LiveWatcher* watcher, Replayer& replayer) : watcher_(watcher) {
    if (watcher_ != nullptr) watcher_->on_replay_begin(replayer);
  }
  ~Watched() {
    if (watcher_ != nullptr) watcher_->on_replay_end();
  }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

 private:
  LiveWatcher* watcher_;
};

void LiveHeap::replay_stream() {
  std::optional<Replayer> replayer;
  LastPauses pauses;
  was_exact_ = false;
  skipped_while_exact_ = queue_.skipped();
  auto feed = std::make_unique<Feed>(queue_, [&] {
    if (replayer) look(*replayer, pauses);
    tick();
  });
  TraceReader reader(std::make_unique<ByteSource>(std::move(feed), "heap"));
  replayer.emplace(reader);
  replayer->observe(&pauses);
  const Watched watched(watcher_, *replayer);
  replayer->run();
  look(*replayer, pauses);
  tick();
}

void LiveHeap::look(const Replayer& replayer, const LastPauses& pauses) {
  using State = HeapNow::State;
  const GcHeap& heap = replayer.heap();
  HeapNow now;
  if (replayer.exact()) {
    now.state = State::kExact;
    was_exact_ = true;
    skipped_while_exact_ = queue_.skipped();
  } else if (queue_.skipped() != skipped_while_exact_) {
    now.state = State::kCatchUp;
  } else {
    now.state = was_exact_ ? State::kInexact : State::kWaiting;
  }
  now.block_bytes = heap.config().block_bytes;
  now.total_blocks = heap.total_blocks();
  now.used_blocks = heap.used_blocks();
  now.largest_free_run = heap.largest_free_run();
  now.collects = replayer.result().collects;
  now.divergences = replayer.result().divergences;
  now.pauses = pauses.newest();
  publish(std::move(now));
}

}  // namespace libheap::tools
