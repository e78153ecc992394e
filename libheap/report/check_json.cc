#include <nlohmann/json.hpp>

#include "libheap/report/check_report.h"

namespace libheap {

namespace {

using Json = nlohmann::ordered_json;

Json number_or_null(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json gate_json(const JudgedGate& one) {
  return {{"name", one.gate.gauge.name},
          {"verdict", name_of(one.verdict)},
          {"value", number_or_null(one.reading.value)},
          {"at_least", number_or_null(one.gate.at_least)},
          {"at_most", number_or_null(one.gate.at_most)},
          {"event",
           one.reading.event != 0 ? Json(one.reading.event) : Json(nullptr)},
          {"why_not_measured",
           one.reading.value ? Json(nullptr) : Json(one.reading.why_not)},
          {"what", one.gate.gauge.kind->what},
          {"why", one.gate.why}};
}

}  // namespace

std::string check_json(const CheckFindings& found) {
  Json gates = Json::array();
  for (const JudgedGate& one : found.gates) gates.push_back(gate_json(one));
  const Json json = {
      {"schema", "mpheap.check/1"}, {"trace", found.source},
      {"budget", found.budget},     {"passed", found.passed()},
      {"broken", found.broken},     {"not_measured", found.not_measured},
      {"gates", std::move(gates)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace libheap
