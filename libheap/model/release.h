#pragma once

// A MicroPython release, and what changed in its collector at each.
//
// Every difference between releases that the heap model knows is a field of
// ReleaseTraits, decided once, here, from the table in docs/heap-model.md
// ("Releases"). The rest of the model reads the fields and never asks for a
// version number.

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace libheap {

// "v1.22.2", "v1.29.0-preview": a preview sorts before its release.
struct Release {
  int major = 0;
  int minor = 0;
  int patch = 0;
  bool final_release = true;  // false for "-preview" and the like

  constexpr auto operator<=>(const Release&) const = default;
};

// Accepts "v1.22.2", "1.22", "v1.23.0-preview.123.gabcdef"; nothing else.
[[nodiscard]] std::optional<Release> parse_release(std::string_view text);
[[nodiscard]] std::string to_string(const Release& release);

struct ReleaseTraits {
  bool gap_byte = false;            // v1.20: one zero byte behind the table
  bool last_used_block = false;     // v1.21: the sweep stops at a bound
  bool grow_adds_up_areas = false;  // v1.21 only: how an area's size is chosen
  bool free_in_collect = false;     // v1.25: finalisers may free
  bool collect_flag = false;        // v1.25: lock field = depth << 1 | flag
  bool finalisers_first = false;    // v1.25: called in a pass of their own
};

[[nodiscard]] ReleaseTraits traits_of(const Release& release);

// The oldest release the model reproduces (v1.12).
inline constexpr Release kOldestRelease{1, 12, 0, true};

}  // namespace libheap
