#pragma once

// LiveServer: the live page and its frames, over HTTP, to whoever asks.
//
//     GET /          the page
//     GET /chart.js  what it is made of
//     GET /events    its frames, as server-sent events (live_feed.h)
//
// Requests under a name that is not ours are refused with 421, and what a page
// of another site asks for with 403. A client that does not take what is sent
// to it for half a second is dropped (a browser comes back by itself); more
// than kMostClients at a time are told to come back later. Nothing a client
// does is waited for outside of this class's own threads.

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "tools/capture/live_feed.h"
#include "tools/capture/serve_address.h"

namespace httplib {
struct Request;
struct Response;
}  // namespace httplib

namespace libheap::tools {

class PromptServer;

class LiveServer {
 public:
  static constexpr size_t kMostClients = 16;

  // Serves from now on. Throws Error where it cannot have the address. The feed
  // must outlive it.
  LiveServer(LiveFeed& feed, ServeAddress address);
  // Lets go of all clients, whatever they do.
  ~LiveServer();
  LiveServer(const LiveServer&) = delete;
  LiveServer& operator=(const LiveServer&) = delete;

  // With the port it got.
  [[nodiscard]] const ServeAddress& address() const { return address_; }

 private:
  void set_up();
  void bind();
  bool refuse(const httplib::Request& request,
              httplib::Response& response) const;
  void send_events(const httplib::Request& request,
                   httplib::Response& response);

  LiveFeed& feed_;
  ServeAddress address_;
  std::atomic<size_t> clients_ = 0;
  std::unique_ptr<PromptServer> server_;
  std::thread thread_;
};

}  // namespace libheap::tools
