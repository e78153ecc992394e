#include "tools/info/info.h"

#include "libheap/analysis/trace_contents.h"
#include "libheap/report/json_report.h"
#include "libheap/report/text_report.h"
#include "tools/common/options.h"
#include "tools/common/output.h"
#include "tools/common/terminal.h"
#include "tools/common/trace_input.h"

namespace libheap::tools {

int run_info(const Arguments& arguments) {
  Options options("info TRACE",
                  "Says what a trace holds, without replaying it: firmware, "
                  "heap geometry,\nduration, events by kind, gaps, damage, "
                  "checkpoints.");
  options.add()("json", "as one JSON document (schema mpheap.info/1)")(
      "strict", "exit 3 if the trace is damaged");
  options.example("info run.mpheap", "what is in it?");
  if (!options.parse(arguments)) return kDone;

  const std::string path = options.required_input();
  const std::unique_ptr<EventSource> source = open_input(path, options.quiet());
  const TraceContents contents = read_contents(*source, path);
  write_output(options.has("json") ? info_json(contents)
                                   : info_text(contents, output_style()));
  const bool unsound = options.has("strict") && contents.damage.count() != 0;
  return unsound ? kUnsound : kDone;
}

}  // namespace libheap::tools
