#pragma once

// Lockstep: the fast model and the naive one, side by side.
//
// Every operation is done to both, and after each the two must agree on its
// result and on all they show of their state; where they do not, Mismatch is
// thrown with both answers and the last operations. An operation during which
// the naive heap calls out (to collect, to finalise, for memory) is driven
// through the same steps in the fast model, which must ask for the same thing
// at the same moment.
//
// What the heap's surroundings decide (who survives a collect, what finalisers
// do, how much memory there is) is asked of a Surroundings.
//
//     after every operation   result, cause of a collect, amount, indices,
//                             bounds, lock field, used blocks
//     after every collect,    tables byte for byte, digests, census, objects,
//     and now and then        invariants: compare_everything()

#include <array>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "libheap/model/gc_heap.h"
#include "tests/oracle/naive_heap.h"

namespace libheap {

class Mismatch : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Lockstep;

class Surroundings {
 public:
  virtual ~Surroundings() = default;
  // A collect began: is this object reachable?
  virtual bool survives(BlockRef head) = 0;
  // The finaliser of a dying object runs: it may free, and try to allocate.
  virtual void finaliser(Lockstep& heap) = 0;
  // A collect is over and the request it was for not yet resumed (callbacks
  // of weak references): any request may be made.
  virtual void after_collect(Lockstep& heap) = 0;
  // Bytes the port could spare for another area, and whether it does.
  virtual uint64_t max_new_split() = 0;
  virtual std::optional<uint64_t> allocate_split(uint64_t bytes) = 0;
};

class Lockstep : private NaivePort {
 public:
  Lockstep(const HeapConfig& config, uint64_t start, uint64_t end,
           Surroundings& surroundings);

  // The program's operations.
  BlockRef alloc(uint64_t n_bytes, bool finaliser);
  BlockRef realloc(BlockRef old, uint64_t n_bytes, bool may_move);
  void free(BlockRef block);
  void collect();
  void sweep_all();
  void lock();
  void unlock();
  void set_threshold(std::optional<uint64_t> blocks);
  void set_auto_collect(bool enabled);
  void mark_weakref(BlockRef head);
  void add_area(uint64_t start, uint64_t end);
  void init(uint64_t start, uint64_t end);

  // Every object there is, in no particular order.
  [[nodiscard]] const std::vector<BlockRef>& live() const { return live_; }
  // True while a request for this object is under way: it must not go.
  [[nodiscard]] bool pinned(BlockRef head) const;
  [[nodiscard]] const GcHeap& model() const { return model_; }
  [[nodiscard]] const NaiveHeap& naive() const { return naive_; }
  [[nodiscard]] bool collecting() const { return collecting_; }
  [[nodiscard]] uint64_t locks() const { return locks_; }
  // Requests under way around this moment.
  [[nodiscard]] size_t depth() const { return requests_.size(); }
  // Operations done so far, nested ones too.
  [[nodiscard]] uint64_t operations() const { return operations_; }
  [[nodiscard]] uint64_t collects() const { return collects_; }
  [[nodiscard]] uint64_t failed_allocations() const { return failed_; }

  void compare_everything();

 private:
  // One operation, kept for the report of a mismatch.
  struct Step {
    const char* name = "";
    BlockRef block;
    uint64_t number = 0;
    bool flag = false;
  };
  // A request under way in the model: one of the two.
  struct Request {
    AllocRequest* alloc = nullptr;
    ReallocRequest* realloc = nullptr;
    Progress progress = Progress::kDone;

    [[nodiscard]] AllocRequest& inner() const {
      return realloc != nullptr ? realloc->alloc : *alloc;
    }
  };

  // NaivePort
  void collect(CollectCause cause) override;
  void finalise(BlockRef head) override;
  uint64_t max_new_split() override;
  std::optional<uint64_t> allocate_split(uint64_t bytes) override;
  void area_dropped(uint32_t area) override;

  void begin(const char* name, BlockRef block, uint64_t number, bool flag);
  void end();
  void begin_request(Request& request);
  void end_request(Request& request);
  void advance(Request& request);
  void run_collect(bool everything);
  std::vector<AreaSurvivors> choose_survivors(bool everything);
  void keep_only(std::vector<AreaSurvivors>& survivors);

  // After a realloc.
  void update_objects(BlockRef old, uint64_t n_bytes, BlockRef result);
  uint32_t& position(BlockRef head);
  void remember(BlockRef head);
  void forget(BlockRef head);

  template <typename T>
  void same(const char* what, const T& model, const T& naive);
  void require(bool condition, const char* what);
  [[noreturn]] void fail(const std::string& what) const;
  void compare_state();
  void compare_area(const Area& model, const NaiveArea& naive);
  void compare_objects();

  HeapConfig config_;
  Surroundings& surroundings_;
  GcHeap model_;
  NaiveHeap naive_;

  std::vector<BlockRef> live_;
  std::vector<std::vector<uint32_t>> positions_;  // in live_, by area, block
  std::vector<Request*> requests_;                // innermost last
  std::vector<uint32_t> dropped_;
  uint64_t locks_ = 0;
  bool at_once_ = false;  // how the last allocation was asked for
  bool collecting_ = false;
  uint64_t available_ = 0;  // for the area being asked for
  uint64_t operations_ = 0;
  uint64_t collects_ = 0;
  uint64_t failed_ = 0;
  uint64_t next_comparison_ = 0;
  std::array<Step, 24> steps_;
  std::vector<uint8_t> bytes_;
};

}  // namespace libheap
