#include "libheap/trace/elf_symbols.h"

#include <gtest/gtest.h>

#include "libheap/base/error.h"

namespace libheap {
namespace {

TEST(ElfSymbols, AnswerOnlyExactAddresses) {
  ElfSymbols symbols;
  symbols.add(0x1000, "mp_type_list");
  EXPECT_EQ(symbols.at(0x1000), "mp_type_list");
  EXPECT_EQ(symbols.at(0x1001), "");
  EXPECT_EQ(symbols.at(0), "");
}

TEST(ElfSymbols, KeepTheFirstNameOfAnAddressWhateverTheOrder) {
  ElfSymbols symbols;
  symbols.add(8, "beta");
  symbols.add(8, "alpha");
  symbols.add(8, "gamma");
  EXPECT_EQ(symbols.at(8), "alpha");
  EXPECT_EQ(symbols.size(), 1U);
}

// This test is an ELF file itself. (Of the firmware's width: tests/cli.)
TEST(ElfSymbols, AreReadFromAFile) {
  EXPECT_GT(read_elf_symbols("/proc/self/exe").size(), 10U);
}

TEST(ElfSymbols, OfNoElfFileAreAnError) {
  EXPECT_THROW(static_cast<void>(read_elf_symbols("/proc/self/cmdline")),
               Error);
  EXPECT_THROW(static_cast<void>(read_elf_symbols("/nonexistent/firmware.elf")),
               Error);
}

}  // namespace
}  // namespace libheap
