#include "tools/common/options.h"

#include <iostream>
#include <sstream>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "tools/common/output.h"

namespace libheap::tools {

namespace po = boost::program_options;

Options::Options(std::string usage, std::string about)
    : usage_(std::move(usage)), about_(std::move(about)), own_("options", 79) {}

void Options::example(std::string command, std::string purpose) {
  examples_.emplace_back(std::move(command), std::move(purpose));
}

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
    po::store(po::command_line_parser(arguments)
                  .options(all)
                  .positional(positional)
                  .style(po::command_line_style::unix_style &
                         ~po::command_line_style::allow_guessing)
                  .run(),
              values_);
    if (has("help")) {
      write_output(help());
      return false;
    }
    po::notify(values_);
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

std::string Options::help() const {
  std::ostringstream text;
  text << "usage: mpheap " << usage_ << "\n\n" << about_ << "\n\n" << own_;
  if (!examples_.empty()) text << "\nexamples:\n";
  for (const auto& [command, purpose] : examples_) {
    text << fmt::format("  mpheap {:<38} {}\n", command, purpose);
  }
  return text.str();
}

}  // namespace libheap::tools
