#include "tools/common/command_table.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

namespace libheap::tools {
namespace {

// Steps of one letter that turn a into b (Levenshtein).
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
    }
  }
  return row[b.size()];
}

}  // namespace

const Command* find_command(std::span<const Command> commands,
                            std::string_view name) {
  const auto found = std::find_if(
      commands.begin(), commands.end(),
      [name](const Command& command) { return command.name == name; });
  return found == commands.end() ? nullptr : &*found;
}

std::string did_you_mean(std::string_view name,
                         std::span<const std::string> known) {
  const std::string* nearest = nullptr;
  for (const std::string& one : known) {
    if (nearest == nullptr || distance(name, one) < distance(name, *nearest)) {
      nearest = &one;
    }
  }
  if (nearest == nullptr || distance(name, *nearest) > 2) return "";
  return fmt::format(" did you mean \"{}\"?", *nearest);
}

const Command& command_named(std::span<const Command> commands,
                             const std::string& name) {
  if (const Command* found = find_command(commands, name)) return *found;
  std::vector<std::string> known;
  for (const Command& command : commands) known.emplace_back(command.name);
  const std::string guess = did_you_mean(name, known);
  std::error_code ignored;
  if (guess.empty() && std::filesystem::exists(name, ignored)) {
    throw UsageError(
        fmt::format("{} is a file, no command; mpheap report {} says what is "
                    "in it",
                    name, name));
  }
  throw UsageError(
      fmt::format("no command \"{}\";{}", name,
                  guess.empty() ? " mpheap --help lists them" : guess));
}

}  // namespace libheap::tools
