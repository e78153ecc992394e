#include "tests/oracle/lockstep.h"

#include <algorithm>
#include <cstring>
#include <sstream>

#include "tests/oracle/mismatch_text.h"

namespace libheap {
namespace {

// Blocks between two comparisons of whole tables, per operation.
constexpr uint64_t kBlocksPerOperation = 48;

AreaLayout layout_of(const NaiveArea& area, const AreaLayout& given) {
  AreaLayout layout;
  layout.start = given.start;  // the naive area forgets what it was given
  layout.end = given.end;
  layout.table = area.table;
  layout.table_bytes = area.table_bytes;
  if (area.finalisers_bytes != 0) {
    layout.finaliser_table = area.table + area.finalisers_at;
    layout.finaliser_table_bytes = area.finalisers_bytes;
  }
  if (area.weakrefs_bytes != 0) {
    layout.weakref_table = area.table + area.weakrefs_at;
    layout.weakref_table_bytes = area.weakrefs_bytes;
  }
  layout.pool = area.pool;
  layout.pool_end = area.pool_end;
  return layout;
}

bool equal_bytes(const std::vector<uint8_t>& model, const NaiveArea& area,
                 uint64_t at, uint64_t size) {
  return model.size() == size &&
         (size == 0 ||
          std::memcmp(model.data(), area.memory.data() + at, size) == 0);
}

}  // namespace

Lockstep::Lockstep(const HeapConfig& config, uint64_t start, uint64_t end,
                   Surroundings& surroundings)
    : config_(config),
      surroundings_(surroundings),
      model_(config, start, end),
      naive_(config, *this) {
  naive_.init(start, end);
  compare_everything();
}

// --- Operations -------------------------------------------------------------

BlockRef Lockstep::alloc(uint64_t n_bytes, bool finaliser) {
  begin("alloc", kNullBlock, n_bytes, finaliser);
  AllocRequest in_model = model_.alloc_request(n_bytes, finaliser);
  Request request{&in_model, nullptr};
  // Both ways to ask, by turns.
  at_once_ = !at_once_;
  if (at_once_) {
    in_model.result = model_.alloc_at_once(in_model.blocks, finaliser);
  }
  if (in_model.result.is_null()) {
    begin_request(request);
  } else {
    requests_.push_back(&request);
  }
  const BlockRef result = naive_.alloc(n_bytes, finaliser);
  end_request(request);
  same("allocated block", in_model.result, result);
  if (result.is_null()) {
    ++failed_;
  } else {
    remember(result);
  }
  end();
  return result;
}

BlockRef Lockstep::realloc(BlockRef old, uint64_t n_bytes, bool may_move) {
  begin("realloc", old, n_bytes, may_move);
  ReallocRequest in_model = model_.realloc_request(old, n_bytes, may_move);
  Request request{nullptr, &in_model};
  begin_request(request);
  const BlockRef result = naive_.realloc(old, n_bytes, may_move);
  end_request(request);
  same("reallocated block", in_model.result, result);
  update_objects(old, n_bytes, result);
  end();
  return result;
}

void Lockstep::free(BlockRef block) {
  begin("free", block, 0, false);
  const bool frees = !naive_.free_is_locked();
  require(model_.free(block), "the model knows the freed block as a head");
  naive_.free(block);
  if (frees && !block.is_null()) forget(block);
  end();
}

void Lockstep::collect() {
  begin("collect", kNullBlock, 0, false);
  run_collect(false);
  end();
}

void Lockstep::sweep_all() {
  begin("sweep all", kNullBlock, 0, false);
  run_collect(true);
  end();
}

void Lockstep::lock() {
  begin("lock", kNullBlock, 0, false);
  model_.lock();
  naive_.lock();
  ++locks_;
  end();
}

void Lockstep::unlock() {
  begin("unlock", kNullBlock, 0, false);
  model_.unlock();
  naive_.unlock();
  --locks_;
  end();
}

void Lockstep::set_threshold(std::optional<uint64_t> blocks) {
  begin("threshold", kNullBlock, blocks.value_or(UINT64_MAX),
        blocks.has_value());
  model_.set_threshold(blocks);
  naive_.threshold = blocks.value_or(UINT64_MAX);
  end();
}

void Lockstep::set_auto_collect(bool enabled) {
  begin("auto-collect", kNullBlock, 0, enabled);
  model_.set_auto_collect(enabled);
  naive_.auto_collect = enabled;
  end();
}

void Lockstep::mark_weakref(BlockRef head) {
  begin("weakref", head, 0, false);
  require(model_.mark_weakref(head), "the model knows the block as a head");
  naive_.mark_weakref(head);
  end();
}

void Lockstep::add_area(uint64_t start, uint64_t end_address) {
  begin("add area", kNullBlock, end_address - start, false);
  const uint32_t id = model_.add_area(start, end_address);
  naive_.add_area(start, end_address);
  same("id of the new area", id, naive_.areas().back().id);
  compare_everything();
  end();
}

void Lockstep::init(uint64_t start, uint64_t end_address) {
  begin("init", kNullBlock, end_address - start, false);
  model_.init(start, end_address);
  naive_.init(start, end_address);
  live_.clear();
  positions_.clear();
  locks_ = 0;
  compare_everything();
  end();
}

bool Lockstep::pinned(BlockRef head) const {
  return std::any_of(
      requests_.begin(), requests_.end(), [head](const Request* request) {
        return request->realloc != nullptr && request->realloc->old == head;
      });
}

// --- Requests under way -----------------------------------------------------

void Lockstep::begin_request(Request& request) {
  requests_.push_back(&request);
  advance(request);
}

void Lockstep::end_request(Request& request) {
  same("state of the request", request.progress, Progress::kDone);
  requests_.pop_back();
}

void Lockstep::advance(Request& request) {
  request.progress = request.realloc != nullptr
                         ? model_.advance(*request.realloc)
                         : model_.advance(*request.alloc);
}

void Lockstep::collect(CollectCause cause) {
  Request& request = *requests_.back();
  same("state of the request", request.progress, Progress::kCollect);
  same("cause of the collect", request.inner().cause, cause);
  run_collect(false);
  surroundings_.after_collect(*this);
  advance(request);
}

uint64_t Lockstep::max_new_split() {
  Request& request = *requests_.back();
  same("state of the request", request.progress, Progress::kGrow);
  const uint64_t available = surroundings_.max_new_split();
  if (!model_.growth_bytes(request.inner(), available)) {
    // The naive heap must not ask for memory now; if it does, that will find
    // the request done.
    GcHeap::decline_growth(request.inner());
    advance(request);
  }
  available_ = available;
  return available;
}

std::optional<uint64_t> Lockstep::allocate_split(uint64_t bytes) {
  Request& request = *requests_.back();
  same("state of the request", request.progress, Progress::kGrow);
  same("bytes of the new area",
       model_.growth_bytes(request.inner(), available_).value_or(0), bytes);
  const std::optional<uint64_t> start = surroundings_.allocate_split(bytes);
  if (start) {
    model_.add_area(*start, *start + bytes);
  } else {
    GcHeap::decline_growth(request.inner());
  }
  advance(request);
  return start;
}

// --- Collects ---------------------------------------------------------------

void Lockstep::run_collect(bool everything) {
  ++collects_;
  dropped_.clear();
  std::vector<AreaSurvivors> survivors = choose_survivors(everything);
  const uint64_t heads_before = live_.size();

  collecting_ = true;
  if (everything) {
    model_.begin_sweep_all();
    naive_.sweep_all();
  } else {
    model_.begin_collect();
    naive_.collect_start();
    compare_state();
    for (const AreaSurvivors& area : survivors) {
      for (BlockIndex block = 0; block < area.heads.size(); ++block) {
        if (area.heads.test(block)) naive_.mark({area.area, block});
      }
    }
    naive_.collect_end();
  }
  collecting_ = false;

  keep_only(survivors);
  const CollectResult result = model_.end_collect(survivors);
  same("heads before the collect", result.heads_before, heads_before);
  same("heads after the collect", result.heads_after, uint64_t{live_.size()});
  same("dropped areas", result.dropped_areas, dropped_);
  compare_everything();
}

std::vector<AreaSurvivors> Lockstep::choose_survivors(bool everything) {
  std::vector<AreaSurvivors> survivors;
  for (const NaiveArea& area : naive_.areas()) {
    survivors.push_back(
        {area.id, SurvivorMap(static_cast<uint32_t>(area.blocks()))});
  }
  if (everything) return survivors;
  for (const BlockRef head : live_) {
    if (!pinned(head) && !surroundings_.survives(head)) continue;
    const auto area = std::find_if(
        survivors.begin(), survivors.end(),
        [head](const AreaSurvivors& a) { return a.area == head.area; });
    area->heads.set(head.block);
  }
  return survivors;
}

// What is live now: marked, not freed by a finaliser, in an area not dropped.
void Lockstep::keep_only(std::vector<AreaSurvivors>& survivors) {
  std::vector<BlockRef> kept;
  for (AreaSurvivors& area : survivors) {
    SurvivorMap heads(area.heads.size());
    const bool dropped = std::find(dropped_.begin(), dropped_.end(),
                                   area.area) != dropped_.end();
    for (const BlockRef head : live_) {
      if (head.area != area.area || !area.heads.test(head.block)) continue;
      heads.set(head.block);
      if (!dropped) kept.push_back(head);
    }
    area.heads = heads;
  }
  live_.clear();
  for (const BlockRef head : kept) remember(head);
}

void Lockstep::finalise(BlockRef head) {
  begin("finaliser", head, 0, false);
  require(naive_.has_finaliser(head), "the object has a finaliser");
  surroundings_.finaliser(*this);
}

void Lockstep::area_dropped(uint32_t area) { dropped_.push_back(area); }

// --- Objects ----------------------------------------------------------------

void Lockstep::update_objects(BlockRef old, uint64_t n_bytes, BlockRef result) {
  if (result == old) {
    // A size that wraps to no blocks shrinks an object to nothing.
    if (!old.is_null() && naive_.n_bytes(old) == 0) forget(old);
    return;
  }
  const bool left = !result.is_null() || n_bytes == 0;
  if (!old.is_null() && left && !naive_.free_is_locked()) forget(old);
  if (result.is_null()) {
    if (n_bytes != 0) ++failed_;
  } else {
    remember(result);
  }
}

uint32_t& Lockstep::position(BlockRef head) {
  if (positions_.size() <= head.area) positions_.resize(head.area + 1);
  std::vector<uint32_t>& area = positions_[head.area];
  if (area.size() <= head.block) area.resize(head.block + 1);
  return area[head.block];
}

void Lockstep::remember(BlockRef head) {
  position(head) = static_cast<uint32_t>(live_.size());
  live_.push_back(head);
}

void Lockstep::forget(BlockRef head) {
  const uint32_t at = position(head);
  const BlockRef last = live_.back();
  live_[at] = last;
  position(last) = at;
  live_.pop_back();
}

// --- Comparing --------------------------------------------------------------

void Lockstep::begin(const char* name, BlockRef block, uint64_t number,
                     bool flag) {
  steps_[operations_ % steps_.size()] = {name, block, number, flag};
  ++operations_;
}

void Lockstep::end() {
  compare_state();
  if (depth() != 0 || collecting_ || operations_ < next_comparison_) return;
  compare_everything();
}

void Lockstep::require(bool condition, const char* what) {
  if (!condition) fail(std::string("not so: ") + what);
}

template <typename T>
void Lockstep::same(const char* what, const T& model, const T& naive) {
  if (model == naive) return;
  fail(std::string(what) + ": model " + to_text(model) + ", naive " +
       to_text(naive));
}

void Lockstep::fail(const std::string& what) const {
  std::ostringstream text;
  text << what << "\nat operation " << operations_ << " of this program, "
       << to_string(config_.release) << ", word " << config_.word_bytes
       << ", block " << config_.block_bytes << ", finaliser "
       << config_.finaliser << ", weakref " << config_.weakref << ", split "
       << static_cast<int>(config_.split) << ", areas " << naive_.areas().size()
       << "; the last operations:";
  const uint64_t n = std::min<uint64_t>(operations_, steps_.size());
  for (uint64_t i = operations_ - n; i < operations_; ++i) {
    const Step& step = steps_[i % steps_.size()];
    text << "\n  " << step.name << ' ' << to_text(step.block) << ' '
         << step.number << ' ' << step.flag;
  }
  throw Mismatch(text.str());
}

void Lockstep::compare_state() {
  same("lock field", model_.lock_field(), naive_.lock_field());
  same("amount", model_.amount(), naive_.amount);
  // Up to v1.24 finalisers run while the table is being swept.
  if (collecting_ && config_.release < Release{1, 25, 0}) return;
  same("used blocks", model_.used_blocks(), naive_.used_blocks());
  same("last free area", model_.last_free_area(), naive_.last_free_area());
  same("areas", uint64_t{model_.areas().size()},
       uint64_t{naive_.areas().size()});
  size_t position = 0;
  for (const NaiveArea& naive : naive_.areas()) {
    const Area& model = *model_.areas()[position++];
    same("id of an area", model.id(), naive.id);
    same("last free byte", uint64_t{model.last_free_byte},
         naive.last_free_byte);
    if (config_.release < Release{1, 21, 0}) continue;
    same("last used block", uint64_t{model.last_used_block},
         naive.last_used_block);
  }
}

void Lockstep::compare_everything() {
  next_comparison_ =
      operations_ + 1 + model_.total_blocks() / kBlocksPerOperation;
  compare_state();
  size_t position = 0;
  for (const NaiveArea& area : naive_.areas()) {
    compare_area(*model_.areas()[position++], area);
  }
  const Census census = naive_.info();
  same("census", model_.census(), census);
  same("largest free run", model_.largest_free_run(), census.max_free);
  same("total blocks", model_.total_blocks(), census.total_blocks);
  same("used blocks counted", model_.used_blocks(), census.used_blocks);
  same("objects", uint64_t{live_.size()}, census.objects);
  same("digest", model_.digest(), naive_.digest());
  compare_objects();
  model_.check_invariants();
}

void Lockstep::compare_area(const Area& model, const NaiveArea& naive) {
  require(model.layout() == layout_of(naive, model.layout()),
          "the two lay an area out alike");
  bytes_.clear();
  model.append_table(bytes_);
  require(equal_bytes(bytes_, naive, 0, naive.table_bytes),
          "the allocation tables are alike");
  bytes_.clear();
  model.append_finalisers(bytes_);
  require(
      equal_bytes(bytes_, naive, naive.finalisers_at, naive.finalisers_bytes),
      "the finaliser tables are alike");
  bytes_.clear();
  model.append_weakrefs(bytes_);
  require(equal_bytes(bytes_, naive, naive.weakrefs_at, naive.weakrefs_bytes),
          "the weak-reference tables are alike");
}

// A few objects, others each time.
void Lockstep::compare_objects() {
  if (live_.empty()) return;
  for (uint64_t i = 0; i < 4; ++i) {
    const BlockRef head = live_[(operations_ + i * 7) % live_.size()];
    require(model_.is_head(head), "a live object is a head");
    const Area& area = *model_.find_area(head.area);
    same("finaliser flag", area.has_finaliser(head.block),
         naive_.has_finaliser(head));
    // Where a chain ends with the pool the real heap may count on (up to
    // v1.19); the model's answer is the true one.
    if (area.chain_end(head.block) == area.blocks()) continue;
    same("bytes of an object",
         model_.chain_blocks(head) * uint64_t{config_.block_bytes},
         naive_.n_bytes(head));
  }
}

}  // namespace libheap
