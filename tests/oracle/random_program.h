#pragma once

// RandomProgram: a program made up of random heap operations, run on both
// models in lockstep.
//
// A program draws its own heap first (word, block and table sizes, areas,
// addresses that are skewed at both ends), then a profile: how often it does
// what, with which sizes. Profiles are made to dwell where heaps go wrong:
// nearly full, checkered, just around a size that wraps, locked half the time.

#include <cstdint>
#include <optional>

#include "tests/oracle/choices.h"
#include "tests/oracle/lockstep.h"

namespace libheap {

struct HeapSetting {
  HeapConfig config;
  uint64_t start = 0;
  uint64_t end = 0;
};

// A heap that can exist in this release.
[[nodiscard]] HeapSetting draw_heap(Choices& choices, const Release& release);

class RandomProgram : private Surroundings {
 public:
  RandomProgram(Choices& choices, const Release& release);

  // Does about `operations`, fewer when the choices are exhausted. Throws
  // Mismatch where the models disagree.
  void run(uint64_t operations);

  [[nodiscard]] const Lockstep& heap() const { return heap_; }

 private:
  // Surroundings
  bool survives(BlockRef head) override;
  void finaliser(Lockstep& heap) override;
  void after_collect(Lockstep& heap) override;
  uint64_t max_new_split() override;
  std::optional<uint64_t> allocate_split(uint64_t bytes) override;

  void step();
  void nested_step();
  void relax();

  void alloc();
  void realloc();
  void free();
  void threshold();
  void weakref();
  void add_area();
  void init();
  void checker();

  [[nodiscard]] uint64_t draw_size();
  [[nodiscard]] uint64_t draw_new_size(BlockRef old);
  [[nodiscard]] uint64_t wrapping_size();
  [[nodiscard]] bool draw_finaliser();
  [[nodiscard]] BlockRef draw_live();
  void draw_survivors();

  Choices& choices_;
  HeapSetting setting_;
  size_t profile_;
  Lockstep heap_;

  uint64_t keep_percent_ = 50;
  uint64_t keep_salt_ = 0;
  bool keep_alternate_ = false;
  uint64_t areas_below_ = 0;  // the next ones' places
  uint64_t areas_above_ = 0;
};

}  // namespace libheap
