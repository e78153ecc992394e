#include "tools/help/man_page.h"

#include <fmt/format.h>

#include "tools/help/roff.h"

namespace libheap::tools {
namespace {

std::string heading(std::string_view title) {
  return fmt::format(".SH {}\n", roff_argument(title));
}

std::string topic_section(std::string_view title, std::string_view topic) {
  return heading(title) + roff_text(find_topic(topic)->text);
}

std::string synopsis(const HelpText& help) {
  return heading("SYNOPSIS") + ".B mpheap\n" +
         roff_line(help.usage + " [OPTIONS]");
}

std::string entry(std::string_view term, std::string_view text) {
  return ".TP\n.B " + roff_argument(term) + "\n" + roff_line(text);
}

std::string page_entry(std::string_view name, int section,
                       std::string_view summary) {
  return fmt::format(".TP\n.BR {} ({})\n{}",
                     roff_argument(fmt::format("mpheap-{}", name)), section,
                     roff_line(summary));
}

std::string see_also(std::string_view first) {
  return heading("SEE ALSO") + fmt::format(".BR {}\n", first);
}

}  // namespace

std::string man_page_of_all(std::span<const Command> commands) {
  std::string page =
      roff_title("mpheap", 1,
                 "shows what MicroPython's garbage-collected heap does, and "
                 "what to do about it");
  page += heading("SYNOPSIS") + ".B mpheap\nCOMMAND [OPTIONS] ...\n";
  page += heading("COMMANDS");
  for (const Command& command : commands) {
    page += page_entry(command.name, 1, command.summary);
  }
  page += topic_section("TRACES", "traces");
  page += topic_section("EXIT STATUS", "exit-codes");
  page += topic_section("ENVIRONMENT", "environment");
  page += topic_section("FILES", "files");
  page += heading("SEE ALSO");
  for (const Topic& topic : topics()) {
    page += page_entry(topic.name, 7, topic.summary);
  }
  return page;
}

std::string man_page(const Command& command, const HelpText& help) {
  std::string page =
      roff_title(fmt::format("mpheap-{}", command.name), 1, command.summary);
  page += synopsis(help);
  page += heading("DESCRIPTION") + roff_text(help.about);
  page += heading("OPTIONS");
  for (const HelpOption& option : help.options) {
    page += entry(option.synopsis(), option.about);
  }
  if (!help.examples.empty()) page += heading("EXAMPLES");
  for (const auto& [line, purpose] : help.examples) {
    page += entry("mpheap " + line, purpose);
  }
  return page + see_also("mpheap (1)");
}

std::string man_page(const Topic& topic) {
  return roff_title(fmt::format("mpheap-{}", topic.name), 7, topic.summary) +
         heading("DESCRIPTION") + roff_text(topic.text) +
         see_also("mpheap (1)");
}

}  // namespace libheap::tools
