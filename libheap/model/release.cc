#include "libheap/model/release.h"

#include <charconv>

namespace libheap {
namespace {

// Takes a decimal number from the front of text.
std::optional<int> take_number(std::string_view& text) {
  int value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value < 0) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return value;
}

bool take_dot(std::string_view& text) {
  if (text.empty() || text.front() != '.') return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<Release> parse_release(std::string_view text) {
  if (!text.empty() && text.front() == 'v') text.remove_prefix(1);
  Release release;
  const std::optional<int> major = take_number(text);
  if (!major || !take_dot(text)) return std::nullopt;
  const std::optional<int> minor = take_number(text);
  if (!minor) return std::nullopt;
  release.major = *major;
  release.minor = *minor;
  if (take_dot(text)) {
    const std::optional<int> patch = take_number(text);
    if (!patch) return std::nullopt;
    release.patch = *patch;
  }
  if (text.empty()) return release;
  if (text.front() != '-') return std::nullopt;
  release.final_release = false;
  return release;
}

std::string to_string(const Release& release) {
  std::string text = "v" + std::to_string(release.major) + "." +
                     std::to_string(release.minor) + "." +
                     std::to_string(release.patch);
  if (!release.final_release) text += "-preview";
  return text;
}

ReleaseTraits traits_of(const Release& release) {
  // A preview of 1.N already has most of 1.N, so compare major and minor only.
  const auto since = [&](int minor) {
    return release.major > 1 || (release.major == 1 && release.minor >= minor);
  };
  ReleaseTraits traits;
  traits.gap_byte = since(20);
  traits.last_used_block = since(21);
  traits.grow_adds_up_areas = since(21) && !since(22);
  traits.free_in_collect = since(25);
  traits.collect_flag = since(25);
  traits.finalisers_first = since(25);
  return traits;
}

}  // namespace libheap
