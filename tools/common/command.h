#pragma once

// A command of mpheap: one row of the table in main.cc.
//
// `run` gets the words after the command's name and answers the exit code:
//
//     0 done   1 failed   2 usage   3 damage or divergence under --strict
//     4 a gate of `check` failed
//
// It throws Error for what cannot be done and UsageError for what cannot be
// understood; tool_main prints either as one line and exits 1 or 2.

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace libheap::tools {

enum ExitCode { kDone = 0, kFailed = 1, kUsage = 2, kUnsound = 3, kGate = 4 };

using Arguments = std::vector<std::string>;

struct Command {
  std::string_view name;
  std::string_view summary;  // one line, for `mpheap --help`
  int (*run)(const Arguments& arguments);
};

class UsageError : public std::runtime_error {
 public:
  explicit UsageError(const std::string& message)
      : std::runtime_error(message) {}
};

}  // namespace libheap::tools
