// Every mem_info(1) text that a real firmware printed: the map gives the very
// figures printed above it.

#include <fstream>
#include <iostream>

#include <gtest/gtest.h>

#include "libheap/analysis/mem_info_findings.h"
#include "libheap/trace/mem_info_reader.h"
#include "tests/support/golden_files.h"

namespace libheap {
namespace {

std::vector<std::filesystem::path> texts() {
  std::vector<std::filesystem::path> paths;
  const auto folder = testing::golden_dir() / "pauses" / "mem_info";
  if (std::filesystem::is_directory(folder)) {
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
      paths.push_back(file.path());
    }
  }
  if (paths.empty()) std::cerr << "SKIPPED: no texts in " << folder << "\n";
  std::sort(paths.begin(), paths.end());
  return paths;
}

TEST(MemInfoRecordings, MapsAgreeWithTheFiguresPrinted) {
  for (const std::filesystem::path& path : texts()) {
    SCOPED_TRACE(path.filename());
    MemInfoReader reader(open_byte_source(path.string()));
    MemInfoDump dump;
    size_t count = 0;
    while (reader.next(dump)) {
      ++count;
      const MemInfoFindings found = examine(dump, kUsualBlockBytes, nullptr);
      EXPECT_TRUE(found.checked);
      EXPECT_TRUE(found.printed && found.printed->has_sizes);
      EXPECT_TRUE(found.block_bytes_known);
      for (const FigureDifference& one : found.differences) {
        ADD_FAILURE() << one.name << ": printed " << one.printed << ", counted "
                      << one.counted;
      }
      EXPECT_TRUE(found.damage.empty());
      uint64_t objects = 0;
      for (const auto& [kind, number] : found.by_kind) objects += number;
      EXPECT_EQ(objects, found.census.objects);
    }
    EXPECT_EQ(count, 1u);
  }
}

}  // namespace
}  // namespace libheap
