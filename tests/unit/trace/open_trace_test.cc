#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "libheap/base/error.h"
#include "libheap/trace/byte_sink.h"
#include "libheap/trace/event_source.h"
#include "tests/support/log_reading.h"

namespace libheap {
namespace {

namespace fs = std::filesystem;

class OpenTrace : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = (fs::temp_directory_path() /
             ("mpheap-trace-" + std::to_string(::getpid())))
                .string();
  }
  void TearDown() override { fs::remove(path_); }

  void write_file(const std::string& bytes,
                  Compression compression = Compression::kNone) {
    const auto sink = open_byte_sink(path_, compression);
    sink->write(bytes);
    sink->finish();
  }

  std::string error() {
    try {
      static_cast<void>(open_trace(path_));
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  std::string path_;
};

TEST_F(OpenTrace, ReadsEventLogsOfBothKindsCompressedOrNot) {
  const std::string body = "A 16 0 4\nEND 1 complete\n";
  for (const Compression kind :
       {Compression::kNone, Compression::kGzip, Compression::kZstd}) {
    for (const std::string& text :
         {testing::golden_log(body), testing::own_log(body)}) {
      write_file(text, kind);
      const std::unique_ptr<EventSource> source = open_trace(path_);
      EXPECT_EQ(source->header().release, "v1.22.2");
      Event event;
      EXPECT_TRUE(source->next(event));
      EXPECT_TRUE(source->next(event));
      EXPECT_FALSE(source->next(event));
      EXPECT_EQ(source->damage().count(), 0u);
      EXPECT_EQ(source->bytes_read(), fs::file_size(path_));
    }
  }
}

TEST_F(OpenTrace, NamesTheFileThatIsNoTrace) {
  EXPECT_EQ(error(), path_ + ": no such file");
  write_file("");
  EXPECT_EQ(error(), path_ + ": empty file");
  write_file("hello\n", Compression::kGzip);
  EXPECT_EQ(error(), path_ + ": not a heap trace (first line is \"hello\")");
}

}  // namespace
}  // namespace libheap
