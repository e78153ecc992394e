// mpheap COMMAND ...: a table of commands. Each is a folder of its own.

#include "tools/capture/capture.h"
#include "tools/check/check.h"
#include "tools/common/tool_main.h"
#include "tools/convert/convert.h"
#include "tools/diff/diff.h"
#include "tools/dump/dump.h"
#include "tools/export/export.h"
#include "tools/frag/frag.h"
#include "tools/generate/generate.h"
#include "tools/graph/graph.h"
#include "tools/help/help.h"
#include "tools/info/info.h"
#include "tools/map/map.h"
#include "tools/pauses/pauses.h"
#include "tools/replay/replay.h"
#include "tools/report/report.h"
#include "tools/simulate/simulate.h"
#include "tools/sites/sites.h"
#include "tools/summary/summary.h"
#include "tools/tune/tune.h"

namespace libheap::tools {
namespace {

int run_help_of_all(const Arguments& arguments);

constexpr Command kCommands[] = {
    {"capture", "a trace from a device", run_capture},
    {"info", "what a trace holds", run_info},
    {"dump", "the events of a trace as text", run_dump},
    {"convert", "a .mpheap trace from a text event log, or the other way",
     run_convert},
    {"replay", "prove a trace against the model of the heap", run_replay},
    {"pauses", "how long collects stop the program, and why", run_pauses},
    {"report", "everything worth saying about a trace", run_report},
    {"frag", "why allocations failed, and what splits the heap", run_frag},
    {"map", "the heap map of a trace, or of what mem_info(1) printed", run_map},
    {"sites", "who allocates, by Python line, function or size", run_sites},
    {"diff", "two traces side by side: what differs beyond chance", run_diff},
    {"check", "does a trace stay within its budgets? for CI", run_check},
    {"export", "a trace for other tools: Perfetto, DHAT, pprof, ...",
     run_export},
    {"summary", "a trace in numbers that add up over a fleet", run_summary},
    {"merge", "summaries of many traces, summed up", run_merge},
    {"graph", "a heap's contents: who keeps what alive, what marking costs",
     run_graph},
    {"tune", "what to pass to gc.threshold, or which strategy fits", run_tune},
    {"simulate", "what another threshold, heap or release would have done",
     run_simulate},
    {"generate", "a trace of a synthetic program", run_generate},
    {"help", "more about a command or a topic", run_help_of_all},
};

int run_help_of_all(const Arguments& arguments) {
  return run_help(kCommands, arguments);
}

}  // namespace
}  // namespace libheap::tools

int main(int argc, char** argv) {
  return libheap::tools::tool_main(libheap::tools::kCommands,
                                   {argv + 1, argv + argc});
}
