#pragma once

// What each object of a heap's graph is, as far as its words tell.
//
// A MicroPython object begins with a pointer to its type, which lies in flash
// or static memory; with the firmware's symbols that is a name. Lists, dicts,
// strings and the like keep what they hold in a second object, which has no
// type of its own: the fourth word of the first points at it, so it is named
// after its owner ("items of list"). Without symbols, objects are grouped by
// the first word itself where that could be the address of a type. A program
// that its system loaded elsewhere (the unix port) is found by its types.
//
// Knowing the type also tells which words can be pointers at all. A length, a
// hash, a float or the bytes of a bytearray that look like one are not:
// is_look_alike(). See docs/analyses.md, "The object graph".

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "libheap/model/heap_graph.h"
#include "libheap/trace/elf_symbols.h"

namespace libheap {

class ObjectTypes {
 public:
  // The type of what has none.
  static constexpr std::string_view kUntyped = "data without a type";
  // The word of a str, list and the like that points at what it holds.
  static constexpr uint32_t kContentsWord = 3;

  // `symbols` may be empty.
  ObjectTypes(const HeapGraph& graph, const ElfSymbols& symbols);

  // Type numbers, for sums per type.
  [[nodiscard]] uint32_t type_of(uint32_t object) const {
    return type_[object];
  }
  [[nodiscard]] const std::vector<uint32_t>& types() const { return type_; }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] const std::string& name_of(uint32_t object) const {
    return names_[type_[object]];
  }
  // True if word `word` of the object cannot be a pointer, whatever it says.
  [[nodiscard]] bool is_look_alike(uint32_t object, uint32_t word) const;

 private:
  // Which words of an object may be pointers.
  enum class Pointers : uint8_t { kAll, kContentsOnly, kNone };
  struct Layout;
  static const Layout* layout_of(std::string_view type);

  void name_by_type(const HeapGraph& graph, const ElfSymbols& symbols);
  void name_by_first_word(const HeapGraph& graph);
  void name_instances(const HeapGraph& graph);
  void name_contents(const HeapGraph& graph);
  uint32_t number_of(const std::string& name);

  std::vector<std::string> names_;
  std::unordered_map<std::string, uint32_t> number_;
  std::vector<Pointers> pointers_;  // per type
  std::vector<uint32_t> type_;      // per object
};

}  // namespace libheap
