#pragma once

// Who allocates, as text, as JSON and as folded stacks: `mpheap sites`, and
// its part of `mpheap report`. The numbers: libheap/analysis/site_groups.h.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "libheap/analysis/site_groups.h"
#include "libheap/report/text_style.h"

namespace libheap {

struct SiteView {
  SiteGrouping by = SiteGrouping::kLine;
  SiteOrder order = SiteOrder::kBlocks;
  size_t top = 20;       // rows; 0: all
  bool callers = false;  // with the ways to each row, where there are any
};

// A runtime function that was sent as an address.
struct RuntimeFunction {
  std::string address;  // "0x1000abcd"
  std::string name;     // empty: not found in the firmware
  std::string source;   // "objfloat.c:234"; empty without debug information
};

// What can be shown of it: a trace without sites goes by size.
[[nodiscard]] SiteView possible_view(const SiteFindings& found, SiteView view);

// Where the view was not possible, says how to get sites.
[[nodiscard]] std::string sites_text(const SiteFindings& found,
                                     const SiteView& view,
                                     const TextStyle& style);
// The table alone.
[[nodiscard]] std::string sites_table(const SiteFindings& found,
                                      const SiteView& view,
                                      const TextStyle& style);
[[nodiscard]] std::string sites_json(
    const SiteFindings& found, const SiteView& view,
    const std::vector<RuntimeFunction>& functions);
// `sites` of mpheap.report/1 and of the live page's frames; the report adds
// `lifetimes` and `stacks` to it.
[[nodiscard]] nlohmann::ordered_json sites_part_json(const SiteFindings& found);
// The largest whole stacks, by the blocks taken in them.
[[nodiscard]] nlohmann::ordered_json stacks_json(const SiteFindings& found);
[[nodiscard]] nlohmann::ordered_json lifetimes_json(const SiteFindings& found);

// "main.py;loop:12;mp_obj_new_float 4096" and a line end per stack
// (stack_frames.h), for flame-graph tools: bytes taken, of garbage or live; or
// objects.
[[nodiscard]] std::string folded_stacks(const SiteFindings& found,
                                        SiteOrder weight);

// "main.py:12 loop", "mp_obj_new_float", "9-16 blocks"
[[nodiscard]] std::string name_of(const SiteGroup& group,
                                  SiteGrouping grouping);

}  // namespace libheap
