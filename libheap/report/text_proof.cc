#include "libheap/report/text_proof.h"

#include <algorithm>

#include <fmt/format.h>

#include "libheap/report/text_report.h"
#include "libheap/report/text_table.h"
#include "libheap/report/units.h"

namespace libheap {

namespace {

constexpr size_t kIndent = 2;
constexpr size_t kShown = 10;

// "line 17" in a text log, "byte 4711" in a binary trace.
std::string place(uint64_t line, uint64_t offset) {
  if (line != 0) return "line " + with_commas(line);
  return "byte " + with_commas(offset);
}

// A caret under the first block the two tables disagree on.
std::string caret(const TableWindow& window) {
  const auto [first, other] = std::mismatch(
      window.recorded.begin(), window.recorded.end(), window.modelled.begin());
  if (first == window.recorded.end()) return {};
  const auto column = static_cast<size_t>(first - window.recorded.begin());
  return fmt::format("      {:9} {}^ block {}\n", "", std::string(column, ' '),
                     window.first_block + column);
}

std::string divergence_text(const Divergence& one, const TextStyle& style) {
  std::string text = fmt::format(
      "  {}\n",
      toned(style, Tone::kBad,
            fmt::format("{}, event {} ({}): {}", place(one.line, one.offset),
                        with_commas(one.event), name_of(one.kind), one.what)));
  for (const std::string& event : one.events_before) {
    text += fmt::format("      {}\n", event.substr(0, style.width - 6));
  }
  for (const TableWindow& window : one.windows) {
    text += fmt::format("      {:9} {}\n", "recorded", window.recorded);
    text += fmt::format("      {:9} {}\n", "model", window.modelled);
    text += caret(window);
  }
  return text;
}

std::string divergences_text(const ReplayResult& proof,
                             const TextStyle& style) {
  if (proof.divergences == 0) return {};
  std::string text =
      "\n" +
      toned(style, Tone::kHeading,
            fmt::format("Divergences: {}", with_commas(proof.divergences))) +
      "\n";
  for (const Divergence& one : proof.first_divergences) {
    text += divergence_text(one, style);
  }
  if (proof.divergences > proof.first_divergences.size()) {
    text += fmt::format(
        "  ... {} more\n",
        with_commas(proof.divergences - proof.first_divergences.size()));
  }
  return text;
}

std::string damage_text(const DamageLog& damage, const TextStyle& style) {
  if (damage.count() == 0) return {};
  std::string text = "\n" +
                     toned(style, Tone::kHeading,
                           fmt::format("Damage: {}, {} skipped",
                                       counted(damage.count(), "place"),
                                       counted(damage.bytes(), "byte"))) +
                     "\n";
  for (size_t i = 0; i < std::min(kShown, damage.first().size()); ++i) {
    const Damage& one = damage.first()[i];
    text += fmt::format("  {}\n",
                        toned(style, Tone::kBad,
                              place(one.line, one.offset) + ": " + one.reason));
  }
  if (damage.count() > kShown) {
    text +=
        fmt::format("  ... {} more\n", with_commas(damage.count() - kShown));
  }
  return text;
}

std::string gaps_text(const ReplayResult& proof, const TextStyle& style) {
  if (proof.gaps.empty()) return {};
  std::string text =
      "\n" +
      toned(style, Tone::kHeading,
            fmt::format("Gaps: {}", with_commas(proof.gaps.size()))) +
      "\n";
  for (size_t i = 0; i < std::min(kShown, proof.gaps.size()); ++i) {
    const Gap& gap = proof.gaps[i];
    text += fmt::format(
        "  after event {}: {} lost, {}\n", with_commas(gap.event),
        counted(gap.lost, "event"),
        gap.exact_again != 0
            ? "exact again from event " + with_commas(gap.exact_again)
            : std::string("never exact again"));
  }
  if (proof.gaps.size() > kShown) {
    text +=
        fmt::format("  ... {} more\n", with_commas(proof.gaps.size() - kShown));
  }
  return text;
}

}  // namespace

std::string proof_line(const Findings& findings, const TextStyle& style) {
  const ReplayResult& proof = findings.proof;
  const bool damaged = findings.damage.count() != 0;
  const bool clean = proof.divergences == 0 && !damaged && proof.gaps.empty();
  std::string verdict = "Replayed exactly";
  if (proof.divergences != 0) {
    verdict = "Recording and model disagree";
  } else if (damaged) {
    verdict = "Replayed, but the trace is damaged";
  } else if (!proof.gaps.empty()) {
    verdict = "Replayed exactly but for the gaps";
  }
  std::string text = fmt::format(
      "{}: {}, {}, {} of {} matched.", verdict, counted(proof.events, "event"),
      counted(proof.divergences, "divergence"),
      with_commas(proof.checkpoints_checked - proof.checkpoints_failed),
      counted(proof.checkpoints_checked, "checkpoint"));
  if (!clean) {
    text += fmt::format(" {} damaged, {}; see below.",
                        counted(findings.damage.count(), "place"),
                        counted(proof.gaps.size(), "gap"));
  }
  return toned(style, clean ? Tone::kGood : Tone::kBad, text) + "\n";
}

std::string troubles_text(const Findings& findings, const TextStyle& style) {
  return divergences_text(findings.proof, style) +
         damage_text(findings.damage, style) + gaps_text(findings.proof, style);
}

std::string replay_text(const Findings& findings, const TextStyle& style) {
  const ReplayResult& proof = findings.proof;
  const Census& census = findings.final.census;
  std::vector<std::pair<std::string, std::string>> facts = {
      {"heap",
       fmt::format("MicroPython {}, {} blocks of {} bytes ({}){}",
                   findings.heap.release, with_commas(findings.heap.blocks),
                   findings.heap.block_bytes,
                   human_bytes(findings.heap.pool_bytes),
                   findings.heap.areas > 1
                       ? fmt::format(" in {} areas", findings.heap.areas)
                       : std::string())},
      {"addresses", with_commas(proof.results_checked) + " compared"},
      {"tables",
       fmt::format("{} compared after {}", with_commas(proof.tables_checked),
                   counted(proof.collects, "collect"))},
      {"at the end", fmt::format("{} used, {} free, the largest run {}",
                                 counted(census.used_blocks, "block"),
                                 with_commas(census.free_blocks),
                                 with_commas(census.max_free))}};
  if (!proof.ended)
    facts.emplace_back("cut off", "the trace has no END record");
  std::string text = proof_line(findings, style) + text_facts(facts, kIndent);
  return text + troubles_text(findings, style);
}

}  // namespace libheap
