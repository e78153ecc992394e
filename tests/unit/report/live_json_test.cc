// Frames for a live page.

#include "libheap/report/live_json.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "libheap/replay/replayer.h"
#include "libheap/report/live_page.h"
#include "libheap/trace/event_source.h"
#include "tests/support/small_log.h"

namespace libheap {
namespace {

using Json = nlohmann::json;

void replay(LiveView& view, testing::SmallLog log) {
  const std::unique_ptr<EventSource> source = log.end().open();
  Replayer replayer(*source);
  replayer.observe(&view);
  replayer.run();
  view.look(replayer.moment());
}

TEST(LiveJson, AFreshFrameTellsOnlyWhatIsNew) {
  LiveView view;
  replay(view, testing::SmallLog().line("A 16 0 0"));
  LiveFrame frame;
  frame.view = &view;
  const Json first = Json::parse(live_frame_json(frame));
  EXPECT_EQ(first["schema"], "mpheap.live/1");
  EXPECT_EQ(first["samples"]["from"], 0);
  EXPECT_EQ(first["samples"]["listed"]["used_blocks"], Json::array({1}));
  EXPECT_FALSE(first.contains("collects"));
  EXPECT_FALSE(first.contains("map"));
  EXPECT_FALSE(first.contains("console"));
  view.told();
  EXPECT_FALSE(Json::parse(live_frame_json(frame)).contains("samples"));
  frame.whole = true;
  const Json whole = Json::parse(live_frame_json(frame));
  EXPECT_EQ(whole["samples"], first["samples"]);
  EXPECT_EQ(whole["collects"]["listed"], Json::array());
  EXPECT_EQ(whole["console"], "");
}

TEST(LiveJson, TellsTheMapAsGoneAndCome) {
  LiveFrame frame;
  LiveMapArea area;
  area.area = 2;
  area.blocks = 64;
  area.gone = {7, 9};
  area.came = {{.block = 7, .blocks = 2, .n_bytes = 20, .site = 3, .birth = 5}};
  frame.map = LiveMapPart{{area}};
  const Json json = Json::parse(live_frame_json(frame))["map"][0];
  EXPECT_EQ(json["area"], 2);
  EXPECT_EQ(json["anew"], false);
  EXPECT_EQ(json["gone"], Json::array({7, 9}));
  EXPECT_EQ(json["came"], Json({{"block", {7}},
                                {"blocks", {2}},
                                {"bytes", {20}},
                                {"birth", {5}},
                                {"site", {3}}}));
}

TEST(LiveJson, IsOneLineWhateverTheProgramPrints) {
  LiveFrame frame;
  frame.console = "a\nb\r\n\xff\"</script>";
  frame.status.problem = "line\nline";
  const std::string text = live_frame_json(frame);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_EQ(text.find('\r'), std::string::npos);
  const Json json = Json::parse(text);
  EXPECT_EQ(json["console"], "a\nb\r\n\xef\xbf\xbd\"</script>");
  EXPECT_EQ(json["status"]["problem"], "line\nline");
  EXPECT_TRUE(json["status"]["time_us"].is_null());
}

TEST(LivePage, HasEveryFileThatItNames) {
  const std::string page(live_page_file("").content);
  size_t named = 0;
  for (const std::string mark : {"src=\"", "stylesheet\" href=\""}) {
    for (size_t at = page.find(mark); at != std::string::npos;
         at = page.find(mark, at + 1)) {
      const size_t begin = at + mark.size();
      const std::string name =
          page.substr(begin, page.find('"', begin) - begin);
      EXPECT_FALSE(live_page_file(name).content.empty()) << name;
      ++named;
    }
  }
  EXPECT_GT(named, 20u);
  EXPECT_TRUE(live_page_file("passwd").content.empty());
  EXPECT_EQ(live_page_file("live.css").type, "text/css; charset=utf-8");
}

}  // namespace
}  // namespace libheap
