#pragma once

// Synthetic programs: what boards are used for, in small, with known truth.
//
// Each is a loop with a period. What it asks of the heap in a round is written
// down in Python terms beside it (object sizes: docs/heap-model.md); where it
// chooses, it chooses by its seed, so the same seed is the same program to the
// byte, whatever the heap and the threshold. `mpheap generate --list` shows
// them; traces/README.md says what each is good for.

#include <memory>
#include <span>
#include <string_view>

#include "libheap/simulate/synthetic_device.h"

namespace libheap {

class SyntheticProgram {
 public:
  virtual ~SyntheticProgram() = default;
  virtual void boot(SyntheticDevice& device) = 0;   // before the loop
  virtual void round(SyntheticDevice& device) = 0;  // once around the loop
};

struct SyntheticProgramKind {
  std::string_view name;
  std::string_view about;
  uint64_t period_us = 0;
  std::optional<uint64_t> pause_us;  // where the source of the program says so
  uint64_t heap_bytes = 0;           // that it is meant for
  std::unique_ptr<SyntheticProgram> (*make)(uint64_t seed);
};

[[nodiscard]] std::span<const SyntheticProgramKind> synthetic_programs();
// Null where there is none of that name.
[[nodiscard]] const SyntheticProgramKind* find_synthetic_program(
    std::string_view name);

}  // namespace libheap
