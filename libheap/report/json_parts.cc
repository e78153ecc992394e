#include "libheap/report/json_parts.h"

namespace libheap {

Json time_or_null(uint64_t time_us) {
  return time_us == Event::kNoTime ? Json(nullptr) : Json(time_us);
}

Json heap_json(const HeapFacts& heap) {
  return {{"pool_bytes", heap.pool_bytes},
          {"blocks", heap.blocks},
          {"block_bytes", heap.block_bytes},
          {"areas", heap.areas},
          {"release", heap.release}};
}

Json gaps_json(std::span<const Gap> gaps) {
  Json list = Json::array();
  for (const Gap& gap : gaps) {
    list.push_back(
        {{"event", gap.event},
         {"lost", gap.lost},
         {"line", gap.line},
         {"exact_again_event",
          gap.exact_again != 0 ? Json(gap.exact_again) : Json(nullptr)}});
  }
  return list;
}

Json collect_json(const CollectSummary& collect) {
  return {{"event", collect.event},
          {"cause", collect.sweep_all ? "reset" : name_of(collect.cause)},
          {"begin_us", time_or_null(collect.begin_us)},
          {"mark_end_us", time_or_null(collect.mark_end_us)},
          {"end_us", time_or_null(collect.end_us)},
          {"allocated_blocks", collect.amount},
          {"used_before_blocks", collect.used_before},
          {"used_after_blocks", collect.used_after},
          {"objects_before", collect.objects_before},
          {"objects_after", collect.objects_after},
          {"largest_run_before_blocks", collect.largest_run_before},
          {"largest_run_after_blocks", collect.largest_run_after}};
}

Json failure_json(const FailedAllocation& failure) {
  return {{"event", failure.event},
          {"time_us", time_or_null(failure.time_us)},
          {"bytes", failure.n_bytes},
          {"blocks", failure.blocks},
          {"free_blocks", failure.free_blocks},
          {"largest_free_run_blocks", failure.largest_free_run},
          {"resize", failure.resize},
          {"collect_off", failure.collect_off},
          {"verdict", name_of(failure.verdict)}};
}

Json label_json(const Label& label) {
  return {{"event", label.event},
          {"time_us", time_or_null(label.time_us)},
          {"text", label.text}};
}

Json samples_json(const std::vector<HeapSample>& samples) {
  Json json = {{"event", Json::array()},
               {"time_us", Json::array()},
               {"used_blocks", Json::array()},
               {"largest_free_run_blocks", Json::array()},
               {"total_blocks", Json::array()}};
  for (const HeapSample& sample : samples) {
    json["event"].push_back(sample.event);
    json["time_us"].push_back(time_or_null(sample.time_us));
    json["used_blocks"].push_back(sample.used_blocks);
    json["largest_free_run_blocks"].push_back(sample.largest_free_run);
    json["total_blocks"].push_back(sample.total_blocks);
  }
  return json;
}

}  // namespace libheap
