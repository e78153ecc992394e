#include <nlohmann/json.hpp>

#include "libheap/report/diff_report.h"

namespace libheap {

namespace {

using Json = nlohmann::ordered_json;

std::string_view name_of(DiffUnit unit) {
  switch (unit) {
    case DiffUnit::kBytes:
      return "bytes";
    case DiffUnit::kMicroseconds:
      return "us";
    case DiffUnit::kShare:
      return "share";
    case DiffUnit::kCount:
      break;
  }
  return "count";
}

std::string_view name_of(WindowUnit per) {
  switch (per) {
    case WindowUnit::kTicks:
      return "iteration";
    case WindowUnit::kMicroseconds:
      return "second";
    case WindowUnit::kEvents:
      break;
  }
  return "trace";
}

Json rows_json(const std::vector<DiffRow>& rows) {
  Json list = Json::array();
  for (const DiffRow& row : rows) {
    const Comparison& found = row.found;
    list.push_back(
        {{"name", row.name},
         {"unit", name_of(row.unit)},
         {"a", found.a},
         {"b", found.b},
         {"difference_low", found.judged ? Json(found.low) : Json()},
         {"difference_high", found.judged ? Json(found.high) : Json()},
         {"judged", found.judged},
         {"differs", found.differs},
         {"less_is_better", row.less_is_better}});
  }
  return list;
}

Json renamed_json(const std::optional<RenamedFile>& renamed) {
  if (!renamed) return nullptr;
  return {{"a", renamed->a}, {"b", renamed->b}};
}

}  // namespace

std::string diff_json(const DiffFindings& found) {
  const Json json = {{"schema", "mpheap.diff/1"},
                     {"a", {{"trace", found.a}, {"release", found.release_a}}},
                     {"b", {{"trace", found.b}, {"release", found.release_b}}},
                     {"per", name_of(found.per)},
                     {"differences", found.differences},
                     {"totals", rows_json(found.totals)},
                     {"renamed", renamed_json(found.renamed)},
                     {"origins_are", found.by_site ? "functions" : "sizes"},
                     {"origins", rows_json(found.origins)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace libheap
