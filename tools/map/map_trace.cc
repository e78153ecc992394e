#include <utility>

#include <fmt/format.h>

#include "libheap/analysis/picture_by_life.h"
#include "libheap/report/map_report.h"
#include "libheap/report/origin_text.h"
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

// The heap at the place asked for, and what is known of its objects there.
struct MapOfTrace {
  TraceMoment moment;
  HeapTable table;
  HeapPicture picture;
};

MapOfTrace map_of(const MapSettings& settings, EventSource& source) {
  Replayer replayer(source);
  LiveObjects objects;
  LifetimeWatch watch(objects);
  replayer.observe(&watch);
  replayer.observe(&objects);
  replay_to(replayer, settings.at.value_or(ReplayPlace()));
  MapOfTrace map;
  map.moment = {replayer.moment().event, replayer.moment().time_us};
  map.table = table_of(replayer.heap());
  switch (settings.by) {
    case MapBy::kKind:
      map.picture = picture_of(replayer.heap());
      break;
    case MapBy::kSize:
      map.picture = picture_by_size(map.table);
      break;
    case MapBy::kAge:
      map.picture = picture_by_age(map.table, objects);
      break;
    case MapBy::kSite:
      map.picture = picture_by_site(map.table, objects, site_text);
      break;
    case MapBy::kLifetime:
      watch.begin(map.table);
      replayer.run();
      map.picture = watch.picture();
      break;
  }
  return map;
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
  const MapOfTrace map = map_of(settings, *source);
  write_images(settings, map.picture,
               settings.path + ", " + moment_text(map.moment));
  if (settings.png == "-" || settings.svg == "-") return kDone;
  write_output(settings.json ? map_json(settings.path, map.moment, map.picture,
                                        free_runs_of(map.table))
                             : summary(map.moment, map.picture) +
                                   map_text(settings, map.picture));
  return kDone;
}

}  // namespace libheap::tools
