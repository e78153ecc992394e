#pragma once

// TraceIndex: bookmarks of one trace, kept in a file beside it, so that a place
// in it is found without replaying all that was before.
//
//     run.mpheap  ──►  run.mpheap.index
//
// The file is a help and never a need: where it is not there, not whole, of
// another trace or of another version of this program, there is no index, and
// where it cannot be written none is kept. What belongs to the trace is told
// by its size, its time of change and a CRC of its beginning, and every part
// of the file has a CRC of its own. docs/trace-format.md, "Index".
//
// Bookmarks are stride() events apart, more in longer traces, so that there
// are never more than kMost, nor more than kMostBytes of them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libheap/replay/bookmark.h"

namespace libheap {

// What tells one trace, as it is now, from another.
struct TraceIdentity {
  uint64_t bytes = 0;
  uint64_t changed = 0;    // when, in the file system's units
  uint32_t begin_crc = 0;  // of its first bytes
  bool operator==(const TraceIdentity&) const = default;
};

// Nothing for what is no file, or a compressed one: those cannot be begun in
// the middle.
[[nodiscard]] std::optional<TraceIdentity> identity_of(const std::string& path);

// Where in a trace: the first event that is number `value`, or at that time.
struct IndexPlace {
  bool is_time = false;
  uint64_t value = 0;
};

class TraceIndex {
 public:
  static constexpr uint64_t kFirstStride = uint64_t{1} << 17;
  static constexpr size_t kMost = 512;
  static constexpr size_t kMostBytes = size_t{32} << 20;

  explicit TraceIndex(uint64_t stride = kFirstStride) : stride_(stride) {}

  // From a file's bytes; nothing where they are no index of this trace.
  [[nodiscard]] static std::optional<TraceIndex> from_bytes(
      std::string_view bytes, const TraceIdentity& trace);
  [[nodiscard]] std::string to_bytes(const TraceIdentity& trace) const;

  // The bookmarks must come in order.
  void add(const Bookmark& bookmark);
  // The last one before the place. Nothing where there is none, or where its
  // bytes are not what they were.
  [[nodiscard]] std::optional<Bookmark> before(const IndexPlace& place) const;

  [[nodiscard]] size_t size() const { return entries_.size(); }
  [[nodiscard]] uint64_t stride() const { return stride_; }

 private:
  struct Entry {
    uint64_t event = 0;
    uint64_t latest_us = 0;
    uint32_t crc = 0;
    std::string bytes;
  };

  void thin_out();

  uint64_t stride_;
  size_t bytes_ = 0;
  std::vector<Entry> entries_;
};

// The index of the trace at `path`, if it has a sound one.
[[nodiscard]] std::optional<TraceIndex> load_index(const std::string& path,
                                                   const TraceIdentity& trace);
// False where it cannot be written: nothing is lost but time.
bool save_index(const TraceIndex& index, const std::string& path,
                const TraceIdentity& trace);

}  // namespace libheap
