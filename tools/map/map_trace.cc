#include <utility>

#include <fmt/format.h>

#include "libheap/report/map_report.h"
#include "libheap/report/text_table.h"
#include "libheap/report/units.h"
#include "tools/common/command.h"
#include "tools/common/output.h"
#include "tools/common/terminal.h"
#include "tools/map/map_settings.h"

namespace libheap::tools {

namespace {

std::string moment_text(const TraceMoment& moment) {
  std::string text = "after event " + with_commas(moment.event);
  if (moment.time_us != Event::kNoTime) {
    text += ", at " + human_time(moment.time_us);
  }
  return text;
}

std::string summary(const TraceMoment& moment, const HeapPicture& picture) {
  const Census& census = picture.census;
  return wrapped(
      fmt::format("{}: {} in {}, {} free, the largest run {}",
                  moment_text(moment),
                  human_bytes(census.used_blocks * picture.block_bytes),
                  counted(census.objects, "object"),
                  human_bytes(census.free_blocks * picture.block_bytes),
                  human_bytes(census.max_free * picture.block_bytes)),
      0, output_style());
}

int film_of_trace(const MapSettings& settings, EventSource& source) {
  Replayer replayer(source);
  FilmRecorder recorder(settings.film);
  replayer.observe(&recorder);
  replayer.run();
  const HeapFilm film = recorder.film();
  write_images(settings, film, settings.path);
  if (settings.png == "-" || settings.svg == "-") return kDone;
  write_output(film_text(film, output_style()));
  return kDone;
}

}  // namespace

int map_trace(const MapSettings& settings, std::unique_ptr<ByteSource> bytes) {
  if (settings.dump) {
    throw UsageError("--dump needs a text; --at chooses a moment of a trace");
  }
  const std::unique_ptr<EventSource> source =
      open_input(std::move(bytes), settings.path, settings.quiet);
  if (settings.film != 0) {
    if (settings.json) throw UsageError("--film has no JSON form");
    return film_of_trace(settings, *source);
  }
  Replayer replayer(*source);
  replay_to(replayer, settings.at.value_or(ReplayPlace()));
  const TraceMoment moment{replayer.moment().event, replayer.moment().time_us};
  const HeapTable table = table_of(replayer.heap());
  const HeapPicture picture = settings.by == MapBy::kSize
                                  ? picture_by_size(table)
                                  : picture_of(replayer.heap());
  write_images(settings, picture, settings.path + ", " + moment_text(moment));
  if (settings.png == "-" || settings.svg == "-") return kDone;
  write_output(
      settings.json
          ? map_json(settings.path, moment, picture, free_runs_of(table))
          : summary(moment, picture) + map_text(settings, picture));
  return kDone;
}

}  // namespace libheap::tools
