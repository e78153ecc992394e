// largest_run TRACE: the longest free run that each collect left, in bytes.
//
// An analysis is an observer of the replay: it is told what happens, and may
// ask the modelled heap as it is at that moment.

#include <cstdio>

#include "libheap/base/error.h"
#include "libheap/replay/replayer.h"
#include "libheap/trace/event_source.h"

namespace {

class LargestRuns : public libheap::ReplayObserver {
 public:
  void on_collect_end(const libheap::Moment& moment,
                      const libheap::SeenCollect&) override {
    const uint64_t blocks = moment.heap->largest_free_run();
    std::printf("event %llu: %llu bytes\n",
                static_cast<unsigned long long>(moment.event),
                static_cast<unsigned long long>(
                    blocks * moment.heap->config().block_bytes));
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: largest_run TRACE\n");
    return 2;
  }
  try {
    const auto source = libheap::open_trace(argv[1]);
    libheap::Replayer replayer(*source);
    LargestRuns runs;
    replayer.observe(&runs);
    replayer.run();
    return replayer.result().divergences == 0 ? 0 : 3;
  } catch (const libheap::Error& error) {
    std::fprintf(stderr, "largest_run: %s\n", error.what());
    return 1;
  }
}
