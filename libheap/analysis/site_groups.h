#pragma once

// Sites put together as people ask: by Python line, function, file, by the
// runtime function that asked, or, for any trace, by size; and in an order.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libheap/analysis/sites.h"

namespace libheap {

enum class SiteGrouping : uint8_t { kLine, kFunction, kFile, kRuntime, kSize };
enum class SiteOrder : uint8_t {
  kBlocks,   // taken in all
  kObjects,  // allocated
  kGarbage,  // blocks swept
  kLive,     // blocks live at the end
  kLifetime  // longest first
};

// "line", "function", ...; nothing for other words.
[[nodiscard]] std::string_view name_of(SiteGrouping grouping);
[[nodiscard]] std::optional<SiteGrouping> site_grouping(std::string_view name);
[[nodiscard]] std::string_view name_of(SiteOrder order);
[[nodiscard]] std::optional<SiteOrder> site_order(std::string_view name);

// The median age of what died, between two bounds. `blocks` counts what was
// allocated meanwhile.
struct MedianAge {
  uint64_t low = 0;
  uint64_t high = 0;
};

struct SiteGroup {
  SiteRecord place;           // what the group has in common; the rest is empty
  uint64_t first_blocks = 0;  // kSize
  uint64_t last_blocks = 0;
  SiteTally tally;

  // Of all objects that died of it, those the collector had to find: 0 to 1.
  double garbage_share = 0;
  double share_of_garbage = 0;                  // of the blocks swept in all
  std::optional<uint64_t> garbage_bytes_per_s;  // where there is a clock
  std::optional<MedianAge> age_blocks;          // where anything died
  std::optional<MedianAge> age_us;

  [[nodiscard]] bool is_known() const {
    return first_blocks != 0 || place.line != 0 || !place.file.empty() ||
           !place.function.empty() || !place.runtime.empty();
  }
};

// All groups in which anything happened, largest first; groups that are equal
// in `order` stand in the order of their names.
[[nodiscard]] std::vector<SiteGroup> group_sites(const SiteFindings& found,
                                                 SiteGrouping grouping,
                                                 SiteOrder order);
// Is it one of those that make up the group?
[[nodiscard]] bool is_of(const Site& site, const SiteGroup& group,
                         SiteGrouping grouping);
// All of the trace as one group.
[[nodiscard]] SiteGroup all_sites(const SiteFindings& found);

// How much of `order` it is: blocks or objects; of kLifetime blocks.
[[nodiscard]] uint64_t weight_of(const SiteTally& tally, SiteOrder order);
// The same, and an age for kLifetime.
[[nodiscard]] uint64_t weight_of(const SiteGroup& group, SiteOrder order);

}  // namespace libheap
