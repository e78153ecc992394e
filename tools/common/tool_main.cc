#include "tools/common/tool_main.h"

#include <cstdio>
#include <exception>
#include <memory>
#include <new>

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "libheap/base/check.h"
#include "libheap/base/error.h"
#include "tools/common/command_table.h"
#include "tools/common/output.h"
#include "tools/help/help.h"

namespace libheap::tools {

namespace {

// Where stderr is closed, there is nobody to tell that either.
void say(const std::string& text) {
  static_cast<void>(std::fputs(text.c_str(), stderr));
}

int run(std::span<const Command> commands, const Arguments& arguments) {
  if (arguments.empty()) {
    say(overview(commands));
    return kUsage;
  }
  const std::string& first = arguments.front();
  if (first == "--version") {
    write_output("mpheap " MPHEAP_VERSION "\n");
    return kDone;
  }
  const Arguments rest(arguments.begin() + 1, arguments.end());
  if (first == "--help" || first == "-h") return run_help(commands, rest);
  return command_named(commands, first).run(rest);
}

// "mpheap replay: " once the command is known to be one.
std::string prefix(std::span<const Command> commands,
                   const Arguments& arguments) {
  if (arguments.empty() || !find_command(commands, arguments.front())) {
    return "mpheap: ";
  }
  return fmt::format("mpheap {}: ", arguments.front());
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
    say(fmt::format("{}{}\n", who, error.what()));
    return kUsage;
  } catch (const Error& error) {
    say(fmt::format("{}{}\n", who, error.what()));
  } catch (const InternalError& error) {
    say(fmt::format(
        "{}this is a bug in mpheap {}: {}\n"
        "Please report it with this line, the command you typed and, "
        "if you can, the trace.\n",
        who, MPHEAP_VERSION, error.what()));
  } catch (const std::bad_alloc&) {
    say(fmt::format("{}not enough memory\n", who));
  } catch (const std::exception& error) {
    say(fmt::format("{}{}\n", who, error.what()));
  }
  return kFailed;
}

}  // namespace libheap::tools
