"""The heap map of the page of `mpheap report --html`, used in a real browser: scrub, hover, film, colours."""

import json
import unittest

from report_pages import NAMES, SCREENSHOTS, ReportPages, human_bytes


class ReportMapTest(ReportPages):
    def history(self, page):
        return json.loads(
            page.evaluate("document.getElementById('history').textContent")
        )

    def picture(self, page):
        return int(page.evaluate("document.querySelector('#heap-map').dataset.picture"))

    def cells(self, page):
        """How many blocks the map shows as used and as free, by its pixels.

        Counts the middle pixel of every cell; in maps of one block per cell.
        """
        return page.evaluate(
            """(() => {
              const {canvas, cells, areas, free, image, scale} = heapMap.canvas;
              const pixels = new Uint32Array(image.data.buffer);
              let used = 0, empty = 0;
              for (const area of areas) {
                for (let b = 0; b < area.blocks; ++b) {
                  const [x, y] = heapMap.canvas.pointOf({area: area.area, block: b});
                  const at = Math.floor(y * scale) * canvas.width +
                      Math.floor(x * scale);
                  if (pixels[at] === free) ++empty; else ++used;
                }
              }
              return [used, empty, cells.each];
            })()"""
        )

    def test_map_shows_every_picture_as_the_heap_was(self):
        for name in ("small", "fragmented", "grown", "failures"):
            with self.subTest(name):
                _, page = self.open(name)
                pictures = self.history(page)["pictures"]
                count = len(pictures["event"])
                for p in sorted({0, 1, count // 3, count // 2, count - 2, count - 1}):
                    page.evaluate(f"heapMap.scrubTo({p})")
                    used, _, each = self.cells(page)
                    self.assertEqual(each, 1)
                    self.assertEqual(used, pictures["used_blocks"][p], p)
                    status = self.text(page, "#picture-status")
                    self.assertIn(f"event {pictures['event'][p]:,}", status)
                    self.assertIn(f"{pictures['objects'][p]:,} object", status)
                self.assertEqual(page.complaints(), [])

    def test_every_picture_agrees_with_its_figures(self):
        for name in (*NAMES, "timed", "broken"):
            _, page = self.open(name)
            wrong = page.evaluate(
                """(() => {
                  const h = heapMap.history, wrong = [];
                  for (let p = 0; p < h.count; ++p) {
                    let used = 0, objects = 0;
                    h.eachOn(p, (i) => { used += h.blocks[i]; ++objects; });
                    if (used !== h.pictures.used_blocks[p] ||
                        objects !== h.pictures.objects[p]) wrong.push(p);
                  }
                  return wrong;
                })()"""
            )
            self.assertEqual(wrong, [], name)

    def test_map_says_what_lies_under_the_mouse(self):
        _, page = self.open("fragmented")
        x, y = page.evaluate(
            """(() => {
              const h = heapMap.history;
              let best = -1;
              h.eachOn(heapMap.picture, (i) => {
                if (best < 0 || h.blocks[i] > h.blocks[best]) best = i;
              });
              window.expected = best;
              heapMap.host.scrollIntoView({block: 'center'});
              const box = heapMap.canvas.canvas.getBoundingClientRect();
              const [x, y] = heapMap.canvas.pointOf(
                {area: h.area[best], block: h.block[best]});
              return [box.x + x, box.y + y];
            })()"""
        )
        page.mouse("Moved", x, y)
        page.settle()
        blocks, block = page.evaluate(
            "[heapMap.history.blocks[expected], heapMap.history.block[expected]]"
        )
        tip = self.text(page, ".tip")
        self.assertIn(f"{blocks:,} block", tip)
        self.assertIn(human_bytes(blocks * 16), tip)
        self.assertIn(f"{block * 16:06x}", tip)
        self.assertIn("born at event", tip)
        page.screenshot(SCREENSHOTS / "map_tip.png", whole=False)
        page.mouse("Pressed", x, y, clicks=1)
        page.mouse("Released", x, y, clicks=1)
        page.mouse("Moved", 5, 5)
        page.settle()
        self.assertIn(f"{blocks:,} block", self.text(page, "#map-object"))
        self.assertTrue(page.evaluate("document.querySelector('.tip').hidden"))
        # Its first picture is a click away.
        page.click("#map-object .moment")
        first = page.evaluate("heapMap.history.from[expected]")
        self.assertEqual(self.picture(page), first)

    def test_map_opens_where_it_went_wrong_first(self):
        _, page = self.open("fragmented")
        what = self.history(page)["pictures"]["what"]
        self.assertEqual(self.picture(page), what.index("failure"))
        _, page = self.open("timed")
        self.assertEqual(
            self.picture(page), len(self.history(page)["pictures"]["what"]) - 1
        )

    def test_map_can_be_used_with_keys_alone(self):
        _, page = self.open("fragmented")
        last = self.picture(page)
        page.evaluate("document.querySelector('#heap-map').focus()")
        page.key("ArrowRight")
        self.assertIn("(block 0)", self.text(page, "#map-object"))
        first = page.evaluate("heapMap.extent(heapMap.here())[1]")
        page.key("ArrowRight")
        self.assertIn(f"(block {first:,})", self.text(page, "#map-object"))
        page.key("ArrowLeft")
        self.assertIn("(block 0)", self.text(page, "#map-object"))
        page.key("ArrowDown")
        self.assertNotIn("(block 0)", self.text(page, "#map-object"))
        page.key("PageUp")
        self.assertEqual(self.picture(page), last - 1)
        page.key("Home")
        self.assertEqual(self.picture(page), 0)
        page.key("Escape")
        self.assertIn("Point at", self.text(page, "#map-object"))
        page.evaluate("document.querySelector('#picture').focus()")
        page.key("ArrowRight")
        self.assertEqual(self.picture(page), 1)
        self.assertEqual(page.complaints(), [])

    def test_chart_and_map_move_each_other(self):
        findings, page = self.open("fragmented")
        pictures = self.history(page)["pictures"]
        page.evaluate("heapMap.scrubTo(40)")
        self.assertIn(
            f"event {pictures['event'][40]:,}", self.text(page, "#over-time .readout")
        )
        x, y = page.middle_of("#heap-chart")
        page.mouse("Moved", x, y - 40)
        page.settle()
        at = page.evaluate("group.charts[0].eventOf(group.charts[0].row)")
        p = self.picture(page)
        self.assertLessEqual(pictures["event"][p], at)
        self.assertGreater((pictures["event"] + [10**9])[p + 1], at)

    def test_film_plays_and_stops(self):
        _, page = self.open("fragmented")
        page.evaluate("heapMap.scrubTo(0)")
        page.click("#play")
        page.wait_for("heapMap.picture > 3 && heapMap.picture < 100")
        page.click("#play")
        stopped = self.picture(page)
        page.evaluate("new Promise((done) => setTimeout(done, 200))")
        self.assertEqual(self.picture(page), stopped)

    def test_buttons_lead_to_collects_and_failures(self):
        _, page = self.open("fragmented")
        what = self.history(page)["pictures"]["what"]
        page.click("#next-collect")
        self.assertEqual(what[self.picture(page)], "before collect")
        self.assertIn("before a collect", self.text(page, "#picture-status"))
        page.click("#next-failure")
        self.assertEqual(what[self.picture(page)], "failure")

    def test_map_can_be_coloured_in_other_ways(self):
        _, page = self.open("fragmented")
        titles = page.evaluate("heapMap.ways.map((way) => way.title)")
        self.assertEqual(titles, ["Size", "Age", "Time left"])
        for i, title in enumerate(titles):
            page.evaluate(
                "[...document.querySelectorAll('#map .choice button')].find("
                f"(button) => button.textContent === {title!r}).click()"
            )
            legend = self.text(page, "#map .legend")
            self.assertIn("free", legend)
            held = page.evaluate("heapMap.canvas.held.reduce((a, b) => a + b)")
            used = self.history(page)["pictures"]["used_blocks"]
            self.assertEqual(held, used[self.picture(page)])
            page.screenshot(SCREENSHOTS / f"map_{i}.png")

    def test_scrubbing_keeps_up_with_the_screen(self):
        _, page = self.open("fragmented")
        took = page.evaluate(
            """(() => {
              const times = [];
              for (let p = 0; p < 100; ++p) {
                const begun = performance.now();
                heapMap.scrubTo(p * 7 % heapMap.history.count);
                times.push(performance.now() - begun);
              }
              return times.sort((a, b) => a - b)[50];
            })()"""
        )
        self.assertLess(took, 16)


if __name__ == "__main__":
    unittest.main()
