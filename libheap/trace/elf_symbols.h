#pragma once

// The symbols of a firmware's ELF file, by address: what a word that points
// into flash or static memory means.
//
// Only exact addresses are answered, since a type pointer is one. Where
// several symbols share an address, the first by name is kept, so that the
// answer does not depend on the linker's order. The bit that marks Thumb code
// is no part of an address here. libelf reads the file.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace libheap {

class ElfSymbols {
 public:
  void add(uint64_t address, std::string name);

  // Empty where no symbol is.
  [[nodiscard]] std::string_view at(uint64_t address) const;
  // By address.
  [[nodiscard]] const std::map<uint64_t, std::string>& all() const {
    return names_;
  }
  [[nodiscard]] bool empty() const { return names_.empty(); }
  [[nodiscard]] size_t size() const { return names_.size(); }

 private:
  std::map<uint64_t, std::string> names_;
};

// The data and function symbols of an ELF file of either width. Throws Error:
// cannot be opened, no ELF file, no symbols in it,
// or more than any firmware has (2^18, or 16 MiB of names).
[[nodiscard]] ElfSymbols read_elf_symbols(const std::string& path);

}  // namespace libheap
