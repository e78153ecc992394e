// Where the fuzzers start from: small pieces of the recordings, in the form
// each fuzzer wants them.
//
//     make_corpora GOLDEN_DIR OUT_DIR      writes OUT_DIR/<fuzzer>/<name>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <elf.h>

#include "libheap/analysis/fleet_summary.h"
#include "libheap/model/pause_profiles.h"
#include "libheap/replay/replayer.h"
#include "libheap/replay/trace_recorder.h"
#include "libheap/report/pause_profile_json.h"
#include "libheap/report/summary_json.h"
#include "libheap/trace/byte_sink.h"
#include "libheap/trace/byte_source.h"
#include "libheap/trace/event_source.h"
#include "libheap/wire/packet_finder.h"
#include "tests/fuzz/device_stream.h"
#include "tests/support/log_reading.h"
#include "tests/support/small_log.h"
#include "tests/support/small_snapshot.h"
#include "tests/support/snapshot_bytes.h"

namespace libheap {
namespace {

namespace fs = std::filesystem;

// A mutation of something small is found out sooner.
constexpr size_t kSeedBytes = 3000;
constexpr size_t kMostJson = 60'000;

constexpr std::string_view kBudget = R"({"schema": "mpheap.budget/1",
"budgets": {"failed_allocations": {"at_most": 0},
"min_largest_free_run_bytes": {"at_least": 4096, "why": "TLS buffer"}}})";

class Corpora {
 public:
  explicit Corpora(fs::path out) : out_(std::move(out)) {}

  void add(const std::string& fuzzer, const std::string& name,
           std::string_view bytes) {
    fs::create_directories(out_ / fuzzer);
    std::ofstream(out_ / fuzzer / name, std::ios::binary) << bytes;
  }

 private:
  fs::path out_;
};

std::string plain(const fs::path& file) {
  return testing::read_all(*open_byte_source(file.string()));
}

