// Bytes become a program of heap operations, run on the fast model and the
// naive one in lockstep. The first byte names the release; the rest decides
// the heap and what is done to it (see tests/oracle/random_program.h).
//
//     clang++ -fsanitize=fuzzer,address,undefined ...
//
// A mismatch is printed with the operations that led to it, and is a crash.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <span>

#include "libheap/model/release.h"
#include "tests/oracle/choices.h"
#include "tests/oracle/random_program.h"

namespace {

constexpr int kOldestMinor = libheap::kOldestRelease.minor;
constexpr int kNewestMinor = 29;
constexpr uint64_t kMostOperations = 20000;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  libheap::ByteChoices choices(std::span(data, size));
  libheap::Release release;
  release.minor = static_cast<int>(choices.between(kOldestMinor, kNewestMinor));
  release.major = 1;
  try {
    libheap::RandomProgram program(choices, release);
    program.run(kMostOperations);
  } catch (const std::exception& mismatch) {
    std::fprintf(stderr, "%s\n", mismatch.what());
    std::abort();
  }
  return 0;
}
