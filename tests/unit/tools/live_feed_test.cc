#include "tools/capture/live_feed.h"

#include <chrono>
#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace libheap::tools {
namespace {

using std::chrono::milliseconds;

std::string event(uint64_t number, const std::string& frame) {
  return "id: run-" + std::to_string(number) + "\ndata: " + frame + "\n\n";
}

// What it gets without waiting.
std::optional<std::string> now(LiveFeed::Client& client) {
  return client.next(milliseconds(0));
}

TEST(LiveFeed, GivesAWholeFrameAndThenWhatIsNew) {
  LiveFeed feed("run");
  EXPECT_FALSE(feed.watched());
  LiveFeed::Client client(feed, "");
  EXPECT_TRUE(feed.watched());
  EXPECT_EQ(now(client), "");
  EXPECT_TRUE(feed.wants_whole());
  feed.publish("one", "ONE");
  EXPECT_FALSE(feed.wants_whole());
  EXPECT_EQ(now(client), event(1, "ONE"));
  EXPECT_EQ(now(client), "");
  feed.publish("two", "");
  feed.publish("three", "");
  EXPECT_EQ(now(client), event(2, "two") + event(3, "three"));
  EXPECT_FALSE(feed.wants_whole());
}

TEST(LiveFeed, GoesOnWhereAClientWas) {
  LiveFeed feed("run");
  feed.publish("one", "ONE");
  feed.publish("two", "");
  LiveFeed::Client back(feed, "run-1");
  EXPECT_EQ(now(back), event(2, "two"));
  LiveFeed::Client other(feed, "earlier-1");  // of a run before
  EXPECT_EQ(now(other), event(1, "ONE"));
  LiveFeed::Client liar(feed, "run-99");
  EXPECT_EQ(now(liar), event(1, "ONE"));
  LiveFeed::Client noise(feed, "run-1x");
  EXPECT_EQ(now(noise), event(1, "ONE"));
}

TEST(LiveFeed, WhoFallsBehindGetsAWholeFrameAgain) {
  LiveFeed feed("run");
  feed.publish("one", "ONE");
  LiveFeed::Client slow(feed, "");
  EXPECT_EQ(now(slow), event(1, "ONE"));
  for (size_t i = 0; i <= LiveFeed::kKept; ++i) feed.publish("frame", "");
  EXPECT_EQ(now(slow), "");
  EXPECT_TRUE(feed.wants_whole());
  feed.publish("new", "NEW");
  EXPECT_EQ(now(slow), event(LiveFeed::kKept + 3, "NEW"));
}

TEST(LiveFeed, KeepsNoMoreThanItSays) {
  LiveFeed feed("run");
  feed.publish("one", "ONE");
  LiveFeed::Client client(feed, "run-1");
  feed.publish(std::string(LiveFeed::kKeptBytes + 1, 'x'), "");
  EXPECT_EQ(now(client), "");  // it is gone, and what came before
  EXPECT_TRUE(feed.wants_whole());
}

TEST(LiveFeed, WhatNobodySawIsNoFrameToGoOnFrom) {
  LiveFeed feed("run");
  feed.publish("one", "ONE");
  feed.skip();
  LiveFeed::Client back(feed, "run-1");
  EXPECT_EQ(now(back), "");
  feed.publish("three", "THREE");
  EXPECT_EQ(now(back), event(3, "THREE"));
}

TEST(LiveFeed, EndsWhenAllWasGiven) {
  LiveFeed feed("run");
  auto client = std::make_unique<LiveFeed::Client>(feed, "");
  feed.publish("one", "ONE");
  feed.close();
  EXPECT_EQ(now(*client), event(1, "ONE"));
  EXPECT_EQ(now(*client), std::nullopt);
  EXPECT_FALSE(feed.drain(milliseconds(1)));
  client.reset();
  EXPECT_TRUE(feed.drain(milliseconds(1)));
}

TEST(LiveFeed, WakesClientsThatWait) {
  LiveFeed feed("run");
  std::thread publisher([&] {
    while (!feed.wants_whole()) std::this_thread::yield();
    feed.publish("one", "ONE");
    feed.close();
  });
  LiveFeed::Client client(feed, "");
  EXPECT_EQ(client.next(std::chrono::minutes(1)), event(1, "ONE"));
  EXPECT_EQ(client.next(std::chrono::minutes(1)), std::nullopt);
  publisher.join();
}

}  // namespace
}  // namespace libheap::tools
