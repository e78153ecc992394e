#include "libheap/trace/byte_source.h"

#include <algorithm>
#include <utility>

#include "libheap/trace/byte_decoder.h"
#include "libheap/trace/file_stream.h"

namespace libheap {
namespace {

class MemoryStream final : public ByteStream {
 public:
  explicit MemoryStream(std::string_view bytes) : left_(bytes) {}

  size_t read(std::span<char> to) override {
    const size_t count = left_.copy(to.data(), to.size());
    left_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view left_;
};

}  // namespace

ByteSource::ByteSource(std::unique_ptr<ByteStream> stored, std::string name)
    : name_(std::move(name)),
      never_waits_(stored->never_waits()),
      decoder_(make_decoder(std::move(stored))) {}

ByteSource::~ByteSource() = default;

size_t ByteSource::read(std::span<char> to) {
  if (peeked_.empty()) return decode(to);
  const size_t count = std::min(to.size(), peeked_.size());
  const auto taken = peeked_.begin() + static_cast<std::ptrdiff_t>(count);
  std::copy(peeked_.begin(), taken, to.begin());
  peeked_.erase(peeked_.begin(), taken);
  return count;
}

std::string_view ByteSource::peek(size_t count) {
  while (peeked_.size() < count) {
    const size_t had = peeked_.size();
    peeked_.resize(count);
    const size_t got = decode(std::span(peeked_).subspan(had));
    peeked_.resize(had + got);
    if (got == 0) break;
  }
  return {peeked_.data(), std::min(count, peeked_.size())};
}

uint64_t ByteSource::bytes_read() const { return decoder_->bytes_read(); }

size_t ByteSource::decode(std::span<char> to) {
  const size_t count = to.empty() ? 0 : decoder_->read(to);
  decoded_ += count;
  if (count == 0 && !decoder_->problem().empty() && !damage_)
    damage_ = Damage{.offset = decoded_, .reason = decoder_->problem()};
  return count;
}

std::unique_ptr<ByteSource> open_byte_source(const std::string& path) {
  return std::make_unique<ByteSource>(open_file_stream(path),
                                      file_stream_name(path));
}

std::unique_ptr<ByteSource> memory_byte_source(std::string_view bytes,
                                               std::string name) {
  return std::make_unique<ByteSource>(std::make_unique<MemoryStream>(bytes),
                                      std::move(name));
}

}  // namespace libheap
