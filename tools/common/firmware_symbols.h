#pragma once

// FirmwareSymbols: from an address in a firmware to the function it is in.
//
// A device sends the runtime function that allocated as the address it will
// return to, so what is looked up is the call just before it. On Arm bit 0 of
// such an address says "Thumb" and is no part of it. File and line are known
// where the firmware was built with debug information. Nothing is fetched from
// anywhere. Read with elfutils (libdwfl).

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct Dwfl;
struct Dwfl_Module;

namespace libheap::tools {

// "0x100106d6": a runtime function as the device sends it; nothing for a name.
[[nodiscard]] std::optional<uint64_t> runtime_address(std::string_view text);

class FirmwareSymbols {
 public:
  struct Place {
    std::string function;
    std::string source;  // "objfloat.c:234"; may be empty
  };

  // Throws Error where `path` is no ELF file.
  explicit FirmwareSymbols(const std::string& path);

  // What returns to `address`.
  [[nodiscard]] std::optional<Place> caller(uint64_t address) const;

 private:
  [[nodiscard]] std::string function_at(uint64_t address) const;
  [[nodiscard]] std::string source_at(uint64_t address) const;

  std::unique_ptr<Dwfl, void (*)(Dwfl*)> dwfl_;
  Dwfl_Module* module_ = nullptr;
  // Where a position-independent program is read to, which its own addresses
  // do not have; else 0.
  uint64_t bias_ = 0;
};

}  // namespace libheap::tools
