#include "tools/map/map.h"

#include <fmt/format.h>

#include "libheap/report/heap_image.h"
#include "libheap/report/heap_map.h"
#include "tools/common/options.h"
#include "tools/common/output.h"
#include "tools/common/terminal.h"
#include "tools/map/map_settings.h"

namespace libheap::tools {

namespace {

namespace po = boost::program_options;

MapBy parse_by(const std::string& word) {
  if (word == "kind") return MapBy::kKind;
  if (word == "size") return MapBy::kSize;
  if (word == "age") return MapBy::kAge;
  if (word == "site") return MapBy::kSite;
  if (word == "lifetime") return MapBy::kLifetime;
  throw UsageError(fmt::format(
      "--by: \"{}\" is not kind, size, age, site or lifetime", word));
}

template <typename Number>
Number at_least_one(const Options& options, const std::string& name,
                    Number most) {
  const auto value = options.get<Number>(name);
  if (value < 1 || value > most) {
    throw UsageError(fmt::format("--{}: from 1 to {}", name, most));
  }
  return value;
}

MapSettings settings_of(const Options& options) {
  MapSettings settings;
  settings.path = options.required_input();
  settings.quiet = options.quiet();
  settings.json = options.has("json");
  settings.by = parse_by(options.get<std::string>("by"));
  if (options.has("at")) {
    settings.at = parse_replay_place(options.get<std::string>("at"), "--at");
  }
  if (options.has("dump")) {
    settings.dump = at_least_one<size_t>(options, "dump", 1000000);
  }
  if (options.has("png")) settings.png = options.get<std::string>("png");
  if (options.has("svg")) settings.svg = options.get<std::string>("svg");
  if (options.has("film")) {
    settings.film = at_least_one<size_t>(options, "film", 1000);
  }
  if (options.has("scale")) {
    settings.blocks_per_letter =
        at_least_one<uint32_t>(options, "scale", 65536);
  }
  if (settings.film != 0 && settings.at) {
    throw UsageError("--film shows the whole trace; --at one moment of it");
  }
  const int to_output = static_cast<int>(settings.json) +
                        static_cast<int>(settings.png == "-") +
                        static_cast<int>(settings.svg == "-");
  if (to_output > 1) {
    throw UsageError(
        "only one of --json, --png - and --svg - can go to "
        "standard output");
  }
  return settings;
}

}  // namespace

void write_images(const MapSettings& settings, const HeapPicture& picture,
                  const std::string& title) {
  if (!settings.png.empty()) {
    write_file(settings.png, heap_image(picture, title, ImageFormat::kPng));
  }
  if (!settings.svg.empty()) {
    write_file(settings.svg, heap_image(picture, title, ImageFormat::kSvg));
  }
}

void write_images(const MapSettings& settings, const HeapFilm& film,
                  const std::string& title) {
  if (!settings.png.empty()) {
    write_file(settings.png, film_image(film, title, ImageFormat::kPng));
  }
  if (!settings.svg.empty()) {
    write_file(settings.svg, film_image(film, title, ImageFormat::kSvg));
  }
}

std::string map_text(const MapSettings& settings, const HeapPicture& picture) {
  HeapMapSettings how;
  how.blocks_per_letter = settings.blocks_per_letter;
  return heap_map_text(picture, output_style(), how);
}

int run_map(const Arguments& arguments) {
  Options options(
      "map FILE",
      "Shows the heap as a map, block by block: of a trace at a moment, or of "
      "any text\nthat holds what micropython.mem_info(1) printed (a terminal's "
      "log, a paste), with\na verdict on every dump in it and what changed "
      "between them. Works with the\nfirmware you have.");
  options.add()("at",
                po::value<std::string>()->value_name("EVENT|TIME|last|failure"),
                "of a trace: the moment (1234, 250ms; default: last)")(
      "dump", po::value<size_t>()->value_name("N"),
      "of a text: draw the Nth dump (default: the last)")(
      "by", po::value<std::string>()->default_value("kind")->value_name("WHAT"),
      "colours and letters: kind, size, age, site or lifetime")(
      "png", po::value<std::string>()->value_name("FILE"), "draw it as a PNG")(
      "svg", po::value<std::string>()->value_name("FILE"), "draw it as an SVG")(
      "film", po::value<size_t>()->value_name("N"),
      "a strip of N maps over the whole trace or log")(
      "scale", po::value<uint32_t>()->value_name("N"),
      "N blocks to a character (default: 1, more for very large heaps)")(
      "json", "as one JSON document (schema mpheap.map/1)");
  options.offer("by", {"kind", "size", "age", "site", "lifetime"});
  options.example("map putty.log", "every mem_info() in a terminal's log");
  options.example("map run.mpheap --at failure", "the heap that had no room");
  options.example("map run.mpheap --by age --png heap.png", "as a picture");
  if (!options.parse(arguments)) return kDone;
  const MapSettings settings = settings_of(options);
  std::unique_ptr<ByteSource> source = open_byte_source(settings.path);
  return is_trace(*source) ? map_trace(settings, std::move(source))
                           : map_mem_info(settings, std::move(source));
}

}  // namespace libheap::tools
