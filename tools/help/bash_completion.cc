// Completion for bash: one function, sourced by a shell or found by the
// bash-completion package. It uses nothing of that package.

#include <fmt/format.h>

#include "tools/help/completion.h"

namespace libheap::tools {
namespace {

constexpr std::string_view kBegin =
    R"(# bash completion for mpheap, written by `mpheap help --completion bash`

_mpheap_words() {
  local cur=$1
  shift
  mapfile -t COMPREPLY < <(compgen -W "$*" -- "$cur")
}

_mpheap_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$1")
}

_mpheap() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} at=$COMP_CWORD
  # "--mode=x" comes as three words.
  if [ "$cur" = = ]; then
    cur=
  elif [ "$prev" = = ]; then
    at=$((at - 1)) prev=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  COMPREPLY=()
  if [ "$at" -eq 1 ]; then
    _mpheap_words "$cur" {commands} --help --version
    return
  fi
  local options
  case ${COMP_WORDS[1]} in
)";

constexpr std::string_view kEnd = R"(    *) return ;;
  esac
}

complete -F _mpheap mpheap
)";

std::string pattern(const HelpOption& option) {
  if (option.letter == 0) return "--" + option.name;
  return fmt::format("-{} | --{}", option.letter, option.name);
}

std::string answer(Expected expected, const std::vector<std::string>& words) {
  switch (expected) {
    case Expected::kFiles:
      return "_mpheap_files \"$cur\"";
    case Expected::kWords:
      return fmt::format("_mpheap_words \"$cur\" {}", fmt::join(words, " "));
    case Expected::kNothingKnown:
      return ":";
  }
  return "";
}

std::string command_case(const CommandHelp& one) {
  std::string options;
  std::string values;
  for (const HelpOption& option : one.help.options) {
    options += (options.empty() ? "--" : " --") + option.name;
    if (option.value.empty() || option.value_is_optional) continue;
    values += fmt::format("        {}) {}; return ;;\n", pattern(option),
                          answer(expected_value(option), option.words));
  }
  std::string text =
      fmt::format("    {})\n      options=\"{}\"\n", one.command.name, options);
  if (!values.empty()) {
    text += fmt::format("      case $prev in\n{}      esac\n", values);
  }
  return text + fmt::format(
                    "      case $cur in\n"
                    "        -*) _mpheap_words \"$cur\" \"$options\" ;;\n"
                    "        *) {} ;;\n"
                    "      esac\n      ;;\n",
                    answer(expected_operand(one.help), one.help.operand_words));
}

}  // namespace

std::string bash_completion(std::span<const CommandHelp> all) {
  std::string names;
  for (const CommandHelp& one : all) {
    names += (names.empty() ? "" : " ") + std::string(one.command.name);
  }
  std::string begin(kBegin);
  constexpr std::string_view kNames = "{commands}";
  begin.replace(begin.find(kNames), kNames.size(), names);
  std::string text = begin;
  for (const CommandHelp& one : all) text += command_case(one);
  return text + std::string(kEnd);
}

}  // namespace libheap::tools
