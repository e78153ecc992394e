#include "libheap/trace/byte_source.h"

#include <filesystem>
#include <fstream>
#include <random>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libheap/base/error.h"
#include "libheap/trace/byte_sink.h"
#include "tests/support/log_reading.h"

namespace libheap {
namespace {

namespace fs = std::filesystem;
using testing::dripping_source;
using testing::read_all;

// Text that compresses to something, but not to nothing.
std::string sample(size_t lines) {
  std::mt19937 random(7);
  std::string text;
  for (size_t i = 0; i < lines; ++i)
    text += "A " + std::to_string(random() % 512) + " 0 " +
            std::to_string(random() % 4096) + "\n";
  return text;
}

std::string compressed(const std::string& text, Compression compression) {
  std::string out;
  const auto sink =
      compressed_sink(std::make_unique<StringSink>(out), compression);
  sink->write(text);
  sink->finish();
  return out;
}

struct Delivered {
  std::string text;
  std::string reason;  // of the damage; "" if none
};

Delivered delivered(const std::string& stored, size_t at_once = 4096) {
  const std::unique_ptr<ByteSource> source = dripping_source(stored, at_once);
  Delivered result{.text = read_all(*source), .reason = ""};
  if (source->damage()) {
    result.reason = source->damage()->reason;
    EXPECT_EQ(source->damage()->offset, result.text.size());
  }
  EXPECT_EQ(read_all(*source), "") << "the end stays the end";
  return result;
}

class ByteSourceFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern =
        (fs::temp_directory_path() / "mpheap-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string write_file(const std::string& name, const std::string& bytes) {
    const std::string path = (folder_ / name).string();
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }

