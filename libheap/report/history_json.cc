#include "libheap/report/history_json.h"

#include <nlohmann/json.hpp>
#include <zlib.h>

#include "libheap/base/check.h"

namespace libheap {

namespace {

using Json = nlohmann::ordered_json;

// Beyond this zlib takes thrice the time for a twentieth of the size.
constexpr int kLevel = 6;

void add_varint(std::string& bytes, uint64_t value) {
  for (; value >= 128; value >>= 7) {
    bytes += static_cast<char>((value & 127) | 128);
  }
  bytes += static_cast<char>(value);
}

uint64_t zigzag(uint64_t value, uint64_t before) {
  const auto delta = static_cast<int64_t>(value - before);
  return (static_cast<uint64_t>(delta) << 1) ^
         static_cast<uint64_t>(delta >> 63);
}

uint64_t gap(const HistoryStay& stay, const HistoryStay& before) {
  const bool neighbours = stay.from == before.from && stay.area == before.area;
  return neighbours ? stay.block - (before.block + before.blocks) : stay.block;
}

// Columns rather than rows: alike numbers side by side compress best.
std::string columns_of(const std::vector<HistoryStay>& stays,
                       uint64_t block_bytes) {
  std::string bytes;
  const auto column = [&](const auto& number_of) {
    HistoryStay before;
    before.area = UINT32_MAX;  // the neighbour of none
    for (const HistoryStay& stay : stays) {
      add_varint(bytes, number_of(stay, before));
      before = stay;
    }
  };
  using Stay = const HistoryStay&;
  column([](Stay stay, Stay before) { return stay.from - before.from; });
  column([](Stay stay, Stay) { return stay.area; });
  column(gap);
  column([](Stay stay, Stay) { return stay.blocks - 1; });
  column([](Stay stay, Stay) { return stay.to - stay.from - 1; });
  column([&](Stay stay, Stay) {
    const uint64_t given = stay.blocks * block_bytes;
    const bool known = stay.n_bytes != 0 && stay.n_bytes <= given;
    return known ? given - stay.n_bytes + 1 : 0;
  });
  column(
      [](Stay stay, Stay before) { return zigzag(stay.birth, before.birth); });
  column([](Stay stay, Stay) { return stay.site; });
  return bytes;
}

std::string deflated(const std::string& bytes) {
  uLongf size = compressBound(bytes.size());
  std::string packed(size, '\0');
  const int status = compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                               reinterpret_cast<const Bytef*>(bytes.data()),
                               bytes.size(), kLevel);
  HEAP_CHECK(status == Z_OK, "zlib compresses into the bound it gave");
  packed.resize(size);
  return packed;
}

Json pictures_json(const std::vector<HistoryPicture>& pictures) {
  Json json = {{"event", Json::array()},
               {"time_us", Json::array()},
               {"what", Json::array()},
               {"used_blocks", Json::array()},
               {"largest_free_run_blocks", Json::array()},
               {"objects", Json::array()}};
  for (const HistoryPicture& picture : pictures) {
    json["event"].push_back(picture.event);
    json["time_us"].push_back(picture.time_us == Event::kNoTime
                                  ? Json(nullptr)
                                  : Json(picture.time_us));
    json["what"].push_back(name_of(picture.what));
    json["used_blocks"].push_back(picture.used_blocks);
    json["largest_free_run_blocks"].push_back(picture.largest_free_run);
    json["objects"].push_back(picture.objects);
  }
  return json;
}

Json areas_json(const std::vector<HistoryArea>& areas) {
  Json list = Json::array();
  for (const HistoryArea& area : areas) {
    list.push_back({{"area", area.area},
                    {"blocks", area.blocks},
                    {"from", area.from},
                    {"to", area.to}});
  }
  return list;
}

Json sites_json(const std::vector<SiteRecord>& sites) {
  Json list = Json::array();
  for (const SiteRecord& site : sites) {
    list.push_back({{"file", site.file},
                    {"line", site.line},
                    {"function", site.function},
                    {"runtime", site.runtime}});
  }
  return list;
}

}  // namespace

std::string packed_stays(const std::vector<HistoryStay>& stays,
                         uint64_t block_bytes) {
  return deflated(columns_of(stays, block_bytes));
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t three = 0;
    for (size_t k = 0; k < 3; ++k) {
      three <<= 8;
      if (i + k < bytes.size()) three |= static_cast<uint8_t>(bytes[i + k]);
    }
    for (size_t k = 0; k < 4; ++k) {
      text +=
          i + k <= bytes.size() ? kDigits[(three >> (18 - 6 * k)) & 63] : '=';
    }
  }
  return text;
}

std::string history_json(const HeapHistoryFindings& history,
                         uint64_t block_bytes) {
  const Json json = {
      {"schema", "mpheap.history/1"},
      {"stride", history.stride},
      {"pictures", pictures_json(history.pictures)},
      {"areas", areas_json(history.areas)},
      {"stays", history.stays.size()},
      {"packed", base64(packed_stays(history.stays, block_bytes))},
      {"sites", sites_json(history.sites)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace libheap
