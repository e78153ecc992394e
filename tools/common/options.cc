#include "tools/common/options.h"

#include <algorithm>
#include <sstream>
#include <typeinfo>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "tools/common/command_table.h"

namespace libheap::tools {

namespace po = boost::program_options;

namespace {

// "no option --jsn; did you mean ...?"
std::string no_option(const std::string& typed, const std::string& command,
                      const po::options_description& options) {
  std::vector<std::string> known;
  for (const auto& option : options.options()) {
    known.push_back("--" + option->long_name());
  }
  std::string advice = did_you_mean(typed, known);
  if (advice.empty()) {
    advice = fmt::format(" mpheap {} --help lists them", command);
  }
  return fmt::format("no option {};{}", typed, advice);
}

}  // namespace

Options::Options(std::string usage, std::string about)
    : usage_(std::move(usage)), about_(std::move(about)), own_("options") {}

void Options::example(std::string command, std::string purpose) {
  examples_.push_back({std::move(command), std::move(purpose)});
}

void Options::offer(std::string option, std::vector<std::string> words) {
  words_[std::move(option)] = std::move(words);
}

void Options::offer_operands(std::vector<std::string> words) {
  operand_words_ = std::move(words);
}

void Options::make_optional(std::string option, std::string value) {
  optional_[std::move(option)] = std::move(value);
}

// With the values that may be left out.
Arguments Options::completed(Arguments arguments) const {
  for (std::string& argument : arguments) {
    if (argument == "--") break;
    if (!argument.starts_with("--")) continue;
    const auto found = optional_.find(argument.substr(2));
    if (found != optional_.end()) argument += "=" + found->second;
  }
  return arguments;
}

namespace {

// The library takes "-1" for the largest number of an unsigned type.
bool is_unsigned(const po::option_description& option) {
  const auto* const typed =
      dynamic_cast<const po::typed_value_base*>(option.semantic().get());
  if (typed == nullptr) return false;
  const std::type_info& type = typed->value_type();
  return type == typeid(uint64_t) || type == typeid(unsigned) ||
         type == typeid(std::vector<uint64_t>) ||
         type == typeid(std::vector<unsigned>);
}

void reject_negative_counts(const po::parsed_options& parsed) {
  for (const po::option& one : parsed.options) {
    if (one.position_key != -1) continue;
    const po::option_description* const option =
        parsed.description->find_nothrow(one.string_key, false);
    if (option == nullptr || !is_unsigned(*option)) continue;
    for (const std::string& value : one.value) {
      if (value.starts_with('-')) {
        throw UsageError(fmt::format("--{}: \"{}\" is not a number from 0 on",
                                     one.string_key, value));
      }
    }
  }
}

}  // namespace

bool Options::parse(const Arguments& arguments) {
  own_.add_options()("help,h", "show this")(
      "quiet,q", "no progress, no warnings")("verbose,v", "say more on stderr");
  po::options_description hidden;
  hidden.add_options()("input", po::value<std::vector<std::string>>());
  po::options_description all;
  all.add(own_).add(hidden);
  po::positional_options_description positional;
  positional.add("input", -1);
  try {
    const po::parsed_options parsed =
        po::command_line_parser(completed(arguments))
            .options(all)
            .positional(positional)
            .style(po::command_line_style::unix_style &
                   ~po::command_line_style::allow_guessing)
            .run();
    reject_negative_counts(parsed);
    po::store(parsed, values_);
    if (has("help")) {
      answer_help(help());
      return false;
    }
    po::notify(values_);
  } catch (const po::unknown_option& error) {
    const std::string command = usage_.substr(0, usage_.find(' '));
    throw UsageError(no_option(error.get_option_name(), command, own_));
  } catch (const po::error& error) {
    throw UsageError(error.what());
  }
  if (has("quiet")) spdlog::set_level(spdlog::level::err);
  if (has("verbose")) spdlog::set_level(spdlog::level::debug);
  return true;
}

std::vector<std::string> Options::inputs() const {
  if (!has("input")) return {};
  return get<std::vector<std::string>>("input");
}

std::string Options::required_input() const {
  if (!has("input")) throw UsageError("which trace? usage: mpheap " + usage_);
  const auto& inputs = get<std::vector<std::string>>("input");
  if (inputs.size() > 1) {
    throw UsageError(fmt::format("one trace at a time: \"{}\" and \"{}\"",
                                 inputs[0], inputs[1]));
  }
  return inputs.front();
}

namespace {

// The words of "EVENT|TIME|last": those in capitals stand for something else.
std::vector<std::string> listed_words(const std::string& value) {
  std::vector<std::string> words;
  if (value.find('|') == std::string::npos) return words;
  std::istringstream list(value);
  for (std::string word; std::getline(list, word, '|');) {
    const bool is_name = std::any_of(word.begin(), word.end(), [](char letter) {
      return letter >= 'A' && letter <= 'Z';
    });
    if (!is_name) words.push_back(word);
  }
  return words;
}

// As Program_options shows it, "FILE (=-)", taken apart.
HelpOption described(const po::option_description& option) {
  HelpOption help;
  help.name = option.long_name();
  const std::string letter = option.canonical_display_name(
      po::command_line_style::allow_dash_for_short);
  if (letter.size() == 2 && letter[0] == '-') help.letter = letter[1];
  help.about = option.description();
  if (option.semantic()->max_tokens() == 0) return help;
  help.value = option.format_parameter();
  if (const size_t preset = help.value.find(" (=");
      preset != std::string::npos) {
    help.preset = help.value.substr(preset + 3);
    help.preset.pop_back();
    help.value.resize(preset);
  }
  help.words = listed_words(help.value);
  return help;
}

}  // namespace

HelpText Options::help() const {
  HelpText text;
  text.usage = usage_;
  text.about = about_;
  for (const auto& option : own_.options()) {
    HelpOption& one = text.options.emplace_back(described(*option));
    if (words_.contains(one.name)) one.words = words_.at(one.name);
    one.value_is_optional = optional_.contains(one.name);
  }
  text.operand_words = operand_words_;
  text.examples = examples_;
  return text;
}

}  // namespace libheap::tools
