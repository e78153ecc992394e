#include "libheap/analysis/object_contents.h"

#include <algorithm>
#include <string_view>

#include "libheap/base/utf8.h"

namespace libheap {
namespace {

constexpr size_t kSureText = 3;  // characters

bool is_continued(char byte) {
  return (static_cast<uint8_t>(byte) & 0xc0) == 0x80;
}

// Bytes of the character that `text` begins with; 0: none that can be shown.
size_t character_at(std::string_view text) {
  const auto first = static_cast<uint8_t>(text.front());
  if (first < 0x80) {
    const bool printable = first >= ' ' && first != 0x7f;
    const bool space = first == '\n' || first == '\r' || first == '\t';
    return printable || space ? 1 : 0;
  }
  const int follow = utf8_follow(first);
  if (follow < 0) return 0;
  const size_t size = 1 + static_cast<size_t>(follow);
  if (text.size() < size) return 0;
  const auto second = static_cast<uint8_t>(text[1]);
  const bool control = first == 0xc2 && second < 0xa0;
  const bool overlong =
      (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool none =
      (first == 0xed && second >= 0xa0) || (first == 0xf4 && second >= 0x90);
  if (control || overlong || none) return 0;
  return std::all_of(text.begin() + 1,
                     text.begin() + static_cast<std::ptrdiff_t>(size),
                     is_continued)
             ? size
             : 0;
}

// As far as `bytes` is text.
struct Text {
  size_t bytes = 0;
  size_t characters = 0;
};

Text text_in(std::string_view bytes) {
  Text text;
  while (text.bytes < bytes.size()) {
    const size_t size = character_at(bytes.substr(text.bytes));
    if (size == 0) break;
    text.bytes += size;
    ++text.characters;
  }
  return text;
}

// What the graph has of an object.
struct Told {
  std::string_view bytes;
  bool cut = false;  // more follows that was not told
};

Told told_of(const HeapGraph& graph, uint32_t object) {
  const auto bytes = graph.contents_of(object);
  const uint64_t size =
      uint64_t{graph.objects[object].blocks} * graph.facts.block_bytes;
  return {{reinterpret_cast<const char*>(bytes.data()), bytes.size()},
          size > HeapGraph::kMostContents};
}

// Up to the zero behind it. Of a cut one the last character may be in part.
ObjectContents as_text(const Told& told, size_t least_characters) {
  const std::string_view bytes = told.bytes.substr(0, told.bytes.find('\0'));
  const bool cut = told.cut && bytes.size() == size_t{HeapGraph::kMostContents};
  const Text text = text_in(bytes);
  const size_t left = bytes.size() - text.bytes;
  const bool whole =
      left == 0 ||
      (cut && left < 4 && static_cast<uint8_t>(bytes[text.bytes]) >= 0xc2);
  if (!whole || text.characters < least_characters) return {};
  return {ContentsKind::kText, std::string(bytes.substr(0, text.bytes)), cut};
}

ObjectContents as_bytes(const Told& told) {
  if (told.bytes.empty()) return {};
  return {ContentsKind::kBytes, std::string(told.bytes), told.cut};
}

ObjectContents as_float(const HeapGraph& graph, const Told& told) {
  const uint32_t word = graph.facts.word_bytes;
  if (told.bytes.empty()) return {};
  std::string value(
      told.bytes.substr(std::min<size_t>(word, told.bytes.size()), word));
  value.resize(word, '\0');
  return {ContentsKind::kFloat, std::move(value), false};
}

ObjectContents as_type_says(const HeapGraph& graph, std::string_view type,
                            uint32_t object) {
  const Told told = told_of(graph, object);
  if (type == "str" || type == "text of str") {
    const ObjectContents text = as_text(told, 1);
    return text.kind == ContentsKind::kNone ? as_bytes(told) : text;
  }
  if (type == "bytes" || type == "bytearray" || type.starts_with("bytes of ")) {
    return as_bytes(told);
  }
  if (type == "float") return as_float(graph, told);
  if (type == ObjectTypes::kUntyped) return as_text(told, kSureText);
  return {};
}

}  // namespace

ObjectContents contents_of(const HeapGraph& graph, const ObjectTypes& types,
                           uint32_t object) {
  if (graph.contents.empty()) return {};
  const std::string& type = types.name_of(object);
  if (type != "str" && type != "bytes" && type != "bytearray") {
    return as_type_says(graph, type, object);
  }
  for (const HeapEdge& edge : graph.edges_of(object)) {
    if (edge.word == ObjectTypes::kContentsWord) {
      return as_type_says(graph, type, edge.target);
    }
  }
  return {};
}

}  // namespace libheap
