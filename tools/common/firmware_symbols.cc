#include "tools/common/firmware_symbols.h"

#include <charconv>
#include <cstring>
#include <string_view>

#include <elfutils/libdwfl.h>
#include <fmt/format.h>
#include <gelf.h>

#include "libheap/base/error.h"

namespace libheap::tools {

namespace {

// Symbols of hand-written code have no size; this far they are believed.
constexpr uint64_t kUnsizedReach = 4096;

// Debug information is in the firmware's own file or nowhere: the standard
// search would look all over the machine, and the network.
int no_other_file(Dwfl_Module* /*module*/, void** /*user*/,
                  const char* /*module_name*/, Dwarf_Addr /*base*/,
                  const char* /*file_name*/, const char* /*link*/,
                  GElf_Word /*crc*/, char** /*found*/) {
  return -1;
}

const Dwfl_Callbacks kCallbacks = {
    .find_elf = nullptr,
    .find_debuginfo = no_other_file,
    .section_address = dwfl_offline_section_address,
    .debuginfo_path = nullptr,
};

// "$t", "$d.12": where code and data begin, in Arm's ELF files.
bool is_mapping_symbol(const char* name) { return name[0] == '$'; }

// What the dynamic linker needs is left in a stripped file, and names little.
bool has_symbols(Elf* elf) {
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(elf, section)) != nullptr) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) != nullptr &&
        header.sh_type == SHT_SYMTAB) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::optional<uint64_t> runtime_address(std::string_view text) {
  if (!text.starts_with("0x")) return std::nullopt;
  uint64_t address = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + 2, end, address, 16);
  if (error != std::errc() || stop != end) return std::nullopt;
  return address;
}

FirmwareSymbols::FirmwareSymbols(const std::string& path)
    : dwfl_(dwfl_begin(&kCallbacks), dwfl_end) {
  if (dwfl_ != nullptr) {
    dwfl_report_begin(dwfl_.get());
    module_ = dwfl_report_offline(dwfl_.get(), "firmware", path.c_str(), -1);
    dwfl_report_end(dwfl_.get(), nullptr, nullptr);
  }
  if (module_ == nullptr) {
    throw Error(fmt::format("{}: cannot be read as an ELF file: {}", path,
                            dwfl_errmsg(-1)));
  }
  Elf* elf = dwfl_module_getelf(module_, &bias_);
  if (elf == nullptr || !has_symbols(elf) ||
      dwfl_module_getsymtab(module_) <= 1) {
    throw Error(path +
                ": has no symbols; give the .elf of the build, not a stripped "
                "one");
  }
}

std::string FirmwareSymbols::function_at(uint64_t address) const {
  // Odd addresses find Thumb functions, and never a mapping symbol.
  for (const uint64_t candidate : {address, address | 1}) {
    GElf_Off offset = 0;
    GElf_Sym symbol;
    const char* name = dwfl_module_addrinfo(module_, candidate + bias_, &offset,
                                            &symbol, nullptr, nullptr, nullptr);
    if (name == nullptr || is_mapping_symbol(name)) continue;
    const uint64_t reach = symbol.st_size != 0 ? symbol.st_size : kUnsizedReach;
    if (offset <= reach) return name;
  }
  return {};
}

std::string FirmwareSymbols::source_at(uint64_t address) const {
  Dwfl_Line* line = dwfl_module_getsrc(module_, address + bias_);
  int number = 0;
  const char* file = line == nullptr ? nullptr
                                     : dwfl_lineinfo(line, nullptr, &number,
                                                     nullptr, nullptr, nullptr);
  if (file == nullptr) return {};
  const char* slash = std::strrchr(file, '/');
  return fmt::format("{}:{}", slash == nullptr ? file : slash + 1, number);
}

std::optional<FirmwareSymbols::Place> FirmwareSymbols::caller(
    uint64_t address) const {
  const uint64_t call = (address & ~uint64_t{1}) - 1;
  Place place{function_at(call), source_at(call)};
  if (place.function.empty()) return std::nullopt;
  return place;
}

}  // namespace libheap::tools