std::string raw(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string lines_within(const std::string& text, size_t from, size_t bytes) {
  const size_t end = text.rfind('\n', std::min(text.size() - 1, from + bytes));
  return end == text.npos || end < from ? ""
                                        : text.substr(from, end + 1 - from);
}

std::string as_trace(const std::string& log, bool verify) {
  const auto source = open_trace(memory_byte_source(log, "seed"));
  std::string bytes;
  StringSink sink(bytes);
  Replayer replayer(*source);
  TraceRecorder recorder(sink, {.verify = verify});
  replayer.observe_records(&recorder);
  while (replayer.step() && bytes.size() < 4 * kSeedBytes) {
  }
  recorder.finish();
  return bytes;
}

// A firmware of two symbols, as a 32-bit linker leaves it.
std::string small_elf() {
  const std::string names("\0mp_type_list\0gc_alloc\0", 23);
  const std::array<Elf32_Sym, 3> symbols = {
      {{},
       {1, 0x20000100, 4, ELF32_ST_INFO(STB_GLOBAL, STT_OBJECT), 0, 1},
       {14, 0x10000201, 8, ELF32_ST_INFO(STB_GLOBAL, STT_FUNC), 0, 1}}};
  std::array<Elf32_Shdr, 3> sections = {};
  sections[1].sh_type = SHT_SYMTAB;
  sections[1].sh_offset = sizeof(Elf32_Ehdr);
  sections[1].sh_size = sizeof(symbols);
  sections[1].sh_link = 2;
  sections[1].sh_entsize = sizeof(Elf32_Sym);
  sections[2].sh_type = SHT_STRTAB;
  sections[2].sh_offset = sizeof(Elf32_Ehdr) + sizeof(symbols);
  sections[2].sh_size = static_cast<Elf32_Word>(names.size());
  Elf32_Ehdr head = {};
  std::memcpy(head.e_ident, ELFMAG, SELFMAG);
  head.e_ident[EI_CLASS] = ELFCLASS32;
  head.e_ident[EI_DATA] = ELFDATA2LSB;
  head.e_ident[EI_VERSION] = EV_CURRENT;
  head.e_type = ET_EXEC;
  head.e_machine = EM_ARM;
  head.e_version = EV_CURRENT;
  head.e_ehsize = sizeof(head);
  head.e_shoff = sections[2].sh_offset + sections[2].sh_size;
  head.e_shentsize = sizeof(Elf32_Shdr);
  head.e_shnum = sections.size();
  const auto bytes = [](const auto& of) {
    return std::string(reinterpret_cast<const char*>(&of), sizeof(of));
  };
  return bytes(head) + bytes(symbols) + names + bytes(sections);
}

// Bodies of packets, with their flags and how many records they hold.
void add_bodies(Corpora& corpora, const std::string& name,
                const std::string& trace) {
  PacketFinder finder;
  finder.push({reinterpret_cast<const uint8_t*>(trace.data()), trace.size()});
  FoundItem item;
  for (int i = 0; i < 4 && finder.next(item);) {
    const Packet& packet = item.packet;
    if (item.kind != FoundItem::Kind::kPacket) continue;
    if (packet.type != TRACER_TYPE_EVENTS) continue;
    std::string seed(1, static_cast<char>(packet.flags));
    seed += static_cast<char>(std::min<uint32_t>(packet.records, 255));
    seed.append(packet.body.begin(), packet.body.end());
    corpora.add("record_reader_fuzz", name + "-" + std::to_string(i++), seed);
  }
}

// Stacks as they are, and as they cannot be: a ring, a site that calls itself,
// a caller that is described later or never.
std::string log_with_callers() {
  testing::SmallLog log;
  log.own_form()
      .line("SITE 1 3 main.py <module> -")
      .line("SITE 2 12 main.py step - 1")
      .line("SITE 3 40 sensor.py read mp_obj_new_float 2 t=1")
      .line("SITE 4 1 a.py a - 5")
      .line("SITE 5 2 a.py b - 4")
      .line("SITE 6 3 a.py c - 6")
      .line("SITE 7 4 a.py d - 4294967295")
      .line("SITE 8 4294967295 a.py e - 9");
  for (int site = 1; site <= 8; ++site) {
    const std::string block = std::to_string(site - 1);
    log.line("A 16 0 " + block + " s=" + std::to_string(site));
  }
  log.line("SITE 9 5 a.py f - 1").end();
  return log.text();
}

void add_log(Corpora& corpora, const std::string& name,
             const std::string& log) {
  const size_t body = log.find("BEGIN\n") + 6;
  const std::string whole = lines_within(log, 0, body + kSeedBytes);
  corpora.add("convert_fuzz", name, std::string(1, '\0') + whole);
  const std::string form = log.starts_with("GOLDEN") ? "\1" : "\2";
  corpora.add("event_log_fuzz", name, form + lines_within(log, body, 1000));
  corpora.add("replay_fuzz", name + "-log", std::string(1, '\0') + whole);
  for (const bool verify : {false, true}) {
    const std::string trace = as_trace(log, verify);
    const std::string seed = name + (verify ? "-verify" : "");
    const std::string parts = testing::parts_of(trace, kSeedBytes);
    corpora.add("trace_reader_fuzz", seed, "\1" + parts);
    corpora.add("replay_fuzz", seed, "\3" + parts);
    corpora.add("packet_finder_fuzz", seed, "\x40" + trace.substr(0, 1000));
    add_bodies(corpora, seed, trace);
  }
  const auto source = open_trace(memory_byte_source(whole, name));
  corpora.add("summary_fuzz", name, summary_json(summarise(*source, name)));
}

void add_snapshot(Corpora& corpora, const fs::path& json) {
  const std::string text = raw(json);
  if (text.size() > kMostJson) return;
  fs::path pool = json;
  pool.replace_extension(".pool.zst");
  corpora.add("snapshot_fuzz", json.stem().string(), text + '\0' + plain(pool));
}

// The heaps that the fuzzer makes of these numbers, as a device sends them.
void add_snapshot_bytes(Corpora& corpora) {
  for (char seed = 0; seed < 8; ++seed) {
    const HeapSnapshot snapshot =
        testing::random_snapshot(static_cast<uint64_t>(seed), 64, 4);
    const SnapshotRecord record =
        testing::snapshot_bytes(snapshot, 0, /*contents=*/seed % 2 != 0);
    std::string input(1, seed);
    input.push_back(static_cast<char>(record.bytes.front()));
    input.append(record.bytes.begin() + 5, record.bytes.end());
    corpora.add("snapshot_graph_fuzz", std::to_string(seed), input);
  }
}

void write_corpora(const fs::path& golden, Corpora& corpora) {
  for (const auto& entry : fs::directory_iterator(golden / "events")) {
    const bool log = entry.path().string().ends_with(".golden.zst");
    if (!log || entry.file_size() >= 60'000) continue;
    const std::string name = entry.path().stem().stem().string();
    add_log(corpora, name, plain(entry.path()));
    corpora.add("compressed_fuzz", name,
                "\x40" + raw(entry.path()).substr(0, kSeedBytes));
  }
  for (const auto& entry : fs::directory_iterator(golden / "graphs")) {
    if (entry.path().extension() == ".json") {
      add_snapshot(corpora, entry.path());
    }
  }
  for (const auto& entry :
       fs::recursive_directory_iterator(golden / "pauses")) {
    if (entry.path().extension() == ".txt") {
      corpora.add("mem_info_fuzz", entry.path().stem().string(),
                  lines_within(raw(entry.path()), 0, kSeedBytes));
    }
  }
  add_log(corpora, "callers", log_with_callers());
  add_snapshot_bytes(corpora);
  corpora.add("budget_fuzz", "some", kBudget);
  corpora.add("elf_symbols_fuzz", "small", small_elf());
  corpora.add("pause_states_fuzz", "measured",
              lines_within(raw(golden / "pauses" / "pauses.csv"), 0, 1000));
  corpora.add("pause_profile_fuzz", "builtin",
              pause_profiles_json(builtin_pause_profiles()));
}

}  // namespace
}  // namespace libheap

int main(int count, char** arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: make_corpora GOLDEN_DIR OUT_DIR\n");
    return 2;
  }
  try {
    libheap::Corpora corpora{std::filesystem::path(arguments[2])};
    libheap::write_corpora(arguments[1], corpora);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_corpora: %s\n", error.what());
    return 1;
  }
  return 0;
}
