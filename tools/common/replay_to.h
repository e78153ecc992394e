#pragma once

// A replay brought to a place named on the command line: --at.
//
//     1234, 250ms, 3s     after this event, at this time
//     last                the end of the trace
//     failure             the first allocation that failed, as it failed

#include <functional>
#include <optional>
#include <string>

#include "libheap/replay/replayer.h"
#include "tools/common/trace_input.h"

namespace libheap::tools {

struct ReplayPlace {
  enum class Kind { kPlace, kLast, kFailure };

  Kind kind = Kind::kLast;
  TracePlace place;  // of kPlace
};

// Throws UsageError; `option` names the culprit.
[[nodiscard]] ReplayPlace parse_replay_place(const std::string& text,
                                             const std::string& option);

// Throws Error where the trace never gets there. `step` steps the replayer.
void replay_to(Replayer& replayer, const ReplayPlace& place,
               const std::function<bool()>& step);
void replay_to(Replayer& replayer, const ReplayPlace& place);

}  // namespace libheap::tools
