#pragma once

// What a live page is told: one frame after another, each a JSON document of
// one line.
//
// A frame is whole, or says what is new since the frame before. Its lists are
// told by where they change: {"from": 40, "listed": [...]} puts these items
// where the 41st was, and cuts off what was there. The heap map's objects are
// told as gone and come. Parts without news are left out. Except for the
// status, a part has the names and forms of mpheap.report/1, so that a page
// draws both alike. Field by field: docs/tools.md, "capture".

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libheap/analysis/findings.h"
#include "libheap/analysis/live_map.h"
#include "libheap/analysis/live_view.h"

namespace libheap {

// How it goes, at this moment.
struct LiveStatus {
  std::string port;
  std::string file;
  std::string link;    // "open", "gone" (waited for), "ended"
  std::string reason;  // why it ended
  uint64_t elapsed_us = 0;

  uint64_t bytes = 0;
  uint64_t packets = 0;
  uint64_t events = 0;
  uint64_t lost_events = 0;
  uint64_t damage_bytes = 0;
  uint64_t restarts = 0;
  uint64_t reconnects = 0;
  uint64_t events_per_s = 0;
  uint64_t allocated_bytes_per_s = 0;

  // The heap as it is known: "unknown", "waiting", "exact", "inexact", "behind"
  // or "no model", and then why.
  std::string state;
  std::string problem;
  uint64_t event = 0;
  uint64_t time_us = Event::kNoTime;
  uint64_t used_blocks = 0;
  uint64_t largest_free_run = 0;
  uint64_t total_blocks = 0;
  uint64_t collects = 0;
  uint64_t divergences = 0;
  uint64_t failures = 0;

  bool operator==(const LiveStatus&) const = default;
};

// Names of the sites with these indices.
struct LiveSiteNames {
  size_t from = 0;
  std::vector<SiteRecord> listed;
};

struct LiveFrame {
  bool whole = false;
  // A device that begins anew begins another one.
  uint64_t stream = 0;
  LiveStatus status;
  std::optional<HeapFacts> heap;
  const LiveView* view = nullptr;  // null: nothing is known
  std::optional<std::vector<Gap>> gaps;
  std::optional<LiveMapPart> map;
  std::optional<LiveSiteNames> site_names;
  std::optional<SiteFindings> sites;
  std::string_view console;  // text that is new
};

// "mpheap.live/1"
[[nodiscard]] std::string live_frame_json(const LiveFrame& frame);

}  // namespace libheap
