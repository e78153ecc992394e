#include "tools/common/tool_main.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <new>

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "libheap/base/check.h"
#include "libheap/base/error.h"
#include "tools/common/output.h"

namespace libheap::tools {

namespace {

constexpr std::string_view kAbout =
    "mpheap shows what MicroPython's garbage-collected heap does, and what to "
    "do about it.\n";

std::string overview(std::span<const Command> commands) {
  std::string text = "usage: mpheap COMMAND [OPTIONS] ...\n\n";
  text += kAbout;
  text += "\ncommands:\n";
  for (const Command& command : commands) {
    text += fmt::format("  {:<10} {}\n", command.name, command.summary);
  }
  text +=
      "\n  mpheap COMMAND --help   says more about one of them\n"
      "  mpheap --version\n\n"
      "A TRACE is a .mpheap trace or a text event log, plain or compressed "
      "(gzip, zstd);\n\"-\" is standard input. Exit codes: 0 done, 1 failed, "
      "2 usage, 3 damage or divergence\nunder --strict, 4 a gate of check "
      "failed.\n";
  return text;
}

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

const Command& find_command(std::span<const Command> commands,
                            const std::string& name) {
  const Command* nearest = nullptr;
  for (const Command& command : commands) {
    if (command.name == name) return command;
    if (nearest == nullptr ||
        distance(name, command.name) < distance(name, nearest->name)) {
      nearest = &command;
    }
  }
  std::string message = fmt::format("no command \"{}\"", name);
  if (nearest != nullptr && distance(name, nearest->name) <= 2) {
    message += fmt::format("; did you mean \"{}\"?", nearest->name);
  } else {
    message += "; mpheap --help lists them";
  }
  throw UsageError(message);
}

int run(std::span<const Command> commands, const Arguments& arguments) {
  if (arguments.empty()) {
    fmt::print(stderr, "{}", overview(commands));
    return kUsage;
  }
  const std::string& first = arguments.front();
  if (first == "--version") {
    write_output("mpheap " MPHEAP_VERSION "\n");
    return kDone;
  }
  const bool help = first == "help" || first == "--help" || first == "-h";
  if (help && arguments.size() == 1) {
    write_output(overview(commands));
    return kDone;
  }
  if (help) return find_command(commands, arguments[1]).run({"--help"});
  return find_command(commands, first)
      .run({arguments.begin() + 1, arguments.end()});
}

// "mpheap replay: " once the command is known to be one.
std::string prefix(std::span<const Command> commands,
                   const Arguments& arguments) {
  for (const Command& command : commands) {
    if (!arguments.empty() && command.name == arguments.front()) {
      return fmt::format("mpheap {}: ", command.name);
    }
  }
  return "mpheap: ";
}

void set_up_log(const std::string& prefix) {
  auto log = std::make_shared<spdlog::logger>(
      "mpheap", std::make_shared<spdlog::sinks::stderr_sink_st>());
  log->set_pattern(prefix + "%v");
  spdlog::set_default_logger(log);
}

}  // namespace

int tool_main(std::span<const Command> commands, const Arguments& arguments) {
  const std::string who = prefix(commands, arguments);
  set_up_log(who);
  try {
    return run(commands, arguments);
  } catch (const UsageError& error) {
    fmt::print(stderr, "{}{}\n", who, error.what());
    return kUsage;
  } catch (const Error& error) {
    fmt::print(stderr, "{}{}\n", who, error.what());
  } catch (const InternalError& error) {
    fmt::print(stderr,
               "{}this is a bug in mpheap {}: {}\n"
               "Please report it with this line, the command you typed and, "
               "if you can, the trace.\n",
               who, MPHEAP_VERSION, error.what());
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "{}not enough memory\n", who);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}{}\n", who, error.what());
  }
  return kFailed;
}

}  // namespace libheap::tools
