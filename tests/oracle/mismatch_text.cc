#include "tests/oracle/mismatch_text.h"

#include <sstream>

namespace libheap {

std::string to_text(BlockRef block) {
  if (block.is_null()) return "-";
  return std::to_string(block.area) + ":" + std::to_string(block.block);
}
std::string to_text(uint64_t number) { return std::to_string(number); }
std::string to_text(uint32_t number) { return std::to_string(number); }
std::string to_text(bool truth) { return truth ? "true" : "false"; }

std::string to_text(Progress progress) {
  switch (progress) {
    case Progress::kDone:
      return "done";
    case Progress::kCollect:
      return "collect";
    case Progress::kGrow:
      return "grow";
  }
  return "?";
}

std::string to_text(CollectCause cause) {
  switch (cause) {
    case CollectCause::kThreshold:
      return "threshold";
    case CollectCause::kExhausted:
      return "exhausted";
    case CollectCause::kExplicit:
      return "explicit";
  }
  return "?";
}

std::string to_text(const std::vector<uint32_t>& numbers) {
  std::string text = "[";
  for (const uint32_t number : numbers) text += std::to_string(number) + " ";
  return text + "]";
}

std::string to_text(const TableDigest& digest) {
  std::ostringstream text;
  text << std::hex << digest.table << ' ' << digest.finalisers << ' '
       << digest.weakrefs;
  return text.str();
}

std::string to_text(const Census& census) {
  std::ostringstream text;
  text << "total " << census.total_blocks << " used " << census.used_blocks
       << " free " << census.free_blocks << " objects " << census.objects
       << " ones " << census.one_block_objects << " twos "
       << census.two_block_objects << " max block " << census.max_block
       << " max free " << census.max_free;
  return text.str();
}

}  // namespace libheap
