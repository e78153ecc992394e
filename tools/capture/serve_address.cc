#include "tools/capture/serve_address.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <unistd.h>

#include "libheap/base/in_quotes.h"
#include "tools/common/command.h"

namespace libheap::tools {

namespace {

bool is_ipv4(const std::string& text) {
  in_addr address{};
  return inet_pton(AF_INET, text.c_str(), &address) == 1;
}

bool is_ipv6(const std::string& text) {
  in6_addr address{};
  return inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return result;
}

std::string machine_name() {
  char name[256] = {};
  if (gethostname(name, sizeof name - 1) != 0) return "";
  return lower(name);
}

struct Split {
  std::string host;
  std::string port;  // empty: there was none
};

// "host", "host:port", "[v6]", "[v6]:port", "v6"
Split split(std::string_view text) {
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    if (end == std::string_view::npos) return {std::string(text), ""};
    const std::string_view rest = text.substr(end + 1);
    return {std::string(text.substr(1, end - 1)),
            std::string(rest.starts_with(':') ? rest.substr(1) : rest)};
  }
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos ||
      text.find(':', colon + 1) != std::string_view::npos) {
    return {std::string(text), ""};
  }
  return {std::string(text.substr(0, colon)),
          std::string(text.substr(colon + 1))};
}

[[noreturn]] void fail(const std::string& text) {
  throw UsageError(
      fmt::format("--serve: {} is no address like 127.0.0.1:8080, 8080 or "
                  "[::1]:8080",
                  in_quotes(text)));
}

uint16_t parse_port(const std::string& port, const std::string& text) {
  uint16_t number = 0;
  const char* end = port.data() + port.size();
  const auto [stop, error] = std::from_chars(port.data(), end, number);
  if (error != std::errc() || stop != end) fail(text);
  return number;
}

bool is_number(const std::string& text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isdigit(c) != 0; });
}

}  // namespace

bool ServeAddress::is_loopback() const {
  return host == "::1" || (is_ipv4(host) && host.starts_with("127."));
}

std::string ServeAddress::url() const {
  std::string name = host;
  if (host == "0.0.0.0") name = "127.0.0.1";
  if (host == "::") name = "::1";
  if (is_ipv6(name)) name = "[" + name + "]";
  return fmt::format("http://{}:{}/", name, port);
}

ServeAddress parse_serve_address(const std::string& text) {
  ServeAddress address;
  if (text.empty()) return address;
  Split parts = is_number(text) ? Split{"", text} : split(text);
  if (!parts.port.empty()) address.port = parse_port(parts.port, text);
  if (lower(parts.host) == "localhost") parts.host = "127.0.0.1";
  if (!parts.host.empty()) address.host = parts.host;
  if (!is_ipv4(address.host) && !is_ipv6(address.host)) fail(text);
  return address;
}

bool is_our_host(const ServeAddress& address, std::string_view header) {
  const std::string host = lower(split(header).host);
  if (is_ipv4(host) || is_ipv6(host) || host == "localhost") return true;
  if (address.is_loopback() || host.empty()) return false;
  const std::string ours = machine_name();
  return host == ours || host == ours + ".local";
}

}  // namespace libheap::tools