  std::string error_of_opening(const std::string& path) {
    try {
      read_all(*open_byte_source(path));
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  fs::path folder_;
};

TEST(ByteSource, TellsCompressionFromTheContent) {
  const std::string text = sample(50'000);
  for (const Compression kind :
       {Compression::kNone, Compression::kGzip, Compression::kZstd}) {
    const std::string stored = compressed(text, kind);
    for (const size_t at_once : {size_t{1}, size_t{1000}, size_t{1} << 20}) {
      const Delivered got = delivered(stored, at_once);
      EXPECT_EQ(got.reason, "");
      EXPECT_TRUE(got.text == text) << "at once: " << at_once;
    }
  }
}

TEST(ByteSource, JoinsPiecesCompressedOneByOne) {
  const std::string stored = compressed("one ", Compression::kZstd) +
                             compressed("two ", Compression::kGzip) +
                             compressed("", Compression::kZstd) +
                             compressed("three", Compression::kGzip);
  EXPECT_EQ(delivered(stored, 3).text, "one two three");
  EXPECT_EQ(delivered(stored).reason, "");
}

TEST(ByteSource, PassesOverSkippableFrames) {
  const std::string skippable("\x50\x2a\x4d\x18\x03\x00\x00\x00xyz", 11);
  const std::string stored =
      skippable + compressed("text", Compression::kZstd) + skippable;
  EXPECT_EQ(delivered(stored).text, "text");
  EXPECT_EQ(delivered(stored).reason, "");
}

TEST(ByteSource, DeliversWhatATruncatedGzipStillHolds) {
  const std::string text = sample(50'000);
  const std::string stored = compressed(text, Compression::kGzip);
  const Delivered got = delivered(stored.substr(0, stored.size() / 2));
  EXPECT_EQ(got.reason, "the gzip data is cut off");
  EXPECT_GT(got.text.size(), text.size() / 4);
  EXPECT_TRUE(text.starts_with(got.text));
}

TEST(ByteSource, DeliversWhatATruncatedZstdStillHolds) {
  const std::string text = sample(100'000);
  const std::string stored = compressed(text, Compression::kZstd);
  const Delivered got = delivered(stored.substr(0, stored.size() / 2));
  EXPECT_EQ(got.reason, "the zstd data is cut off");
  EXPECT_GT(got.text.size(), text.size() / 4);
  EXPECT_TRUE(text.starts_with(got.text));
}

TEST(ByteSource, ReportsEveryCutOfCompressedData) {
  for (const Compression kind : {Compression::kGzip, Compression::kZstd}) {
    const std::string stored = compressed("some text", kind);
    for (size_t size = 4; size < stored.size(); ++size)
      EXPECT_TRUE(delivered(stored.substr(0, size)).reason.ends_with("cut off"))
          << size;
  }
}

TEST(ByteSource, ReportsDamagedCompressedData) {
  const std::string text = sample(1000);
  for (const Compression kind : {Compression::kGzip, Compression::kZstd}) {
    std::string stored = compressed(text, kind);
    for (size_t i = stored.size() / 3; i < stored.size() / 3 + 50; ++i)
      stored[i] = '\x55';
    const Delivered got = delivered(stored);
    EXPECT_TRUE(got.reason.starts_with("damaged ")) << got.reason;
  }
}

TEST(ByteSource, GivesTheSameOfDamagedDataHoweverMuchIsAskedFor) {
  const std::string stored = compressed(sample(40'000), Compression::kZstd);
  for (size_t at = 4; at < stored.size(); at += stored.size() / 40) {
    std::string damaged = stored;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    const auto read_in_parts_of = [&](size_t part) {
      const auto source = memory_byte_source(damaged, "test");
      std::string text;
      std::string room(part, ' ');
      while (const size_t got = source->read(room)) text += room.substr(0, got);
      return text;
    };
    EXPECT_TRUE(read_in_parts_of(1'000'000) == read_in_parts_of(7'001))
        << "byte " << at;
  }
}

TEST(ByteSource, ReportsAWrongChecksum) {
  std::string gzip = compressed("some text", Compression::kGzip);
  gzip[gzip.size() - 8] ^= 1;
  EXPECT_EQ(delivered(gzip).reason, "damaged gzip data: incorrect data check");
  std::string zstd = compressed("some text", Compression::kZstd);
  zstd.back() ^= 1;
  EXPECT_EQ(delivered(zstd).reason,
            "damaged zstd data: Restored data doesn't match checksum");
}

TEST(ByteSource, ReportsBytesBehindTheCompressedData) {
  const Delivered got =
      delivered(compressed("text", Compression::kGzip) + "rubbish");
  EXPECT_EQ(got.text, "text");
  EXPECT_EQ(got.reason, "bytes that follow the compressed data");
}

TEST(ByteSource, PeeksWithoutTaking) {
  const std::string text = sample(10);
  const auto source = dripping_source(compressed(text, Compression::kZstd), 2);
  EXPECT_EQ(source->peek(5), text.substr(0, 5));
  EXPECT_EQ(source->peek(20), text.substr(0, 20));
  EXPECT_EQ(source->peek(3), text.substr(0, 3));
  EXPECT_EQ(read_all(*source), text);
  EXPECT_EQ(source->peek(3), "");
}

TEST(ByteSource, PeeksNoFurtherThanTheEnd) {
  const auto source = memory_byte_source("abc", "memory");
  EXPECT_EQ(source->peek(80), "abc");
  EXPECT_EQ(read_all(*source), "abc");
}

TEST(ByteSource, CountsStoredBytes) {
  const std::string stored = compressed(sample(1000), Compression::kZstd);
  const auto source = memory_byte_source(stored, "memory");
  read_all(*source);
  EXPECT_EQ(source->bytes_read(), stored.size());
}

TEST_F(ByteSourceFiles, ReadsAFile) {
  const std::string text = sample(50'000);
  const auto source = open_byte_source(write_file("log", text));
  EXPECT_TRUE(read_all(*source) == text);
  EXPECT_EQ(source->name(), (folder_ / "log").string());
}

TEST_F(ByteSourceFiles, ReadsANamedPipe) {
  const std::string path = (folder_ / "pipe").string();
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  // Open for both, so that nobody waits for the other.
  const int writer = ::open(path.c_str(), O_RDWR);
  ASSERT_EQ(::write(writer, "some", 4), 4);
  const auto source = open_byte_source(path);
  EXPECT_EQ(source->peek(4), "some");
  ASSERT_EQ(::write(writer, "thing", 5), 5);
  ::close(writer);
  EXPECT_EQ(read_all(*source), "something");
}

TEST_F(ByteSourceFiles, ReadsStandardInput) {
  const std::string path = write_file("input", "from elsewhere");
  const int saved = ::dup(STDIN_FILENO);
  const int input = ::open(path.c_str(), O_RDONLY);
  ::dup2(input, STDIN_FILENO);
  ::close(input);
  const auto source = open_byte_source("-");
  EXPECT_EQ(read_all(*source), "from elsewhere");
  EXPECT_EQ(source->name(), "standard input");
  ::dup2(saved, STDIN_FILENO);
  ::close(saved);
}

TEST_F(ByteSourceFiles, NamesTheFileThatCannotBeRead) {
  const std::string missing = (folder_ / "missing").string();
  EXPECT_EQ(error_of_opening(missing), missing + ": no such file");
  EXPECT_EQ(error_of_opening(folder_.string()),
            folder_.string() + ": is a directory");
}

TEST_F(ByteSourceFiles, SaysThatAFileIsNotPermitted) {
  const std::string path = write_file("secret", "x");
  ::chmod(path.c_str(), 0);
  if (::access(path.c_str(), R_OK) == 0) GTEST_SKIP() << "root may read all";
  EXPECT_EQ(error_of_opening(path), path + ": permission denied");
}

}  // namespace
}  // namespace libheap
