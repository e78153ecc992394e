#include "libheap/simulate/synthetic_programs.h"

#include <algorithm>
#include <array>
#include <deque>
#include <random>
#include <vector>

namespace libheap {

namespace {

// Chooses the same on every machine, which the distributions of the standard
// library do not.
class Chance {
 public:
  explicit Chance(uint64_t seed) : engine_(seed) {}
  uint64_t below(uint64_t n) { return engine_() % n; }
  uint64_t between(uint64_t low, uint64_t high) {
    return low + below(high - low + 1);
  }
  bool one_in(uint64_t n) { return below(n) == 0; }

 private:
  std::mt19937_64 engine_;
};

// What every program has before it begins: modules, their tables, bytecode.
void boot_system(SyntheticDevice& device, Chance& chance) {
  const uint32_t import = device.site("boot.py", 1, "<module>", "m_malloc");
  for (int i = 0; i < 60; ++i) {
    device.alloc(import, 8 * chance.between(2, 40));
    device.temporary(import, chance.between(16, 512));
  }
}

// The article's loop: 280 bytes a round in 18 requests, 200 rounds a second.
class ArticleLoop : public SyntheticProgram {
 public:
  explicit ArticleLoop(uint64_t seed) : chance_(seed) {}

  void boot(SyntheticDevice& device) override {
    boot_system(device, chance_);
    pairs_ = device.site("control.py", 21, "step", "mp_obj_new_tuple");
    output_ = device.site("control.py", 24, "step", "mp_obj_new_float");
  }
  void round(SyntheticDevice& device) override {
    for (int i = 0; i < 17; ++i) device.temporary(pairs_, 16);
    device.temporary(output_, 8);
  }

 private:
  Chance chance_;
  uint32_t pairs_ = 0;
  uint32_t output_ = 0;
};

// The article's pair of lines: v = 2.3 * x and w = 23 * y.
class FloatAndInt : public SyntheticProgram {
 public:
  explicit FloatAndInt(uint64_t seed) : chance_(seed) {}

  void boot(SyntheticDevice& device) override {
    boot_system(device, chance_);
    product_ = device.site("pair.py", 3, "<module>", "mp_obj_new_float");
  }
  void round(SyntheticDevice& device) override {
    device.label("float");
    const Held v = device.alloc(product_, 8);
    device.drop(v_);
    v_ = v;
    device.label("int");  // a small int lies in the reference itself
    device.label("end");
  }

 private:
  Chance chance_;
  uint32_t product_ = 0;
  Held v_;
};

// A PID controller in floats: every operation is a new one, three are kept.
class PidLoop : public SyntheticProgram {
 public:
  explicit PidLoop(uint64_t seed) : chance_(seed) {}

  void boot(SyntheticDevice& device) override {
    boot_system(device, chance_);
    for (uint32_t line = 0; line < 6; ++line) {
      terms_[line] =
          device.site("pid.py", 12 + line, "update", "mp_obj_new_float");
    }
  }
  void round(SyntheticDevice& device) override {
    for (size_t term = 0; term < terms_.size(); ++term) {
      device.temporary(terms_[term], 8);
      device.temporary(terms_[term], 8);
    }
    for (size_t kept = 0; kept < state_.size(); ++kept) {
      const Held fresh = device.alloc(terms_[kept], 8);
      device.drop(state_[kept]);
      state_[kept] = fresh;
    }
  }

 private:
  Chance chance_;
  std::array<uint32_t, 6> terms_{};
  std::array<Held, 3> state_;  // integral, last error, output
};

// Formats a line per sample, keeps the last lines, writes them out in bunches.
class SensorLogger : public SyntheticProgram {
 public:
  explicit SensorLogger(uint64_t seed) : chance_(seed) {}

