#include "tools/help/topics.h"

#include <algorithm>
#include <array>

#include "libheap/base/check.h"
#include "tools/help/topic_files.h"

namespace libheap::tools {
namespace {

Topic topic(std::string_view file) {
  const size_t dash = file.find(" - ");
  const size_t end = file.find('\n');
  HEAP_CHECK(dash < end && end != file.npos, "a topic begins \"name - what\"");
  return {.name = file.substr(0, dash),
          .summary = file.substr(dash + 3, end - dash - 3),
          .text = file.substr(file.find_first_not_of('\n', end))};
}

}  // namespace

std::span<const Topic> topics() {
  static const std::array all = {
      topic(asset_traces_txt()),      topic(asset_threshold_txt()),
      topic(asset_pauses_txt()),      topic(asset_fragmentation_txt()),
      topic(asset_exit_codes_txt()),  topic(asset_files_txt()),
      topic(asset_environment_txt()), topic(asset_glossary_txt())};
  return all;
}

const Topic* find_topic(std::string_view name) {
  const std::span<const Topic> all = topics();
  const auto found =
      std::find_if(all.begin(), all.end(),
                   [name](const Topic& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace libheap::tools
