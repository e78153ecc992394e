#include "libheap/report/pause_words.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "libheap/analysis/pause_calibration.h"
#include "libheap/report/units.h"

namespace libheap {
namespace {

std::string megahertz(uint64_t hz) {
  return fmt::format("{:g} MHz", static_cast<double>(hz) / 1e6);
}

std::string rescan_advice(const PauseState& state) {
  return fmt::format(
      "{} of the whole heap, because the mark stack overflowed: more than {} "
      "objects waited to be scanned at once, as in a list of more than {} new "
      "objects. Raise MICROPY_ALLOC_GC_STACK_SIZE in the firmware, or nest "
      "the objects: lists of at most {}.",
      counted(state.rescan_passes.value_or(1), "rescan"),
      state.mark_stack_entries, state.mark_stack_entries,
      state.mark_stack_entries);
}

std::string sweep_advice(const PauseState& state, const std::string& release) {
  const std::optional<Release> known = parse_release(release);
  if (known && !traits_of(*known).last_used_block) {
    return fmt::format(
        "The sweep goes through all {} of the heap, used or not. Since v1.21 "
        "it stops at the last used one; or give the collector a smaller heap.",
        counted(state.total_blocks, "block"));
  }
  return fmt::format(
      "The sweep went through {}, up to the last one used, of which {} were "
      "live. A lower gc.threshold() keeps garbage from spreading so far.",
      counted(state.swept_blocks, "block"), with_commas(state.live_blocks));
}

std::string objects_advice(const PauseState& state) {
  return fmt::format(
      "{} live, each found and queued on its own. Fewer, larger ones cost "
      "less: an array.array instead of a list of floats, a tuple instead of a "
      "dict.",
      counted(state.live_objects, "object"));
}

std::string words_advice(const PauseState& state) {
  const uint64_t bytes = state.live_blocks * state.words_per_block * 4;
  return fmt::format(
      "{} of live data, looked at word by word: buffers too, whatever they "
      "hold. Keep less alive, or move constant data into frozen modules.",
      human_bytes(bytes));
}

std::string advice_for(const std::string& part, const PauseState& state,
                       const std::string& release) {
  if (part == "rescans") return rescan_advice(state);
  if (part == "sweep") return sweep_advice(state, release);
  if (part == "objects") return objects_advice(state);
  if (part == "words") return words_advice(state);
  if (part == "finalisers") {
    return fmt::format("{} called: close files and sockets when done.",
                       counted(state.finalisers, "finaliser"));
  }
  return "Roots and stack: the least that any collect costs.";
}

}  // namespace

std::vector<PausePart> parts_of(const PauseEstimate& estimate) {
  const PauseParts& parts = estimate.parts;
  const double total = std::max(1e-9, parts.total());
  std::vector<PausePart> found;
  const auto add = [&](const char* name, double us) {
    if (us >= 0.5) found.push_back({name, us, us / total});
  };
  add("rescans", parts.rescans);
  add("sweep", parts.sweep);
  add("objects", parts.objects);
  add("words", parts.words);
  add("roots", parts.roots);
  add("finalisers", parts.finalisers);
  std::stable_sort(
      found.begin(), found.end(),
      [](const PausePart& a, const PausePart& b) { return a.us > b.us; });
  return found;
}

std::string pause_advice(const JudgedTracePause& pause,
                         const std::string& release) {
  const std::vector<PausePart> parts = parts_of(pause.predicted);
  if (parts.empty()) return {};
  return advice_for(parts.front().name, pause.pause.state, release);
}

std::string_view name_of(PredictedFrom from) {
  switch (from) {
    case PredictedFrom::kSnapshot:
      return "snapshot";
    case PredictedFrom::kCarried:
      return "carried";
    case PredictedFrom::kContent:
      return "content";
    case PredictedFrom::kProfile:
      break;
  }
  return "profile";
}

std::string_view name_of(ProfileOrigin origin) {
  switch (origin) {
    case ProfileOrigin::kNearest:
      return "nearest";
    case ProfileOrigin::kFile:
      return "file";
    case ProfileOrigin::kFitted:
      return "fitted";
    case ProfileOrigin::kBuiltin:
      break;
  }
  return "built-in";
}

std::string profile_words(const ChosenProfile& chosen,
                          const std::string& release) {
  const PauseProfile& profile = chosen.profile;
  std::string text = profile.name;
  switch (chosen.origin) {
    case ProfileOrigin::kBuiltin:
      text += ", built in";
      break;
    case ProfileOrigin::kNearest:
      text += fmt::format(", built in, the nearest to {}",
                          chosen.release_known ? release : "a release unknown");
      break;
    case ProfileOrigin::kFile:
      text += fmt::format(", measured on {}", profile.release);
      break;
    case ProfileOrigin::kFitted:
      text += ", fitted to these pauses";
      break;
  }
  if (profile.clock_hz != 0) text += ", " + megahertz(profile.clock_hz);
  if (!chosen.clock_known) text += " assumed";
  return text;
}

std::string_view content_from(uint64_t snapshots) {
  return snapshots != 0 ? "snapshots" : "profile";
}

std::string estimated_from_snapshots(uint64_t snapshots) {
  return fmt::format(
      "Pauses are estimated from what objects hold in the trace's {}.",
      counted(snapshots, "snapshot"));
}

std::string prediction_sources(const PauseFindings& findings) {
  const std::array<uint64_t, kPredictedFromKinds> counts =
      count_sources(findings);
  const auto of = [&](PredictedFrom from) {
    return counts[static_cast<size_t>(from)];
  };
  const uint64_t taken = of(PredictedFrom::kSnapshot);
  const uint64_t carried = of(PredictedFrom::kCarried);
  if (taken + carried == 0) return {};
  std::string text = fmt::format("Marking is replayed, not estimated, for {}",
                                 counted(taken + carried, "collect"));
  text += fmt::format(": {} with a snapshot", with_commas(taken));
  if (carried != 0) {
    text +=
        fmt::format(", {} on the last snapshot, carried on by the events since",
                    with_commas(carried));
  }
  const uint64_t rest =
      of(PredictedFrom::kContent) + of(PredictedFrom::kProfile);
  if (rest == 0) return text + ".";
  return text + fmt::format(
                    ". For {} it is estimated from what objects hold in the "
                    "snapshots.",
                    with_commas(rest));
}

std::vector<std::string> profile_warnings(const PauseFindings& findings) {
  const ChosenProfile& chosen = findings.chosen;
  std::vector<std::string> warnings;
  if (chosen.asked_to_fit) {
    warnings.push_back(fmt::format(
        "{} with times: too few to fit a profile ({} are needed), so {} is "
        "used.",
        counted(chosen.too_few, "collect"), kPausesToFit, chosen.profile.name));
  }
  if (findings.verdict == ProfileVerdict::kOff) {
    warnings.push_back(fmt::format(
        "{} does not suit this trace: only {} of the pauses lie in their "
        "intervals, the middle one took {:.2f} times what was predicted. "
        "`mpheap pauses --calibrate` fits one to this board.",
        chosen.profile.name, percent(findings.fit.coverage),
        findings.measured_to_predicted));
  }
  return warnings;
}

}  // namespace libheap
