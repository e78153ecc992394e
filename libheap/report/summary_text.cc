#include <cmath>

#include <fmt/format.h>

#include "libheap/report/summary_json.h"
#include "libheap/report/text_table.h"
#include "libheap/report/units.h"

namespace libheap {

namespace {

std::string figure(const std::string& name, double value) {
  const auto whole = static_cast<uint64_t>(std::llround(value));
  if (name.ends_with("_us")) return human_time(whole);
  if (name.ends_with("_bytes")) return human_bytes(whole);
  return with_commas(whole);
}

// "live_after_collect_bytes" -> "live after collect"
std::string words(std::string name) {
  for (const std::string_view unit : {"_us", "_bytes"}) {
    if (name.ends_with(unit)) name.resize(name.size() - unit.size());
  }
  for (char& c : name) {
    if (c == '_') c = ' ';
  }
  return name;
}

}  // namespace

std::string summary_text(const FleetSummary& summary, const TextStyle& style) {
  std::vector<std::pair<std::string, std::string>> facts;
  for (const auto& [name, count] : summary.counts) {
    facts.emplace_back(words(name), figure(name, static_cast<double>(count)));
  }
  for (const auto& [release, count] : summary.releases) {
    facts.emplace_back("of " + release, counted(count, "trace"));
  }
  std::vector<std::vector<std::string>> spreads;
  for (const auto& [name, sketch] : summary.spreads) {
    if (sketch.count() == 0) continue;
    // By name, for clang 14 captures no structured binding.
    const auto at = [&of = sketch, &what = name](double q) {
      return figure(what, of.quantile(q));
    };
    spreads.push_back({words(name), with_commas(sketch.count()), at(0), at(0.5),
                       at(0.9), at(0.99), at(1)});
  }
  std::vector<std::vector<std::string>> extremes;
  for (const auto& [name, extreme] : summary.extremes) {
    extremes.push_back({words(name),
                        figure(name, static_cast<double>(extreme.value)),
                        extreme.trace});
  }
  std::string text = text_facts(facts, 2) + "\n";
  if (!spreads.empty()) {
    text += text_table({{"within 1 %", Align::kLeft, Cut::kEnd},
                        {"values"},
                        {"least"},
                        {"p50"},
                        {"p90"},
                        {"p99"},
                        {"most"}},
                       spreads, 2, style) +
            "\n";
  }
  return text + text_table({{"worst", Align::kLeft},
                            {""},
                            {"trace", Align::kLeft, Cut::kBegin}},
                           extremes, 2, style);
}

}  // namespace libheap
