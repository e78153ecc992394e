#include "libheap/replay/heap_setup.h"

#include <array>
#include <charconv>
#include <string>

#include "libheap/base/error.h"

namespace libheap {
namespace {

std::string hex(uint64_t value) {
  std::array<char, 16> digits;
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return {digits.data(), end.ptr};
}

}  // namespace

HeapConfig config_from(const TraceHeader& header) {
  const std::optional<Release> release = parse_release(header.release);
  if (!release) {
    throw Error("\"" + header.release +
                "\" is not a MicroPython release like v1.22.2");
  }
  HeapConfig config;
  config.release = *release;
  config.traits = traits_of(*release);
  config.word_bytes = header.word_bytes;
  config.block_bytes = header.block_bytes;
  config.finaliser = header.finaliser;
  config.weakref = header.weakref;
  config.area_record_bytes = header.area_record_bytes;
  switch (header.split) {
    case SplitKind::kNone:
      config.split = SplitMode::kNone;
      break;
    case SplitKind::kManual:
      config.split = SplitMode::kManual;
      break;
    case SplitKind::kAuto:
      config.split = SplitMode::kAuto;
      break;
  }
  validate(config);
  return config;
}

std::string layout_difference(const AreaRecord& recorded,
                              const AreaLayout& modelled) {
  if (!recorded.layout_known) return {};
  struct Figure {
    const char* name;
    uint64_t recorded;
    uint64_t modelled;
  };
  const Figure figures[] = {
      {"table", recorded.table, modelled.table},
      {"table length", recorded.table_bytes, modelled.table_bytes},
      {"finaliser table", recorded.finaliser_table, modelled.finaliser_table},
      {"finaliser table length", recorded.finaliser_table_bytes,
       modelled.finaliser_table_bytes},
      {"weakref table", recorded.weakref_table, modelled.weakref_table},
      {"weakref table length", recorded.weakref_table_bytes,
       modelled.weakref_table_bytes},
      {"pool", recorded.pool, modelled.pool},
      {"pool end", recorded.pool_end, modelled.pool_end}};
  for (const Figure& figure : figures) {
    if (figure.recorded == figure.modelled) continue;
    return std::string(figure.name) + " recorded as 0x" + hex(figure.recorded) +
           ", the model says 0x" + hex(figure.modelled);
  }
  return {};
}

}  // namespace libheap
