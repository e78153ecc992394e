#pragma once

// HEAP_CHECK(condition, "what must hold"): a check of our own reasoning, on in
// every build. A failure is a bug in mpheap, never the fault of the input, so
// it throws InternalError, which tool_main prints with what to send us. It is
// not for bad data (see Damage, Divergence) nor for impossible wishes (Error).
//
// Cost: one predicted branch. Keep it off per-block loops.

#include <stdexcept>
#include <string>

namespace libheap {

class InternalError : public std::logic_error {
 public:
  explicit InternalError(const std::string& what) : std::logic_error(what) {}
};

// Throws InternalError("file:line: what [condition]").
[[noreturn]] void fail_check(const char* file, int line, const char* condition,
                             const char* what);

}  // namespace libheap

#define HEAP_CHECK(condition, what)                                \
  do {                                                             \
    if (!(condition)) [[unlikely]]                                 \
      ::libheap::fail_check(__FILE__, __LINE__, #condition, what); \
  } while (false)
