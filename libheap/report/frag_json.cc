#include "libheap/report/frag_report.h"
#include "libheap/report/fragmentation_json.h"
#include "libheap/report/graph_report.h"

namespace libheap {

using Json = nlohmann::ordered_json;

std::string frag_json(const Findings& findings) {
  Json json = {{"schema", "mpheap.frag/1"},
               {"source", findings.source},
               {"heap",
                {{"pool_bytes", findings.heap.pool_bytes},
                 {"blocks", findings.heap.blocks},
                 {"block_bytes", findings.heap.block_bytes},
                 {"areas", findings.heap.areas},
                 {"release", findings.heap.release}}},
               {"events", findings.proof.events},
               {"divergences", findings.proof.divergences}};
  json.update(fragmentation_json(findings.fragmentation, /*full=*/true));
  json["growth"] =
      findings.graph ? growth_json(*findings.graph) : Json(nullptr);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace libheap
