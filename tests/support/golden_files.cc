#include "tests/support/golden_files.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <iostream>

namespace libheap::testing {

namespace fs = std::filesystem;

namespace {

fs::path full_set() {
  if (const char* named = std::getenv("MPHEAP_GOLDEN_DIR")) return named;
  return source_dir() / ".." / "shared" / "golden";
}

fs::path committed_third() { return source_dir() / "tests" / "golden"; }

bool is_there(const fs::path& set) { return fs::exists(set / "events"); }

}  // namespace

fs::path source_dir() { return MPHEAP_SOURCE_DIR; }

bool all_recordings_present() {
  return is_there(full_set()) && !fs::equivalent(full_set(), committed_third());
}

fs::path golden_dir() {
  if (is_there(full_set())) return full_set();
  static const bool said = [] {
    std::cerr << "*** " << full_set().string()
              << " is not there: ONLY THE COMMITTED THIRD of the recordings is "
                 "tested\n";
    return true;
  }();
  static_cast<void>(said);
  return committed_third();
}

std::vector<fs::path> golden_logs(const std::string& folder) {
  std::vector<fs::path> logs;
  const fs::path dir = golden_dir() / folder;
  if (!fs::exists(dir)) return logs;
  for (const fs::directory_entry& entry : fs::directory_iterator(dir)) {
    if (entry.path().extension() == ".zst") logs.push_back(entry.path());
  }
  std::sort(logs.begin(), logs.end());
  return logs;
}

std::string test_name_of(const fs::path& log) {
  std::string name = log.filename().string();
  name = name.substr(0, name.find(".golden"));
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

}  // namespace libheap::testing
