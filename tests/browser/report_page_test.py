"""The page of `mpheap report --html`, opened in a real browser, offline: what it says, and how it looks.

Every number the page takes from the findings says which (data-field) and in which form (data-form);
here each is formatted once more and compared. Pictures are left in $MPHEAP_SCREENSHOTS.
"""

import json
import re
import subprocess
import unittest

from report_pages import (
    ALWAYS,
    HOSTILE,
    MPHEAP,
    NAMES,
    RECORDINGS,
    SCREENSHOTS,
    SOURCE,
    ReportPages,
    field,
    formatted,
    golden,
    human_bytes,
    plain,
)


class ReportPageTest(ReportPages):
    # --- What it says ---------------------------------------------------------

    def test_numbers_are_those_of_the_findings(self):
        for name in [*NAMES, "timed", "broken", "empty", "dressed", "snapshots"]:
            with self.subTest(name):
                findings, page = self.open(name)
                shown = page.evaluate(
                    "[...document.querySelectorAll('[data-field]')].map((node) =>"
                    " [node.dataset.field, node.dataset.form, node.textContent])"
                )
                self.assertLessEqual(ALWAYS, {path for path, _, _ in shown})
                for path, form, text in shown:
                    value = field(findings, path)
                    self.assertEqual(
                        plain(text), formatted(form, value, findings).strip(), path
                    )
                self.assertIsNone(
                    re.search(
                        r"\b(undefined|null|NaN|Infinity|object Object)\b",
                        self.text(page, "body"),
                    )
                )
                island = page.evaluate(
                    "document.getElementById('findings').textContent"
                )
                self.assertEqual(json.loads(island), findings)
                page.screenshot(SCREENSHOTS / f"{name}.png")

    def test_page_is_quiet_small_quick_and_asks_for_nothing(self):
        for name in [*NAMES, "timed", "broken", "empty"]:
            with self.subTest(name):
                _, path = self.made(name)
                _, page = self.open(name)
                self.assertEqual(page.complaints(), [])
                self.assertEqual(page.requests(), [path.as_uri()])
                self.assertIn("default-src 'none'", path.read_text())
                self.assertNotIn("{{", path.read_text().split("<body>")[0])
                self.assertLess(path.stat().st_size, 2_000_000)
                ready = page.evaluate(
                    "performance.getEntriesByName('ready')[0].startTime"
                )
                self.assertLess(ready, 3000)  # well under 1 s on an idle machine

    def test_units_are_those_of_the_terminal(self):
        _, page = self.open("small")
        for expression, text in {
            "withCommas(1234567)": "1,234,567",
            "counted(1, 'block')": "1 block",
            "counted(0, 'block')": "0 blocks",
            "humanBytes(1023)": "1023 B",
            "humanBytes(166080)": "162.2 KB",
            "humanBytes(6400)": "6.2 KB",  # 6.25 goes to the even digit
            "humanBytes(6528)": "6.4 KB",
            "humanBytes(3 << 20)": "3.0 MB",
            "humanTime(250)": "250 µs",
            "humanTime(8200)": "8.20 ms",
            "humanTime(61000000)": "61.0 s",
            "percent(1)": "100.0 %",
            "percent(0.99999)": "99.9 %",
            "percent(0.00001)": "0.1 %",
            "percentOf(1, 0)": "–",
            "timeText(999)": "999 µs",
            "timeText(132567)": "132.6 ms",
            "timeText(1234567)": "1.235 s",
            "timeText(119999999)": "120.000 s",
            "timeText(3599960000)": "1:00:00.0",
            "shortTime(600)": "600 µs",
            "shortTime(2500)": "2.5 ms",
            "shortTime(10000)": "10 ms",
            "shortTime(2e6)": "2 s",
            "shortBytes(16384)": "16 KB",
            "momentText(5e6, 1e6, 9e6)": "5 s",
            "momentText(0, 5e5, 1.5e6)": "0.0 s",
            "momentText(0, 36e8, 9e9)": "0:00",
            "momentText(5.4e9, 18e8, 9e9)": "1:30:00",
        }.items():
            self.assertEqual(plain(page.evaluate(expression)), text, expression)

    def test_same_trace_gives_the_same_bytes(self):
        _, page = self.made("small")
        again = subprocess.run(
            [MPHEAP, "report", golden(RECORDINGS["small"]), "--html", "-", "--quiet"],
            check=True,
            capture_output=True,
        )
        self.assertEqual(again.stdout, page.read_bytes())

    def test_proof_is_shown(self):
        _, page = self.open("small")
        self.assertEqual(
            self.text(page, "#proof p"),
            "✓ Proven. 185 events replayed, 0 divergences, "
            "180 of 180 checkpoints matched.",
        )

    def test_doubts_are_loud_and_located(self):
        findings, page = self.open("broken")
        first = findings["proof"]["first_divergences"][0]
        text = self.text(page, "#proof[role=alert]")
        self.assertIn("Not proven", text)
        self.assertIn(first["what"], text)
        self.assertIn(first["windows"][0]["recorded"], text)
        self.assertIn("noise", text)
        self.assertIn("no end record", text)

    def test_text_of_the_trace_stays_text(self):
        _, page = self.open("broken")
        self.assertEqual(self.text(page, "h1"), HOSTILE)
        self.assertEqual(
            page.evaluate("document.title"), f"{HOSTILE} – mpheap report"
        )

    def test_nothing_to_show_is_said(self):
        _, page = self.open("no_collects")
        self.assertIn("The collector never ran", self.text(page, "#collects"))
        self.assertIn("No allocation failed", self.text(page, "#failures"))
        _, page = self.open("empty")
        self.assertIn("nothing to compare", self.text(page, "#proof"))
        self.assertIn("Nothing happens", self.text(page, "#over-time"))
        self.assertIn("Nothing was allocated", self.text(page, "#allocations"))

    def test_failures_are_cards_with_a_verdict(self):
        findings, page = self.open("fragmented")
        cards = page.evaluate(
            "[...document.querySelectorAll('.card')].map((card) => card.innerText)"
        )
        self.assertEqual(len(cards), findings["failures"]["count"])
        for card, failure in zip(cards, findings["failures"]["first"]):
            self.assertIn(failure["verdict"].replace("_", " "), card)
            self.assertIn(human_bytes(failure["bytes"]), plain(card))
            self.assertIn("in pieces", card)

    def test_failures_lead_to_what_was_in_the_way(self):
        findings, page = self.open("fragmented")
        cards = findings["fragmentation"]["failures"]["cards"]
        card = next(card for card in cards if card.get("in_the_way"))
        first = card["in_the_way"]["objects"][0]
        page.click(".in-the-way button")
        self.assertIn(f"event {card['event']:,}", self.text(page, "#picture-status"))
        text = self.text(page, "#map-object")
        self.assertIn(f"(block {first['block']:,})", text)
        self.assertIn(f"born at event {first['born_event']:,}", text)
        page.screenshot(SCREENSHOTS / "in_the_way.png", whole=False)

    def test_more_failures_and_collects_come_on_request(self):
        findings, page = self.open("failures")
        count = "document.querySelectorAll('.card').length"
        self.assertEqual(page.evaluate(count), 6)
        page.click("#failures .more")
        self.assertEqual(page.evaluate(count), len(findings["failures"]["first"]))
        findings, page = self.open("many_collects")
        count = "document.querySelectorAll('#collects tbody tr').length"
        self.assertEqual(page.evaluate(count), 200)
        page.click("#collects .more")
        self.assertEqual(page.evaluate(count), 1200)
        while page.evaluate("document.querySelector('#collects .more') !== null"):
            page.click("#collects .more")
        self.assertEqual(page.evaluate(count), len(findings["collects"]["listed"]))
        self.assertEqual(page.complaints(), [])

    def test_terms_lead_to_their_definitions(self):
        for name in NAMES:
            _, page = self.open(name)
            self.assertEqual(
                page.evaluate(
                    "[...document.querySelectorAll('a[href^=\"#\"]')].filter("
                    "(a) => !document.querySelector(a.getAttribute('href')))"
                    ".map((a) => a.outerHTML)"
                ),
                [],
            )

    # --- What not every report has --------------------------------------------

    def test_sections_are_there_only_with_their_findings(self):
        kinds = ("pauses", "curve", "fragmentation", "sites")
        findings, page = self.open("small")
        keys = {"curve": "tune"}
        for kind in kinds:
            there = page.evaluate(f"document.getElementById('{kind}') !== null")
            self.assertEqual(there, keys.get(kind, kind) in findings, kind)
        _, page = self.open("dressed")
        for kind in kinds:
            self.assertNotIn("could not be drawn", self.text(page, f"#{kind}"))
        self.assertEqual(page.complaints(), [])

    def test_what_keeps_what_alive_is_in_the_words_of_graph(self):
        findings, page = self.open("snapshots")
        graph = findings["graph"]
        text = " ".join(self.text(page, "#graph").split())
        self.assertNotIn("could not be drawn", text)
        self.assertIn(f"event {graph['snapshot']['event']:,}", text)
        printed = subprocess.run(
            [MPHEAP, "graph", SOURCE / "traces" / "sessions.mpheap", "--quiet"],
            check=True, capture_output=True, text=True).stdout
        printed = " ".join(printed.split())
        for row in graph["objects"]:
            self.assertIn(row["way_words"], text)
            self.assertIn(row["way_words"], printed)
        for row in graph["sites"]:
            self.assertIn(human_bytes(row["retained_bytes"]), text)
        self.assertIn(graph["mark_stack"]["words"], printed)
        stack = graph["mark_stack"]
        self.assertEqual(
            page.evaluate("document.getElementById('mark-stack') !== null"),
            stack["smallest_without_rescan"] > stack["entries"])
        widths = page.evaluate(
            "[...document.querySelectorAll('#graph table')].map((table) =>"
            " parseFloat(table.querySelector('.bar i').style.width))")
        self.assertEqual(widths, [100, 100])
        self.assertEqual(page.complaints(), [])
        page.evaluate("document.getElementById('graph').scrollIntoView()")
        page.screenshot(SCREENSHOTS / "graph.png", whole=False)
        _, page = self.open("small")
        self.assertFalse(page.evaluate("document.getElementById('graph') !== null"))

    def test_line_to_paste_is_the_recommended_one(self):
        _, page = self.open("dressed")
        self.assertEqual(self.text(page, "#verdict .paste code"), "gc.threshold(16000)")
        page.click("#verdict .copy")
        page.wait_for("document.querySelector('#verdict .copy').innerText === 'Copied'")
        # What cures the failures goes before it.
        findings, page = self.open("fragmented")
        self.assertEqual(findings["verdict"][0]["id"], "fragmented")
        self.assertEqual(
            self.text(page, "#verdict .paste code"), findings["verdict"][0]["code"])

    def test_lifetimes_are_a_band_between_bounds(self):
        findings, page = self.open("dressed")
        lives = findings["sites"]["lifetimes"]
        self.assertEqual(
            page.evaluate("document.querySelectorAll('#lifetimes .band').length"), 1)
        self.assertEqual(
            plain(self.text(page, "#lifetimes .facts dd")), str(lives["died"]))
        titles = page.evaluate(
            "[...document.querySelectorAll('#lifetimes circle title')].map("
            "(node) => node.textContent)")
        self.assertIn("dead by 128 B: 100.0 %", [plain(title) for title in titles])
        _, page = self.open("fragmented")
        self.assertNotIn("could not be drawn", self.text(page, "#lifetimes"))

    def test_threshold_curve_has_its_points_and_bounds(self):
        findings, page = self.open("dressed")
        candidates = findings["tune"]["candidates"]
        titles = page.evaluate(
            "[...document.querySelectorAll('#curve circle title')].map("
            "(node) => node.textContent)"
        )
        self.assertEqual(len(titles), len(candidates))
        first = candidates[0]["min_largest_free_run_bytes"]
        self.assertEqual(
            plain(titles[0]),
            f"gc.threshold(1,000): {human_bytes(first['estimate'])} "
            f"({human_bytes(first['low'])} to {human_bytes(first['high'])})",
        )
        page.click("#curve .choice button:nth-child(2)")
        self.assertIn(
            "1.02 ms",
            plain(page.evaluate(
                "document.querySelector('#curve circle title').textContent")),
        )
        self.assertIn("16,000 B ✓ recommended", self.text(page, "#curve tbody"))

    def test_flame_graph_opens_and_closes(self):
        _, page = self.open("dressed")
        names = "[...document.querySelectorAll('.flame button')].map((b) => b.title)"
        self.assertIn("main.py: 13.3 KB, 85.0 %", [
            plain(name) for name in page.evaluate(names)])
        width = "document.querySelector('.flame .shown').style.width"
        page.evaluate("[...document.querySelectorAll('.flame button')].find("
                      "(b) => b.title.startsWith('lib/net.py')).click()")
        self.assertEqual(page.evaluate(width), "100%")
        self.assertEqual(
            [plain(n).split(":")[0] for n in page.evaluate(names)],
            ["all allocations", "lib/net.py", "send", "line 7"])
        page.evaluate("document.querySelector('.flame button').click()")
        self.assertEqual(len(page.evaluate(names)), 11)

    def test_flame_graph_has_whole_stacks_where_callers_are_told(self):
        findings, page = self.open("callers")
        cells = page.evaluate("[...document.querySelectorAll('.flame button')].map("
                              "(b) => [b.getAttribute('aria-level'), b.title])")
        blocks = sum(one["blocks"] for one in findings["sites"]["stacks"]
                     if [frame["line"] for frame in one["stack"]] == [9, 18, 27])
        there = human_bytes(blocks * findings["heap"]["block_bytes"])
        shown = [(int(level), plain(title)) for level, title in cells]
        way = ("step (callers.py:27)", "show (callers.py:18)", "text_of (callers.py:9)")
        for level, frame in enumerate(way, 2):
            self.assertTrue(any(title.startswith(f"{frame}: {there}")
                                for at, title in shown if at == level), (frame, shown))
        self.assertIn("by who called whom", self.text(page, "#sites"))

    # --- Readers --------------------------------------------------------------

    def test_theme_follows_the_reader_and_the_button(self):
        theme = "document.documentElement.dataset.theme"
        _, page = self.open("fragmented", dark=True)
        self.assertEqual(page.evaluate(theme), "dark")
        page.screenshot(SCREENSHOTS / "dark.png")
        page.click("#theme")
        self.assertEqual(page.evaluate(theme), "light")

    def test_paper_is_light_and_the_screen_as_before(self):
        _, page = self.open("fragmented", dark=True)
        page.pdf(SCREENSHOTS / "print.pdf")
        self.assertGreater((SCREENSHOTS / "print.pdf").stat().st_size, 10_000)
        page.wait_for("document.documentElement.dataset.theme === 'dark'")

    def test_narrow_windows_do_not_scroll_sideways(self):
        for name in (*NAMES, "broken"):
            with self.subTest(name):
                _, page = self.open(name, width=360, height=740)
                self.assertLessEqual(
                    page.evaluate("document.documentElement.scrollWidth"), 360
                )
                page.screenshot(SCREENSHOTS / f"{name}_narrow.png")

    def test_window_can_change_its_size(self):
        _, page = self.open("fragmented")
        page.resize(700, 900)
        page.settle()
        width = "document.querySelector('#heap-chart canvas').clientWidth"
        page.wait_for(f"{width} < 700")
        self.assertLessEqual(
            page.evaluate("document.documentElement.scrollWidth"), 700
        )


if __name__ == "__main__":
    unittest.main()
