#include "libheap/analysis/object_types.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "libheap/base/hex.h"

namespace libheap {

// What is known of a type's words. Word 0 is the type itself.
struct ObjectTypes::Layout {
  std::string_view type;
  Pointers pointers = Pointers::kAll;
  std::string_view contents;  // name of what the fourth word points at
  Pointers in_contents = Pointers::kAll;
};

namespace {

constexpr uint32_t kData = 0;  // the type of what has none
constexpr int kPlaceBits = 24;
constexpr uint64_t kPageBytes = 4096;
constexpr uint64_t kSureTypes = 3;

// "mp_type_list" is a list; a port's own types are often "machine_pin_type".
// Empty for symbols that are no types.
std::string type_name(std::string_view symbol) {
  constexpr std::string_view kPrefix = "mp_type_";
  if (symbol.substr(0, kPrefix.size()) == kPrefix) {
    return std::string(symbol.substr(kPrefix.size()));
  }
  return symbol.find("type") == std::string_view::npos ? std::string()
                                                       : std::string(symbol);
}

// Types are structs: aligned, and neither at 0 nor in a pool.
bool could_be_type(const SnapshotFacts& facts, uint64_t word) {
  return word != 0 && word % facts.word_bytes == 0 &&
         facts.pool_at(word) == nullptr;
}

// The first of those that were counted most; 0: none was.
uint64_t most_frequent(const std::map<uint64_t, uint64_t>& count) {
  const auto most = std::max_element(
      count.begin(), count.end(),
      [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == count.end() ? 0 : most->first;
}

// How often each word stands where the type of an object does.
std::map<uint64_t, uint64_t> possible_types(const HeapGraph& graph) {
  std::map<uint64_t, uint64_t> count;
  for (const HeapObject& object : graph.objects) {
    if (could_be_type(graph.facts, object.first_word)) {
      ++count[object.first_word];
    }
  }
  return count;
}

// How far from where its ELF file says a program was loaded. A firmware is
// where it says: 0. The unix port may be anywhere, in whole pages: the offset
// at which most of these words are types, if they are several, which is no
// chance.
uint64_t load_offset(const std::map<uint64_t, uint64_t>& words,
                     const ElfSymbols& symbols) {
  std::map<uint64_t, uint64_t> fits;
  for (const auto& [address, symbol] : symbols.all()) {
    if (type_name(symbol).empty()) continue;
    for (const auto& [word, count] : words) {
      const uint64_t offset = word - address;
      if (offset % kPageBytes == 0) ++fits[offset];
    }
  }
  const uint64_t best = most_frequent(fits);
  const bool chance = fits.empty() || fits[best] < kSureTypes;
  return chance || fits.contains(0) ? 0 : best;
}

// Without symbols: text is aligned too, now and then, but a firmware lies in
// one place. That is the 16 MB that most such words point into.
uint64_t firmware_place(const HeapGraph& graph) {
  std::map<uint64_t, uint64_t> count;
  for (const auto& [word, times] : possible_types(graph)) {
    count[word >> kPlaceBits] += times;
  }
  return most_frequent(count);
}

std::string hex_of(uint64_t word, uint32_t word_bytes) {
  std::string text = "0x";
  for (uint32_t digit = 2 * word_bytes; digit-- > 0;) {
    text += kHexDigits[(word >> (4 * digit)) & 15];
  }
  return text;
}

}  // namespace

const ObjectTypes::Layout* ObjectTypes::layout_of(std::string_view type) {
  constexpr Pointers kAll = Pointers::kAll;
  constexpr Pointers kOnly = Pointers::kContentsOnly;
  constexpr Pointers kNone = Pointers::kNone;
  static constexpr std::array<Layout, 12> kLayouts = {{
      {"list", kOnly, "items of list", kAll},
      {"dict", kOnly, "table of dict", kAll},
      {"ordereddict", kOnly, "table of ordereddict", kAll},
      {"set", kOnly, "table of set", kAll},
      {"str", kOnly, "text of str", kNone},
      {"bytes", kOnly, "bytes of bytes", kNone},
      {"bytearray", kOnly, "bytes of bytearray", kNone},
      // array("O", ...) holds objects, so its items may be pointers.
      {"array", kOnly, "items of array", kAll},
      {"int", kOnly, "digits of int", kNone},
      {"float", kNone, "", kAll},
      {"complex", kNone, "", kAll},
      {"range", kNone, "", kAll},
  }};
  const auto* layout =
      std::find_if(kLayouts.begin(), kLayouts.end(),
                   [&](const Layout& one) { return one.type == type; });
  return layout == kLayouts.end() ? nullptr : layout;
}

ObjectTypes::ObjectTypes(const HeapGraph& graph, const ElfSymbols& symbols) {
  type_.assign(graph.objects.size(), number_of(std::string(kUntyped)));
  if (symbols.empty()) {
    name_by_first_word(graph);
    return;
  }
  name_by_type(graph, symbols);
  name_instances(graph);
  name_contents(graph);
}

bool ObjectTypes::is_look_alike(uint32_t object, uint32_t word) const {
  switch (pointers_[type_[object]]) {
    case Pointers::kAll:
      return false;
    case Pointers::kContentsOnly:
      return word != kContentsWord;
    case Pointers::kNone:
      break;
  }
  return true;
}

void ObjectTypes::name_by_type(const HeapGraph& graph,
                               const ElfSymbols& symbols) {
  const uint64_t offset = load_offset(possible_types(graph), symbols);
  for (uint32_t i = 0; i < graph.objects.size(); ++i) {
    const uint64_t word = graph.objects[i].first_word;
    if (!could_be_type(graph.facts, word)) continue;
    const std::string name = type_name(symbols.at(word - offset));
    if (name.empty()) continue;
    type_[i] = number_of(name);
    if (const Layout* layout = layout_of(name)) {
      pointers_[type_[i]] = layout->pointers;
    }
  }
}

void ObjectTypes::name_by_first_word(const HeapGraph& graph) {
  const uint64_t place = firmware_place(graph);
  for (uint32_t i = 0; i < graph.objects.size(); ++i) {
    const uint64_t word = graph.objects[i].first_word;
    if (!could_be_type(graph.facts, word) || word >> kPlaceBits != place) {
      continue;
    }
    type_[i] = number_of("type at " + hex_of(word, graph.facts.word_bytes));
  }
}

// Classes made by the program are objects of the heap, of type "type".
void ObjectTypes::name_instances(const HeapGraph& graph) {
  const uint32_t type_of_classes = number_of("type");
  for (uint32_t i = 0; i < graph.objects.size(); ++i) {
    const auto edges = graph.edges_of(i);
    if (type_[i] != kData || edges.empty() || edges.front().word != 0) continue;
    const uint32_t of = edges.front().target;
    if (type_[of] != type_of_classes) continue;
    type_[i] = number_of("instance of class at block " +
                         std::to_string(graph.objects[of].head));
  }
}

void ObjectTypes::name_contents(const HeapGraph& graph) {
  const std::vector<uint32_t> owner_type = type_;
  for (uint32_t i = 0; i < graph.objects.size(); ++i) {
    const Layout* layout = layout_of(names_[owner_type[i]]);
    if (layout == nullptr || layout->contents.empty()) continue;
    for (const HeapEdge& edge : graph.edges_of(i)) {
      if (edge.word != kContentsWord) continue;
      const uint32_t type = number_of(std::string(layout->contents));
      type_[edge.target] = type;
      pointers_[type] = layout->in_contents;
    }
  }
}

uint32_t ObjectTypes::number_of(const std::string& name) {
  const auto [entry, is_new] =
      number_.try_emplace(name, static_cast<uint32_t>(names_.size()));
  if (is_new) {
    names_.push_back(name);
    pointers_.push_back(Pointers::kAll);
  }
  return entry->second;
}

}  // namespace libheap
