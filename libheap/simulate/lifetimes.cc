#include "libheap/simulate/lifetimes.h"

#include <map>

namespace libheap {

namespace {

// How many lives the larger kind counts for beside those of the smaller one.
constexpr double kPriorLives = 10;

uint64_t oldest_age(const Workload& workload, size_t life) {
  if (workload.late[life] == kNever) return IntervalCounts::kStillAlive;
  return workload.late[life] - workload.birth[life];
}

bool freed_by_program(const Workload& workload, size_t life) {
  return workload.early[life] == kNever;
}

// Born before the recording began: its age is not known.
size_t first_born(const Workload& workload) {
  size_t first = 0;
  for (const StartState::Table& table : workload.start.tables) {
    first += heads_of(table.free, table.tail).count();
  }
  return first;
}

std::vector<IntervalCounts> count_by_group(const Workload& workload) {
  std::vector<IntervalCounts> counts(workload.groups.size());
  for (size_t life = first_born(workload); life < workload.birth.size();
       ++life) {
    if (freed_by_program(workload, life)) continue;
    counts[workload.group[life]].add(
        workload.early[life] - workload.birth[life],
        oldest_age(workload, life));
  }
  return counts;
}

// One distribution per group: its own lives, leaning on those of its size.
std::vector<AgeDistribution> distributions(const Workload& workload) {
  const std::vector<IntervalCounts> by_group = count_by_group(workload);
  IntervalCounts all;
  std::map<uint64_t, IntervalCounts> by_blocks;
  for (size_t g = 0; g < by_group.size(); ++g) {
    const uint64_t blocks =
        workload.groups[g].n_bytes / workload.config.block_bytes;
    all.add(by_group[g]);
    by_blocks[blocks].add(by_group[g]);
  }
  const AgeShares of_all = estimate_ages(all, even_age_shares(), 1);
  std::map<uint64_t, AgeShares> of_blocks;
  for (const auto& [blocks, counts] : by_blocks) {
    of_blocks[blocks] = estimate_ages(counts, of_all, kPriorLives);
  }
  std::vector<AgeDistribution> found;
  found.reserve(by_group.size());
  for (size_t g = 0; g < by_group.size(); ++g) {
    const uint64_t blocks =
        workload.groups[g].n_bytes / workload.config.block_bytes;
    found.emplace_back(
        estimate_ages(by_group[g], of_blocks[blocks], kPriorLives));
  }
  return found;
}

// 0 to 1, spread evenly over consecutive lives: the golden ratio's multiples,
// each draw in the gaps of the others.
double share_of(size_t life, size_t draw) {
  constexpr uint64_t kThird = UINT64_MAX / Workload::kDraws;
  const uint64_t turned = uint64_t{life} * 0x9E3779B97F4A7C15u + draw * kThird;
  return static_cast<double>(turned >> 11) * 0x1p-53;
}

std::vector<Position> draw_deaths(const Workload& workload,
                                  const std::vector<AgeDistribution>& ages,
                                  size_t draw) {
  std::vector<Position> deaths(workload.birth.size(), kNever);
  for (size_t life = 0; life < deaths.size(); ++life) {
    const Position early = workload.early[life];
    const Position late = workload.late[life];
    if (freed_by_program(workload, life)) continue;
    const Position birth = workload.birth[life];
    const uint64_t age = ages[workload.group[life]].quantile(
        early - birth, late - birth, share_of(life, draw));
    deaths[life] = static_cast<Position>(birth + age);
  }
  return deaths;
}

}  // namespace

void estimate_deaths(Workload& workload) {
  const std::vector<AgeDistribution> ages = distributions(workload);
  for (size_t draw = 0; draw < Workload::kDraws; ++draw) {
    workload.estimates[draw] = draw_deaths(workload, ages, draw);
  }
}

}  // namespace libheap
