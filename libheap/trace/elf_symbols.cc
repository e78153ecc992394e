#include "libheap/trace/elf_symbols.h"

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <unistd.h>

#include "libheap/base/error.h"
#include "libheap/trace/file_stream.h"

namespace libheap {
namespace {

// The file and libelf's view of it, closed in the right order.
class ElfFile {
 public:
  explicit ElfFile(const std::string& path)
      : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor_ < 0) throw Error(path + ": " + system_error_text(errno));
    elf_version(EV_CURRENT);
    elf_ = elf_begin(descriptor_, ELF_C_READ, nullptr);
  }
  ElfFile(const ElfFile&) = delete;
  ElfFile& operator=(const ElfFile&) = delete;
  ~ElfFile() {
    elf_end(elf_);
    close(descriptor_);
  }

  [[nodiscard]] Elf* get() const { return elf_; }
  [[nodiscard]] bool is_elf() const { return elf_kind(elf_) == ELF_K_ELF; }

 private:
  int descriptor_;
  Elf* elf_ = nullptr;
};

// More than any firmware has: what a file says of itself must not take our
// memory, and many symbols may share one long name.
constexpr size_t kMostSymbols = size_t{1} << 18;
constexpr size_t kMostNameBytes = size_t{16} << 20;

bool names_something(const GElf_Sym& symbol) {
  const int type = GELF_ST_TYPE(symbol.st_info);
  return symbol.st_shndx != SHN_UNDEF &&
         (type == STT_OBJECT || type == STT_FUNC || type == STT_NOTYPE);
}

void check_limits(size_t symbols, size_t name_bytes) {
  if (symbols > kMostSymbols) throw Error("over 2^18 symbols in it");
  if (name_bytes > kMostNameBytes) {
    throw Error("over 16 MiB of symbols' names in it");
  }
}

void add_table(Elf* elf, Elf_Scn* section, const GElf_Shdr& header,
               ElfSymbols& symbols, size_t& name_bytes) {
  Elf_Data* data = elf_getdata(section, nullptr);
  if (data == nullptr || header.sh_entsize == 0) return;
  const auto count = static_cast<int>(header.sh_size / header.sh_entsize);
  for (int i = 0; i < count; ++i) {
    GElf_Sym symbol;
    if (gelf_getsym(data, i, &symbol) == nullptr) break;
    const char* name = elf_strptr(elf, header.sh_link, symbol.st_name);
    // "$d" and the like only say what the bytes from here on are.
    if (name == nullptr || *name == '\0' || *name == '$') continue;
    if (!names_something(symbol)) continue;
    name_bytes += std::strlen(name);
    check_limits(symbols.size(), name_bytes);
    const bool code = GELF_ST_TYPE(symbol.st_info) == STT_FUNC;
    symbols.add(code ? symbol.st_value & ~uint64_t{1} : symbol.st_value, name);
  }
}

}  // namespace

void ElfSymbols::add(uint64_t address, std::string name) {
  const auto [entry, is_new] = names_.try_emplace(address, name);
  if (!is_new && name < entry->second) entry->second = std::move(name);
}

std::string_view ElfSymbols::at(uint64_t address) const {
  const auto entry = names_.find(address);
  return entry == names_.end() ? std::string_view() : entry->second;
}

ElfSymbols read_elf_symbols(const std::string& path) {
  const ElfFile file(path);
  if (!file.is_elf()) throw Error(path + ": not an ELF file");
  ElfSymbols symbols;
  size_t name_bytes = 0;
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(file.get(), section)) != nullptr) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr) continue;
    if (header.sh_type != SHT_SYMTAB) continue;
    try {
      add_table(file.get(), section, header, symbols, name_bytes);
    } catch (const Error& error) {
      throw Error(path + ": " + error.what());
    }
  }
  if (symbols.empty()) {
    throw Error(path +
                ": no symbols in it (a stripped firmware? give the one "
                "the build left, before stripping)");
  }
  return symbols;
}

}  // namespace libheap
