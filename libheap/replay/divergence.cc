#include "libheap/replay/divergence.h"

#include <array>

namespace libheap {

std::string_view name_of(DivergenceKind kind) {
  static constexpr std::array<std::string_view, kDivergenceKinds> kNames = {
      "layout", "result", "collect", "amount",  "survivors", "checkpoint",
      "block",  "lock",   "growth",  "nesting", "count"};
  return kNames[static_cast<size_t>(kind)];
}

std::string both(std::string_view what, uint64_t recorded, uint64_t modelled) {
  return std::string(what) + " recorded as " + std::to_string(recorded) +
         ", the model has " + std::to_string(modelled);
}

}  // namespace libheap
