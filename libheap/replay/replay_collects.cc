// Replayer: collects and sweeps of everything.

#include <algorithm>
#include <bit>

#include "libheap/replay/replayer.h"
#include "libheap/wire/bit_row.h"

namespace libheap {

namespace {

std::string_view name_of_cause(CollectCause cause) {
  switch (cause) {
    case CollectCause::kThreshold:
      return "the threshold is reached";
    case CollectCause::kExhausted:
      return "no free run is long enough";
    case CollectCause::kExplicit:
      break;
  }
  return "the program asked";
}

// The word without its `count` lowest set bits.
uint64_t without_lowest(uint64_t word, uint32_t count) {
  if (count >= static_cast<uint32_t>(std::popcount(word))) return 0;
  for (; count != 0; --count) word &= word - 1;
  return word;
}

}  // namespace

void Replayer::replay_collect(const Event& event) {
  if (event.phase == EventPhase::kEnd) return end_collect(event);
  ++result_.events;
  if (event.phase == EventPhase::kBegin) return begin_collect(event);
  diverge(DivergenceKind::kNesting, event, "a collect without begin and end");
}

void Replayer::begin_collect(const Event& event) {
  if (heap_.collecting() || frames_.size() >= kMaxDepth) {
    diverge(DivergenceKind::kNesting, event, "a collect begins inside another");
    return;
  }
  ++result_.collects;
  Frame frame;
  frame.kind = event.kind;
  frame.collect.cause = event.cause;
  frame.collect.sweep_all = event.kind == EventKind::kSweepAll;
  frame.collect.begin_us = event.time_us;
  if (event.kind == EventKind::kSweepAll) {
    frame.collect.amount = heap_.amount();
    heap_.begin_sweep_all();
  } else {
    check_cause(event, frame);
    frame.collect.amount = event.number;
    heap_.begin_collect();
  }
  frames_.push_back(std::move(frame));
  dropped_.clear();
  heads_before_.clear();
  for (const std::unique_ptr<Area>& area : heap_.areas()) {
    heads_before_.push_back({area->id(), area->heads()});
  }
  const Moment now = moment();
  tell([&](ReplayObserver& observer) {
    observer.on_collect_begin(now, frames_.back().collect);
  });
}

void Replayer::check_cause(const Event& event, Frame& frame) {
  Frame* request = open_request();
  const bool waits =
      request != nullptr && request->progress == Progress::kCollect;
  if (waits) {
    frame.own_collect = true;
    const CollectCause expected = request->search().cause;
    if (expected != event.cause) {
      diverge(DivergenceKind::kCollect, event,
              "collect recorded because " +
                  std::string(name_of_cause(event.cause)) +
                  ", in the model because " +
                  std::string(name_of_cause(expected)));
    }
  } else if (event.cause != CollectCause::kExplicit) {
    diverge(DivergenceKind::kCollect, event,
            "collect recorded because " +
                std::string(name_of_cause(event.cause)) +
                ", where the model needs none");
    if (request != nullptr) take_back(*request);
  }
  if (event.number != heap_.amount()) {
    diverge(DivergenceKind::kAmount, event,
            "blocks allocated since the last collect: recorded " +
                std::to_string(event.number) + ", the model counts " +
                std::to_string(heap_.amount()));
  }
}

// The model served the request without a collect; the device collects first.
// So the object goes back, to be placed again when the collect is over.
void Replayer::take_back(Frame& request) {
  AllocRequest& alloc = request.alloc;
  if (request.kind != EventKind::kAlloc ||
      request.progress != Progress::kDone || alloc.result.is_null()) {
    return;
  }
  take_out(alloc.result);
  heap_.set_amount(heap_.amount() - alloc.blocks);
  alloc.collected = true;
  request.must_advance = true;
}

void Replayer::end_collect(const Event& event) {
  if (frames_.empty() || frames_.back().kind != event.kind ||
      event.collect == nullptr) {
    diverge(DivergenceKind::kNesting, event,
            "a collect ends that did not begin");
    return;
  }
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  if (!read_survivors(event)) {
    diverge(DivergenceKind::kSurvivors, event,
            "the recorded table is not one a heap of this size can have");
  }
  const Moment now = moment();
  tell([&](ReplayObserver& observer) { observer.on_sweep(now, survivors_); });
  const CollectResult seen = heap_.end_collect(survivors_);
  check_collect(event, seen);
  recorded_tables_.clear();
  if (frame.own_collect) {
    if (!frames_.empty()) frames_.back().must_advance = true;
  }
  frame.collect.mark_end_us = event.mark_end_us;
  // Marks are incomplete then, so the device sends the table instead.
  frame.collect.overflowed =
      event.collect->form == CollectRecord::Form::kUsedRuns;
  frame.collect.heads_before = seen.heads_before;
  frame.collect.heads_after = seen.heads_after;
  tell([&](ReplayObserver& observer) {
    observer.on_collect_end(now, frame.collect);
  });
}

bool Replayer::read_survivors(const Event& event) {
  survivors_.clear();
  recorded_tables_.clear();
  if (event.collect->form == CollectRecord::Form::kSurvivorRuns) {
    read_survivor_runs(event.collect->runs);
    return true;
  }
  if (event.collect->form == CollectRecord::Form::kUsedRuns) {
    read_used_runs(event.collect->runs);
    return true;
  }
  bool sound = true;
  for (const CollectRecord::Table& table : event.collect->tables) {
    const Area* area = heap_.find_area(table.area);
    ComparedTable recorded;
    recorded.area = table.area;
    if (area == nullptr || !split_table(table.bytes, area->blocks(),
                                        recorded.free, recorded.tail)) {
      sound = false;
      continue;
    }
    survivors_.push_back({table.area, heads_of(recorded.free, recorded.tail)});
    recorded_tables_.push_back(std::move(recorded));
  }
  return sound;
}

// A word of heads at a time: `take` says how many of a word's heads, lowest
// first, the run at hand still covers.
void Replayer::read_survivor_runs(const std::vector<uint32_t>& runs) {
  BitRow row(runs);
  for (const AreaSurvivors& before : heads_before_) {
    AreaSurvivors survivors{before.area, Bitmap(before.heads.size())};
    const std::span<const uint64_t> heads = before.heads.words();
    for (size_t w = 0; w < heads.size(); ++w) {
      for (uint64_t left = heads[w]; left != 0;) {
        const auto there = static_cast<uint32_t>(std::popcount(left));
        const uint32_t take = row.skip(there);
        const uint64_t rest = without_lowest(left, take);
        if (row.is_one()) survivors.heads.words()[w] |= left & ~rest;
        left = take == 0 ? 0 : rest;
      }
    }
    survivors_.push_back(std::move(survivors));
  }
}

void Replayer::read_used_runs(const std::vector<uint32_t>& runs) {
  BitRow row(runs);
  for (const AreaSurvivors& before : heads_before_) {
    AreaSurvivors survivors{before.area, Bitmap(before.heads.size())};
    // The row is of the areas there are; those given back were empty.
    const bool gone =
        std::ranges::find(dropped_, before.area) != dropped_.end();
    const uint32_t blocks = gone ? 0 : before.heads.size();
    for (uint32_t b = 0; b < blocks; ++b) {
      if (row.next() && before.heads.test(b)) survivors.heads.set(b);
    }
    survivors_.push_back(std::move(survivors));
  }
}

void Replayer::check_collect(const Event& event, const CollectResult& seen) {
  if (seen.dropped_areas != dropped_) {
    diverge(DivergenceKind::kGrowth, event,
            "after the collect the recording gives back " +
                std::to_string(dropped_.size()) + " areas, the model " +
                std::to_string(seen.dropped_areas.size()));
  }
  const CollectRecord& recorded = *event.collect;
  if (recorded.form != CollectRecord::Form::kTables) {
    ++result_.tables_checked;
    if (recorded.digest != heap_.table_digest()) {
      diverge(DivergenceKind::kSurvivors, event,
              "after the collect: the table's digest differs");
    }
    return;
  }
  compare_tables(event);
  const std::string difference = collect_difference(recorded, seen);
  if (!difference.empty()) {
    diverge(DivergenceKind::kSurvivors, event,
            "after the collect: " + difference);
  }
  believe_figures(recorded.last_free_bytes, recorded.last_used_blocks,
                  recorded.amount, recorded.last_free_area);
  now_exact();
}

// A whole table was seen: whatever was lost before, from here it is known.
void Replayer::now_exact() {
  if (!exact_) result_.gaps.end_last(result_.events + 1);
  exact_ = true;
  disputed_.clear();
}

void Replayer::compare_tables(const Event& event) {
  for (const ComparedTable& recorded : recorded_tables_) {
    Area* area = heap_.find_area(recorded.area);
    if (area == nullptr) continue;  // given back; noted above
    ++result_.tables_checked;
    const auto modelled_free = area->free_map().words();
    const auto modelled_tail = area->tail_map().words();
    const auto differs = [&](size_t w) {
      return (modelled_free[w] ^ recorded.free.words()[w]) |
             (modelled_tail[w] ^ recorded.tail.words()[w]);
    };
    for (size_t w = 0; w < modelled_free.size(); ++w) {
      if (differs(w) == 0) continue;
      const auto block = static_cast<BlockIndex>(
          w * 64 + static_cast<size_t>(std::countr_zero(differs(w))));
      Divergence* divergence = diverge(
          DivergenceKind::kSurvivors, event,
          "table after the collect differs from block " +
              (recorded.area != 0 ? std::to_string(recorded.area) + ":" : "") +
              std::to_string(block) + " on");
      add_window(divergence, {recorded.area, block}, {}, {});
      area->adopt(recorded.free, recorded.tail);
      break;
    }
  }
}

std::string Replayer::collect_difference(const CollectRecord& recorded,
                                         const CollectResult& seen) const {
  if (recorded.heads_before != seen.heads_before) {
    return both("objects before it", recorded.heads_before, seen.heads_before);
  }
  if (recorded.heads_after != seen.heads_after) {
    return both("objects", recorded.heads_after, seen.heads_after);
  }
  if (recorded.used_blocks != heap_.used_blocks()) {
    return both("used blocks", recorded.used_blocks, heap_.used_blocks());
  }
  return figures_difference(recorded.last_free_bytes, recorded.last_used_blocks,
                            recorded.amount, recorded.last_free_area);
}

}  // namespace libheap
