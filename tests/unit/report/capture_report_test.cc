#include "libheap/report/capture_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace libheap {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

CaptureFacts clean() {
  return {.port = "/dev/ttyACM0",
          .file = "x.mpheap",
          .baud = 921'600,
          .duration_us = 12'300'000,
          .ended_by = "signal",
          .bytes = 1'258'291,
          .packets = 4812,
          .events = 1'203'442};
}

TEST(CaptureReport, ASoundCaptureIsOneCalmLine) {
  EXPECT_EQ(capture_text(clean()),
            "12.3 s, 1.2 MB in 4,812 packets, 1,203,442 events, none lost");
}

TEST(CaptureReport, EverythingThatWentWrongIsSaid) {
  CaptureFacts facts = clean();
  facts.lost_events = 1234;
  facts.lost_packets = 3;
  facts.damage = 2;
  facts.damage_bytes = 512;
  facts.text_bytes = 100;
  facts.device_restarts = 1;
  facts.reconnects = 2;
  EXPECT_THAT(capture_text(facts),
              HasSubstr("1,234 more lost (3 packets), 512 B damaged in 2 "
                        "places, 100 B of console text, 1 device restart, "
                        "2 reconnects"));
}

TEST(CaptureReport, JsonHasEveryFigure) {
  const Json json = Json::parse(capture_json(clean()));
  EXPECT_EQ(json["schema"], "mpheap.capture/1");
  EXPECT_EQ(json["bytes"], 1'258'291);
  EXPECT_EQ(json["baud"], 921'600);
  EXPECT_EQ(json["ended_by"], "signal");
  CaptureFacts file = clean();
  file.baud = 0;
  EXPECT_TRUE(Json::parse(capture_json(file))["baud"].is_null());
}

TEST(CaptureReport, NamesThatAreNoUtf8DoNotBreakJson) {
  CaptureFacts facts = clean();
  facts.file = "\xff.mpheap";
  EXPECT_FALSE(Json::parse(capture_json(facts))["file"].is_null());
}

TEST(CaptureReport, PortsAreListed) {
  const std::vector<PortFacts> ports = {
      {.name = "/dev/ttyACM0",
       .description = "Board in FS mode",
       .usb_vendor = 0x2e8a,
       .usb_product = 5,
       .serial_number = "e660",
       .known_as = "RP2040 with MicroPython"},
      {.name = "/dev/ttyS0", .description = "ttyS0"}};
  const std::string text = ports_text(ports, {});
  EXPECT_THAT(text, HasSubstr("/dev/ttyACM0  2e8a:0005  e660"));
  EXPECT_THAT(text, HasSubstr("RP2040 with MicroPython\n"));
  EXPECT_THAT(text, Not(HasSubstr("FS mode")));
  const Json json = Json::parse(ports_json(ports));
  EXPECT_EQ(json["schema"], "mpheap.capture/1");
  EXPECT_EQ(json["ports"][0]["usb_id"], "2e8a:0005");
  EXPECT_TRUE(json["ports"][1]["usb_id"].is_null());
  EXPECT_TRUE(json["ports"][1]["known_as"].is_null());
  EXPECT_EQ(ports_text({}, {}), "no serial ports\n");
}

}  // namespace
}  // namespace libheap
