#include "libheap/trace/event.h"

#include <array>

namespace libheap {

std::string_view name_of(EventKind kind) {
  static constexpr std::array<std::string_view, kEventKinds> kNames = {
      "alloc",      "realloc",    "free",       "collect",      "sweep_all",
      "lock",       "unlock",     "lock_store", "threshold",    "auto_collect",
      "weakref",    "init",       "area_added", "area_dropped", "grow_offer",
      "grow_taken", "checkpoint", "keyframe",   "snapshot",     "end",
      "site",       "label",      "tick",       "loss",         "text",
      "wait"};
  return kNames[static_cast<size_t>(kind)];
}

}  // namespace libheap
