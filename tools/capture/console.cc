#include "tools/capture/console.h"

#include <algorithm>
#include <cerrno>

#include <poll.h>
#include <unistd.h>

namespace libheap::tools {

namespace {

constexpr size_t kWaitingMax = size_t{1} << 20;
// A pipe that is ready takes so much without blocking (PIPE_BUF).
constexpr size_t kPart = 4096;
constexpr int kLastWait = 1000;  // ms

}  // namespace

void Console::add(std::string_view text) {
  if (closed_ || waiting_.size() + text.size() > kWaitingMax) {
    left_out_ += text.size();
    return;
  }
  waiting_ += text;
}

void Console::finish() {
  write_for(kLastWait);
  left_out_ += waiting_.size();
  waiting_.clear();
}

void Console::write_for(int milliseconds) {
  size_t done = 0;
  while (!closed_ && done < waiting_.size()) {
    pollfd ready{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
    if (poll(&ready, 1, milliseconds) <= 0) break;
    const ssize_t written = ::write(STDOUT_FILENO, waiting_.data() + done,
                                    std::min(waiting_.size() - done, kPart));
    if (written >= 0) {
      done += static_cast<size_t>(written);
    } else if (errno == EAGAIN) {
      break;
    } else if (errno != EINTR) {
      closed_ = true;
    }
  }
  waiting_.erase(0, done);
}

}  // namespace libheap::tools