  void boot(SyntheticDevice& device) override {
    boot_system(device, chance_);
    reading_ = device.site("logger.py", 18, "sample", "mp_obj_new_float");
    format_ = device.site("logger.py", 22, "line", "vstr_init");
    text_ = device.site("logger.py", 22, "line", "mp_obj_new_str_copy");
    rows_ = device.site("logger.py", 25, "keep", "mp_obj_list_append");
    flush_ = device.site("logger.py", 31, "flush", "mp_obj_new_bytearray");
    list_ = device.alloc(rows_, 16);
    items_ = device.alloc(rows_, 16);
  }
  void round(SyntheticDevice& device) override {
    for (int i = 0; i < 3; ++i) device.temporary(reading_, 8);
    Held buffer = device.alloc(format_, 16);
    const uint64_t length = chance_.between(24, 60);
    for (uint64_t n = 32; n < length; n += 16) {
      device.resize(format_, buffer, n + 8);
    }
    lines_.push_back(
        {device.alloc(text_, length + 1), device.alloc(text_, 16)});
    device.free(buffer);
    if (lines_.size() > capacity_) {
      capacity_ *= 2;
      device.resize(rows_, items_, 4 * capacity_);
    }
    if (lines_.size() == kBunch) flush(device);
  }

 private:
  static constexpr size_t kBunch = 50;
  struct Line {
    Held data;
    Held object;
  };

  void flush(SyntheticDevice& device) {
    device.label("flush");
    const Held page = device.alloc(flush_, 2048);
    for (const Line& line : lines_) {
      device.drop(line.data);
      device.drop(line.object);
    }
    lines_.clear();
    capacity_ = 4;
    device.resize(rows_, items_, 4 * capacity_);
    device.drop(page);
  }

  Chance chance_;
  uint32_t reading_ = 0, format_ = 0, text_ = 0, rows_ = 0, flush_ = 0;
  Held list_, items_;
  size_t capacity_ = 4;
  std::deque<Line> lines_;
};

// Answers requests in JSON: trees of dicts and strings that die together, and
// a few sessions that stay for long.
class JsonServer : public SyntheticProgram {
 public:
  explicit JsonServer(uint64_t seed) : chance_(seed) {}

  void boot(SyntheticDevice& device) override {
    boot_system(device, chance_);
    receive_ = device.site("server.py", 40, "serve", "mp_stream_read");
    parse_ = device.site("server.py", 44, "serve", "mod_json_load");
    key_ = device.site("server.py", 44, "serve", "mp_obj_new_str_copy");
    reply_ = device.site("server.py", 52, "reply", "vstr_add_strn");
    session_ = device.site("server.py", 61, "login", "mp_obj_new_dict");
  }
  void round(SyntheticDevice& device) override {
    device.label("request");
    const Held received = device.alloc(receive_, chance_.between(200, 1460));
    std::vector<Held> document;
    parse(device, document, 3);
    Held reply = device.alloc(reply_, 64);
    const uint64_t length = chance_.between(100, 1200);
    for (uint64_t n = 64; n < length; n = n * 3 / 2) {
      device.resize(reply_, reply, n * 3 / 2);
    }
    if (chance_.one_in(8)) log_in(device);
    for (const Held& object : document) device.drop(object);
    device.drop(received);
    device.free(reply);
    device.label("idle");
  }

 private:
  static constexpr size_t kSessions = 24;

  // A dict whose table grows by being copied, with strings and dicts in it.
  void parse(SyntheticDevice& device, std::vector<Held>& document, int depth) {
    document.push_back(device.alloc(parse_, 16));
    const uint64_t keys = chance_.between(1, 9);
    Held table = device.alloc(parse_, 16);
    for (uint64_t slots = 2; slots < keys; slots += 2) {
      const Held larger = device.alloc(parse_, 8 * (slots + 2));
      device.free(table);
      table = larger;
    }
    document.push_back(table);
    for (uint64_t i = 0; i < keys; ++i) {
      if (depth > 0 && chance_.one_in(4)) {
        parse(device, document, depth - 1);
      } else {
        document.push_back(device.alloc(key_, chance_.between(6, 40)));
        document.push_back(device.alloc(key_, 16));
      }
    }
  }

