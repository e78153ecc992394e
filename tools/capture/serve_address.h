#pragma once

// Where the live page is served, and under which names it may be asked for.

#include <cstdint>
#include <string>
#include <string_view>

namespace libheap::tools {

struct ServeAddress {
  std::string host = "127.0.0.1";  // as an address, without brackets
  uint16_t port = 0;               // 0: any that is free

  // Whether only this machine can reach it.
  [[nodiscard]] bool is_loopback() const;
  // "http://127.0.0.1:8080/", to type into a browser on this machine.
  [[nodiscard]] std::string url() const;
};

// "", "8080", "0.0.0.0", "0.0.0.0:8080", "[::1]:8080". Throws UsageError.
[[nodiscard]] ServeAddress parse_serve_address(const std::string& text);

// Whether a request whose Host header this is may be answered. A page of
// somebody else's, whose name was made to point at us, asks under that name:
// only addresses, "localhost" and, beyond the loopback, this machine's own
// name are ours.
[[nodiscard]] bool is_our_host(const ServeAddress& address,
                               std::string_view header);

}  // namespace libheap::tools
