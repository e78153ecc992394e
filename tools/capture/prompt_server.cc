#include "tools/capture/prompt_server.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "libheap/base/error.h"

namespace libheap::tools {

namespace {

// One client's connection, as httplib reads and writes it.
class PromptStream final : public httplib::Stream {
 public:
  PromptStream(int socket, int released, int patience)
      : socket_(socket), released_(released), patience_(patience) {}

  [[nodiscard]] bool is_readable() const override {
    return begin_ < end_ || wait_for(POLLIN);
  }
  [[nodiscard]] bool is_writable() const override { return wait_for(POLLOUT); }

  // httplib reads a request byte by byte.
  ssize_t read(char* to, size_t size) override {
    if (begin_ == end_) {
      if (!wait_for(POLLIN)) return -1;
      const ssize_t got = recv(socket_, buffer_.data(), buffer_.size(), 0);
      if (got <= 0) return got;
      begin_ = 0;
      end_ = static_cast<size_t>(got);
    }
    size = std::min(size, end_ - begin_);
    std::memcpy(to, buffer_.data() + begin_, size);
    begin_ += size;
    return static_cast<ssize_t>(size);
  }

  // As much as the client takes at once.
  ssize_t write(const char* from, size_t size) override {
    if (!wait_for(POLLOUT)) return -1;
    return ::send(socket_, from, size, MSG_NOSIGNAL | MSG_DONTWAIT);
  }

  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    tell(getpeername, ip, port);
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    tell(getsockname, ip, port);
  }
  [[nodiscard]] socket_t socket() const override { return socket_; }

 private:
  [[nodiscard]] bool wait_for(short events) const {
    std::array<pollfd, 2> ready{{{socket_, events, 0}, {released_, POLLIN, 0}}};
    int count = 0;
    do {
      count = poll(ready.data(), ready.size(), patience_);
    } while (count < 0 && errno == EINTR);
    return count > 0 && ready[1].revents == 0;
  }

  template <typename Which>
  void tell(const Which& which, std::string& ip, int& port) const {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (which(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      return;
    }
    char host[NI_MAXHOST];
    char service[NI_MAXSERV];
    if (getnameinfo(reinterpret_cast<sockaddr*>(&address), size, host,
                    sizeof host, service, sizeof service,
                    NI_NUMERICHOST | NI_NUMERICSERV) == 0) {
      ip = host;
      port = std::stoi(service);
    }
  }

  int socket_;
  int released_;
  int patience_;  // ms
  std::array<char, 4096> buffer_{};
  size_t begin_ = 0;  // of what was received and not yet read
  size_t end_ = 0;
};

}  // namespace

PromptServer::PromptServer(std::chrono::milliseconds patience)
    : patience_(patience), released_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (released_ < 0) {
    throw Error(std::string("cannot serve: ") + std::strerror(errno));
  }
}

PromptServer::~PromptServer() { close(released_); }

void PromptServer::release_clients() { eventfd_write(released_, 1); }

bool PromptServer::process_and_close_socket(socket_t socket) {
  PromptStream stream(socket, released_, static_cast<int>(patience_.count()));
  bool closed = false;
  const bool done = process_request(stream, /*close_connection=*/true, closed,
                                    /*setup_request=*/nullptr);
  shutdown(socket, SHUT_RDWR);
  close(socket);
  return done;
}

}  // namespace libheap::tools
