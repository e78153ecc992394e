// A stream read ahead on another thread is the stream.

#include "libheap/trace/items_ahead.h"

#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "libheap/base/error.h"
#include "tests/support/wire_stream.h"

namespace libheap {
namespace {

// Bytes, and then a disk that fails, if it is to.
class Disk final : public ByteStream {
 public:
  Disk(std::string bytes, bool fails)
      : bytes_(std::move(bytes)), fails_(fails) {}

  size_t read(std::span<char> to) override {
    const size_t count = bytes_.copy(to.data(), to.size(), at_);
    at_ += count;
    if (count == 0 && fails_) throw Error("trace: input/output error");
    return count;
  }
  [[nodiscard]] bool never_waits() const override { return true; }

 private:
  std::string bytes_;
  size_t at_ = 0;
  bool fails_;
};

// Packets of records that mostly cannot be, text, noise.
std::string mixed_stream(size_t packets) {
  std::mt19937 random(7);
  Bytes stream = bytes_of("starting\n");
  for (size_t i = 0; i < packets; ++i) {
    const size_t body = 20 + random() % 200;
    stream = stream + random_packet(random, static_cast<uint8_t>(i), body);
    if (i % 7 == 0) stream = stream + bytes_of("loop\n");
    if (i % 11 == 0) stream.resize(stream.size() - 9);
  }
  return {stream.begin(), stream.end()};
}

StreamItems items_of(const std::string& bytes, bool fails = false) {
  return StreamItems(std::make_unique<ByteSource>(
      std::make_unique<Disk>(bytes, fails), "trace"));
}

std::string words_of(const StreamItem& item) {
  std::string words = std::to_string(static_cast<int>(item.found.kind)) + " @" +
                      std::to_string(item.found.offset) + "+" +
                      std::to_string(item.found.length) + " " +
                      std::string(item.bytes.begin(), item.bytes.end());
  if (!item.is_events()) return words;
  for (const Record& record : item.records.all()) {
    words += " " + std::to_string(record.op) + ":" +
             std::to_string(record.number) + ":" +
             std::to_string(record.time_us);
  }
  return words + " -" + std::to_string(item.records.not_read());
}

std::vector<std::string> one_by_one(const std::string& bytes) {
  StreamItems items = items_of(bytes);
  StreamItem item;
  std::vector<std::string> all;
  while (items.next(item)) all.push_back(words_of(item));
  return all;
}

TEST(ItemsAhead, GivesTheItemsOfTheStreamInOrder) {
  for (const size_t packets : {0, 1, 15, 16, 32, 33, 500}) {
    const std::string bytes = mixed_stream(packets);
    const std::vector<std::string> expected = one_by_one(bytes);
    StreamItems items = items_of(bytes);
    ItemsAhead ahead(items);
    std::vector<std::string> all;
    while (const StreamItem* item = ahead.next())
      all.push_back(words_of(*item));
    EXPECT_EQ(all, expected) << packets;
    EXPECT_EQ(ahead.next(), nullptr);
  }
}

TEST(ItemsAhead, EndsWhereverItsReaderStops) {
  const std::string bytes = mixed_stream(300);
  for (size_t stop = 0; stop < 120; ++stop) {
    StreamItems items = items_of(bytes);
    ItemsAhead ahead(items);
    for (size_t i = 0; i < stop; ++i) ASSERT_NE(ahead.next(), nullptr);
  }
}

TEST(ItemsAhead, ThrowsWhatTheSourceThrewAfterTheItemsBeforeIt) {
  const std::string bytes = mixed_stream(100);
  StreamItems alone = items_of(bytes, true);
  StreamItem item;
  size_t before = 0;
  EXPECT_THROW(
      while (alone.next(item)) { ++before; }, Error);
  StreamItems items = items_of(bytes, true);
  ItemsAhead ahead(items);
  for (size_t i = 0; i < before; ++i) ASSERT_NE(ahead.next(), nullptr);
  EXPECT_THROW(static_cast<void>(ahead.next()), Error);
  EXPECT_THROW(static_cast<void>(ahead.next()), Error);  // and again
}

}  // namespace
}  // namespace libheap
