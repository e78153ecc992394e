#pragma once

// SyntheticDevice: a board that is not there, for programs whose truth is
// known.
//
// A synthetic program asks it for memory as a Python program does and says
// when it lets go of an object. The device keeps the heap (model/gc_heap.h)
// and a clock, collects when the collector would, and writes down everything
// as the tracer in the firmware would: requests, collects with their
// survivors, sites, ticks, labels, times. What a recording can never tell, it
// knows: when each object died.
//
//     const Held buffer = device.alloc(site, 512);
//     device.drop(buffer);              // garbage from here on
//
// An object the program holds survives every collect; one it dropped survives
// none. (On a real board stale words on the stack blur that.)

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libheap/model/gc_heap.h"
#include "libheap/simulate/workload.h"
#include "libheap/trace/event.h"

namespace libheap {

// An object a synthetic program holds; null where the allocation failed.
struct Held {
  static constexpr uint32_t kNone = UINT32_MAX;
  uint32_t life = kNone;
};

struct DeviceSettings {
  Release release{1, 24, 1, true};
  uint64_t heap_bytes = 192 * 1024;
  std::optional<uint64_t> threshold_bytes;  // gc.threshold(); none: off
  // How long a collect takes; none: by what it marks and sweeps.
  std::optional<uint64_t> pause_us;
};

class SyntheticDevice {
 public:
  explicit SyntheticDevice(const DeviceSettings& settings);

  // --- What a program does ----------------------------------------------
  // A line of Python that allocates; told once, then known by number.
  uint32_t site(const std::string& file, uint32_t line,
                const std::string& function, const std::string& runtime);
  Held alloc(uint32_t site, uint64_t n_bytes);
  // Allocated, used and forgotten.
  void temporary(uint32_t site, uint64_t n_bytes) {
    drop(alloc(site, n_bytes));
  }
  void resize(uint32_t site, Held& object, uint64_t n_bytes);
  void drop(Held object);
  void free(Held object);  // by the runtime, at once
  void collect();          // gc.collect()
  void set_threshold(uint64_t bytes);
  void tick();
  void label(const std::string& text);
  void wait_until(uint64_t time_us);  // idle; in the past: does nothing
  void end();                         // the recording ends here

  // --- What there is to know --------------------------------------------
  [[nodiscard]] uint64_t now_us() const { return now_us_; }
  [[nodiscard]] uint64_t events() const { return events_; }
  [[nodiscard]] TraceHeader header(const std::string& program) const;
  // Deaths as a workload of this trace counts them: one per life, in the order
  // of birth, in requests.
  [[nodiscard]] const std::vector<Position>& deaths() const { return deaths_; }
  [[nodiscard]] uint64_t collects() const { return collects_; }

  // The oldest event not yet taken, valid until the next call; null: none.
  const Event* take();

 private:
  // What an event points to lives beside it.
  struct Written {
    Event event;
    std::string text;
    std::unique_ptr<CollectRecord> collect;
    std::unique_ptr<SiteRecord> site;
  };

  Written& write(EventKind kind, EventPhase phase = EventPhase::kWhole);
  void run_collect(CollectCause cause);
  [[nodiscard]] CollectRecord record_of(const CollectResult& done) const;
  void born(BlockRef at, Held& object);
  [[nodiscard]] uint64_t pause_us(uint64_t swept) const;

  DeviceSettings settings_;
  GcHeap heap_;
  std::deque<Written> written_;
  std::optional<Written> taken_;
  std::vector<BlockRef> at_;       // by life
  std::vector<Position> deaths_;   // by life
  std::vector<uint32_t> life_at_;  // by head block
  Position requests_ = 0;
  uint64_t events_ = 0;
  uint64_t collects_ = 0;
  uint64_t now_us_ = 0;
  uint32_t sites_ = 0;
};

}  // namespace libheap
