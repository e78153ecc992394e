#include "tests/unit/firmware/test_device.h"

extern "C" {
uint32_t test_core = 0;
bool test_in_interrupt = false;
int test_lock_depth = 0;
void test_unlocked();
}

namespace libheap::testing {

Device device;

namespace {

void transmit(const uint8_t* data, size_t length) {
  EXPECT_FALSE(device.busy);
  EXPECT_GE(length, 5U);
  EXPECT_LE(length, static_cast<size_t>(TRACER_PACKET_MAX));
  device.sent.insert(device.sent.end(), data, data + length);
  device.busy = true;
  device.busy_until =
      device.clock + static_cast<uint32_t>(length) * device.us_per_byte;
}

bool heap_area(size_t index, tracer_area_t* area) {
  *area = tracer_area_t{};
  area->id = static_cast<uint32_t>(index);
  area->table = device.table.data();
  area->table_bytes = device.table.size();
  area->finalisers = device.finalisers.data();
  area->finaliser_bytes = device.finalisers.size();
  area->pool = reinterpret_cast<uintptr_t>(device.pool.data());
  area->pool_end = area->pool + sizeof(device.pool);
  area->last_used_block = TRACER_NONE;
  return index < device.areas;
}

void heap_counters(tracer_counters_t* counters) { *counters = device.counters; }

const tracer_line_t kLine = {transmit, line_busy};

const tracer_heap_t kHeap = {heap_area, heap_counters,
                             "version v1.22.2\nword 4\nblock 16\n"};

uint64_t little(const std::vector<uint8_t>& data, size_t at, size_t bytes) {
  uint64_t value = 0;
  for (size_t i = bytes; i-- != 0;) value = value << 8 | data[at + i];
  return value;
}

std::vector<uint8_t> undo_cobs(const uint8_t* piece, size_t length) {
  std::vector<uint8_t> data;
  for (size_t at = 0; at < length;) {
    const size_t next = at + piece[at];
    EXPECT_LE(next, length);
    for (at++; at < next && at < length; at++) data.push_back(piece[at]);
    if (at < length) data.push_back(0);
  }
  return data;
}

Packet parse(const std::vector<uint8_t>& data) {
  Packet packet;
  EXPECT_GE(data.size(), 19U);
  const size_t end = data.size() - TRACER_CRC_BYTES;
  EXPECT_EQ(little(data, end, 4), tracer_crc32(data.data(), end));
  EXPECT_EQ(data[0] >> 4, TRACER_FORMAT_VERSION);
  packet.type = data[0] & 15;
  packet.flags = data[TRACER_AT_FLAGS];
  packet.sequence = data[TRACER_AT_SEQUENCE];
  packet.events = static_cast<uint32_t>(little(data, TRACER_AT_EVENTS, 4));
  packet.records = static_cast<uint32_t>(little(data, TRACER_AT_RECORDS, 2));
  packet.time = little(data, TRACER_AT_TIME, 6);
  packet.body.assign(data.begin() + TRACER_HEADER_BYTES,
                     data.begin() + static_cast<ptrdiff_t>(end));
  return packet;
}

}  // namespace

bool line_busy() {
  device.clock++;
  if (device.busy && device.us_per_byte != 0 &&
      static_cast<int32_t>(device.clock - device.busy_until) >= 0) {
    device.busy = false;
  }
  return device.busy;
}

void start(uint8_t policy, uint8_t flags) {
  tracer_setup_t setup{};
  setup.heap = &kHeap;
  setup.slots = device.guarded.ring(device.slots);
  setup.n_slots = device.slots;
  setup.line = &kLine;
  setup.crc32 = tracer_crc32_more;
  setup.clock = &device.clock;
  setup.flags = flags;
  setup.policy = policy;
  tracer_start(&setup);
}

void alloc(size_t n_bytes, uint32_t result) {
  if (!tracer_is_on()) return;
  tracer_request_t request;
  tracer_alloc_begin(&request, n_bytes, false);
  tracer_alloc_end(&request, result);
}

void alloc_anything(uint32_t count) {
  static uint32_t random = 1;
  for (uint32_t i = 0; i < count; i++) {
    random = random * 1664525 + 1013904223;
    alloc(random >> 12, (random >> 8) % kBlocks);
    device.clock += 10;
  }
}

tracer_stats_t stats() {
  tracer_stats_t result;
  tracer_stats(&result);
  return result;
}

std::vector<Packet> packets() {
  std::vector<Packet> result;
  const auto& sent = device.sent;
  for (size_t at = 0; at < sent.size();) {
    EXPECT_EQ(sent[at], 0);
    const size_t begin = at + 1;
    size_t end = begin;
    while (end < sent.size() && sent[end] != 0) end++;
    EXPECT_LT(end, sent.size());
    result.push_back(parse(undo_cobs(&sent[begin], end - begin)));
    at = end + 1;
  }
  return result;
}

void expect_in_sequence(const std::vector<Packet>& all) {
  for (size_t i = 1; i < all.size(); i++) {
    EXPECT_EQ(all[i].sequence, (all[i - 1].sequence + 1) % 256) << i;
    EXPECT_GE(all[i].time, all[i - 1].time) << i;
  }
}

}  // namespace libheap::testing

extern "C" void test_unlocked() {
  using libheap::testing::device;
  if (device.interrupt && !test_in_interrupt && test_lock_depth == 0) {
    test_in_interrupt = true;
    device.interrupt();
    test_in_interrupt = false;
  }
}
