#include "libheap/report/bounded_json.h"

#include <string>

#include "libheap/base/error.h"

namespace libheap {

nlohmann::json parse_bounded_json(std::string_view text, size_t most_bytes) {
  constexpr int kDeepest = 16;
  if (text.size() > most_bytes) {
    throw Error("larger than " + std::to_string(most_bytes >> 10) + " KiB");
  }
  return nlohmann::json::parse(
      text, [](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
        if (depth > kDeepest) throw Error("nested too deep");
        return true;
      });
}

uint64_t whole_number(const nlohmann::json& value) {
  if (!value.is_number_unsigned()) throw Error("a count is no whole number");
  return value.get<uint64_t>();
}

}  // namespace libheap
