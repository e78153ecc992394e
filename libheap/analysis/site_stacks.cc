#include "libheap/analysis/site_stacks.h"

#include <algorithm>
#include <map>

namespace libheap {

namespace {

// place(index) and caller(index) of each frame, from `site` on.
template <typename Place, typename Caller>
SiteStack walk(SiteIndex site, const Place& place, const Caller& caller) {
  SiteStack stack = {place(site)};
  for (SiteIndex at = caller(site);
       at != SiteTable::kUnknown && stack.size() <= SiteTable::kMostCallers;
       at = caller(at)) {
    stack.push_back(place(at));
  }
  return stack;
}

SiteStack walk(const SiteFindings& found, SiteIndex site) {
  return walk(
      site, [&](SiteIndex at) { return &found.sites[at].place; },
      [&](SiteIndex at) { return found.sites[at].caller; });
}

}  // namespace

SiteStack stack_of(const SiteTable& table, SiteIndex site) {
  return walk(
      site, [&](SiteIndex at) { return &table[at]; },
      [&](SiteIndex at) { return table.caller_of(at); });
}

SiteStack stack_of(const SiteFindings& found, const Site& site) {
  SiteStack stack = {&site.place};
  if (site.caller != SiteTable::kUnknown) {
    const SiteStack callers = walk(found, site.caller);
    stack.insert(stack.end(), callers.begin(), callers.end());
  }
  return stack;
}

std::vector<SiteCallers> callers_of(const SiteFindings& found,
                                    const SiteGroup& group,
                                    SiteGrouping grouping, SiteOrder order) {
  std::map<SiteIndex, SiteTally> by_caller;
  for (const Site& site : found.sites) {
    if (is_of(site, group, grouping)) by_caller[site.caller].add(site.tally);
  }
  std::vector<SiteCallers> list;
  for (const auto& [caller, tally] : by_caller) {
    if (tally.objects + tally.resizes + tally.failed == 0) continue;
    list.push_back(
        {caller != SiteTable::kUnknown ? walk(found, caller) : SiteStack(),
         tally});
  }
  std::stable_sort(list.begin(), list.end(),
                   [&](const SiteCallers& a, const SiteCallers& b) {
                     return weight_of(a.tally, order) >
                            weight_of(b.tally, order);
                   });
  return list;
}

}  // namespace libheap
