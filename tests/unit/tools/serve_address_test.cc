#include "tools/capture/serve_address.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "tools/common/command.h"

namespace libheap::tools {
namespace {

TEST(ServeAddress, IsTheLoopbackUnlessSaidOtherwise) {
  EXPECT_EQ(parse_serve_address("").host, "127.0.0.1");
  EXPECT_EQ(parse_serve_address("").port, 0);
  EXPECT_EQ(parse_serve_address("8080").url(), "http://127.0.0.1:8080/");
  EXPECT_EQ(parse_serve_address("localhost:9").url(), "http://127.0.0.1:9/");
  EXPECT_EQ(parse_serve_address("[::1]:8080").url(), "http://[::1]:8080/");
  EXPECT_EQ(parse_serve_address("0.0.0.0:80").host, "0.0.0.0");
  EXPECT_EQ(parse_serve_address("0.0.0.0:80").url(), "http://127.0.0.1:80/");
  EXPECT_EQ(parse_serve_address("10.0.0.7").port, 0);
  EXPECT_EQ(parse_serve_address("::").host, "::");
}

TEST(ServeAddress, KnowsWhatOnlyThisMachineReaches) {
  EXPECT_TRUE(parse_serve_address("").is_loopback());
  EXPECT_TRUE(parse_serve_address("127.1.2.3").is_loopback());
  EXPECT_TRUE(parse_serve_address("::1").is_loopback());
  EXPECT_FALSE(parse_serve_address("0.0.0.0").is_loopback());
  EXPECT_FALSE(parse_serve_address("[::]:1").is_loopback());
}

TEST(ServeAddress, RefusesWhatIsNone) {
  for (const char* text : {"example.org", "70000", "127.0.0.1:x", "1.2.3.4.5",
                           "[::1", "127.0.0.1:8080:9", "-1"}) {
    EXPECT_THROW((void)parse_serve_address(text), UsageError) << text;
  }
}

TEST(ServeAddress, OnTheLoopbackOnlyAddressesAndLocalhostAreOurs) {
  const ServeAddress here;
  for (const char* host : {"127.0.0.1", "127.0.0.1:8080", "localhost:1",
                           "LOCALHOST", "[::1]:80", "192.168.1.5:80"}) {
    EXPECT_TRUE(is_our_host(here, host)) << host;
  }
  char name[256] = {};
  ASSERT_EQ(gethostname(name, sizeof name - 1), 0);
  for (const char* host :
       {"", "evil.example", "evil.example:8080", "localhost.evil.example",
        "127.0.0.1.nip.io", static_cast<const char*>(name)}) {
    EXPECT_FALSE(is_our_host(here, host)) << host;
  }
}

TEST(ServeAddress, BeyondItTheMachineHasItsName) {
  const ServeAddress everywhere = parse_serve_address("0.0.0.0:80");
  char name[256] = {};
  ASSERT_EQ(gethostname(name, sizeof name - 1), 0);
  EXPECT_TRUE(is_our_host(everywhere, std::string(name) + ":80"));
  EXPECT_TRUE(is_our_host(everywhere, "192.168.1.5:80"));
  EXPECT_FALSE(is_our_host(everywhere, "evil.example"));
  EXPECT_FALSE(is_our_host(everywhere, ""));
}

}  // namespace
}  // namespace libheap::tools
