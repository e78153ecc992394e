#include "libheap/report/budget_json.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "libheap/base/error.h"
#include "libheap/base/in_quotes.h"

namespace libheap {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSchema = "mpheap.budget/1";
constexpr std::string_view kExample =
    "{\"schema\": \"mpheap.budget/1\", \"budgets\": {...}}";

// A number as people write it: 4096, not 4096.0.
std::string limit_json(double limit) {
  const auto whole = static_cast<uint64_t>(limit);
  const bool is_whole = limit == static_cast<double>(whole);
  return is_whole ? Json(whole).dump() : Json(limit).dump();
}

// One line, spaced as people would write it: {"at_most": 3, "why": "..."}
std::string gate_json(const Gate& gate) {
  std::vector<std::string> fields;
  if (gate.at_most) {
    fields.push_back("\"at_most\": " + limit_json(*gate.at_most));
  }
  if (gate.at_least) {
    fields.push_back("\"at_least\": " + limit_json(*gate.at_least));
  }
  if (gate.if_measured) fields.emplace_back("\"if_measured\": true");
  if (!gate.why.empty()) fields.push_back("\"why\": " + Json(gate.why).dump());
  return fmt::format("{{{}}}", fmt::join(fields, ", "));
}

// Reads one file; knows where in it a complaint belongs.
class BudgetReader {
 public:
  BudgetReader(std::string_view text, const std::string& name)
      : text_(text), name_(name) {}

  Budget read() {
    const Json json = parse();
    if (!json.is_object())
      fail(0, "this is no budget; it looks like " + std::string(kExample));
    only(json, {"schema", "budgets"}, 0);
    if (json.value("schema", Json()) != kSchema) {
      fail(place_of("schema", 0),
           fmt::format("\"schema\" must be \"{}\"", kSchema));
    }
    const auto budgets = json.find("budgets");
    if (budgets == json.end() || !budgets->is_object() || budgets->empty()) {
      fail(place_of("budgets", 0),
           "\"budgets\" must be an object with at least one gauge in it");
    }
    const size_t from = after_key("budgets", 0);
    Budget budget;
    for (const auto& [key, value] : budgets->items()) {
      budget.gates.push_back(read_gate(key, value, place_of(key, from)));
    }
    return budget;
  }

 private:
  // As a document in memory it is many times as large.
  static constexpr size_t kMostBytes = size_t{256} << 10;
  static constexpr int kDeepest = 16;

  Json parse() {
    // Two keys alike: the library would silently take the last.
    std::vector<std::set<std::string>> open;
    std::string twice;
    if (text_.size() > kMostBytes) fail(0, "larger than 256 KiB");
    const auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
      if (depth > kDeepest) throw Error(name_ + ": nested too deep");
      if (event == Json::parse_event_t::object_start) open.emplace_back();
      if (event == Json::parse_event_t::object_end) open.pop_back();
      if (event == Json::parse_event_t::key &&
          !open.back().insert(value.get<std::string>()).second &&
          twice.empty()) {
        twice = value.get<std::string>();
      }
      return true;
    };
    try {
      Json json = Json::parse(text_, watch);
      if (!twice.empty()) {
        fail(place_of(twice, after_key(twice, 0)),
             fmt::format("{} is here twice", in_quotes(twice)));
      }
      return json;
    } catch (const Json::parse_error& error) {
      fail(error.byte == 0 ? 0 : error.byte - 1, "this is not JSON here");
    } catch (const Json::out_of_range&) {
      throw Error(name_ + ": a number in it is too large");
    }
  }

  Gate read_gate(const std::string& key, const Json& value, size_t at) {
    const auto gauge = find_gauge(key);
    if (!gauge) {
      fail(at, fmt::format("there is no gauge {}; did you mean \"{}\"? (mpheap "
                           "check --list)",
                           in_quotes(key), closest_gauge(key)));
    }
    if (!value.is_object()) {
      fail(at, fmt::format("{}: a limit looks like {{\"at_most\": 100}}", key));
    }
    only(value, {"at_most", "at_least", "if_measured", "why"}, at);
    Gate gate;
    gate.gauge = *gauge;
    gate.at_most = read_limit(value, key, "at_most", at);
    gate.at_least = read_limit(value, key, "at_least", at);
    if (!gate.at_most && !gate.at_least) {
      fail(at, key + ": needs \"at_most\" or \"at_least\"");
    }
    const Json if_measured = value.value("if_measured", Json(false));
    if (!if_measured.is_boolean()) {
      fail(place_of("if_measured", at),
           key + ": \"if_measured\" is true or false");
    }
    gate.if_measured = if_measured.get<bool>();
    const Json why = value.value("why", Json(""));
    if (!why.is_string()) {
      fail(place_of("why", at), key + ": \"why\" is a text");
    }
    gate.why = why.get<std::string>();
    return gate;
  }

  std::optional<double> read_limit(const Json& gate, const std::string& key,
                                   const std::string& field, size_t at) {
    const auto limit = gate.find(field);
    if (limit == gate.end()) return std::nullopt;
    if (!limit->is_number() || !(limit->get<double>() >= 0)) {
      fail(place_of(field, at),
           fmt::format("{}: \"{}\" is a number from 0 on", key, field));
    }
    return limit->get<double>();
  }

  void only(const Json& object, const std::vector<std::string>& known,
            size_t from) {
    for (const auto& [key, value] : object.items()) {
      if (std::find(known.begin(), known.end(), key) != known.end()) continue;
      fail(place_of(key, from),
           fmt::format("unknown field {}", in_quotes(key)));
    }
  }

  // Where the key stands in the text, from `from` on; `from` if it is written
  // in a way that cannot be found (with escapes).
  [[nodiscard]] size_t place_of(const std::string& key, size_t from) const {
    const size_t found = text_.find('"' + key + '"', from);
    return found == std::string_view::npos ? from : found;
  }
  [[nodiscard]] size_t after_key(const std::string& key, size_t from) const {
    return std::min(place_of(key, from) + key.size() + 2, text_.size());
  }

  [[noreturn]] void fail(size_t at, const std::string& what) const {
    const std::string_view before = text_.substr(0, at);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const size_t start = before.rfind('\n');
    const size_t column = start == std::string_view::npos ? at + 1 : at - start;
    throw Error(fmt::format("{}:{}:{}: {}", name_, line, column, what));
  }

  std::string_view text_;
  const std::string& name_;
};

}  // namespace

std::string budget_json(const Budget& budget) {
  std::string text =
      fmt::format("{{\n  \"schema\": \"{}\",\n  \"budgets\": {{", kSchema);
  std::string_view comma;
  for (const Gate& gate : budget.gates) {
    text += fmt::format("{}\n    \"{}\": {}", comma, gate.gauge.name,
                        gate_json(gate));
    comma = ",";
  }
  return text + "\n  }\n}\n";
}

Budget read_budget(std::string_view text, const std::string& name) {
  return BudgetReader(text, name).read();
}

}  // namespace libheap
