#pragma once

// SiteTable: who can allocate, numbered densely.
//
// A device gives each place in the program a number of its own choosing, may
// describe it again at any time, and, when it begins anew, gives the number to
// another place. Here a place has one index for the whole trace:
//
//     index 0     not known (the device sent no site)
//     index 1...  in the order the places were first heard of
//
// A number that is used before it is described (its description was lost) has
// an index too, and gets its names when they come.
//
// A place may have a caller, another place, which may have one in its turn: the
// same line called from elsewhere is another place. No place is among its own
// callers, whatever the trace says: what would close a ring is left out.

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "libheap/trace/event.h"

namespace libheap {

using SiteIndex = uint16_t;

class SiteTable {
 public:
  static constexpr SiteIndex kUnknown = 0;
  // More places than this are all kUnknown. A device's table holds a few
  // hundred, and an analysis may hold kilobytes for each (sites.h).
  static constexpr size_t kMostSites = 8'191;
  // More frames than any device sends.
  static constexpr size_t kMostCallers = 31;
  // Nor so much to say of them.
  static constexpr size_t kMostText = size_t{1} << 20;

  SiteTable();

  void describe(const SiteRecord& record);
  // The place a device means by a number; 0 is nowhere.
  [[nodiscard]] SiteIndex index_of(uint32_t id) {
    return id < by_id_.size() && by_id_[id] != kUnknown ? by_id_[id]
           : id == 0                                    ? kUnknown
                                                        : index_of_new(id);
  }

  // Indices are below this.
  [[nodiscard]] size_t size() const { return sites_.size(); }
  // What is known of it: line 0 and empty names where it was not described.
  // `id` and `caller` are the device's numbers.
  [[nodiscard]] const SiteRecord& operator[](SiteIndex index) const {
    return sites_[index];
  }
  [[nodiscard]] bool has_callers() const { return has_callers_; }
  // The place that called the function of this one; kUnknown: not told.
  [[nodiscard]] SiteIndex caller_of(SiteIndex index) const {
    return callers_[index];
  }

  // The first index of the same line and runtime function, whoever called: for
  // what says nothing of callers.
  [[nodiscard]] SiteIndex without_callers(SiteIndex index) const {
    return without_callers_[index];
  }

  // For each index the first one of the same file, line and function: a line
  // may allocate through several functions of the runtime. A place without a
  // file stands for itself.
  [[nodiscard]] std::vector<SiteIndex> lines() const;

 private:
  SiteIndex index_of_new(uint32_t id);
  // kUnknown if the number was never heard of.
  [[nodiscard]] SiteIndex known_index_of(uint32_t id) const;
  void set_index_of(uint32_t id, SiteIndex index);
  // kUnknown if there is no room.
  SiteIndex add(const SiteRecord& record, SiteIndex caller);
  // kUnknown if it cannot be: `of` is among its callers, or these are too many.
  SiteIndex sound_caller(uint32_t id, SiteIndex of);

  // Now that it has names.
  void index_place(SiteIndex index);

  // False when there is no room left for its names.
  bool keep_text(const SiteRecord& record);

  std::vector<SiteRecord> sites_;
  std::vector<SiteIndex> callers_;
  std::vector<SiteIndex> without_callers_;
  bool has_callers_ = false;
  size_t text_bytes_ = 0;
  std::vector<SiteIndex> by_id_;  // the device's small numbers
  std::unordered_map<uint32_t, SiteIndex> by_large_id_;
  std::unordered_map<std::string, SiteIndex> by_place_;
  std::unordered_map<std::string, SiteIndex> by_place_alone_;
};

}  // namespace libheap
