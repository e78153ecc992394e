#include "tools/frag/frag.h"

#include "libheap/analysis/findings.h"
#include "libheap/report/frag_report.h"
#include "tools/common/options.h"
#include "tools/common/output.h"
#include "tools/common/terminal.h"
#include "tools/common/trace_input.h"

namespace libheap::tools {

int run_frag(const Arguments& arguments) {
  Options options(
      "frag TRACE",
      "Says why allocations failed: because memory had run out, or because it "
      "was in\npieces; what split it, since when, and which lines put it "
      "there. Then who holds\never more after collects, and how much more heap "
      "the program needs than it holds.");
  options.add()("json", "as one JSON document (schema mpheap.frag/1)")(
      "strict", "exit 3 if anything diverges or the trace is damaged");
  options.example("frag run.mpheap", "why did this fail with 60 KB free?");
  if (!options.parse(arguments)) return kDone;

  const std::string path = options.required_input();
  const std::unique_ptr<EventSource> source = open_input(path, options.quiet());
  const Findings findings = analyse(*source, path);
  write_output(options.has("json") ? frag_json(findings)
                                   : frag_text(findings, output_style()));
  const bool unsound =
      findings.proof.divergences != 0 || findings.damage.count() != 0;
  return options.has("strict") && unsound ? kUnsound : kDone;
}

}  // namespace libheap::tools
