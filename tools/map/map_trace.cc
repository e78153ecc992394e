#include <utility>

#include <fmt/format.h>

#include "libheap/analysis/picture_by_life.h"
#include "libheap/report/map_report.h"
#include "libheap/report/origin_text.h"
#include "libheap/report/text_table.h"
#include "libheap/report/units.h"
#include "tools/common/command.h"
#include "tools/common/output.h"
#include "tools/common/placed_replay.h"
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

MapOfTrace map_here(const MapSettings& settings, const Replayer& replayer) {
  MapOfTrace map;
  map.moment = {replayer.moment().event, replayer.moment().time_us};
  map.table = table_of(replayer.heap());
  map.picture = settings.by == MapBy::kSize ? picture_by_size(map.table)
                                            : picture_of(replayer.heap());
  return map;
}

MapOfTrace map_of(const MapSettings& settings, EventSource& source) {
  Replayer replayer(source);
  LiveObjects objects;
  LifetimeWatch watch(objects);
  replayer.observe(&watch);
  replayer.observe(&objects);
  replay_to(replayer, settings.at.value_or(ReplayPlace()));
  MapOfTrace map = map_here(settings, replayer);
  if (settings.by == MapBy::kAge) {
    map.picture = picture_by_age(map.table, objects);
  } else if (settings.by == MapBy::kSite) {
    map.picture = picture_by_site(map.table, objects, site_text);
  } else if (settings.by == MapBy::kLifetime) {
    watch.begin(map.table);
    replayer.run();
    map.picture = watch.picture();
  }
  return map;
}

void show(const MapSettings& settings, const MapOfTrace& map) {
  write_images(settings, map.picture,
               settings.path + ", " + moment_text(map.moment));
  if (settings.png == "-" || settings.svg == "-") return;
  write_output(settings.json ? map_json(settings.path, map.moment, map.picture,
                                        free_runs_of(map.table))
                             : summary(map.moment, map.picture) +
                                   map_text(settings, map.picture));
}

// Kinds and sizes are told by the table alone, however the replay came there.
bool can_use_index(const MapSettings& settings) {
  return settings.at && settings.film == 0 &&
         (settings.by == MapBy::kKind || settings.by == MapBy::kSize) &&
         identity_of(settings.path);
}

}  // namespace

int map_trace(const MapSettings& settings, std::unique_ptr<ByteSource> bytes) {
  if (settings.dump) {
    throw UsageError("--dump needs a text; --at chooses a moment of a trace");
  }
  if (can_use_index(settings)) {
    PlacedReplay replay(settings.path, settings.quiet);
    replay.go_to(*settings.at);
    show(settings, map_here(settings, replay.replayer()));
    replay.finish_index();
    return kDone;
  }
  const std::unique_ptr<EventSource> source =
      open_input(std::move(bytes), settings.path, settings.quiet);
  if (settings.film != 0) {
    if (settings.json) throw UsageError("--film has no JSON form");
    return film_of_trace(settings, *source);
  }
  show(settings, map_of(settings, *source));
  return kDone;
}

}  // namespace libheap::tools
