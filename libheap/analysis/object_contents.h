#pragma once

// What an object holds, for a reader: the text of a str, the first bytes of a
// bytearray, the value of a float.
//
// From the contents of a graph (heap_graph.h), which are the first bytes of
// objects without a pointer. A str, bytes or bytearray is shown as what its
// fourth word points at. Where types have no names (no --elf), what is text
// from its first byte to a zero is taken for one: three characters or more.

#include <cstdint>
#include <string>

#include "libheap/analysis/object_types.h"
#include "libheap/model/heap_graph.h"

namespace libheap {

enum class ContentsKind : uint8_t { kNone, kText, kBytes, kFloat };

struct ObjectContents {
  ContentsKind kind = ContentsKind::kNone;
  // kText: whole characters of UTF-8. kBytes: without zeros at the end.
  // kFloat: a float or a double, as in memory.
  std::string bytes;
  bool cut = false;  // there may be more of it than was sent
};

[[nodiscard]] ObjectContents contents_of(const HeapGraph& graph,
                                         const ObjectTypes& types,
                                         uint32_t object);

}  // namespace libheap
