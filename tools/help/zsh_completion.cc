// Completion for zsh: _arguments for each command, with what options are for.

#include <fmt/format.h>

#include "tools/help/completion.h"

namespace libheap::tools {
namespace {

constexpr std::string_view kBegin = R"(#compdef mpheap
# zsh completion for mpheap, written by `mpheap help --completion zsh`

_mpheap() {
  local -a commands
  commands=(
)";

constexpr std::string_view kMiddle = R"(  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
)";

constexpr std::string_view kEnd = R"(  esac
}

if [ "$funcstack[1]" = _mpheap ]; then
  _mpheap "$@"
else
  compdef _mpheap mpheap
fi
)";

// Inside '...', where [ ] : mean something to _arguments.
std::string quoted(std::string_view text) {
  std::string out;
  for (const char letter : text) {
    if (letter == '\'') {
      out += "'\\''";
      continue;
    }
    if (letter == '[' || letter == ']' || letter == ':' || letter == '\\') {
      out += '\\';
    }
    out += letter;
  }
  return out;
}

std::string action(Expected expected, const std::vector<std::string>& words) {
  switch (expected) {
    case Expected::kFiles:
      return "_files";
    case Expected::kWords:
      return fmt::format("({})", fmt::join(words, " "));
    case Expected::kNothingKnown:
      return " ";
  }
  return "";
}

std::string spec(const HelpOption& option) {
  std::string value;
  std::string before = option.value.empty() ? "" : "=";
  if (option.value_is_optional) before = "=-";  // in the same word
  if (!option.value.empty()) {
    value = fmt::format("{}:{}:{}", option.value_is_optional ? ":" : "",
                        quoted(option.value),
                        action(expected_value(option), option.words));
  }
  const std::string about = fmt::format("[{}]", quoted(option.about));
  std::string text =
      fmt::format("      '--{}{}{}{}' \\\n", option.name, before, about, value);
  if (option.letter != 0) {
    text += fmt::format("      '-{}{}{}' \\\n", option.letter, about, value);
  }
  return text;
}

std::string command_case(const CommandHelp& one) {
  std::string text =
      fmt::format("    {}) _arguments -S \\\n", one.command.name);
  for (const HelpOption& option : one.help.options) text += spec(option);
  return text + fmt::format(
                    "      '*: :{}' ;;\n",
                    action(expected_operand(one.help), one.help.operand_words));
}

}  // namespace

std::string zsh_completion(std::span<const CommandHelp> all) {
  std::string text(kBegin);
  for (const CommandHelp& one : all) {
    text += fmt::format("    '{}:{}'\n", one.command.name,
                        quoted(one.command.summary));
  }
  text += kMiddle;
  for (const CommandHelp& one : all) text += command_case(one);
  return text + std::string(kEnd);
}

}  // namespace libheap::tools
