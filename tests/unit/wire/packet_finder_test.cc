#include "libheap/wire/packet_finder.h"

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libheap/wire/host_note.h"
#include "tests/support/wire_stream.h"

namespace libheap {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const Bytes kZero = {0};

class PacketFinderTest : public ::testing::Test {
 protected:
  Bytes packet(unsigned sequence, size_t body_size = 20) {
    return random_packet(random_, static_cast<uint8_t>(sequence), body_size);
  }
  // Bytes that are no text and hold no zero.
  Bytes noise(size_t size) {
    Bytes bytes(size);
    for (uint8_t& byte : bytes)
      byte = static_cast<uint8_t>(0x80 + random_() % 64);
    return bytes;
  }

  std::mt19937 random_{7};
};

std::vector<std::string> of_kind(const std::vector<std::string>& found,
                                 std::string_view kind) {
  std::vector<std::string> result;
  for (const std::string& line : found) {
    if (line.starts_with(kind)) result.push_back(line);
  }
  return result;
}

std::string place(size_t offset, size_t length) {
  return " @" + std::to_string(offset) + "+" + std::to_string(length);
}

TEST_F(PacketFinderTest, PacketsAreFoundWithTheirPlaces) {
  const Bytes one = packet(1);
  const Bytes two = packet(2, 234);
  EXPECT_THAT(found_in(one + two),
              ElementsAre("packet 1 #1" + place(1, one.size() - 2),
                          "packet 1 #2" + place(one.size() + 1, 254)));
}

TEST_F(PacketFinderTest, OneZeroBetweenTwoPacketsIsEnough) {
  Bytes stream = packet(1);
  stream.pop_back();
  EXPECT_EQ(found_in(stream + packet(2)).size(), 2u);
}

TEST_F(PacketFinderTest, NothingIsFoundInNothing) {
  EXPECT_THAT(found_in(Bytes{}), IsEmpty());
  EXPECT_THAT(found_in(Bytes(1000, 0)), IsEmpty());
}

TEST_F(PacketFinderTest, TextBetweenPacketsIsKept) {
  const Bytes one = packet(1);
  const Bytes text =
      bytes_of("hi\r\n\tgr\xc3\xbc\xc3\x9f dich \x1b[31mred\r\n>>> ");
  EXPECT_THAT(found_in(one + text + packet(2)),
              ElementsAre(StartsWith("packet 1 #1"),
                          "text " + std::string(text.begin(), text.end()) +
                              place(one.size(), text.size()),
                          StartsWith("packet 1 #2")));
}

TEST_F(PacketFinderTest, ACharacterMayBeCutByAPacket) {
  EXPECT_THAT(found_in(bytes_of("sm\xc3") + packet(1) + bytes_of("\xb8r")),
              ElementsAre(StartsWith("text sm\xc3"), StartsWith("packet"),
                          StartsWith("text \xb8r")));
}

TEST_F(PacketFinderTest, ACharacterThatNeverGoesOnDoesNotSpoilWhatFollows) {
  EXPECT_THAT(found_in(bytes_of("sm\xc3") + packet(1) + bytes_of("ok\n")),
              ElementsAre(StartsWith("text sm\xc3"), StartsWith("packet"),
                          StartsWith("text ok\n")));
}

TEST_F(PacketFinderTest, LongTextComesWhole) {
  std::string text;
  for (int i = 0; i < 400; ++i) text += std::to_string(i) + " squared is\n";
  text += std::string(5000, 'x');
  EXPECT_THAT(found_in(bytes_of(text)),
              ElementsAre("text " + text + place(0, text.size())));
}

TEST_F(PacketFinderTest, EveryDamageIsReported) {
  const Bytes good = packet(1);
  const auto between = [&](const Bytes& bad) {
    const auto found = found_in(good + kZero + bad + kZero + packet(2));
    EXPECT_EQ(of_kind(found, "packet").size(), 2u);
    EXPECT_EQ(found.size(), 3u);
    return found[1];
  };
  const Bytes code(good.begin() + 1, good.end() - 1);
  const size_t at = good.size() + 1;
  Bytes bad_cobs = code;
  bad_cobs[0] = 250;
  EXPECT_EQ(between(bad_cobs), "damage bad COBS" + place(at, code.size()));
  Bytes bad_crc = code;
  bad_crc[1] ^= 2;
  EXPECT_EQ(between(bad_crc), "damage bad CRC" + place(at, code.size()));
  EXPECT_EQ(between({2, 0x11, 1}),
            "damage too short for a packet" + place(at, 3));
  EXPECT_EQ(between(noise(255)),
            "damage too long for a packet" + place(at, 255));
  EXPECT_EQ(between(noise(9999)),
            "damage too long for a packet" + place(at, 9999));
}

TEST_F(PacketFinderTest, APacketOfALaterVersionIsNamed) {
  // Version 2, type 1, 14 zeros, the CRC of that.
  const Bytes code = {2, 0x21, 1, 1, 1, 1, 1,    1,    1,    1,
                      1, 1,    1, 1, 1, 5, 0x91, 0xe6, 0xed, 0xe6};
  EXPECT_THAT(found_in(kZero + code + kZero),
              ElementsAre("damage packet of an unknown version @1+20"));
}

TEST_F(PacketFinderTest, TheTailOfAPacketAtTheStartIsCutOff) {
  const Bytes one = packet(1, 100);
  for (size_t cut = 2; cut + 2 < one.size(); ++cut) {
    const Bytes tail(one.begin() + static_cast<std::ptrdiff_t>(cut), one.end());
    const auto found = found_in(tail + packet(2));
    EXPECT_THAT(found, Contains(StartsWith("packet 1 #2")));
    EXPECT_THAT(of_kind(found, "damage bad"), IsEmpty());
  }
}

TEST_F(PacketFinderTest, SoIsOneBehindAHostPacket) {
  const Bytes host = host_packet_bytes({.unix_time_us = 1});
  const Bytes one = packet(1);
  const Bytes tail(one.begin() + 5, one.end());
  EXPECT_THAT(found_in(one + host + tail + packet(2)),
              ElementsAre(StartsWith("packet 1 #1"), StartsWith("packet 8"),
                          StartsWith("damage cut-off packet"),
                          StartsWith("packet 1 #2")));
}

TEST_F(PacketFinderTest, EveryPrefixGivesTheItemsItHolds) {
  const Bytes stream = packet(1) + bytes_of("hello\n") + packet(2, 0) +
                       packet(3, 200) + bytes_of("bye\r\n");
  const auto whole = of_kind(found_in(stream), "packet");
  for (size_t size = 0; size <= stream.size(); ++size) {
    const auto found = found_in(std::span(stream).first(size));
    const auto packets = of_kind(found, "packet");
    ASSERT_LE(packets.size(), whole.size());
    EXPECT_TRUE(std::equal(packets.begin(), packets.end(), whole.begin()));
    const auto damage = of_kind(found, "damage");
    EXPECT_LE(damage.size(), 1u);
    if (!damage.empty()) {
      EXPECT_THAT(damage[0], StartsWith("damage cut-off packet"));
      EXPECT_EQ(damage[0], found.back());
    }
  }
}

// Whatever surrounds them: no whole packet is ever lost.
TEST_F(PacketFinderTest, GarbageLosesNoPacket) {
  for (int round = 0; round < 300; ++round) {
    Bytes stream;
    for (unsigned i = 0; i < 30; ++i) {
      Bytes garbage(random_() % 400);
      for (uint8_t& byte : garbage) byte = static_cast<uint8_t>(random_());
      const Bytes other = packet(200, 100);
      const size_t cut = random_() % other.size();
      stream = stream + garbage + std::span(other).subspan(cut) +
               bytes_of(round % 2 == 0 ? "some text\n" : "") +
               packet(i, random_() % 235);
    }
    const auto packets = of_kind(found_in(stream), "packet 1 #");
    std::vector<std::string> ours;
    for (const std::string& line : packets) {
      if (!line.starts_with("packet 1 #200")) ours.push_back(line);
    }
    ASSERT_EQ(ours.size(), 30u);
  }
}

// Also that nothing counts twice and nothing is left out.
TEST_F(PacketFinderTest, EveryByteButZerosBelongsToOneItem) {
  for (int round = 0; round < 300; ++round) {
    Bytes stream;
    for (int i = 0; i < 10; ++i) {
      Bytes garbage(random_() % 400);
      const auto spread = 2 + random_() % 254;
      for (uint8_t& byte : garbage) {
        byte = static_cast<uint8_t>(random_() % spread);
      }
      stream = stream + garbage + bytes_of("a line of text\n") + packet(1);
    }
    PacketFinder finder;
    FoundItem item;
    std::vector<int> owners(stream.size());
    uint64_t last_end = 0;
    finder.push(stream);
    finder.finish();
    while (finder.next(item)) {
      ASSERT_GE(item.offset, last_end);
      last_end = item.offset + item.length;
      for (uint64_t i = item.offset; i < last_end; ++i) ++owners[i];
    }
    for (size_t i = 0; i < stream.size(); ++i) {
      ASSERT_EQ(owners[i], stream[i] == 0 ? 0 : 1) << "byte " << i;
    }
  }
}

TEST_F(PacketFinderTest, HowBytesAreCutIntoPushesDoesNotMatter) {
  for (int round = 0; round < 200; ++round) {
    Bytes stream;
    for (unsigned i = 0; i < 8; ++i) {
      Bytes garbage(random_() % 4 == 0 ? random_() % 600 : 0);
      for (uint8_t& byte : garbage) byte = static_cast<uint8_t>(random_());
      stream = stream + packet(i, random_() % 235) + garbage +
               bytes_of(std::string(random_() % 300, 'q') + "\n");
    }
    const auto whole = found_in(stream);
    EXPECT_EQ(found_in(stream, 1), whole);
    EXPECT_EQ(found_in(stream, 255), whole);
    EXPECT_EQ(found_in(stream, random_), whole);
  }
}

// A flipped bit costs the packet it hits, and is reported; or it hits a zero
// byte or a text and costs less. No packet ever says something else.
TEST_F(PacketFinderTest, EverySingleBitFlipIsReportedOrHarmless) {
  const Bytes stream = packet(1) + packet(2, 0) + bytes_of("some text\n") +
                       packet(3, 60) + packet(4, 9);
  const auto whole = of_kind(found_in(stream), "packet");
  for (size_t bit = 0; bit < 8 * stream.size(); ++bit) {
    Bytes flipped = stream;
    flipped[bit / 8] = static_cast<uint8_t>(flipped[bit / 8] ^ 1 << bit % 8);
    const auto found = found_in(flipped);
    const auto packets = of_kind(found, "packet");
    EXPECT_TRUE(std::includes(whole.begin(), whole.end(), packets.begin(),
                              packets.end()))
        << "bit " << bit;
    EXPECT_GE(packets.size() + 1, whole.size()) << "bit " << bit;
    const bool reported =
        !of_kind(found, "damage").empty() || !of_kind(found, "text").empty();
    EXPECT_TRUE(packets.size() == whole.size() || reported) << "bit " << bit;
  }
}

TEST_F(PacketFinderTest, LinesOfTextAreSavedFromNoise) {
  const Bytes stream = packet(1) + bytes_of("Traceback:\r\n  line 1\r\nMem") +
                       noise(20) + bytes_of("\nsoft reboot\r\n>>> ") +
                       packet(2);
  EXPECT_THAT(found_in(stream),
              ElementsAre(StartsWith("packet 1 #1"),
                          StartsWith("text Traceback:\r\n  line 1\r\n @"),
                          StartsWith("damage neither packet nor text"),
                          StartsWith("text soft reboot\r\n>>>  @"),
                          StartsWith("packet 1 #2")));
}

TEST_F(PacketFinderTest, NoiseIsHardlyEverText) {
  size_t text = 0;
  for (int round = 0; round < 50; ++round) {
    Bytes garbage(2000);
    for (uint8_t& byte : garbage) byte = static_cast<uint8_t>(random_());
    for (const std::string& line : of_kind(found_in(garbage), "text")) {
      text += line.size();
    }
  }
  EXPECT_LT(text, 500u);  // of 100,000 bytes
}

TEST_F(PacketFinderTest, AnUnfinishedLineCanBeHadAtOnce) {
  PacketFinder finder;
  FoundItem item;
  const Bytes one = packet(1);
  const Bytes stream = one + bytes_of("done\n>>> ");
  finder.push(stream);
  std::string text;
  while (finder.next(item)) text += item.text;
  EXPECT_EQ(text, "");
  EXPECT_FALSE(finder.inside_packet());
  while (finder.next_unfinished_line(item)) text += item.text;
  EXPECT_EQ(text, "done\n>>> ");
  // And a packet that is only half here stays one.
  finder.push(std::span(one).first(12));
  EXPECT_FALSE(finder.next(item));
  EXPECT_TRUE(finder.inside_packet());
  EXPECT_FALSE(finder.next_unfinished_line(item));
  finder.push(std::span(one).subspan(12));
  ASSERT_TRUE(finder.next(item));
  EXPECT_EQ(item.kind, FoundItem::Kind::kPacket);
  EXPECT_EQ(item.offset, stream.size() + 1);
}

}  // namespace
}  // namespace libheap
