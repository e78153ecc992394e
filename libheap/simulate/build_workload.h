#pragma once

// From a trace to its workload.
//
//     const Workload workload = build_workload(*source);
//
// The trace is replayed once; the replay proves it on the way, and what it
// finds wrong is in the workload's `limits`. Where events were lost, the
// longest stretch without a loss is the workload. Throws Error where there is
// nothing to simulate: a trace whose heap is never known, or without a request.
//
// What else wants to hear of that replay, all of it, is in `observers`.
//
// Cost: the replay's, and 24 bytes per request kept.

#include <span>

#include "libheap/replay/observer.h"
#include "libheap/simulate/workload.h"
#include "libheap/trace/event_source.h"

namespace libheap {

[[nodiscard]] Workload build_workload(
    EventSource& source, std::span<ReplayObserver* const> observers = {});

}  // namespace libheap
