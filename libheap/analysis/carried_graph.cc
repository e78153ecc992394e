#include "libheap/analysis/carried_graph.h"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

namespace libheap {
namespace {

constexpr uint32_t kNone = HeapGraph::kNoObject;

// Live objects of a kind, in the order of their births.
class ByKind {
 public:
  explicit ByKind(const std::vector<CarriedObject>& now) {
    for (uint32_t i = 0; i < now.size(); ++i) {
      of_[now[i].kind].emplace_back(now[i].born_event, i);
      of_[{now[i].kind.site, 0}].emplace_back(now[i].born_event, i);
    }
    for (auto& [kind, objects] : of_) std::sort(objects.begin(), objects.end());
  }

  // The nearest of the kind to `born` for which `has_room`: of those born
  // before it, else after; among kSearched either way.
  template <typename HasRoom>
  [[nodiscard]] uint32_t nearest(AllocationKind kind, uint64_t born,
                                 const HasRoom& has_room) const {
    const std::span<const Born> objects = objects_of(kind);
    const auto after =
        std::lower_bound(objects.begin(), objects.end(), Born{born, 0});
    auto at = after;
    for (size_t i = 0; i < kSearched && at != objects.begin(); ++i) {
      if (has_room((--at)->second)) return at->second;
    }
    return first_from(objects, after, has_room);
  }

  // The first born after `born` for which `has_room`.
  template <typename HasRoom>
  [[nodiscard]] uint32_t next(AllocationKind kind, uint64_t born,
                              const HasRoom& has_room) const {
    const std::span<const Born> objects = objects_of(kind);
    return first_from(
        objects,
        std::upper_bound(objects.begin(), objects.end(), Born{born, kNone}),
        has_room);
  }

 private:
  using Born = std::pair<uint64_t, uint32_t>;

  static constexpr size_t kSearched = 256;

  template <typename HasRoom>
  [[nodiscard]] static uint32_t first_from(std::span<const Born> objects,
                                           std::span<const Born>::iterator at,
                                           const HasRoom& has_room) {
    for (size_t i = 0; i < kSearched && at != objects.end(); ++i, ++at) {
      if (has_room(at->second)) return at->second;
    }
    return kNone;
  }

  [[nodiscard]] std::span<const Born> objects_of(AllocationKind kind) const {
    auto found = of_.find(kind);
    if (found == of_.end()) found = of_.find({kind.site, 0});
    return found == of_.end() ? std::span<const Born>() : found->second;
  }

  std::map<AllocationKind, std::vector<Born>> of_;
};

class Carrier {
 public:
  Carrier(const CarriedFrom& from, const std::vector<CarriedObject>& now)
      : from_(from), now_(now), now_of_(from.graph.objects.size(), kNone) {
    for (uint32_t i = 0; i < now.size(); ++i) {
      if (now[i].before != kNone) now_of_[now[i].before] = i;
    }
  }

  CarriedGraph run() {
    HeapGraph& graph = carried_.graph;
    graph.facts = from_.graph.facts;
    graph.root_words = from_.graph.root_words;
    graph.root_arrays = from_.graph.root_arrays;
    add_objects();
    hang_all();
    add_edges();
    for (const RootEdge& root : from_.graph.roots) {
      if (now_of_[root.target] == kNone) continue;
      graph.roots.push_back({now_of_[root.target], root.array, root.word});
    }
    for (const uint32_t object : on_roots_) hold_by_root(object);
    hold_the_unreached();
    return std::move(carried_);
  }

 private:
  // Objects with their words.
  void add_objects() {
    const uint32_t per_block = from_.graph.facts.words_per_block();
    uint64_t words = 0;
    uint64_t seen = 0;
    for (const CarriedObject& one : now_) {
      const uint64_t length = uint64_t{one.blocks} * per_block;
      const HeapObject* before =
          one.before == kNone ? nullptr : &from_.graph.objects[one.before];
      HeapObject object = {.head = one.head, .blocks = one.blocks};
      if (before == nullptr) {
        object.words = usual_words(one.kind, length);
      } else {
        object.first_word = before->first_word;
        object.words = words_now(*before, one, length);
        seen += std::min(length, before->words.total());
      }
      words += length;
      carried_.graph.objects.push_back(object);
    }
    uint64_t then = 0;
    for (uint32_t i = 0; i < from_.graph.objects.size(); ++i) {
      if (from_.mark.marked[i]) then += from_.graph.objects[i].words.total();
    }
    const uint64_t most = std::max(words, then);
    carried_.changed_share =
        most == 0 ? 0
                  : 1 - static_cast<double>(seen) / static_cast<double>(most);
  }

  // Whole numbers, of which the sum over the objects of a kind comes out right:
  // what all have got by now, less what the ones before got.
  [[nodiscard]] WordCounts usual_words(AllocationKind kind, uint64_t length) {
    uint64_t& given = words_given_[kind];
    const WordCounts before = from_.habits.words_of(kind, given);
    given += length;
    WordCounts words = from_.habits.words_of(kind, given);
    words.in_pool = std::min(words.in_pool - before.in_pool, length);
    words.below = std::min(words.below - before.below, length - words.in_pool);
    words.above = std::min(words.above - before.above,
                           length - words.in_pool - words.below);
    words.unaligned = length - words.in_pool - words.below - words.above;
    return words;
  }

