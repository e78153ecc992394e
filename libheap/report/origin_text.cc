#include "libheap/report/origin_text.h"

#include <fmt/format.h>

#include "libheap/report/units.h"

namespace libheap {

std::string site_text(const SiteRecord& site) {
  const std::string& within =
      site.function.empty() ? site.runtime : site.function;
  if (site.file.empty()) {
    return within.empty() ? fmt::format("site {}", site.id) : within;
  }
  const std::string place = fmt::format("{}:{}", site.file, site.line);
  return within.empty() ? place : fmt::format("{} ({})", place, within);
}

std::string origin_text(const Origin& origin, const SiteTable& sites) {
  if (origin.site != SiteTable::kUnknown) return site_text(sites[origin.site]);
  return fmt::format("objects born with {}{}",
                     counted(origin.born_blocks, "block"),
                     origin.born_blocks == Origin::kLarge ? " and more" : "");
}

}  // namespace libheap
