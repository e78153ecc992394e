#include "libheap/wire/record_reader.h"

#include <algorithm>

namespace libheap {

namespace {

uint32_t from_zigzag(uint32_t value) { return value >> 1 ^ (0u - (value & 1)); }

bool may_have_result(const Record& record) {
  return (record.op == TRACER_OP_ALLOC ||
          record.op == TRACER_OP_ALLOC_FINALISER ||
          record.op == TRACER_OP_REALLOC ||
          record.op == TRACER_OP_REALLOC_MOVE) &&
         record.number != 0;
}

}  // namespace

void RecordReader::begin(const Packet& packet) {
  coder_.begin(packet.body);
  flags_ = packet.flags;
  const uint32_t time = flags_ & TRACER_FLAG_TIME_MASK;
  has_times_ = time != TRACER_FLAG_TIME_PACKET;
  shift_ = time == TRACER_FLAG_TIME_16US ? 4 : 0;
  time_units_.begin(packet.body, time == TRACER_FLAG_TIME_16US
                                     ? TRACER_TIME_UNIT_16US
                                     : TRACER_TIME_UNIT_1US);
  now_ = packet.time_us >> shift_;
  context_ = 0;
  last_index_ = TRACER_DICTIONARY_SIZE;  // none
  last_result_ = 0;
  dictionary_.fill(0);
  after_.fill(0);
  times_.fill(0);
  index_shares_.fill(TRACER_BIT_HALF);
  number_shares_.fill(TRACER_BIT_HALF);
  run_shares_.fill(TRACER_BIT_HALF);
  op_shares_.fill(TRACER_BIT_HALF);
  age_shares_.fill(TRACER_BIT_HALF);
  low_shares_.fill(TRACER_BIT_HALF);
  known_share_ = TRACER_BIT_HALF;
}

void RecordReader::read(const Packet& packet, PacketRecords& records) {
  begin(packet);
  records.begin(packet.records);
  while (records.count_ < packet.records &&
         next(records.records_[records.count_], records)) {
    ++records.count_;
  }
}

// False where the body cannot be.
inline bool RecordReader::next(Record& record, PacketRecords& records) {
  take_symbol(symbol(), record);
  if (record.age == TRACER_AGE_FAR) record.block = block();
  if (has_times_) time();
  record.time_us = now_ << shift_;
  if (record.op == TRACER_OP_RARE) {
    rare(record, records);
  } else if ((flags_ & TRACER_FLAG_RESULTS) != 0 && may_have_result(record)) {
    result(record);
  }
  return !coder_.failed() && record.op != TRACER_OP_NONE;
}

// What the symbol itself says.
inline void RecordReader::take_symbol(uint32_t symbol, Record& record) const {
  const uint32_t op = symbol & TRACER_OP_MASK;
  record.op = static_cast<uint8_t>(op);
  record.age =
      static_cast<uint8_t>(symbol >> TRACER_AGE_SHIFT & TRACER_AGE_FAR);
  record.number = symbol >> TRACER_NUMBER_SHIFT;
  record.site = 0;
  record.block = 0;
  record.has_result = false;
  if ((flags_ & TRACER_FLAG_SITES) == 0 || !has_bytes(op)) return;
  record.site = record.number >> TRACER_SITED_BITS;
  record.number &= (1u << TRACER_SITED_BITS) - 1;
}

// --- Symbols ----------------------------------------------------------------

inline uint32_t RecordReader::symbol() {
  uint8_t& after = after_[context_];
  const uint32_t trust = after >> TRACER_TRUST_SHIFT;
  const uint32_t guessed = after & (TRACER_DICTIONARY_SIZE - 1);
  uint32_t index = 0;
  if (trust != 0 && coder_.guess(trust)) {
    index = guessed;
    if (trust != 3) after = static_cast<uint8_t>(after + TRACER_TRUST_ONE);
  } else {
    index = coder_.bit(known_share_) != 0
                ? coder_.tree<TRACER_DICTIONARY_BITS>(index_shares_)
                : new_symbol();
    after =
        static_cast<uint8_t>((trust > 1 ? guessed : index) + TRACER_TRUST_ONE);
  }
  time_place_ = index ^ (index == last_index_ ? TRACER_TIME_REPEATED : 0);
  last_index_ = index;
  context_ = (context_ << TRACER_CONTEXT_SHIFT ^ index) % TRACER_CONTEXTS;
  return dictionary_[index];
}

// Decodes a symbol in full, puts it into the dictionary, answers its index.
uint32_t RecordReader::new_symbol() {
  const uint32_t op = coder_.tree<4>(op_shares_);
  uint32_t number = 0;
  uint32_t age = 0;
  if (op != TRACER_OP_FREE && op != TRACER_OP_TICK) {
    const uint32_t bits = coder_.tree<5>(number_shares_);
    if (bits > TRACER_NUMBER_BITS) coder_.fail();
    if (bits > 3 && bits <= TRACER_NUMBER_BITS) {
      number = (1u << (bits - 3) | coder_.raw(bits - 3)) << 2;
      number |= coder_.tree<2>(low_shares_);
    } else {
      number = classed(std::min<uint32_t>(bits, 3));
    }
  }
  if (op >= TRACER_OP_REALLOC && op <= TRACER_OP_FREE) {
    const uint32_t bits = coder_.tree<3>(age_shares_);
    age = bits == 7 ? TRACER_AGE_FAR : classed(bits);
  }
  const uint32_t symbol =
      number << TRACER_NUMBER_SHIFT | age << TRACER_AGE_SHIFT | op;
  const uint32_t index =
      symbol * TRACER_HASH_FACTOR >> (32 - TRACER_DICTIONARY_BITS);
  dictionary_[index] = symbol;
  return index;
}

// --- Numbers ----------------------------------------------------------------

uint32_t RecordReader::classed(uint32_t bits) {
  if (bits <= 1) return bits;
  return 1u << (bits - 1) | coder_.raw(bits - 1);
}

uint64_t RecordReader::number() {
  const uint32_t bits = coder_.tree<5>(number_shares_);
  if (bits != TRACER_CLASS_ESCAPE) return classed(bits);
  const uint64_t high = coder_.raw(32);
  return high << 32 | coder_.raw(32);
}

void RecordReader::result(Record& record) {
  last_result_ += from_zigzag(classed(number_shares_));
  record.result = last_result_;
  record.has_result = true;
}

// --- Time -------------------------------------------------------------------

void RecordReader::time() {
  uint16_t& guess = times_[time_place_];
  const uint32_t passed = guess + from_zigzag(time_units_.next());
  now_ += passed;
  guess = static_cast<uint16_t>(passed);
}

// --- Rare records -----------------------------------------------------------

void RecordReader::rare(Record& record, PacketRecords& records) {
  PacketRecords::Rare rare;
  if (is_run_row(record.number)) {
    runs(rare, records.runs_);
  } else {
    rare_fields(record, rare, records);
  }
  record.rare = static_cast<uint16_t>(records.rares_.size());
  records.rares_.push_back(rare);
}

void RecordReader::rare_fields(Record& record, PacketRecords::Rare& rare,
                               PacketRecords& records) {
  switch (record.number) {
    case TRACER_RARE_ALLOC_BEGIN:
      rare.field[0] = number();
      rare.field[1] = coder_.raw(1);
      break;
    case TRACER_RARE_REALLOC_BEGIN:
      record.block = block();
      rare.field[0] = number();
      rare.field[1] = coder_.raw(1);
      break;
    case TRACER_RARE_END:
      rare.field[0] = coder_.raw(1);
      if ((flags_ & TRACER_FLAG_RESULTS) != 0 && rare.field[0] == 0) {
        result(record);
      }
      break;
    case TRACER_RARE_COLLECT:
      rare.field[0] = coder_.raw(2);
      rare.field[1] = number();
      break;
    case TRACER_RARE_COLLECT_END:
    case TRACER_RARE_SWEEP_ALL_END:
    case TRACER_RARE_KEYFRAME_END:
      rare.field[0] = coder_.raw(32);
      break;
    case TRACER_RARE_THRESHOLD:
    case TRACER_RARE_LOCK_STORE:
    case TRACER_RARE_GROW_OFFER:
    case TRACER_RARE_AREA_DROPPED:
    case TRACER_RARE_STALL:
    case TRACER_RARE_WAIT:
      rare.field[0] = number();
      break;
    case TRACER_RARE_WEAKREF:
      record.block = block();
      break;
    case TRACER_RARE_INIT:
    case TRACER_RARE_AREA_ADDED:
      for (size_t i = 0; i < 3; ++i) rare.field[i] = number();
      break;
    case TRACER_RARE_GROW_TAKEN:
      for (size_t i = 0; i < 2; ++i) rare.field[i] = number();
      break;
    case TRACER_RARE_KEYFRAME:
      rare.list = list(records.numbers_);
      break;
    case TRACER_RARE_CHECKPOINT:
      rare.field[0] = coder_.raw(32);
      rare.field[1] = coder_.raw(1);
      rare.field[2] = rare.field[1] != 0 ? coder_.raw(32) : 0;
      rare.list = list(records.numbers_);
      break;
    case TRACER_RARE_LABEL:
      rare.text[0] = text(records.text_);
      break;
    case TRACER_RARE_SITE:
      rare.field[0] = number();
      rare.field[1] = number();
      for (PacketRecords::Part& one : rare.text) one = text(records.text_);
      break;
    case TRACER_RARE_MARKED:
    case TRACER_RARE_SWEEP_ALL:
    case TRACER_RARE_ENABLE:
    case TRACER_RARE_DISABLE:
    case TRACER_RARE_MARK_OVERFLOW:
    case TRACER_RARE_FINISH:
      break;
    default:
      coder_.fail();
      break;
  }
}

void RecordReader::runs(PacketRecords::Rare& rare,
                        std::vector<uint32_t>& pool) {
  rare.runs.begin = static_cast<uint32_t>(pool.size());
  while (!coder_.failed()) {
    const uint32_t bits = coder_.tree<5>(run_shares_);
    rare.runs_go_on = bits == TRACER_RUN_PAUSE;
    if (bits == TRACER_RUN_END || bits == TRACER_RUN_PAUSE) return;
    if (pool.size() == PacketRecords::kMaxRuns) return coder_.fail();
    pool.push_back(classed(bits));
    ++rare.runs.size;
  }
}

PacketRecords::Part RecordReader::list(std::vector<uint64_t>& pool) {
  const auto begin = static_cast<uint32_t>(pool.size());
  const uint64_t count = number();
  if (count > PacketRecords::kMaxList - begin) coder_.fail();
  while (!coder_.failed() && pool.size() - begin < count) {
    pool.push_back(number());
  }
  return {begin, static_cast<uint32_t>(pool.size()) - begin};
}

PacketRecords::Part RecordReader::text(std::string& pool) {
  const auto begin = static_cast<uint32_t>(pool.size());
  const uint64_t length = number();
  if (length > PacketRecords::kMaxText - begin) coder_.fail();
  while (!coder_.failed() && pool.size() - begin < length) {
    pool += static_cast<char>(coder_.raw(8));
  }
  return {begin, static_cast<uint32_t>(pool.size()) - begin};
}

}  // namespace libheap
