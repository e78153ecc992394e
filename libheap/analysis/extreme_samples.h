#pragma once

// The heap over a trace of any length in at most 2 N samples, sawtooth kept.
//
// The stream of samples is cut into stretches of equally many; each stretch is
// represented by its fullest and its emptiest sample, in the order they came.
// When there are N stretches, neighbours are joined and new ones are twice as
// long. Thinning by keeping every k-th would show only the tops, or only the
// bottoms, of a program that collects in a steady rhythm.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace libheap {

struct HeapSample;

class ExtremeSamples {
 public:
  explicit ExtremeSamples(size_t stretches);
  ~ExtremeSamples();

  void add(const HeapSample& sample);
  // In order; short streams whole.
  [[nodiscard]] std::vector<HeapSample> samples() const;
  // Samples added per stretch; up to 2 of them are kept. 1: all were kept.
  [[nodiscard]] uint64_t stretch_length() const { return length_; }

 private:
  struct Stretch;

  void join_neighbours();

  size_t most_;
  uint64_t length_ = 1;
  uint64_t in_last_ = 0;
  std::vector<Stretch> stretches_;
};

}  // namespace libheap
