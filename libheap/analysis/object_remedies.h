#pragma once

// What kind of object a line makes, and how to make fewer of them.
//
// The kind is read off the name of the runtime function that asked
// ("mp_obj_new_float"). Where that is not known, a request of 8 bytes is taken
// for a float, as it nearly always is; nothing else is guessed. The remedies
// are those of MicroPython's pages on memory ("MicroPython on
// microcontrollers", "Maximising MicroPython speed"), one per kind.

#include <cstdint>
#include <span>
#include <string_view>

namespace libheap {

enum class ObjectKind : uint8_t {
  kUnknown,
  kFloat,
  kBigInt,
  kBuffer,
  kText,
  kListGrowth,
  kList,
  kTuple,
  kDict,
  kBoundMethod,
  kClosure,
  kGenerator,
  kSlice,
  kInstance,
  kException,
  kCompiled,
};

struct ObjectRemedy {
  ObjectKind kind;
  std::string_view name;    // "floats", as people call them
  std::string_view remedy;  // a sentence
  std::string_view code;    // lines to paste and change
};

[[nodiscard]] const ObjectRemedy& remedy_for(ObjectKind kind);

// `n_bytes` is 0 where requests differ.
[[nodiscard]] ObjectKind object_kind(std::string_view runtime_function,
                                     uint64_t n_bytes);

}  // namespace libheap
