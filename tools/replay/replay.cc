#include "tools/replay/replay.h"

#include <fmt/format.h>

#include "libheap/analysis/findings.h"
#include "libheap/replay/replayer.h"
#include "libheap/report/heap_map.h"
#include "libheap/report/json_report.h"
#include "libheap/report/text_report.h"
#include "libheap/report/units.h"
#include "tools/common/options.h"
#include "tools/common/output.h"
#include "tools/common/placed_replay.h"
#include "tools/common/replay_to.h"
#include "tools/common/terminal.h"

namespace libheap::tools {

namespace {

namespace po = boost::program_options;

std::string map_text(const Replayer& replayer) {
  const TextStyle style = output_style();
  const Census census = replayer.heap().census();
  return fmt::format("after event {}: {} used, {} free, the largest run {}\n",
                     with_commas(replayer.result().events),
                     counted(census.used_blocks, "block"),
                     with_commas(census.free_blocks),
                     with_commas(census.max_free)) +
         heap_map_text(picture_of(replayer.heap()), style);
}

Findings proof_of(const Replayer& replayer, const EventSource& source,
                  const std::string& path) {
  Findings findings;
  findings.source = path;
  findings.header = source.header();
  findings.heap = heap_facts(source.header(), replayer.heap());
  findings.final = final_state(replayer.heap());
  findings.proof = replayer.result();
  findings.damage = source.damage();
  return findings;
}

}  // namespace

int run_replay(const Arguments& arguments) {
  Options options(
      "replay TRACE",
      "Replays a trace against the model of the heap and proves it: every "
      "address, every\ntable after a collect, every checkpoint is compared. "
      "Shows the first divergences\nwith the events before them and both "
      "tables around the block in question.");
  options.add()("json", "as one JSON document (schema mpheap.replay/1)")(
      "strict", "exit 3 if anything diverges or the trace is damaged")(
      "at", po::value<std::string>()->value_name("EVENT|TIME"),
      "show the heap after this event (1234), at this time (250ms, 3s), at the "
      "first \"failure\" or \"last\"")(
      "divergences", po::value<size_t>()->default_value(5)->value_name("N"),
      "how many to show")("paranoid",
                          "check the model's own invariants after every event");
  options.example("replay run.log --strict", "a test: is the model exact?");
  options.example("replay run.log --at 5000", "the heap after 5,000 events");
  if (!options.parse(arguments)) return kDone;

  const std::string path = options.required_input();
  ReplayPlace place;
  if (options.has("at")) {
    place = parse_replay_place(options.get<std::string>("at"), "--at");
  }
  ReplayOptions settings;
  settings.keep_divergences = options.get<size_t>("divergences");
  settings.paranoid = options.has("paranoid");

  PlacedReplay replay(path, options.quiet(), settings);
  replay.go_to(place);
  const Replayer& replayer = replay.replayer();
  const Findings findings = proof_of(replayer, replay.source(), path);
  if (options.has("json")) {
    write_output(replay_json(findings));
  } else if (options.has("at")) {
    write_output(map_text(replayer));
  } else {
    write_output(replay_text(findings, output_style()));
  }
  replay.finish_index();
  const bool unsound =
      findings.proof.divergences != 0 || findings.damage.count() != 0;
  return options.has("strict") && unsound ? kUnsound : kDone;
}

}  // namespace libheap::tools
