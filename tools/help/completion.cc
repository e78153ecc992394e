#include "tools/help/completion.h"

namespace libheap::tools {
namespace {

// "FILE", "FILE.csv", "SNAPSHOT.json", "FIRMWARE", "TRACE...": names of files.
bool is_file(std::string_view value) {
  for (const std::string_view one :
       {"FILE", "TRACE", "SNAPSHOT", "SUMMARY", "FIRMWARE", "DIR", "PORT"}) {
    if (value.find(one) != value.npos) return true;
  }
  return false;
}

}  // namespace

Expected expected_value(const HelpOption& option) {
  if (!option.words.empty()) return Expected::kWords;
  return is_file(option.value) ? Expected::kFiles : Expected::kNothingKnown;
}

Expected expected_operand(const HelpText& help) {
  return help.operand_words.empty() ? Expected::kFiles : Expected::kWords;
}

}  // namespace libheap::tools
