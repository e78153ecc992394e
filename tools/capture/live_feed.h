#pragma once

// LiveFeed: frames on their way from one publisher to any number of clients,
// each as fast as it can.
//
//     publisher: if (feed.watched()) feed.publish(frame, whole);
//                else feed.skip();
//     client:    LiveFeed::Client client(feed, last_id);
//                while (const auto events = client.next()) send(*events);
//
// A client first gets a whole frame, then each that is new since. The last
// kKept frames wait for slow ones; a client that falls further behind, or comes
// back, gets a whole frame again, which the publisher makes only when one is
// asked for. So the publisher never waits, and memory is bounded: kKept frames
// of at most kKeptBytes, and what each client is about to send.
//
// Clients get events of a text/event-stream; their ids tell the next run of the
// program from this one.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace libheap::tools {

class LiveFeed {
 public:
  static constexpr size_t kKept = 64;
  static constexpr size_t kKeptBytes = size_t{4} << 20;

  // `run` is unlike that of any other feed at the same address.
  explicit LiveFeed(std::string run) : run_(std::move(run)) {}
  LiveFeed(const LiveFeed&) = delete;
  LiveFeed& operator=(const LiveFeed&) = delete;

  // Whether there are clients, and whether one waits for a whole frame.
  [[nodiscard]] bool watched() const;
  [[nodiscard]] bool wants_whole() const;
  // The next frame; the same as a whole one where that is wanted, else empty.
  void publish(std::string frame, std::string whole);
  // Something happened that no frame was made of, for nobody watched.
  void skip();
  // No more frames.
  void close();
  // Waits until all clients have what was published.
  bool drain(std::chrono::milliseconds patience);

  class Client {
   public:
    // `last_id` is that of the last event it had, if any.
    Client(LiveFeed& feed, std::string_view last_id);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    // What is new, as events; empty if nothing was for a while; nothing at the
    // end of the feed.
    std::optional<std::string> next(std::chrono::milliseconds patience);

   private:
    LiveFeed& feed_;
    uint64_t had_ = 0;  // number of the last frame it got; 0: none
  };

 private:
  // mutex_ is held in all of these.
  [[nodiscard]] bool has_all_after(uint64_t number) const;
  [[nodiscard]] std::string event(uint64_t number,
                                  std::string_view frame) const;
  std::string events_after(uint64_t& number) const;
  [[nodiscard]] uint64_t number_of(std::string_view id) const;

  std::string run_;
  mutable std::mutex mutex_;
  std::condition_variable news_;     // to clients
  std::condition_variable drained_;  // to drain()
  std::deque<std::string> frames_;   // the last of them is number_
  size_t frame_bytes_ = 0;
  uint64_t number_ = 0;
  std::string whole_;
  uint64_t whole_number_ = 0;
  bool wants_whole_ = false;
  size_t clients_ = 0;
  bool closed_ = false;
};

}  // namespace libheap::tools
