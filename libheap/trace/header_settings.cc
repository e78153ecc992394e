#include "libheap/trace/header_settings.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>

namespace libheap {
namespace {

constexpr std::array<std::string_view, 3> kSplitNames = {"none", "manual",
                                                         "auto"};

bool read_u32(const std::string& value, uint32_t& out) {
  const char* stop = value.data() + value.size();
  const auto [end, error] = std::from_chars(value.data(), stop, out);
  return error == std::errc() && end == stop;
}

bool read_flag(const std::string& value, bool& out) {
  out = value == "1";
  return out || value == "0";
}

bool read_release(const std::string& value, TraceHeader& header) {
  header.release = value;
  return !value.empty();
}

bool read_workload(const std::string& value, TraceHeader& header) {
  header.workload = value;
  return true;
}

bool read_word(const std::string& value, TraceHeader& header) {
  return read_u32(value, header.word_bytes) &&
         (header.word_bytes == 4 || header.word_bytes == 8);
}

bool read_block(const std::string& value, TraceHeader& header) {
  return read_u32(value, header.block_bytes) &&
         std::has_single_bit(header.block_bytes) && header.block_bytes >= 8 &&
         header.block_bytes <= 4096;
}

bool read_finaliser(const std::string& value, TraceHeader& header) {
  return read_flag(value, header.finaliser);
}

bool read_weakref(const std::string& value, TraceHeader& header) {
  return read_flag(value, header.weakref);
}

bool read_split(const std::string& value, TraceHeader& header) {
  const auto found = std::find(kSplitNames.begin(), kSplitNames.end(), value);
  if (found == kSplitNames.end()) return false;
  header.split = static_cast<SplitKind>(found - kSplitNames.begin());
  return true;
}

bool read_mark_stack(const std::string& value, TraceHeader& header) {
  return read_u32(value, header.mark_stack_entries) &&
         header.mark_stack_entries > 0;
}

bool read_area_record(const std::string& value, TraceHeader& header) {
  return read_u32(value, header.area_record_bytes);
}

bool read_start(const std::string& value, TraceHeader& header) {
  header.starts_empty = value == "empty";
  return header.starts_empty || value == "unknown";
}

std::string write_flag(bool flag) { return flag ? "1" : "0"; }

constexpr std::array kSettings = {
    HeaderSetting{"version", true, "a release such as v1.22.2", read_release,
                  [](const TraceHeader& h) { return h.release; }},
    HeaderSetting{"workload", false, "text", read_workload,
                  [](const TraceHeader& h) { return h.workload; }},
    HeaderSetting{
        "word", true, "4 or 8", read_word,
        [](const TraceHeader& h) { return std::to_string(h.word_bytes); }},
    HeaderSetting{
        "block", true, "a power of two from 8 to 4096", read_block,
        [](const TraceHeader& h) { return std::to_string(h.block_bytes); }},
    HeaderSetting{"finaliser", false, "0 or 1", read_finaliser,
                  [](const TraceHeader& h) { return write_flag(h.finaliser); }},
    HeaderSetting{"weakref", false, "0 or 1", read_weakref,
                  [](const TraceHeader& h) { return write_flag(h.weakref); }},
    HeaderSetting{"split", false, "none, manual or auto", read_split,
                  [](const TraceHeader& h) {
                    const auto index = static_cast<size_t>(h.split);
                    return std::string(kSplitNames[index]);
                  }},
    HeaderSetting{.key = "lockshift"},
    HeaderSetting{"gcstack", false, "a number from 1", read_mark_stack,
                  [](const TraceHeader& h) {
                    return std::to_string(h.mark_stack_entries);
                  }},
    HeaderSetting{.key = "objrepr"},
    HeaderSetting{.key = "float"},
    HeaderSetting{"areahdr", false, "a number of bytes", read_area_record,
                  [](const TraceHeader& h) {
                    return h.area_record_bytes == 0
                               ? std::string()
                               : std::to_string(h.area_record_bytes);
                  }},
    HeaderSetting{.key = "checkevery"},
    HeaderSetting{"start", false, "empty or unknown", read_start,
                  [](const TraceHeader& h) {
                    return std::string(h.starts_empty ? "" : "unknown");
                  }},
};

}  // namespace

std::span<const HeaderSetting> header_settings() { return kSettings; }

const HeaderSetting* find_header_setting(std::string_view key) {
  const auto found = std::find_if(
      kSettings.begin(), kSettings.end(),
      [&](const HeaderSetting& setting) { return setting.key == key; });
  return found == kSettings.end() ? nullptr : &*found;
}

uint64_t clock_of(const TraceHeader& header) {
  for (const auto& [key, value] : header.extra) {
    if (key != "clock_hz") continue;
    uint64_t hz = 0;
    std::from_chars(value.data(), value.data() + value.size(), hz);
    return hz;
  }
  return 0;
}

}  // namespace libheap
