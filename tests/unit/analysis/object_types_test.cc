// What objects are, by their first words and a firmware's symbols.

#include "libheap/analysis/object_types.h"

#include <gtest/gtest.h>

#include "tests/support/small_snapshot.h"

namespace libheap {
namespace {

using testing::SmallSnapshot;

constexpr uint64_t kList = 0x1040;
constexpr uint64_t kDict = 0x10a0;
constexpr uint64_t kFloat = 0x2100;

ElfSymbols program() {
  ElfSymbols symbols;
  symbols.add(kList, "mp_type_list");
  symbols.add(kDict, "mp_type_dict");
  symbols.add(kFloat, "mp_type_float");
  symbols.add(0x3000, "main");
  return symbols;
}

std::vector<std::string> types_of(const std::vector<uint64_t>& first_words) {
  SmallSnapshot heap(64);
  for (const uint64_t word : first_words) {
    heap.put(heap.object(1), 0, static_cast<uint32_t>(word));
  }
  const HeapGraph graph = heap.graph();
  const ObjectTypes types(graph, program());
  std::vector<std::string> names;
  for (uint32_t i = 0; i < graph.objects.size(); ++i) {
    names.push_back(types.name_of(i));
  }
  return names;
}

using Names = std::vector<std::string>;

TEST(ObjectTypes, AreNamedByTheFirmwaresSymbols) {
  EXPECT_EQ(types_of({kFloat, kList, 0x3000}),
            (Names{"float", "list", "data without a type"}));
}

TEST(ObjectTypes, AreFoundWhereTheSystemLoadedTheProgram) {
  constexpr uint64_t kOffset = 0x56555000;
  EXPECT_EQ(types_of({kFloat + kOffset, kList + kOffset, kDict + kOffset,
                      kOffset + 0x777}),
            (Names{"float", "list", "dict", "data without a type"}));
}

TEST(ObjectTypes, OfAnotherFirmwareStayWithoutNames) {
  EXPECT_EQ(types_of({kFloat + 0x5000, kList + 0x7000, kDict + 0x7000}),
            (Names{"data without a type", "data without a type",
                   "data without a type"}));
  EXPECT_EQ(types_of({kFloat + 0x5000, kList + 0x5000, kDict + 0x5000, kList}),
            (Names{"data without a type", "data without a type",
                   "data without a type", "list"}))
      << "one is where the file says";
}

}  // namespace
}  // namespace libheap