  // Of an object that may have got longer or shorter.
  [[nodiscard]] WordCounts words_now(const HeapObject& before,
                                     const CarriedObject& one,
                                     uint64_t length) {
    const uint64_t then = before.words.total();
    WordCounts words = before.words;
    if (length > then) {
      words += usual_words(one.kind, length - then);
    } else if (length < then) {
      words.in_pool = words.in_pool * length / then;
      words.below = words.below * length / then;
      words.above = words.above * length / then;
      words.unaligned = length - words.in_pool - words.below - words.above;
    }
    return words;
  }

  // Finds a holder for what is new, and for what lost its own.
  void hang_all() {
    const ByKind by_kind(now_);
    hung_on_.assign(now_.size(), kNone);
    count_room();
    for (uint32_t i = 0; i < now_.size(); ++i) {
      const CarriedObject& one = now_[i];
      if (one.before == kNone) {
        hang(i, usual_holder(by_kind, i));
        continue;
      }
      const uint32_t holder = from_.mark.marked_by[one.before];
      if (holder == kNone || now_of_[holder] != kNone) continue;
      const uint32_t next =
          by_kind.next(from_.kinds[holder], from_.born_event[holder],
                       [&](uint32_t at) { return at != i && room_[at] != 0; });
      hang(i, next != kNone ? next : usual_holder(by_kind, i));
    }
  }

  // How many more objects each can hold.
  void count_room() {
    for (uint32_t i = 0; i < now_.size(); ++i) {
      room_.push_back(from_.habits.most_held(
          now_[i].kind, carried_.graph.objects[i].words.total()));
    }
    for (const CarriedObject& one : now_) {
      if (one.before == kNone) continue;
      const uint32_t holder = from_.mark.marked_by[one.before];
      if (holder == kNone || now_of_[holder] == kNone) continue;
      uint64_t& room = room_[now_of_[holder]];
      room -= room == 0 ? 0 : 1;
    }
  }

  [[nodiscard]] uint32_t usual_holder(const ByKind& by_kind,
                                      uint32_t object) const {
    const CarriedObject& one = now_[object];
    const ObjectHabits::Holder holder = from_.habits.holder_of(one.kind);
    if (holder.root) return kNone;
    return by_kind.nearest(holder.kind, one.born_event, [&](uint32_t at) {
      return at != object && room_[at] != 0;
    });
  }

  void hang(uint32_t object, uint32_t holder) {
    if (holder == kNone) {
      on_roots_.push_back(object);
    } else {
      hung_on_[object] = holder;
      --room_[holder];
    }
  }

  void add_edges() {
    HeapGraph& graph = carried_.graph;
    std::vector<std::vector<uint32_t>> hung(now_.size());
    for (uint32_t i = 0; i < now_.size(); ++i) {
      if (hung_on_[i] != kNone) hung[hung_on_[i]].push_back(i);
    }
    for (uint32_t i = 0; i < now_.size(); ++i) {
      HeapObject& object = graph.objects[i];
      object.first_edge = static_cast<uint32_t>(graph.edges.size());
      if (now_[i].before != kNone) add_kept_edges(now_[i].before, object);
      for (const uint32_t child : hung[i]) graph.edges.push_back({child, 0});
      object.edges =
          static_cast<uint32_t>(graph.edges.size()) - object.first_edge;
    }
  }

  void add_kept_edges(uint32_t before, const HeapObject& object) {
    for (const HeapEdge& edge : from_.graph.edges_of(before)) {
      const uint32_t target = now_of_[edge.target];
      if (target == kNone || edge.word >= object.words.total()) continue;
      carried_.graph.edges.push_back({target, edge.word});
    }
  }

  void hold_by_root(uint32_t object) {
    // Which run it is in plays no part in marking.
    carried_.graph.roots.push_back({object, 0, 0});
  }

  void hold_the_unreached() {
    reached_.assign(now_.size(), false);
    for (const RootEdge& root : carried_.graph.roots) reach(root.target);
    for (uint32_t i = 0; i < now_.size(); ++i) {
      if (reached_[i]) continue;
      hold_by_root(i);
      reach(i);
    }
  }

  void reach(uint32_t object) {
    if (reached_[object]) return;
    reached_[object] = true;
    std::vector<uint32_t> waiting = {object};
    while (!waiting.empty()) {
      const uint32_t at = waiting.back();
      waiting.pop_back();
      for (const HeapEdge& edge : carried_.graph.edges_of(at)) {
        if (reached_[edge.target]) continue;
        reached_[edge.target] = true;
        waiting.push_back(edge.target);
      }
    }
  }

  const CarriedFrom& from_;
  const std::vector<CarriedObject>& now_;
  std::vector<uint32_t> now_of_;   // per object of the snapshot
  std::vector<uint32_t> hung_on_;  // per live object
  std::vector<uint64_t> room_;     // likewise
  std::vector<uint32_t> on_roots_;
  std::vector<bool> reached_;
  std::map<AllocationKind, uint64_t> words_given_;  // by usual_words()
  CarriedGraph carried_;
};

}  // namespace

CarriedGraph carry_graph(const CarriedFrom& from,
                         const std::vector<CarriedObject>& now) {
  return Carrier(from, now).run();
}

}  // namespace libheap
