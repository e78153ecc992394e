#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "libheap/report/tune_report.h"
#include "libheap/report/units.h"

namespace libheap {

namespace {

uint64_t whole(double value) {
  return static_cast<uint64_t>(std::llround(std::max(0.0, value)));
}

std::string value_text(const Evidence& one) {
  switch (one.unit) {
    case EvidenceUnit::kCount:
      return one.value == std::floor(one.value)
                 ? with_commas(whole(one.value))
                 : fmt::format("{:.2f}", one.value);
    case EvidenceUnit::kBytes:
      return human_bytes(whole(one.value));
    case EvidenceUnit::kMicroseconds:
      return human_time(whole(one.value));
    case EvidenceUnit::kShare:
      return percent(one.value);
    case EvidenceUnit::kText:
      return one.text;
  }
  return {};
}

}  // namespace

std::string evidence_text(const std::vector<Evidence>& evidence) {
  std::string text;
  for (const Evidence& one : evidence) {
    if (!text.empty()) text += "; ";
    text += fmt::format("{} {}", one.what, value_text(one));
  }
  return text;
}

std::string why_text(const TuneFindings& found) {
  const Advice& advice = found.advice;
  if (!advice.refusal.empty()) return advice.refusal;
  if (!advice.strategy) {
    return "No strategy fits what the trace shows; the strategies say why.";
  }
  const StrategyRule& rule =
      advice.rules[static_cast<size_t>(*advice.strategy)];
  std::string text(rule.says);
  const std::string evidence = evidence_text(rule.evidence);
  if (!evidence.empty()) text += " (" + evidence + ".)";
  if (advice.tie_breaker == "gap") {
    text +=
        " A threshold would do too, but the program has quiet windows longer "
        "than a pause, so it can choose the moment.";
  }
  return text;
}

std::string meanwhile_code(const TuneFindings& found) {
  if (!found.meanwhile) return {};
  return fmt::format(
      "gc.threshold({})",
      *found.candidates[*found.meanwhile].answer.threshold_bytes);
}

std::string meanwhile_why(const TuneFindings& found) {
  if (!found.meanwhile) return {};
  const WhatIf& answer = found.candidates[*found.meanwhile].answer;
  std::string text =
      "Until then: the largest threshold under which every request is served "
      "and the largest always finds room";
  if (answer.max_pause_us) {
    text += fmt::format("; its pauses, of up to {}, are over the budget",
                        human_time(whole(answer.max_pause_us->estimate)));
  }
  return text + ".";
}

}  // namespace libheap
