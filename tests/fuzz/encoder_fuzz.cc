// Any row of events through the firmware's encoder and back: what the reader
// takes out of the packets is what went in, in order, and the header of each
// packet counts right.
//
// The first byte is the flags of the trace. Then each event is a byte that says
// what, and bytes for its numbers; past the end every byte is 0.

#include <array>
#include <cstdint>
#include <span>

#include "libheap/base/crc32.h"
#include "libheap/wire/packet.h"
#include "libheap/wire/record_reader.h"
#include "tests/fuzz/require.h"

extern "C" {
#include "firmware-tracer/tracer_encode.h"
}

namespace libheap {
namespace {

using testing::require;

constexpr size_t kMostEvents = 8192;
constexpr uint32_t kAges = 64;
constexpr uint32_t kBlockMask = (1u << TRACER_BLOCK_BITS) - 1;

// An event as it went in.
struct Told {
  uint32_t op = 0;
  uint64_t number = 0;  // of rare records: which
  std::array<uint64_t, 2> field{};
  uint32_t block = TRACER_BLOCK_NULL;
  uint32_t result = TRACER_BLOCK_NULL;
  uint32_t clock = 0;
};

class Line {
 public:
  void begin(uint8_t flags) {
    sink_.open = [](void* self) { return static_cast<Line*>(self)->open(); };
    sink_.close = [](void* self, size_t length) {
      static_cast<Line*>(self)->take(length);
    };
    sink_.crc32 = [](const uint8_t* data, size_t length) {
      return crc32({data, length});
    };
    sink_.self = this;
    sink_.clock = &clock;
    clock = 0;
    is_full = false;
    n_told_ = n_seen_ = 0;
    sequence_ = 0;
    flags_ = flags;
    tracer_encode_init(&encoder, &sink_, flags);
  }

  // To be called when `told` was encoded: it is in the open packet, or was
  // dropped for want of one.
  void tell(const Told& told) {
    if (encoder.packet == nullptr) return;
    told_[n_told_] = told;
    told_[n_told_++].clock = clock;
  }

  void end() {
    tracer_encode_flush(&encoder);
    require(n_seen_ == n_told_);
  }

  tracer_encoder_t encoder{};
  volatile uint32_t clock = 0;
  bool is_full = false;

 private:
  uint8_t* open() { return is_full ? nullptr : slot_.data() + kGuard; }

  void take(size_t length) {
    require(length <= TRACER_PACKET_MAX);
    const uint8_t* const bytes = slot_.data() + kGuard;
    require(bytes[0] == 0 && bytes[length - 1] == 0);
    PacketData data;
    Packet packet;
    require(parse_packet({bytes + 1, length - 2}, data, packet) ==
            PacketDamage::kNone);
    require(packet.sequence == sequence_++);
    reader_.read(packet, records_);
    const uint32_t first = n_seen_;
    for (const Record& record : records_.all()) see(n_seen_ - first, record);
    require(records_.not_read() == 0);
    require(n_seen_ - first == packet.records);
    for (size_t i = 0; i < kGuard; ++i) {
      require(slot_[i] == 0 && slot_[kGuard + TRACER_PACKET_MAX + i] == 0);
    }
  }

  void see(uint32_t in_packet, const Record& record) {
    require(n_seen_ < n_told_);
    const Told& told = told_[n_seen_++];
    require(record.op == told.op && record.number == told.number);
    if ((flags_ & TRACER_FLAG_TIME_MASK) == TRACER_FLAG_TIME_1US) {
      require(static_cast<uint32_t>(record.time_us) == told.clock);
    }
    const bool rare = told.op == TRACER_OP_RARE;
    const bool begins_resize = rare && told.number == TRACER_RARE_REALLOC_BEGIN;
    if (begins_resize) require(record.block == told.block);
    if (!rare && told.op >= TRACER_OP_REALLOC && told.op <= TRACER_OP_FREE) {
      require(block_of(in_packet, record) == told.block);
    }
    if (rare) require(records_.rare(record).field[0] == told.field[0]);
    if (rare) require(records_.rare(record).field[1] == told.field[1]);
    if (record.has_result) require(record.result == told.result);
    if ((flags_ & TRACER_FLAG_RESULTS) != 0 && !rare &&
        told.result != TRACER_BLOCK_NULL) {
      require(record.has_result);
    }
    results_[in_packet % kAges] = told.result;
  }

  [[nodiscard]] uint32_t block_of(uint32_t in_packet,
                                  const Record& record) const {
    if (record.age == TRACER_AGE_NULL) return TRACER_BLOCK_NULL;
    if (record.age == TRACER_AGE_FAR) return record.block;
    require(record.age <= in_packet);
    return results_[(in_packet - record.age) % kAges];
  }

  static constexpr size_t kGuard = 8;

  tracer_sink_t sink_{};
  std::array<uint8_t, TRACER_PACKET_MAX + 2 * kGuard> slot_{};
  std::array<Told, kMostEvents> told_;
  uint32_t n_told_ = 0;
  uint32_t n_seen_ = 0;
  uint8_t sequence_ = 0;
  uint8_t flags_ = 0;
  RecordReader reader_;
  PacketRecords records_;
  std::array<uint32_t, kAges> results_{};
};

// The bytes of the input as events.
class Program {
 public:
  Program(std::span<const uint8_t> bytes, Line& line)
      : bytes_(bytes), line_(line) {}

  void run() {
    for (size_t i = 0; i < kMostEvents / 2 && !bytes_.empty(); ++i) step();
  }

