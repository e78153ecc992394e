#include "libheap/base/check.h"

namespace libheap {

void fail_check(const char* file, int line, const char* condition,
                const char* what) {
  // Only the last part of the path: where the tree was built is nobody's
  // concern, and the message must be the same on every machine.
  std::string name(file);
  const size_t slash = name.rfind("libheap/");
  if (slash != std::string::npos) name.erase(0, slash);
  throw InternalError(name + ":" + std::to_string(line) + ": " + what + " [" +
                      condition + "]");
}

}  // namespace libheap
