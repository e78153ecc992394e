// Any text as a file of pause profiles: an Error, or profiles that survive
// being written and read again.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "libheap/base/error.h"
#include "libheap/report/pause_profile_json.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<libheap::PauseProfile> profiles;
  try {
    profiles = libheap::read_pause_profiles(text, "fuzz");
  } catch (const libheap::Error&) {
    return 0;
  }
  const std::string once = libheap::pause_profiles_json(profiles);
  profiles = libheap::read_pause_profiles(once, "again");
  if (libheap::pause_profiles_json(profiles) != once) std::abort();
  return 0;
}
