#include "tools/sites/runtime_functions.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

namespace libheap::tools {

std::vector<RuntimeFunction> name_runtime_functions(
    SiteFindings& found, const FirmwareSymbols* symbols) {
  std::map<std::string, RuntimeFunction> functions;
  for (Site& site : found.sites) {
    const std::optional<uint64_t> address = runtime_address(site.place.runtime);
    if (!address) continue;
    const auto [entry, is_new] = functions.try_emplace(site.place.runtime);
    RuntimeFunction& function = entry->second;
    if (is_new) {
      function.address = site.place.runtime;
      const auto place =
          symbols == nullptr ? std::nullopt : symbols->caller(*address);
      if (place) {
        function.name = place->function;
        function.source = place->source;
      }
    }
    if (!function.name.empty()) site.place.runtime = function.name;
  }
  std::vector<RuntimeFunction> list;
  for (auto& [address, function] : functions) {
    list.push_back(std::move(function));
  }
  return list;
}

}  // namespace libheap::tools
