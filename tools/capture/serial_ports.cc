#include "tools/capture/serial_ports.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string_view>

#include <fmt/format.h>
#include <libserialport.h>

#include "libheap/base/error.h"
#include "libheap/base/hex.h"
#include "libheap/base/in_quotes.h"

namespace libheap::tools {

namespace {

struct KnownUsb {
  uint32_t vendor;
  uint32_t product;
  std::string_view name;
};

constexpr KnownUsb kKnown[] = {
    {0x2e8a, 0x0003, "RP2040 boot loader"},
    {0x2e8a, 0x0004, "Picoprobe"},
    {0x2e8a, 0x0005, "RP2040 with MicroPython"},
    {0x2e8a, 0x000a, "RP2040 (Pico SDK)"},
    {0x2e8a, 0x000c, "Raspberry Pi Debug Probe"},
    {0x0403, 0x6001, "FTDI FT232R"},
    {0x0403, 0x6010, "FTDI FT2232"},
    {0x0403, 0x6014, "FTDI FT232H"},
    {0x0403, 0x6015, "FTDI FT-X"},
    {0x067b, 0x2303, "Prolific PL2303"},
    {0x10c4, 0xea60, "Silicon Labs CP210x"},
    {0x1a86, 0x55d4, "WCH CH9102"},
    {0x1a86, 0x7523, "WCH CH340"},
};

constexpr const char* kHowToList = "mpheap capture --list shows the ports";

std::string known_name(uint32_t vendor, uint32_t product) {
  for (const KnownUsb& known : kKnown) {
    if (known.vendor == vendor && known.product == product) {
      return std::string(known.name);
    }
  }
  return "";
}

std::string text_or_empty(const char* text) { return text ? text : ""; }

PortFacts facts_of(const sp_port* port) {
  PortFacts facts;
  facts.name = text_or_empty(sp_get_port_name(port));
  facts.description = text_or_empty(sp_get_port_description(port));
  facts.serial_number = text_or_empty(sp_get_port_usb_serial(port));
  int vendor = 0;
  int product = 0;
  if (sp_get_port_usb_vid_pid(port, &vendor, &product) == SP_OK) {
    facts.usb_vendor = static_cast<uint32_t>(vendor);
    facts.usb_product = static_cast<uint32_t>(product);
    facts.known_as = known_name(*facts.usb_vendor, facts.usb_product);
  }
  return facts;
}

bool is_usb_id(const std::string& text) {
  return text.size() == 9 && text[4] == ':' &&
         std::count_if(text.begin(), text.end(),
                       [](char letter) { return hex_value(letter) >= 0; }) == 8;
}

std::string lower_case(std::string text) {
  for (char& letter : text) {
    if (letter >= 'A' && letter <= 'Z') letter += 'a' - 'A';
  }
  return text;
}

bool is_meant(const PortFacts& port, const std::string& wanted) {
  if (wanted == "auto") return !port.known_as.empty();
  if (is_usb_id(wanted)) return usb_id(port) == lower_case(wanted);
  return port.serial_number == wanted;
}

}  // namespace

std::vector<PortFacts> list_serial_ports() {
  sp_port** ports = nullptr;
  if (sp_list_ports(&ports) != SP_OK) {
    throw Error("the system does not list its serial ports");
  }
  const std::unique_ptr<sp_port*, void (*)(sp_port**)> owner(ports,
                                                             sp_free_port_list);
  std::vector<PortFacts> facts;
  for (sp_port** port = ports; *port != nullptr; ++port) {
    facts.push_back(facts_of(*port));
  }
  std::sort(
      facts.begin(), facts.end(),
      [](const PortFacts& a, const PortFacts& b) { return a.name < b.name; });
  return facts;
}

std::string find_port(const std::string& wanted) {
  const bool by_name = wanted != "auto" && !is_usb_id(wanted);
  if (by_name &&
      (wanted.find('/') != wanted.npos || std::filesystem::exists(wanted))) {
    return wanted;
  }
  return find_port(wanted, list_serial_ports());
}

std::string find_port(const std::string& wanted,
                      const std::vector<PortFacts>& ports) {
  std::vector<std::string> names;
  for (const PortFacts& port : ports) {
    if (is_meant(port, wanted)) names.push_back(port.name);
  }
  if (names.size() == 1) return names.front();
  if (names.empty()) {
    throw Error(
        wanted == "auto"
            ? fmt::format("no board or USB adapter found; {}", kHowToList)
            : fmt::format("{}: no such port, file, USB id or serial "
                          "number; {}",
                          in_quotes(wanted), kHowToList));
  }
  throw Error(fmt::format("{} could be {}; name one of them", wanted,
                          fmt::join(names, " or ")));
}

}  // namespace libheap::tools