 private:
  uint32_t byte() {
    if (bytes_.empty()) return 0;
    const uint8_t first = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return first;
  }
  // Small ones most of the time, any now and then.
  uint32_t number() {
    const uint32_t first = byte();
    if (first < 0xf0) return first;
    const uint32_t shift = first & 15;
    return (byte() << 24 | byte() << 16 | byte() << 8 | byte()) >> 2 * shift;
  }
  uint32_t block() {
    const uint32_t number_now = number();
    return number_now == 0xef ? TRACER_BLOCK_NULL : number_now & kBlockMask;
  }
  // No bytes, no block.
  uint32_t result_of(uint64_t n_bytes) {
    const uint32_t result = block();
    return n_bytes == 0 ? TRACER_BLOCK_NULL : result;
  }
  [[nodiscard]] bool is_narrow(uint64_t n_bytes) const {
    const bool sites = (line_.encoder.flags & TRACER_FLAG_SITES) != 0;
    return n_bytes >> (sites ? TRACER_SITED_BITS : TRACER_NUMBER_BITS) == 0;
  }

  void step();
  void alloc(bool finaliser);
  void realloc(bool may_move);
  void end(uint32_t result);
  void op(uint32_t which, uint32_t number_now);
  void rare(uint32_t which);

  std::span<const uint8_t> bytes_;
  Line& line_;
};

void Program::alloc(bool finaliser) {
  const uint64_t n_bytes = number();
  Told told;
  told.op = TRACER_OP_ALLOC + (finaliser ? 1 : 0);
  told.number = n_bytes;
  told.result = result_of(n_bytes);
  if (!is_narrow(n_bytes)) {
    tracer_encode_alloc_begin(&line_.encoder, n_bytes, finaliser);
    line_.tell({.op = TRACER_OP_RARE,
                .number = TRACER_RARE_ALLOC_BEGIN,
                .field = {n_bytes, finaliser ? 1u : 0u}});
    return end(told.result);
  }
  tracer_encode_alloc(&line_.encoder, n_bytes, finaliser, told.result);
  if (told.result == TRACER_BLOCK_NULL) told.op += 2;
  line_.tell(told);
}

void Program::realloc(bool may_move) {
  Told told;
  told.block = block();
  const uint64_t n_bytes = number();
  told.op = TRACER_OP_REALLOC + (may_move ? 1 : 0);
  told.number = n_bytes;
  told.result = result_of(n_bytes);
  if (!is_narrow(n_bytes)) {
    tracer_encode_realloc_begin(&line_.encoder, told.block, n_bytes, may_move);
    line_.tell({.op = TRACER_OP_RARE,
                .number = TRACER_RARE_REALLOC_BEGIN,
                .field = {n_bytes, may_move ? 1u : 0u},
                .block = told.block});
    return end(told.result);
  }
  tracer_encode_realloc(&line_.encoder, told.block, n_bytes, may_move,
                        told.result);
  if (told.result == TRACER_BLOCK_NULL) told.op += 2;
  line_.tell(told);
}

// Of a request that went as its begin and its end.
void Program::end(uint32_t result) {
  tracer_encode_end(&line_.encoder, result);
  line_.tell({.op = TRACER_OP_RARE,
              .number = TRACER_RARE_END,
              .field = {result == TRACER_BLOCK_NULL ? 1u : 0u, 0},
              .result = result});
}

void Program::op(uint32_t which, uint32_t number_now) {
  tracer_encode_op(&line_.encoder, which, number_now);
  line_.tell({.op = which, .number = number_now});
}

void Program::rare(uint32_t which) {
  const uint64_t number_now = uint64_t{number()} << (byte() & 31);
  Told told;
  told.op = TRACER_OP_RARE;
  told.number = which;
  if (tracer_encode_rare(&line_.encoder, which, 10)) {
    tracer_encode_number(&line_.encoder, number_now);
  }
  told.field[0] = number_now;
  line_.tell(told);
}

void Program::step() {
  const uint32_t what = byte();
  line_.clock = line_.clock + (what >> 4) * (what >> 4);
  switch (what & 15) {
    case 0:
    case 1:
      return alloc((what & 1) != 0);
    case 2:
    case 3:
      return realloc((what & 1) != 0);
    case 4:
    case 5: {
      const uint32_t freed = block();
      tracer_encode_free(&line_.encoder, freed);
      return line_.tell({.op = TRACER_OP_FREE, .block = freed});
    }
    case 6:
      return op(TRACER_OP_TICK, 0);
    case 7:
      return op(TRACER_OP_LOCK, byte());
    case 8:
      return op(TRACER_OP_UNLOCK, byte());
    case 9: {
      const uint32_t core = byte() & 1;
      tracer_encode_switch_core(&line_.encoder, core);
      return line_.tell({.op = TRACER_OP_CORE, .number = core});
    }
    case 10: {
      const uint32_t site = byte() << 8 | byte();
      tracer_encode_switch_site(&line_.encoder, site);
      return line_.tell({.op = TRACER_OP_SITE, .number = site});
    }
    case 11:
      return rare(TRACER_RARE_THRESHOLD);
    case 12:
      return rare(TRACER_RARE_STALL);
    case 13:
      line_.clock = line_.clock + number();
      return;
    case 14:
      line_.is_full = !line_.is_full;
      return;
    default:
      return tracer_encode_flush(&line_.encoder);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  static Line line;
  constexpr uint8_t kFlags =
      TRACER_FLAG_TIME_MASK | TRACER_FLAG_RESULTS | TRACER_FLAG_SITES;
  const uint8_t flags = data[0] & kFlags;
  if ((flags & TRACER_FLAG_TIME_MASK) == 3) return 0;  // there is no such
  line.begin(flags);
  Program({data + 1, size - 1}, line).run();
  line.end();
  return 0;
}

}  // namespace libheap
