#include "tools/capture/serial_settings.h"

// The kernel's own header, for rates that <termios.h> has no name for; the two
// cannot be included together.
#include <cerrno>
#include <cstring>

#include <asm/termbits.h>
#include <fmt/format.h>
#include <sys/ioctl.h>

#include "libheap/base/error.h"

namespace libheap::tools {

namespace {

constexpr uint32_t kToleranceDivisor = 33;  // a UART copes with 3 %

// What cfmakeraw does, and no modem lines: a board is not hung up on.
void make_raw(termios2& settings) {
  settings.c_iflag &= ~tcflag_t{IGNBRK | BRKINT | PARMRK | INPCK | ISTRIP |
                                INLCR | IGNCR | ICRNL | IXON | IXOFF | IXANY};
  settings.c_oflag &= ~tcflag_t{OPOST};
  settings.c_lflag &= ~tcflag_t{ECHO | ECHONL | ICANON | ISIG | IEXTEN};
  settings.c_cflag &=
      ~tcflag_t{CSIZE | PARENB | CSTOPB | HUPCL} & ~tcflag_t{CRTSCTS};
  settings.c_cflag |= CS8 | CREAD | CLOCAL;
  settings.c_cc[VMIN] = 1;  // so that reading nothing means: hung up
  settings.c_cc[VTIME] = 0;
}

void set_baud(termios2& settings, uint32_t baud) {
  settings.c_cflag &= ~tcflag_t{CBAUD} & ~(tcflag_t{CBAUD} << IBSHIFT);
  settings.c_cflag |= BOTHER | tcflag_t{BOTHER} << IBSHIFT;
  settings.c_ispeed = baud;
  settings.c_ospeed = baud;
}

}  // namespace

void make_raw_serial(int descriptor, uint32_t baud, const std::string& port) {
  const auto fail = [&](const char* what) {
    throw Error(fmt::format("{}: {}: {}", port, what, std::strerror(errno)));
  };
  termios2 settings{};
  if (ioctl(descriptor, TCGETS2, &settings) != 0) fail("no settings");
  make_raw(settings);
  set_baud(settings, baud);
  if (ioctl(descriptor, TCSETS2, &settings) != 0) {
    fail(fmt::format("does not take {} baud", baud).c_str());
  }
  if (ioctl(descriptor, TCGETS2, &settings) != 0) fail("no settings");
  const uint32_t got = settings.c_ospeed;
  const uint32_t off = got > baud ? got - baud : baud - got;
  if (off > baud / kToleranceDivisor) {
    throw Error(
        fmt::format("{}: does not do {} baud; it offers {}", port, baud, got));
  }
}

}  // namespace libheap::tools
