#pragma once

// PromptServer: httplib's server, except that letting go of all its clients
// takes no time.
//
// httplib waits in the kernel for what a client sends or takes, up to its
// timeouts, and ends only after the last such wait. Here each wait also ends
// when release_clients() is called: a client's socket and an event descriptor
// are waited for together. A connection carries one request.

#include <chrono>

#include <httplib.h>

namespace libheap::tools {

class PromptServer final : public httplib::Server {
 public:
  // How long a client may keep us waiting, each time.
  explicit PromptServer(std::chrono::milliseconds patience);
  ~PromptServer() override;
  PromptServer(const PromptServer&) = delete;
  PromptServer& operator=(const PromptServer&) = delete;

  // Ends all connections, and those that come. For good.
  void release_clients();

 private:
  bool process_and_close_socket(socket_t socket) override;

  std::chrono::milliseconds patience_;
  int released_;  // an eventfd, readable once they are
};

}  // namespace libheap::tools
