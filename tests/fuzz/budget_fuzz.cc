// Any text as a file of budgets: an Error of one line, or a budget that
// survives being written and read again.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "libheap/base/error.h"
#include "libheap/report/budget_json.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  libheap::Budget budget;
  try {
    budget = libheap::read_budget(text, "fuzz");
  } catch (const libheap::Error& error) {
    if (std::string_view(error.what()).find('\n') != std::string_view::npos) {
      std::abort();
    }
    return 0;
  }
  const std::string once = libheap::budget_json(budget);
  if (libheap::budget_json(libheap::read_budget(once, "again")) != once) {
    std::abort();
  }
  return 0;
}
