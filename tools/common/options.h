#pragma once

// The command line of one command: Boost.Program_options, with what every
// command has (--help, --quiet, --verbose) and one form of help text.
//
//     Options options("replay TRACE", "Replays a trace ...");
//     options.add()("strict", "exit 3 ...");
//     options.example("replay run.log", "prove a recording");
//     if (!options.parse(arguments)) return kDone;   // its help was wanted
//     const std::string trace = options.required_input();

#include <map>
#include <string>
#include <vector>

#include <boost/program_options.hpp>

#include "tools/common/command.h"
#include "tools/common/help_text.h"

namespace libheap::tools {

class Options {
 public:
  // `usage` begins with the command's name; `about` is a paragraph.
  Options(std::string usage, std::string about);

  // The command's own options, as Program_options takes them.
  boost::program_options::options_description_easy_init add() {
    return own_.add_options();
  }
  // What a shell offers as values of an option ("by"). A value_name that lists
  // words, "compact|verify", needs none; one like FILE offers files.
  void offer(std::string option, std::vector<std::string> words);
  // The same for what the command works on, when that is no file.
  void offer_operands(std::vector<std::string> words);
  // --OPTION alone means --OPTION=VALUE; what follows it is not its value.
  void make_optional(std::string option, std::string value);
  // Shown under the options: what to type, and what for.
  void example(std::string command, std::string purpose);

  // False when help was asked for, and given. Throws UsageError.
  bool parse(const Arguments& arguments);

  [[nodiscard]] bool has(const std::string& name) const {
    return values_.count(name) != 0;
  }
  template <typename T>
  [[nodiscard]] const T& get(const std::string& name) const {
    return values_[name].as<T>();
  }
  // The files the command works on; maybe none.
  [[nodiscard]] std::vector<std::string> inputs() const;
  // The one file the command works on. Throws UsageError without one, or with
  // more than one.
  [[nodiscard]] std::string required_input() const;
  [[nodiscard]] bool quiet() const { return has("quiet"); }

 private:
  [[nodiscard]] HelpText help() const;
  [[nodiscard]] Arguments completed(Arguments arguments) const;

  std::string usage_;
  std::string about_;
  boost::program_options::options_description own_;
  boost::program_options::variables_map values_;
  std::map<std::string, std::vector<std::string>> words_;
  std::map<std::string, std::string> optional_;  // by option
  std::vector<std::string> operand_words_;
  std::vector<HelpExample> examples_;
};

}  // namespace libheap::tools
