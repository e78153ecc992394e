#include "tests/support/small_log.h"

#include <charconv>

#include "libheap/trace/event_log_reader.h"

namespace libheap::testing {

namespace {

std::string hex(uint64_t value) {
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, value, 16);
  return {digits, end.ptr};
}

HeapConfig config_of(const std::string& release, const std::string& split) {
  HeapConfig config;
  config.release = parse_release(release).value();
  config.traits = traits_of(config.release);
  config.split = split == "auto"     ? SplitMode::kAuto
                 : split == "manual" ? SplitMode::kManual
                                     : SplitMode::kNone;
  config.area_record_bytes = split == "none" ? 0 : 32;
  return config;
}

}  // namespace

std::string area_fields(uint32_t id, const AreaLayout& layout) {
  return std::to_string(id) + " " + hex(layout.start) + " " + hex(layout.end) +
         " " + hex(layout.table) + " " + std::to_string(layout.table_bytes) +
         " " + hex(layout.finaliser_table) + " " +
         std::to_string(layout.finaliser_table_bytes) + " - - " +
         hex(layout.pool) + " " + hex(layout.pool_end);
}

AreaLayout area_of_blocks(const HeapConfig& config, uint64_t blocks,
                          uint64_t start, bool added) {
  uint64_t bytes = blocks * config.block_bytes;
  while (true) {
    bytes += config.block_bytes;
    const AreaLayout layout = layout_area(config, start, start + bytes, added);
    if (layout.blocks() >= blocks) return layout;
  }
}

SmallLog::SmallLog(const std::string& release, uint64_t blocks,
                   const std::string& split) {
  const HeapConfig config = config_of(release, split);
  text_ = "GOLDEN 1\nH version " + release +
          "\nH workload small(1)\nH word 4\nH block 16\nH finaliser 1\n"
          "H weakref 0\nH split " +
          split + "\nH lockshift " + (config.traits.collect_flag ? "1" : "0") +
          "\n";
  if (split != "none") text_ += "H areahdr 32\n";
  const AreaLayout layout =
      area_of_blocks(config, blocks, kStart, /*added=*/false);
  text_ += "AREA " + area_fields(0, layout) + "\nBEGIN\n";
}

SmallLog& SmallLog::line(const std::string& text) {
  text_ += text + "\n";
  const std::string keyword = text.substr(0, text.find(' '));
  for (const char* counted : {"A", "R", "F", "(A", "(R", "(C", "(S"}) {
    if (keyword == counted) ++events_;
  }
  return *this;
}

SmallLog& SmallLog::one_block_objects(uint64_t first, uint64_t count) {
  for (uint64_t i = 0; i < count; ++i) {
    line("A 16 0 " + std::to_string(first + i));
  }
  return *this;
}

SmallLog& SmallLog::own_form() {
  text_.replace(0, text_.find('\n'), "MPHEAP-EVENTS 1");
  return *this;
}

SmallLog& SmallLog::end() {
  text_ += "END " + std::to_string(events_) + " complete\n";
  return *this;
}

std::unique_ptr<EventSource> SmallLog::open() const {
  return std::make_unique<EventLogReader>(memory_byte_source(text_, "small"));
}

ReplayResult SmallLog::replay() const {
  const std::unique_ptr<EventSource> source = open();
  Replayer replayer(*source);
  replayer.run();
  return replayer.result();
}

Findings SmallLog::analyse() const {
  const std::unique_ptr<EventSource> source = open();
  return libheap::analyse(*source, "small");
}

}  // namespace libheap::testing
