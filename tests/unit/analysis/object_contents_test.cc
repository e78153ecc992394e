// What objects hold, as far as the bytes that were sent tell it.

#include "libheap/analysis/object_contents.h"

#include <cstring>
#include <string>

#include <gtest/gtest.h>

#include "libheap/report/graph_words.h"
#include "tests/support/small_snapshot.h"

namespace libheap {
namespace {

using testing::SmallSnapshot;

constexpr uint64_t kStr = 0x10040000;
constexpr uint64_t kBytearray = 0x10040100;
constexpr uint64_t kFloat = 0x10040200;

ElfSymbols firmware() {
  ElfSymbols symbols;
  symbols.add(kStr, "mp_type_str");
  symbols.add(kBytearray, "mp_type_bytearray");
  symbols.add(kFloat, "mp_type_float");
  return symbols;
}

// An object of so many blocks that begins with `bytes`.
BlockIndex object_of(SmallSnapshot& heap, uint32_t blocks, std::string bytes) {
  const BlockIndex object = heap.object(blocks);
  heap.put_bytes(object, std::move(bytes));
  return object;
}

std::string words_of(const SmallSnapshot& heap, uint32_t object,
                     const ElfSymbols& symbols = ElfSymbols()) {
  const HeapGraph graph = heap.graph();
  const ObjectTypes types(graph, symbols);
  return typed_words(types.name_of(object), contents_of(graph, types, object));
}

// Most objects have types, by which it is told where the firmware lies: the
// first word of a text may be aligned too.
void add_typed(SmallSnapshot& heap) {
  for (int i = 0; i < 2; ++i) heap.put(heap.object(1), 0, kFloat);
}

std::string text_words(const std::string& bytes, uint32_t blocks = 3) {
  SmallSnapshot heap(64);
  object_of(heap, blocks, bytes);
  add_typed(heap);
  return words_of(heap, 0);
}

TEST(ObjectContents, OfAStrAreItsText) {
  SmallSnapshot heap(64);
  const BlockIndex str = heap.object(1);
  heap.put(str, 0, kStr);
  heap.point(str, 3, object_of(heap, 1, "temperature"));
  EXPECT_EQ(words_of(heap, 0, firmware()), "str 'temperature'");
  EXPECT_EQ(words_of(heap, 1, firmware()), "text of str 'temperature'");
}

TEST(ObjectContents, OfABytearrayAreItsBytes) {
  SmallSnapshot heap(64);
  const BlockIndex array = heap.object(1);
  heap.put(array, 0, kBytearray);
  heap.point(array, 3, object_of(heap, 1, {'\x01', '\0', '\'', '\xff', '\0'}));
  EXPECT_EQ(words_of(heap, 0, firmware()), "bytearray b'\\x01\\x00\\'\\xff'");
}

TEST(ObjectContents, OfAFloatAreItsValue) {
  SmallSnapshot heap(64);
  const float values[] = {21.5F, 0.1F, 0.0F};
  for (const float value : values) {
    const BlockIndex object = heap.object(1);
    uint32_t word = 0;
    std::memcpy(&word, &value, sizeof(word));
    heap.put(object, 0, kFloat);
    heap.put(object, 1, word);
  }
  EXPECT_EQ(words_of(heap, 0, firmware()), "float 21.5");
  EXPECT_EQ(words_of(heap, 1, firmware()), "float 0.1");
  EXPECT_EQ(words_of(heap, 2, firmware()), "float 0.0");
}

TEST(ObjectContents, OfDataWithoutATypeAreTextIfTheyAreOne) {
  EXPECT_EQ(text_words("GET /index"), "text 'GET /index'");
  EXPECT_EQ(text_words({"abc\0\xff\x01 rest", 12}), "text 'abc'");
  EXPECT_EQ(text_words("one\ttwo\n"), "text 'one\\ttwo\\n'");
  EXPECT_EQ(text_words("ab"), ObjectTypes::kUntyped) << "too short to tell";
  EXPECT_EQ(text_words("abc\x1b[2Jdef"), ObjectTypes::kUntyped);
  EXPECT_EQ(text_words("\x07\x08\x09\x0a"), ObjectTypes::kUntyped);
}

TEST(ObjectContents, SayWhereTheyGoOn) {
  EXPECT_EQ(text_words("0123456789abcdef0123456789abcdef0123"),
            "text '0123456789abcdef0123456789abcdef'...");
  EXPECT_EQ(text_words("0123456789abcdef0123456789abcdef", 2),
            "text '0123456789abcdef0123456789abcdef'")
      << "that is all there is room for";
}

TEST(ObjectContents, AreWholeCharacters) {
  EXPECT_EQ(text_words("25 \xc2\xb0"
                       "C"),
            "text '25 \xc2\xb0"
            "C'");
  // The degree sign is cut in two by the end of what is sent.
  EXPECT_EQ(text_words("0123456789abcdef0123456789abcde\xc2\xb0"),
            "text '0123456789abcdef0123456789abcde'...");
  EXPECT_EQ(text_words("abc\xc2"), ObjectTypes::kUntyped);
  EXPECT_EQ(text_words("abc\xc2\x9b"), ObjectTypes::kUntyped)
      << "a control character to a terminal";
  EXPECT_EQ(text_words("abc\xed\xa0\x80"), ObjectTypes::kUntyped);
}

TEST(ObjectContents, AreNoneOfWhatPointsIntoTheHeap) {
  SmallSnapshot heap(64);
  const BlockIndex list = object_of(heap, 1, "text");
  heap.point(list, 3, heap.object(1));
  add_typed(heap);
  EXPECT_EQ(words_of(heap, 0), ObjectTypes::kUntyped);
}

}  // namespace
}  // namespace libheap
