#pragma once

// From what a trace says of its heap to the model of that heap.

#include "libheap/model/heap_config.h"
#include "libheap/model/layout.h"
#include "libheap/trace/trace_header.h"

namespace libheap {

// Throws Error where the header names no release the model knows, or options
// that cannot go together.
[[nodiscard]] HeapConfig config_from(const TraceHeader& header);

// Empty when the device laid the area out as the model does; else what
// differs: "pool at f7c39590, the model says f7c39580".
[[nodiscard]] std::string layout_difference(const AreaRecord& recorded,
                                            const AreaLayout& modelled);

}  // namespace libheap
