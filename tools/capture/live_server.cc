#include "tools/capture/live_server.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "libheap/base/error.h"
#include "libheap/report/live_page.h"
#include "tools/capture/prompt_server.h"

namespace libheap::tools {

namespace {

using std::chrono::milliseconds;

// How long a client may say nothing, or take nothing.
constexpr milliseconds kPatience{500};
constexpr milliseconds kBetweenLooks{200};
// Beside those that hear events, some fetch files.
constexpr size_t kThreads = LiveServer::kMostClients + 8;

bool send(httplib::DataSink& sink, std::string_view text) {
  return text.empty() || sink.write(text.data(), text.size());
}

// A place among the clients, for as long as one holds it.
class Place {
 public:
  explicit Place(std::atomic<size_t>& taken)
      : taken_(taken), number_(++taken) {}
  ~Place() { --taken_; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  [[nodiscard]] bool is_free() const {
    return number_ <= LiveServer::kMostClients;
  }

 private:
  std::atomic<size_t>& taken_;
  size_t number_;
};

struct Listener {
  Listener(std::atomic<size_t>& taken, LiveFeed& feed, std::string_view last_id)
      : place(taken), client(feed, last_id) {}
  Place place;
  LiveFeed::Client client;
};

}  // namespace

LiveServer::LiveServer(LiveFeed& feed, ServeAddress address)
    : feed_(feed),
      address_(std::move(address)),
      server_(std::make_unique<PromptServer>(kPatience)) {
  set_up();
  bind();
  thread_ = std::thread([this] { server_->listen_after_bind(); });
  // Before that, it cannot be stopped.
  while (!server_->is_running()) std::this_thread::sleep_for(milliseconds(1));
}

LiveServer::~LiveServer() {
  feed_.close();
  server_->release_clients();
  server_->stop();
  thread_.join();
}

void LiveServer::set_up() {
  PromptServer& server = *server_;
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server.set_payload_max_length(0);
  server.set_tcp_nodelay(true);  // a frame is late if it waits for the next
  server.set_socket_options([](socket_t socket) {
    const int on = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  });
  server.set_default_headers(
      {{"Content-Security-Policy", std::string(kLivePagePolicy)},
       {"Cross-Origin-Resource-Policy", "same-origin"},
       {"X-Content-Type-Options", "nosniff"},
       {"Referrer-Policy", "no-referrer"},
       {"Cache-Control", "no-store"}});
  using Handled = httplib::Server::HandlerResponse;
  server.set_pre_routing_handler([this](const httplib::Request& request,
                                        httplib::Response& response) {
    return refuse(request, response) ? Handled::Handled : Handled::Unhandled;
  });
  server.Get("/events", [this](const httplib::Request& request,
                               httplib::Response& response) {
    send_events(request, response);
  });
  server.Get("/([a-z_.]*)", [](const httplib::Request& request,
                               httplib::Response& response) {
    const LivePageFile file = live_page_file(request.matches[1].str());
    if (file.content.empty()) {
      response.status = 404;
    } else {
      response.set_content(file.content.data(), file.content.size(), file.type);
    }
  });
}

void LiveServer::bind() {
  errno = 0;
  if (address_.port == 0) {
    const int port = server_->bind_to_any_port(address_.host);
    if (port > 0) address_.port = static_cast<uint16_t>(port);
  } else if (!server_->bind_to_port(address_.host, address_.port)) {
    address_.port = 0;
  }
  if (address_.port != 0) return;
  const int reason = errno;
  throw Error(fmt::format(
      "--serve: cannot listen there: {}",
      reason == 0 ? "no such address here" : std::strerror(reason)));
}

bool LiveServer::refuse(const httplib::Request& request,
                        httplib::Response& response) const {
  if (!is_our_host(address_, request.get_header_value("Host"))) {
    response.status = 421;
    response.set_content("This server is not known by that name.\n",
                         "text/plain");
    return true;
  }
  // A link that leads here from elsewhere is fine; a page that reads is not.
  if (request.get_header_value("Sec-Fetch-Site") == "cross-site" &&
      request.get_header_value("Sec-Fetch-Mode") != "navigate") {
    response.status = 403;
    response.set_content("Not from another site's page.\n", "text/plain");
    return true;
  }
  return false;
}

void LiveServer::send_events(const httplib::Request& request,
                             httplib::Response& response) {
  const auto listener = std::make_shared<Listener>(
      clients_, feed_, request.get_header_value("Last-Event-ID"));
  if (!listener->place.is_free()) {
    response.status = 503;
    response.set_content("Too many pages are open.\n", "text/plain");
    return;
  }
  response.set_chunked_content_provider(
      "text/event-stream",
      [listener, begun = false](size_t, httplib::DataSink& sink) mutable {
        if (!std::exchange(begun, true)) return send(sink, "retry: 500\n\n");
        const auto events = listener->client.next(kBetweenLooks);
        if (!events) sink.done();
        return !events || send(sink, *events);
      });
}

}  // namespace libheap::tools
