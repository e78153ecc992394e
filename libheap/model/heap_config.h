#pragma once

// Everything that makes one build's heap differ from another's, in one struct.
// Filled from a trace's header (replay/heap_setup.h) or by hand in a what-if;
// each field is read at one place in the model. Units are in the names.

#include <cstdint>

#include "libheap/model/release.h"

namespace libheap {

enum class SplitMode : uint8_t {
  kNone,    // one area
  kManual,  // areas added by the port at start
  kAuto,    // the collector adds areas when it runs out (v1.21)
};

struct HeapConfig {
  Release release = {1, 22, 0, true};
  ReleaseTraits traits = traits_of(release);
  uint32_t word_bytes = 4;    // 4 or 8: width of the device's size arithmetic
  uint32_t block_bytes = 16;  // a power of two
  bool finaliser = true;      // has a finaliser table
  bool weakref = false;       // has a weak-reference table (v1.28)
  SplitMode split = SplitMode::kNone;
  uint32_t area_record_bytes = 0;  // descriptor at the start of an added area
};

// Throws Error where the combination cannot exist (block size not a power of
// two, word size other than 4 or 8, a release before v1.12).
void validate(const HeapConfig& config);

}  // namespace libheap
