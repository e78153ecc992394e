#include "tools/help/help.h"

#include <filesystem>

#include <fmt/format.h>

#include "libheap/base/error.h"
#include "tools/common/command_table.h"
#include "tools/common/options.h"
#include "tools/common/output.h"
#include "tools/help/completion.h"
#include "tools/help/man_page.h"
#include "tools/help/topics.h"

namespace libheap::tools {
namespace {

namespace po = boost::program_options;

constexpr std::string_view kAbout =
    "mpheap shows what MicroPython's garbage-collected heap does, and what to "
    "do about it.\n";

using Commands = std::span<const Command>;

std::vector<std::string> all_names(Commands commands) {
  std::vector<std::string> names;
  for (const Command& command : commands) names.emplace_back(command.name);
  for (const Topic& topic : topics()) {
    if (find_command(commands, topic.name) == nullptr) {
      names.emplace_back(topic.name);
    }
  }
  return names;
}

std::string name_and_summary(std::string_view name, std::string_view summary) {
  return fmt::format("  {:<14} {}\n", name, summary);
}

// A name may be both, as "pauses" is: then the command's help comes first.
std::string about(Commands commands, const std::string& name) {
  const Command* command = find_command(commands, name);
  const Topic* topic = find_topic(name);
  if (command == nullptr && topic == nullptr) {
    const std::string guess = did_you_mean(name, all_names(commands));
    throw UsageError(
        fmt::format("no command and no topic \"{}\";{}", name,
                    guess.empty() ? " mpheap help lists them" : guess));
  }
  std::string text;
  if (command != nullptr) text += plain_help(help_of(*command));
  if (command != nullptr && topic != nullptr) text += "\n";
  if (topic != nullptr) text += topic->text;
  return text;
}

std::string man_page_named(Commands commands, const std::string& name) {
  if (const Command* command = find_command(commands, name)) {
    return man_page(*command, help_of(*command));
  }
  if (const Topic* topic = find_topic(name)) return man_page(*topic);
  return man_page(command_named(commands, name), {});  // throws, with a guess
}

std::vector<CommandHelp> all_help(Commands commands) {
  std::vector<CommandHelp> all;
  for (const Command& command : commands) {
    all.push_back({command, help_of(command)});
  }
  return all;
}

std::string completion(Commands commands, const std::string& shell) {
  if (shell == "bash") return bash_completion(all_help(commands));
  if (shell == "zsh") return zsh_completion(all_help(commands));
  throw UsageError("--completion: \"" + shell + "\" is not bash or zsh");
}

// All pages and completions where a system looks for them, below `root`.
void install(Commands commands, const std::string& root) {
  const auto put = [&root](const std::string& folder, const std::string& name,
                           const std::string& text) {
    const std::filesystem::path to = std::filesystem::path(root) / folder;
    std::error_code failed;
    std::filesystem::create_directories(to, failed);
    if (failed) throw Error(to.string() + ": " + failed.message());
    write_file(to / name, text);
  };
  put("man/man1", "mpheap.1", man_page_of_all(commands));
  for (const auto& [command, help] : all_help(commands)) {
    put("man/man1", fmt::format("mpheap-{}.1", command.name),
        man_page(command, help));
  }
  for (const Topic& topic : topics()) {
    put("man/man7", fmt::format("mpheap-{}.7", topic.name), man_page(topic));
  }
  put("bash-completion/completions", "mpheap", completion(commands, "bash"));
  put("zsh/vendor-completions", "_mpheap", completion(commands, "zsh"));
}

Options help_options(Commands commands) {
  Options options("help [COMMAND|TOPIC]",
                  "Says what there is, or more about a command or a topic; as "
                  "a manual page, or\nas completion for a shell.");
  options.add()("man", "as a manual page: mpheap help tune --man | man -l -")(
      "completion", po::value<std::string>()->value_name("bash|zsh"),
      "what makes a shell complete commands, options and values")(
      "install", po::value<std::string>()->value_name("DIR"),
      "write all manual pages and completions below DIR, as /usr/share has "
      "them");
  options.offer_operands(all_names(commands));
  options.example("help", "all commands and topics");
  options.example("help threshold", "what gc.threshold does");
  options.example("help --completion bash > ~/.mpheap.bash",
                  "to source in ~/.bashrc");
  return options;
}

}  // namespace

std::string overview(Commands commands) {
  std::string text = "usage: mpheap COMMAND [OPTIONS] ...\n\n";
  text += kAbout;
  text += "\ncommands:\n";
  for (const Command& command : commands) {
    text += name_and_summary(command.name, command.summary);
  }
  text += "\ntopics:\n";
  for (const Topic& topic : topics()) {
    text += name_and_summary(topic.name, topic.summary);
  }
  return text +
         "\n  mpheap help COMMAND|TOPIC   says more about one of them\n"
         "  mpheap --version\n";
}

int run_help(Commands commands, const Arguments& arguments) {
  Options options = help_options(commands);
  if (!options.parse(arguments)) return kDone;
  const std::vector<std::string> names = options.inputs();
  if (names.size() > 1) throw UsageError("one command or topic at a time");
  if (options.has("install")) {
    install(commands, options.get<std::string>("install"));
  } else if (options.has("completion")) {
    write_output(completion(commands, options.get<std::string>("completion")));
  } else if (options.has("man")) {
    write_output(names.empty() ? man_page_of_all(commands)
                               : man_page_named(commands, names[0]));
  } else {
    write_output(names.empty() ? overview(commands)
                               : about(commands, names[0]));
  }
  return kDone;
}

}  // namespace libheap::tools
