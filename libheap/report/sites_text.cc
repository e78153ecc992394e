// Who allocates, as text.

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "libheap/report/sites_report.h"
#include "libheap/report/stack_frames.h"
#include "libheap/report/text_table.h"
#include "libheap/report/units.h"

namespace libheap {

namespace {

constexpr size_t kIndent = 2;
// Whose callers are shown, and how many of each.
constexpr size_t kGroupsWithCallers = 5;
constexpr size_t kCallersShown = 4;

std::string size_name(const SiteGroup& group) {
  if (group.first_blocks == group.last_blocks) {
    return counted(group.first_blocks, "block");
  }
  if (group.last_blocks == UINT64_MAX) {
    return fmt::format("{} blocks and more", with_commas(group.first_blocks));
  }
  return fmt::format("{}-{} blocks", with_commas(group.first_blocks),
                     with_commas(group.last_blocks));
}

// "192 - 223 us", "<= 98.30 ms"
std::string span(const std::string& low, const std::string& high) {
  if (low == high) return low;
  if (low.starts_with("0 ")) return "<= " + high;
  const size_t unit = low.rfind(' ');
  const bool same_unit =
      unit != std::string::npos && high.ends_with(low.substr(unit));
  return (same_unit ? low.substr(0, unit) : low) + " - " + high;
}

std::string life_of(const SiteGroup& group, uint64_t block_bytes, bool timed) {
  if (timed) {
    if (!group.age_us) return "-";
    return span(human_time(group.age_us->low), human_time(group.age_us->high));
  }
  if (!group.age_blocks) return "-";
  return span(human_bytes(group.age_blocks->low * block_bytes),
              human_bytes(group.age_blocks->high * block_bytes));
}

std::vector<std::string> row_of(const SiteGroup& group,
                                const SiteFindings& found,
                                const SiteView& view) {
  const SiteTally& tally = group.tally;
  const bool ended = tally.swept + tally.freed != 0;
  return {name_of(group, view.by),
          with_commas(tally.objects),
          human_bytes(tally.blocks * found.block_bytes),
          percent_of(tally.blocks, found.total.blocks),
          ended ? percent(group.garbage_share) : "-",
          life_of(group, found.block_bytes, found.duration_us != 0),
          human_bytes(tally.live_blocks * found.block_bytes)};
}

std::string legend(const SiteFindings& found, const TextStyle& style) {
  const std::string life =
      found.duration_us != 0
          ? "time"
          : "what the program allocated meanwhile (the trace has no times)";
  return wrapped(
      "in all: taken for new objects and for growth; garbage: of "
      "those that died, how many the collector had to find; median "
      "life: " +
          life +
          ", between bounds where a collect only shows that it "
          "ended; live: at the end.",
      kIndent, style);
}

std::string summary(const SiteFindings& found) {
  const SiteTally& all = found.total;
  std::string text = fmt::format(
      "{} allocated, {} in all; {} freed by the program, {} collected, {} live "
      "at the end.",
      counted(all.objects, "object"),
      human_bytes(all.blocks * found.block_bytes), with_commas(all.freed),
      with_commas(all.swept), with_commas(all.live));
  if (all.reset != 0) {
    text += fmt::format(" {} gone at soft resets.", with_commas(all.reset));
  }
  if (all.unseen_ends + found.unseen_births != 0) {
    text += fmt::format(
        " {} lost sight of where events are missing, {} first seen at the end.",
        with_commas(all.unseen_ends), with_commas(found.unseen_births));
  }
  return text;
}

std::string line_text(const SiteRecord& place) {
  SiteGroup group;
  group.place = place;
  return name_of(group, SiteGrouping::kLine);
}

// "main.py:12 step <- main.py:3 <module>", nearest first.
std::string way_text(const SiteStack& callers) {
  if (callers.empty()) return "no caller told";
  std::vector<std::string> names;
  for (const SiteRecord* place : callers) names.push_back(line_text(*place));
  return fmt::format("{}", fmt::join(names, " <- "));
}

// A group and the ways to it, with each one's share of the group.
std::string callers_of_group(const SiteFindings& found, const SiteGroup& group,
                             const SiteView& view, const TextStyle& style) {
  const std::vector<SiteCallers> ways =
      callers_of(found, group, view.by, view.order);
  std::vector<std::vector<std::string>> rows;
  for (size_t i = 0; i < ways.size() && i < kCallersShown; ++i) {
    const std::string share = percent_of(weight_of(ways[i].tally, view.order),
                                         weight_of(group.tally, view.order));
    rows.push_back({fmt::format("{:>7}", share), way_text(ways[i].stack)});
  }
  std::string text = fmt::format("  {}\n", name_of(group, view.by));
  text += text_table({{""}, {"", Align::kLeft, Cut::kEnd}}, rows, kIndent + 2,
                     style);
  if (ways.size() > kCallersShown) {
    text += fmt::format("    ... {} more\n",
                        with_commas(ways.size() - kCallersShown));
  }
  return text;
}

// Of the largest groups that are called from anywhere.
std::string callers_text(const SiteFindings& found, const SiteView& view,
                         const TextStyle& style) {
  if (!found.has_callers || view.by == SiteGrouping::kRuntime ||
      view.by == SiteGrouping::kSize) {
    return {};
  }
  std::string text;
  size_t shown = 0;
  for (const SiteGroup& group : group_sites(found, view.by, view.order)) {
    if (shown == kGroupsWithCallers || (view.top != 0 && shown == view.top)) {
      break;
    }
    if (!group.is_known()) continue;
    text += callers_of_group(found, group, view, style);
    ++shown;
  }
  return text.empty() ? text
                      : "\nWho calls the largest, nearest first:\n" + text;
}

}  // namespace

std::string name_of(const SiteGroup& group, SiteGrouping grouping) {
  const SiteRecord& place = group.place;
  if (grouping == SiteGrouping::kSize) return size_name(group);
  if (!group.is_known()) return "(not known)";
  switch (grouping) {
    case SiteGrouping::kRuntime:
      return place.runtime;
    case SiteGrouping::kFile:
      return place.file;
    case SiteGrouping::kFunction:
      return fmt::format("{} {}", place.file, place.function);
    case SiteGrouping::kLine:
    case SiteGrouping::kSize:
      break;
  }
  return fmt::format("{}:{} {}", place.file, place.line, place.function);
}

std::string sites_table(const SiteFindings& found, const SiteView& view,
                        const TextStyle& style) {
  const std::vector<SiteGroup> groups = group_sites(found, view.by, view.order);
  std::vector<std::vector<std::string>> rows;
  for (const SiteGroup& group : groups) {
    if (view.top != 0 && rows.size() == view.top) break;
    rows.push_back(row_of(group, found, view));
  }
  const Cut cut = view.by == SiteGrouping::kSize ? Cut::kNowhere : Cut::kBegin;
  std::string text =
      text_table({{std::string(name_of(view.by)), Align::kLeft, cut},
                  {"objects"},
                  {"in all"},
                  {"share"},
                  {"garbage"},
                  {"median life"},
                  {"live"}},
                 rows, kIndent, style);
  if (groups.size() > rows.size()) {
    text += fmt::format("  ... {} more\n",
                        with_commas(groups.size() - rows.size()));
  }
  return text;
}

SiteView possible_view(const SiteFindings& found, SiteView view) {
  if (!found.has_sites) view.by = SiteGrouping::kSize;
  return view;
}

std::string sites_text(const SiteFindings& found, const SiteView& view,
                       const TextStyle& style) {
  std::string text = wrapped(summary(found), 0, style);
  const SiteView shown = possible_view(found, view);
  if (shown.by != view.by) {
    text += toned(style, Tone::kWarning,
                  wrapped("This trace does not say who allocates: "
                          "mpheap.start(sites=True) on the device sends it. "
                          "By size instead:",
                          0, style));
  }
  return text + "\n" + sites_table(found, shown, style) +
         callers_text(found, shown, style) + "\n" +
         toned(style, Tone::kQuiet, legend(found, style));
}

std::string folded_stacks(const SiteFindings& found, SiteOrder weight) {
  std::map<std::string, uint64_t> values;
  const uint64_t unit = weight == SiteOrder::kObjects ? 1 : found.block_bytes;
  for (const Site& site : found.sites) {
    const uint64_t value = weight_of(site.tally, weight) * unit;
    if (value == 0) continue;
    std::string stack;
    for (std::string& name :
         frame_names(stack_of(found, site), found.has_callers)) {
      std::replace(name.begin(), name.end(), '\n', ' ');
      std::replace(name.begin(), name.end(), ';', ' ');
      stack += (stack.empty() ? "" : ";") + name;
    }
    values[stack] += value;
  }
  std::string text;
  for (const auto& [stack, value] : values) {
    text += fmt::format("{} {}\n", stack, value);
  }
  return text;
}

}  // namespace libheap
