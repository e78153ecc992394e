#pragma once

// The one exception of libheap: "what was asked cannot be done".
//
// Damaged input is not an Error: it is counted, located and reported as data
// (see trace/damage.h). An Error is for what leaves nothing to go on with: a
// file that cannot be opened, bytes that are no trace at all, an impossible
// setting, a write that failed. It is thrown where the fact is known and
// caught once, in tools/common/tool_main.cc, which prints it as one line:
//
//     mpheap replay: run.log: not a heap trace (first line is "hello")
//
// So the message names the file (and offset where there is one), says what is
// wrong, and where possible the way out. No trailing period or newline.

#include <stdexcept>
#include <string>

namespace libheap {

class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message) : std::runtime_error(message) {}
};

}  // namespace libheap
