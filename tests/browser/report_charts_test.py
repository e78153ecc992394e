"""The charts of the page of `mpheap report --html`, used in a real browser: zoom, keys, cursor."""

import re
import unittest

from report_pages import SCREENSHOTS, ReportPages, human_bytes, percent, plain


class ReportChartsTest(ReportPages):
    def test_cursor_reads_out_the_sample_under_it(self):
        findings, page = self.open("fragmented")
        samples = findings["over_time"]["samples"]
        x, y = page.middle_of("#heap-chart")
        for offset in (-300, -20, 111, 333):
            page.mouse("Moved", x + offset, y)
            page.settle()
            self.check_readout(page, findings, samples)

    def check_readout(self, page, findings, samples):
        shown = page.evaluate(
            "Object.fromEntries([...document.querySelectorAll("
            "'#over-time [data-readout]')].map("
            "(node) => [node.dataset.readout, node.textContent]))"
        )
        event = int(re.match(r"event\s([\d,]+)", shown["at"])[1].replace(",", ""))
        block = findings["heap"]["block_bytes"]
        possible = []
        for i, at in enumerate(samples["event"]):
            if at != event:
                continue
            used = samples["used_blocks"][i]
            run = samples["largest_free_run_blocks"][i]
            total = samples["total_blocks"][i]
            possible.append(
                [
                    f"{human_bytes(used * block)} ({percent(used / total)})",
                    human_bytes((total - used - run) * block),
                    human_bytes(run * block),
                    human_bytes(total * block),
                ]
            )
        self.assertIn(
            [plain(shown[key]) for key in ("used", "pieces", "run", "size")],
            possible,
        )

    def test_buttons_zoom_both_charts(self):
        _, page = self.open("fragmented")
        everything = self.window(page)
        page.click("#zoom-in")
        half = self.window(page)
        self.assertAlmostEqual(
            half[1] - half[0], (everything[1] - everything[0]) / 2, places=3
        )
        self.assertEqual(half, self.window(page, "live"))
        page.click("#later")
        self.assertGreater(self.window(page)[0], half[0])
        page.click("#zoom-out")
        page.click("#zoom-out")
        self.assertEqual(self.window(page), everything)
        page.click("#zoom-in")
        page.click("#show-all")
        self.assertEqual(self.window(page), everything)

    def test_dragging_zooms_and_double_click_resets(self):
        _, page = self.open("fragmented")
        everything = self.window(page)
        x, y = page.middle_of("#heap-chart")
        page.drag(x - 100, y - 60, x + 50, y + 10)
        zoomed = self.window(page)
        self.assertLess(zoomed[1] - zoomed[0], (everything[1] - everything[0]) / 4)
        page.drag(x, y, x - 80, y, modifiers=8)  # with Shift: moves
        self.assertGreater(self.window(page)[0], zoomed[0])
        page.screenshot(SCREENSHOTS / "zoomed.png")
        for clicks in (1, 2):
            page.mouse("Pressed", x, y, clicks=clicks)
            page.mouse("Released", x, y, clicks=clicks)
        page.settle()
        self.assertEqual(self.window(page), everything)
        self.assertEqual(page.complaints(), [])

    def test_range_selector_moves_both_charts(self):
        _, page = self.open("fragmented")
        everything = self.window(page)
        x, y = page.middle_of(".dygraph-rangesel-zoomhandle")
        page.drag(x, y, x + 200, y)
        self.assertGreater(self.window(page)[0], everything[0])
        self.assertEqual(self.window(page), self.window(page, "live"))

    def test_keys_move_the_cursor_and_the_window(self):
        findings, page = self.open("fragmented")
        samples = findings["over_time"]["samples"]
        everything = self.window(page)
        page.evaluate("document.querySelector('#heap-chart').focus()")
        page.key("End")
        self.check_readout(page, findings, samples)
        page.key("ArrowLeft")
        self.check_readout(page, findings, samples)
        page.key("+")
        page.key("+")
        zoomed = self.window(page)
        self.assertAlmostEqual(
            zoomed[1] - zoomed[0], (everything[1] - everything[0]) / 4, places=3
        )
        page.key("ArrowLeft", modifiers=8)
        self.assertLess(self.window(page)[0], zoomed[0])
        page.key("Escape")
        self.assertEqual(self.window(page), everything)

    def test_moments_lead_to_the_chart(self):
        findings, page = self.open("fragmented")
        page.click("#failures .card header .moment")
        event = findings["failures"]["first"][0]["event"]
        begin, end = self.window(page)
        self.assertTrue(begin < event < end)
        self.assertIn(f"event {event:,}", self.text(page, "#over-time .readout"))
        self.assertIn("failed", self.text(page, "#over-time .readout"))

    def test_times_can_be_had_and_left(self):
        findings, page = self.open("timed")
        last = findings["proof"]["last_us"]
        self.assertAlmostEqual(self.window(page)[1], last, delta=last * 0.02)
        self.assertIn("8.00 ms", self.text(page, "#collects tbody"))
        page.click("#zoom-in")
        page.click("#over-time .choice button:nth-child(2)")
        begin, end = self.window(page)
        events = findings["proof"]["events"]
        self.assertAlmostEqual((end - begin) / events, 0.5, delta=0.05)
        self.assertEqual(page.complaints(), [])

    def test_largest_run_can_be_a_line(self):
        _, page = self.open("grown")
        page.evaluate(
            "[...document.querySelectorAll('.choice button')].find("
            "(button) => button.textContent === 'Lines').click()"
        )
        page.screenshot(SCREENSHOTS / "lines.png")
        self.assertEqual(page.complaints(), [])


if __name__ == "__main__":
    unittest.main()
