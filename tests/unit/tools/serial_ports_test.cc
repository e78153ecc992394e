#include "tools/capture/serial_ports.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libheap/base/error.h"

namespace libheap::tools {
namespace {

using ::testing::HasSubstr;

const PortFacts kPico = {.name = "/dev/ttyACM0",
                         .usb_vendor = 0x2e8a,
                         .usb_product = 5,
                         .serial_number = "E6605838",
                         .known_as = "RP2040 with MicroPython"};
const PortFacts kAdapter = {.name = "/dev/ttyUSB0",
                            .usb_vendor = 0x10c4,
                            .usb_product = 0xea60,
                            .serial_number = "0001",
                            .known_as = "Silicon Labs CP210x"};
const PortFacts kModem = {.name = "/dev/ttyS0"};

std::string failure(const std::string& wanted,
                    const std::vector<PortFacts>& ports) {
  try {
    return "found " + find_port(wanted, ports);
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(FindPort, AutoIsTheOneKnownPort) {
  EXPECT_EQ(find_port("auto", {kModem, kPico}), "/dev/ttyACM0");
  EXPECT_THAT(failure("auto", {kModem}), HasSubstr("no board"));
  EXPECT_THAT(failure("auto", {kPico, kAdapter}),
              HasSubstr("/dev/ttyACM0 or /dev/ttyUSB0"));
}

TEST(FindPort, UsbIdsAreFoundInEitherCase) {
  EXPECT_EQ(find_port("10c4:ea60", {kPico, kAdapter}), "/dev/ttyUSB0");
  EXPECT_EQ(find_port("10C4:EA60", {kPico, kAdapter}), "/dev/ttyUSB0");
  EXPECT_THAT(failure("dead:beef", {kPico}), HasSubstr("--list"));
}

TEST(FindPort, SerialNumbersAreExact) {
  EXPECT_EQ(find_port("E6605838", {kPico, kAdapter}), "/dev/ttyACM0");
  EXPECT_THAT(failure("e6605838", {kPico}), HasSubstr("no such port"));
}

TEST(FindPort, APathIsTakenAsItIs) {
  EXPECT_EQ(find_port("/dev/nowhere"), "/dev/nowhere");
  EXPECT_EQ(find_port("./auto"), "./auto");
}

}  // namespace
}  // namespace libheap::tools
