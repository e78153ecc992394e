#include "libheap/replay/trace_index.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "libheap/base/crc32.h"
#include "libheap/replay/number_bytes.h"

namespace libheap {

namespace {

// Goes up with whatever changes a bookmark or what the model answers.
constexpr std::string_view kMagic = "mpheap index 1\n";
constexpr size_t kBeginBytes = 4096;
constexpr std::string_view kGzip = "\x1f\x8b";
constexpr std::string_view kZstd = "\x28\xb5\x2f\xfd";

uint32_t crc_of(std::string_view bytes) {
  return crc32({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
}

std::string index_path(const std::string& trace) { return trace + ".index"; }

template <typename Pass>
void pass_identity(Pass& pass, TraceIdentity& trace) {
  pass(trace.bytes);
  pass(trace.changed);
  pass(trace.begin_crc);
}

}  // namespace

std::optional<TraceIdentity> identity_of(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return std::nullopt;
  TraceIdentity identity;
  identity.bytes = fs::file_size(path, error);
  if (error) return std::nullopt;
  identity.changed = static_cast<uint64_t>(
      fs::last_write_time(path, error).time_since_epoch().count());
  std::ifstream file(path, std::ios::binary);
  std::string begin(kBeginBytes, '\0');
  file.read(begin.data(), static_cast<std::streamsize>(begin.size()));
  begin.resize(static_cast<size_t>(file.gcount()));
  if (error || begin.starts_with(kGzip) || begin.starts_with(kZstd)) {
    return std::nullopt;
  }
  identity.begin_crc = crc_of(begin);
  return identity;
}

// --- Bytes ------------------------------------------------------------------

// The magic line; the identity, stride and table of entries, with their CRC;
// then the entries.
std::string TraceIndex::to_bytes(const TraceIdentity& trace) const {
  NumberWriter table;
  TraceIdentity identity = trace;
  pass_identity(table, identity);
  table(stride_);
  table(entries_.size());
  for (const Entry& entry : entries_) {
    table(entry.event);
    table(entry.latest_us);
    table(entry.crc);
    table(entry.bytes.size());
  }
  const std::string numbers = table.bytes();
  NumberWriter crc;
  crc(crc_of(numbers));
  std::string bytes = std::string(kMagic) + crc.bytes() + numbers;
  for (const Entry& entry : entries_) bytes += entry.bytes;
  return bytes;
}

std::optional<TraceIndex> TraceIndex::from_bytes(std::string_view bytes,
                                                 const TraceIdentity& trace) {
  constexpr size_t kHead = kMagic.size() + 8;
  constexpr size_t kFixed = 5 * 8;
  constexpr size_t kEach = 4 * 8;
  if (!bytes.starts_with(kMagic) || bytes.size() < kHead + kFixed) {
    return std::nullopt;
  }
  TraceIndex index;
  TraceIdentity identity;
  uint64_t count = 0;
  uint32_t crc = 0;
  NumberReader(bytes.substr(kMagic.size()))(crc);
  NumberReader table(bytes.substr(kHead));
  pass_identity(table, identity);
  table(index.stride_);
  table(count);
  if (identity != trace || index.stride_ == 0 || count > kMost ||
      bytes.size() < kHead + kFixed + count * kEach ||
      crc_of(bytes.substr(kHead, kFixed + count * kEach)) != crc) {
    return std::nullopt;
  }
  std::string_view left = bytes.substr(kHead + kFixed + count * kEach);
  for (uint64_t i = 0; i < count; ++i) {
    Entry entry;
    uint64_t size = 0;
    table(entry.event);
    table(entry.latest_us);
    table(entry.crc);
    table(size);
    if (size > left.size()) return std::nullopt;
    entry.bytes = left.substr(0, size);
    left.remove_prefix(size);
    index.bytes_ += size;
    index.entries_.push_back(std::move(entry));
  }
  return index;
}

// --- Bookmarks --------------------------------------------------------------

void TraceIndex::add(const Bookmark& bookmark) {
  Entry entry;
  entry.event = bookmark.replay.counted.events;
  entry.latest_us = bookmark.latest_us;
  entry.bytes = bytes_of(bookmark);
  entry.crc = crc_of(entry.bytes);
  bytes_ += entry.bytes.size();
  entries_.push_back(std::move(entry));
  while (entries_.size() > kMost || bytes_ > kMostBytes) thin_out();
}

void TraceIndex::thin_out() {
  std::vector<Entry> kept;
  bytes_ = 0;
  for (size_t i = 1; i < entries_.size(); i += 2) {
    bytes_ += entries_[i].bytes.size();
    kept.push_back(std::move(entries_[i]));
  }
  entries_ = std::move(kept);
  stride_ *= 2;
}

std::optional<Bookmark> TraceIndex::before(const IndexPlace& place) const {
  // Both grow from entry to entry.
  const auto behind = std::partition_point(
      entries_.begin(), entries_.end(), [&](const Entry& entry) {
        return (place.is_time ? entry.latest_us : entry.event) < place.value;
      });
  if (behind == entries_.begin()) return std::nullopt;
  const Entry& entry = *std::prev(behind);
  if (crc_of(entry.bytes) != entry.crc) return std::nullopt;
  return bookmark_from(entry.bytes);
}

// --- The file ---------------------------------------------------------------

std::optional<TraceIndex> load_index(const std::string& path,
                                     const TraceIdentity& trace) {
  std::ifstream file(index_path(path), std::ios::binary);
  if (!file) return std::nullopt;
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  return TraceIndex::from_bytes(bytes, trace);
}

// Written under another name first: whoever reads sees the old one or all of
// the new.
bool save_index(const TraceIndex& index, const std::string& path,
                const TraceIdentity& trace) {
  const std::string unfinished = index_path(path) + ".new";
  {
    std::ofstream file(unfinished, std::ios::binary | std::ios::trunc);
    const std::string bytes = index.to_bytes(trace);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (!file) {
      std::error_code ignored;
      std::filesystem::remove(unfinished, ignored);
      return false;
    }
  }
  std::error_code error;
  std::filesystem::rename(unfinished, index_path(path), error);
  return !error;
}

}  // namespace libheap
