#pragma once

// Manual pages, as roff for man(1) and mandoc(1).

#include <span>
#include <string>

#include "tools/common/command.h"
#include "tools/common/help_text.h"
#include "tools/help/topics.h"

namespace libheap::tools {

// mpheap(1): the commands, the topics, exit codes, the environment.
[[nodiscard]] std::string man_page_of_all(std::span<const Command> commands);
// mpheap-COMMAND(1).
[[nodiscard]] std::string man_page(const Command& command,
                                   const HelpText& help);
// mpheap-TOPIC(7).
[[nodiscard]] std::string man_page(const Topic& topic);

}  // namespace libheap::tools
