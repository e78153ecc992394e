#include "libheap/report/capture_report.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "libheap/report/text_table.h"
#include "libheap/report/units.h"

namespace libheap {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "mpheap.capture/1";

// Bytes from a port may be anything; JSON must not fail on them.
std::string dumped(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

}  // namespace

std::string capture_json(const CaptureFacts& facts) {
  return dumped({{"schema", kSchema},
                 {"port", facts.port},
                 {"file", facts.file},
                 {"baud", facts.baud != 0 ? Json(facts.baud) : Json(nullptr)},
                 {"duration_us", facts.duration_us},
                 {"ended_by", facts.ended_by},
                 {"bytes", facts.bytes},
                 {"packets", facts.packets},
                 {"events", facts.events},
                 {"lost_packets", facts.lost_packets},
                 {"lost_events", facts.lost_events},
                 {"device_restarts", facts.device_restarts},
                 {"reconnects", facts.reconnects},
                 {"damage", facts.damage},
                 {"damage_bytes", facts.damage_bytes},
                 {"text_bytes", facts.text_bytes}});
}

std::string capture_text(const CaptureFacts& facts) {
  std::string text =
      fmt::format("{}, {} in {}, {}", human_time(facts.duration_us),
                  human_bytes(facts.bytes), counted(facts.packets, "packet"),
                  counted(facts.events, "event"));
  text += facts.lost_events == 0
              ? ", none lost"
              : ", " + with_commas(facts.lost_events) + " more lost";
  if (facts.lost_packets != 0) {
    text += " (" + counted(facts.lost_packets, "packet") + ")";
  }
  if (facts.damage != 0) {
    text += fmt::format(", {} damaged in {}", human_bytes(facts.damage_bytes),
                        counted(facts.damage, "place"));
  }
  if (facts.text_bytes != 0) {
    text += ", " + human_bytes(facts.text_bytes) + " of console text";
  }
  if (facts.device_restarts != 0) {
    text += ", " + counted(facts.device_restarts, "device restart");
  }
  if (facts.reconnects != 0) {
    text += ", " + counted(facts.reconnects, "reconnect");
  }
  return text;
}

std::string usb_id(const PortFacts& port) {
  if (!port.usb_vendor) return "";
  return fmt::format("{:04x}:{:04x}", *port.usb_vendor, port.usb_product);
}

std::string ports_json(const std::vector<PortFacts>& ports) {
  Json list = Json::array();
  for (const PortFacts& port : ports) {
    list.push_back({{"name", port.name},
                    {"description", text_or_null(port.description)},
                    {"usb_id", text_or_null(usb_id(port))},
                    {"serial_number", text_or_null(port.serial_number)},
                    {"known_as", text_or_null(port.known_as)}});
  }
  return dumped({{"schema", kSchema}, {"ports", std::move(list)}});
}

std::string ports_text(const std::vector<PortFacts>& ports,
                       const TextStyle& style) {
  if (ports.empty()) return "no serial ports\n";
  std::vector<std::vector<std::string>> rows;
  for (const PortFacts& port : ports) {
    rows.push_back({port.name, usb_id(port), port.serial_number,
                    port.known_as.empty() ? port.description : port.known_as});
  }
  return text_table({{"port", Align::kLeft},
                     {"USB id", Align::kLeft},
                     {"serial number", Align::kLeft},
                     {"what", Align::kLeft}},
                    rows, 0, style);
}

}  // namespace libheap
