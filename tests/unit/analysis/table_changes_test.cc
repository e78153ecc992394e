#include "libheap/analysis/table_changes.h"

#include <string>

#include <gtest/gtest.h>

namespace libheap {
namespace {

struct Table {
  explicit Table(const std::string& letters)
      : free(static_cast<uint32_t>(letters.size())), tail(free.size()) {
    for (uint32_t b = 0; b < free.size(); ++b) {
      if (letters[b] == '.') free.set(b);
      if (letters[b] == '=') tail.set(b);
    }
  }
  Bitmap free;
  Bitmap tail;
};

std::vector<uint32_t> changed(const std::string& before,
                              const std::string& after,
                              const std::vector<uint32_t>& touched = {}) {
  const Table was(before);
  const Table is(after);
  Bitmap map(was.free.size());
  for (const uint32_t block : touched) map.set(block);
  const Bitmap heads =
      changed_heads({was.free, was.tail}, {is.free, is.tail}, map);
  std::vector<uint32_t> list;
  for (uint32_t b = heads.next_set(0); b < heads.size();
       b = heads.next_set(b + 1)) {
    list.push_back(b);
  }
  return list;
}

using Heads = std::vector<uint32_t>;

TEST(TableChanges, NamesWhatCameAndWent) {
  EXPECT_EQ(changed("h=.h..", "h=.h.."), Heads());
  EXPECT_EQ(changed("h=.h..", "h=.hh="), Heads({4}));
  EXPECT_EQ(changed("h=.h..", "...h.."), Heads({0}));
  EXPECT_EQ(changed("h==hh=", "h=h=.."), Heads({0, 2, 3, 4}));
}

TEST(TableChanges, NamesWhatGrewAndShrank) {
  EXPECT_EQ(changed("h=....", "h===.."), Heads({0}));
  EXPECT_EQ(changed("h===..", "h=...."), Heads({0}));
}

TEST(TableChanges, NamesWhatWasTouchedThoughItLooksTheSame) {
  EXPECT_EQ(changed("h=h=..", "h=h=..", {2}), Heads({2}));
  EXPECT_EQ(changed("h=....", "h=....", {4}), Heads());
}

TEST(TableChanges, SeesLongObjectsAcrossWords) {
  const std::string hole(200, '.');
  const std::string object = "h" + std::string(199, '=');
  EXPECT_EQ(changed(hole, object), Heads({0}));
  EXPECT_EQ(changed(object, hole), Heads({0}));
  std::string cut = object;
  cut[128] = 'h';
  EXPECT_EQ(changed(object, cut), Heads({0, 128}));
}

}  // namespace
}  // namespace libheap
