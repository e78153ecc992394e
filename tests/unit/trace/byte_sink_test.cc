#include "libheap/trace/byte_sink.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "libheap/base/error.h"
#include "libheap/trace/byte_source.h"
#include "tests/support/log_reading.h"

namespace libheap {
namespace {

namespace fs = std::filesystem;

class ByteSinkFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = fs::temp_directory_path() /
            ("mpheap-sink-" + std::to_string(::getpid()));
  }
  void TearDown() override { fs::remove(path_); }

  std::string file_content() const {
    std::ostringstream content;
    content << std::ifstream(path_, std::ios::binary).rdbuf();
    return content.str();
  }

  fs::path path_;
};

TEST(ByteSink, TakesTheCompressionFromTheName) {
  EXPECT_EQ(compression_for("run.events.zst"), Compression::kZstd);
  EXPECT_EQ(compression_for("run.log.gz"), Compression::kGzip);
  EXPECT_EQ(compression_for("run.log"), Compression::kNone);
  EXPECT_EQ(compression_for("-"), Compression::kNone);
}

TEST(ByteSink, WritesLargeAndSmallPiecesAlike) {
  const std::string large(3'000'000, 'x');
  for (const Compression kind :
       {Compression::kNone, Compression::kGzip, Compression::kZstd}) {
    std::string stored;
    const auto sink =
        compressed_sink(std::make_unique<StringSink>(stored), kind);
    sink->write("");
    sink->write("small");
    sink->write(large);
    sink->finish();
    const auto source = memory_byte_source(stored, "memory");
    EXPECT_TRUE(testing::read_all(*source) == "small" + large);
    EXPECT_FALSE(source->damage());
  }
}

TEST(ByteSink, LeavesACutThatReadersSeeWhenNotFinished) {
  std::string stored;
  {
    const auto sink = compressed_sink(std::make_unique<StringSink>(stored),
                                      Compression::kGzip);
    std::string noise(1'000'000, '\0');
    for (size_t i = 0; i < noise.size(); ++i)
      noise[i] = static_cast<char>(i * i >> 7);
    sink->write(noise);
  }
  const auto source = memory_byte_source(stored, "memory");
  testing::read_all(*source);
  ASSERT_TRUE(source->damage());
  EXPECT_EQ(source->damage()->reason, "the gzip data is cut off");
}

TEST_F(ByteSinkFiles, ReplacesAFile) {
  std::ofstream(path_) << "what was there, and longer than the new";
  const auto sink = open_byte_sink(path_.string(), Compression::kNone);
  sink->write("new");
  sink->finish();
  EXPECT_EQ(file_content(), "new");
}

TEST_F(ByteSinkFiles, NamesTheFileThatCannotBeWritten) {
  const std::string path = (path_ / "nowhere").string();
  try {
    static_cast<void>(open_byte_sink(path, Compression::kNone));
    FAIL() << "opened";
  } catch (const Error& error) {
    EXPECT_EQ(error.what(), path + ": cannot write: no such file");
  }
}

TEST_F(ByteSinkFiles, SaysThatTheDeviceIsFull) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  const auto sink = open_byte_sink("/dev/full", Compression::kNone);
  EXPECT_THROW(sink->write("x"), Error);
}

}  // namespace
}  // namespace libheap
