#include "tools/common/help_text.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "libheap/base/check.h"
#include "libheap/report/text_table.h"
#include "tools/common/output.h"

namespace libheap::tools {
namespace {

constexpr TextStyle kPlain{.width = 79, .colour = false, .unicode = false};
constexpr size_t kWidestTerm = 28;  // what is wider gets a line of its own
constexpr size_t kWidestExample = 46;

// Where help_of wants the next help; null: on standard output.
std::optional<HelpText>* wanted = nullptr;

// "  term   text, wrapped", the texts below each other from column `at` on.
std::string entry(const std::string& term, const std::string& text, size_t at) {
  const std::string lines = wrapped(text, at, kPlain);
  if (term.size() + 4 > at) return fmt::format("  {}\n{}", term, lines);
  return fmt::format("  {:<{}}{}", term, at - 2, lines.substr(at));
}

// The column where texts begin beside terms of these widths.
template <typename Entries, typename Width>
size_t text_column(const Entries& entries, Width width, size_t widest_term) {
  size_t widest = 0;
  for (const auto& one : entries) {
    if (width(one) <= widest_term) widest = std::max(widest, width(one));
  }
  return 2 + widest + 2;
}

std::string options_text(const std::vector<HelpOption>& options) {
  const auto width = [](const HelpOption& one) {
    return one.synopsis().size();
  };
  const size_t at = text_column(options, width, kWidestTerm);
  std::string text;
  for (const HelpOption& one : options) {
    text += entry(one.synopsis(), one.about, at);
  }
  return text;
}

std::string examples_text(const std::vector<HelpExample>& examples) {
  const auto width = [](const HelpExample& one) {
    return one.command.size() + 7;
  };
  const size_t at = text_column(examples, width, kWidestExample);
  std::string text;
  for (const auto& [command, purpose] : examples) {
    text += entry("mpheap " + command, purpose, at);
  }
  return text;
}

}  // namespace

std::string HelpOption::synopsis() const {
  std::string text =
      letter == 0 ? "--" + name : fmt::format("-{}, --{}", letter, name);
  if (value_is_optional) {
    text += "[=" + value + "]";
  } else if (!value.empty()) {
    text += " " + value;
  }
  if (!preset.empty()) text += " (=" + preset + ")";
  return text;
}

std::string plain_help(const HelpText& help) {
  std::string about = help.about;
  std::replace(about.begin(), about.end(), '\n', ' ');
  std::string text =
      fmt::format("usage: mpheap {}\n\n{}\noptions:\n{}", help.usage,
                  wrapped(about, 0, kPlain), options_text(help.options));
  if (!help.examples.empty()) {
    text += "\nexamples:\n" + examples_text(help.examples);
  }
  return text;
}

void answer_help(const HelpText& help) {
  if (wanted == nullptr) return write_output(plain_help(help));
  *wanted = help;
}

HelpText help_of(const Command& command) {
  std::optional<HelpText> help;
  wanted = &help;
  try {
    command.run({"--help"});
  } catch (...) {
    wanted = nullptr;
    throw;
  }
  wanted = nullptr;
  HEAP_CHECK(help, "every command answers --help");
  return *help;
}

}  // namespace libheap::tools
