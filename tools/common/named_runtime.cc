#include "tools/common/named_runtime.h"

#include <utility>

#include "tools/common/firmware_symbols.h"
#include "tools/common/passing_source.h"

namespace libheap::tools {

namespace {

namespace po = boost::program_options;

class NamedSource final : public PassingSource {
 public:
  NamedSource(std::unique_ptr<EventSource> source, const std::string& elf)
      : PassingSource(std::move(source)), symbols_(elf) {}

  bool next(Event& event) override {
    if (!source_->next(event)) return false;
    if (event.kind == EventKind::kSite) name(event);
    return true;
  }

 private:
  void name(Event& event) {
    const auto address = runtime_address(event.site_record->runtime);
    if (!address) return;
    const auto place = symbols_.caller(*address);
    if (!place) return;
    named_ = *event.site_record;
    named_.runtime = place->function;
    event.site_record = &named_;
  }

  FirmwareSymbols symbols_;
  SiteRecord named_;
};

}  // namespace

std::unique_ptr<EventSource> with_runtime_names(
    std::unique_ptr<EventSource> source, const std::string& elf) {
  if (elf.empty()) return source;
  return std::make_unique<NamedSource>(std::move(source), elf);
}

void add_elf_option(Options& options) {
  options.add()("elf", po::value<std::string>()->value_name("FIRMWARE"),
                "the firmware's .elf: names for the runtime functions");
}

std::string elf_option(const Options& options) {
  return options.has("elf") ? options.get<std::string>("elf") : "";
}

}  // namespace libheap::tools