  void log_in(SyntheticDevice& device) {
    sessions_.push_back(device.alloc(session_, chance_.between(64, 400)));
    if (sessions_.size() <= kSessions) return;
    const size_t oldest = chance_.below(sessions_.size());
    device.drop(sessions_[oldest]);
    sessions_.erase(sessions_.begin() + static_cast<ptrdiff_t>(oldest));
  }

  Chance chance_;
  uint32_t receive_ = 0, parse_ = 0, key_ = 0, reply_ = 0, session_ = 0;
  std::vector<Held> sessions_;
};

// Buffers of mixed sizes and lives: what splits a heap.
class MixedBuffers : public SyntheticProgram {
 public:
  explicit MixedBuffers(uint64_t seed) : chance_(seed) {}

  void boot(SyntheticDevice& device) override {
    boot_system(device, chance_);
    header_ = device.site("frames.py", 9, "grab", "mp_obj_new_bytearray");
    data_ = device.site("frames.py", 9, "grab", "m_malloc");
    note_ = device.site("frames.py", 14, "note", "mp_obj_new_tuple");
  }
  void round(SyntheticDevice& device) override {
    const uint64_t size = uint64_t{16} << chance_.below(9);  // 16 to 4,096
    frames_.push_back({device.alloc(header_, 16),
                       device.alloc(data_, size + chance_.below(size))});
    if (chance_.one_in(5)) notes_.push_back(device.alloc(note_, 24));
    while (frames_.size() > kFrames) {
      const size_t gone = chance_.below(frames_.size());
      device.drop(frames_[gone].header);
      device.drop(frames_[gone].data);
      frames_.erase(frames_.begin() + static_cast<ptrdiff_t>(gone));
    }
    if (notes_.size() > kNotes) {
      device.drop(notes_.front());
      notes_.pop_front();
    }
  }

 private:
  static constexpr size_t kFrames = 24;
  static constexpr size_t kNotes = 100;
  struct Frame {
    Held header;
    Held data;
  };

  Chance chance_;
  uint32_t header_ = 0, data_ = 0, note_ = 0;
  std::vector<Frame> frames_;
  std::deque<Held> notes_;
};

template <typename Program>
std::unique_ptr<SyntheticProgram> make(uint64_t seed) {
  return std::make_unique<Program>(seed);
}

constexpr uint64_t kPicoHeap = 233 * 1024;

constexpr SyntheticProgramKind kPrograms[] = {
    {"article", "280 bytes a round at 200 Hz, collects of 8 ms", 5'000, 8'000,
     kPicoHeap, make<ArticleLoop>},
    {"float-int", "a float product (16 bytes) and an int product (none)",
     10'000, std::nullopt, kPicoHeap, make<FloatAndInt>},
    {"pid", "a PID controller in floats at 100 Hz", 10'000, std::nullopt,
     kPicoHeap, make<PidLoop>},
    {"logger", "formats and keeps sensor readings, 20 a second", 50'000,
     std::nullopt, kPicoHeap, make<SensorLogger>},
    {"json", "a server that parses and answers JSON, 10 requests a second",
     100'000, std::nullopt, kPicoHeap, make<JsonServer>},
    {"buffers", "buffers of mixed sizes and lives, 50 a second", 20'000,
     std::nullopt, kPicoHeap, make<MixedBuffers>},
};

}  // namespace

std::span<const SyntheticProgramKind> synthetic_programs() { return kPrograms; }

const SyntheticProgramKind* find_synthetic_program(std::string_view name) {
  const auto found = std::find_if(
      std::begin(kPrograms), std::end(kPrograms),
      [&](const SyntheticProgramKind& kind) { return kind.name == name; });
  return found != std::end(kPrograms) ? found : nullptr;
}

}  // namespace libheap
