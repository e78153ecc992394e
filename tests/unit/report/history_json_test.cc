// What page/history.js reads: base64, zlib, columns of varints.

#include "libheap/report/history_json.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <zlib.h>

namespace libheap {
namespace {

std::vector<uint64_t> numbers_in(const std::string& packed) {
  std::string bytes(10000, '\0');
  uLongf size = bytes.size();
  EXPECT_EQ(
      uncompress(reinterpret_cast<Bytef*>(bytes.data()), &size,
                 reinterpret_cast<const Bytef*>(packed.data()), packed.size()),
      Z_OK);
  std::vector<uint64_t> numbers;
  int shift = 0;
  for (size_t i = 0; i < size; ++i) {
    const auto byte = static_cast<uint8_t>(bytes[i]);
    if (shift == 0) numbers.push_back(0);
    numbers.back() |= uint64_t{byte & 127u} << shift;
    shift = byte < 128 ? 0 : shift + 7;
  }
  return numbers;
}

TEST(HistoryJson, PacksStaysColumnByColumn) {
  const std::vector<HistoryStay> stays = {
      {0, 5, 2, 0, 4, 32, 7, 100},
      {0, 300, 1, 0, 1, 3, 0, 98},
      {1, 9, 1, 3, 4, 0, 7, 0},
  };
  EXPECT_EQ(numbers_in(packed_stays(stays, 16)), (std::vector<uint64_t>{
                                                     0,   0,   3,    // from
                                                     0,   0,   1,    // area
                                                     5,   293, 9,    // gap
                                                     1,   0,   0,    // blocks
                                                     3,   0,   0,    // length
                                                     1,   14,  0,    // bytes
                                                     200, 3,   195,  // birth
                                                     7,   0,   7,    // site
                                                 }));
}

TEST(HistoryJson, WritesBase64) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("\xff\xfe\xfd"), "//79");
}

TEST(HistoryJson, TellsPicturesInColumns) {
  HeapHistoryFindings history;
  HistoryPicture picture;
  picture.event = 12;
  picture.what = HistoryPicture::What::kBeforeCollect;
  picture.objects = 3;
  history.pictures = {picture};
  history.areas = {{0, 64, 0, 1}};
  const nlohmann::json json = nlohmann::json::parse(history_json(history, 16));
  EXPECT_EQ(json["schema"], "mpheap.history/1");
  EXPECT_EQ(json["pictures"]["event"][0], 12);
  EXPECT_EQ(json["pictures"]["time_us"][0], nullptr);
  EXPECT_EQ(json["pictures"]["what"][0], "before collect");
  EXPECT_EQ(json["pictures"]["objects"][0], 3);
  EXPECT_EQ(json["areas"][0]["blocks"], 64);
  EXPECT_EQ(json["stays"], 0);
}

}  // namespace
}  // namespace libheap
