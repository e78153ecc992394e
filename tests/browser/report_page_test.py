"""The page of `mpheap report --html`, opened in a real browser, offline.

Every number the page takes from the findings says which (data-field) and in
which form (data-form); here each is formatted once more and compared. Then the
page is used: zoom, hover, keys, themes, paper, narrow windows, broken traces.
Pictures of it are left in $MPHEAP_SCREENSHOTS.
"""

import csv
import functools
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "cli")]

import made_findings  # noqa: E402
from command import MPHEAP, SOURCE, golden, unzstd  # noqa: E402
from devtools import Browser, Page, find_browser  # noqa: E402

GOLDEN = pathlib.Path(
    os.environ.get("MPHEAP_GOLDEN_DIR", SOURCE / ".." / "shared" / "golden")
)
SCREENSHOTS = pathlib.Path(os.environ.get("MPHEAP_SCREENSHOTS", "screenshots"))

RECORDINGS = {
    "small": "events/v1.26.1__gc1__",
    "fragmented": "events/v1.26.1__bufs_frag__",
    "failures": "events/v1.19.1__fuzz__16K",
    "no_collects": "events/v1.19.1__pb_core_qstr__",
    "grown": "events/v1.24.1-auto__memerr__",
    "many_collects": "thresholds/v1.20.0__pid_float__1024__",
}
NAMES = [*RECORDINGS, "largest"]


def largest_recording():
    """The event log of most events of all recordings there are, or of the committed ones."""
    for folder in GOLDEN / "events", SOURCE / "tests" / "golden" / "events":
        manifest = folder / "MANIFEST.tsv"
        if manifest.exists():
            with manifest.open() as lines:
                logs = list(csv.DictReader(lines, delimiter="\t"))
            return folder / max(logs, key=lambda log: int(log["events"]))["file"]
    raise AssertionError("no MANIFEST.tsv of recordings")

# What every page must show, whatever else it shows.
ALWAYS = {
    "allocations.peak_event",
    "allocations.peak_used_blocks",
    "allocations.requests",
    "collects.count",
    "failures.count",
    "final.max_free",
    "final.used_blocks",
    "heap.blocks",
    "heap.pool_bytes",
    "heap.release",
    "over_time.worst_fragmentation",
    "proof.checkpoints_checked",
    "proof.divergences",
    "proof.events",
    "smallest_largest_free_run.blocks",
    "trace.file",
}


# --- Numbers as the page must show them ---------------------------------------


def human_bytes(value):
    if value < 1024:
        return f"{value} B"
    if value < 1024 * 1024:
        return f"{value / 1024:.1f} KB"
    return f"{value / 1048576:.1f} MB"


def percent(share):
    value = share * 100
    if share < 1:
        value = min(value, 99.9)
    if share > 0:
        value = max(value, 0.1)
    return f"{value:.1f} %"


def human_time(us):
    if us < 1000:
        return f"{us} µs"
    if us < 1_000_000:
        return f"{us / 1e3:.2f} ms"
    return f"{us / 1e6:.1f} s" if us < 120e6 else f"{us / 60e6:.1f} min"


def formatted(form, value, findings):
    return {
        "count": lambda: f"{value:,}",
        "bytes": lambda: human_bytes(value),
        "blocks": lambda: human_bytes(value * findings["heap"]["block_bytes"]),
        "share": lambda: percent(value),
        "time": lambda: human_time(value),
        "text": lambda: str(value),
    }[form]()


def field(findings, path):
    for key in path.split("."):
        findings = findings[int(key) if isinstance(findings, list) else key]
    return findings


def plain(text):
    return text.replace("\u00a0", " ").strip()


# --- Traces made for the purpose ----------------------------------------------


def with_times(log):
    """The log, with a time for each event: 40 µs each, 8 ms per collect."""
    lines, now, begun = [], 0, False
    for line in log.replace("GOLDEN 1", "MPHEAP-EVENTS 1", 1).splitlines():
        keyword = line.split(" ")[0]
        if begun and keyword in ("A", "R", "F", "(A", "(R", "(C", ")C"):
            now += 8000 if keyword == ")C" else 40
            line += f" t={now}"
        begun = begun or line == "BEGIN"
        lines.append(line)
    return "\n".join(lines) + "\n"


HOSTILE = "</script><script>document.title='owned'</script><b>&amp;\"'"


def broken(log):
    """A log with a hostile name, an event missing, noise, and no end."""
    log = re.sub(r"(?m)^H workload .*$", lambda _: f"H workload {HOSTILE}", log)
    lines = log.splitlines()
    del lines[19999]
    lines[59999] = "noise <img src=x onerror=document.title='owned'>"
    return "\n".join(lines[:-1]) + "\n"


EMPTY = """GOLDEN 1
H version v1.22.2
H word 4
H block 16
H finaliser 1
AREA 0 f7c11018 f7c3a80c f7c11018 2594 f7c11a3b 1297 - - f7c11f80 f7c3a800
BEGIN
END 0 complete
"""


# --- The tests ----------------------------------------------------------------


class ReportPageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        assert find_browser(), "needs the Debian package chromium-headless-shell"
        cls.folder = pathlib.Path(
            cls.enterClassContext(tempfile.TemporaryDirectory())
        )
        cls.browser = cls.enterClassContext(Browser())

    @classmethod
    @functools.cache
    def made(cls, name):
        """(findings, path of the page) of a recording or a trace made here."""
        trace = cls.folder / f"{name}.log"
        if name in RECORDINGS:
            trace = golden(RECORDINGS[name])
        elif name == "largest":
            trace = largest_recording()
        elif name == "timed":
            log = unzstd(golden("events/v1.22.2__mixed_app")).decode()
            trace.write_text(with_times(log))
        elif name == "broken":
            log = unzstd(golden("events/v1.22.2__mixed_app")).decode()
            trace.write_text(broken(log))
        elif name == "snapshots":
            trace = SOURCE / "traces" / "sessions.mpheap"
        elif name == "empty":
            trace.write_text(EMPTY)
        page = cls.folder / f"{name}.html"
        if name == "dressed":
            return cls.dressed(page)
        answer = subprocess.run(
            [MPHEAP, "report", trace, "--html", page, "--json", "--quiet"],
            check=True,
            capture_output=True,
            timeout=300,
        )
        return json.loads(answer.stdout), page

    @classmethod
    def dressed(cls, page):
        """The page of a trace with times, with findings made by hand added."""
        findings, plain_page = cls.made("timed")
        findings = {
            **findings,
            "verdict": [{**findings["verdict"][0], "code": ""}],
            "tune": made_findings.TUNE,
            "pauses": made_findings.PAUSES,
            "fragmentation": made_findings.FRAGMENTATION,
            "sites": made_findings.SITES,
        }
        page.write_text(
            re.sub(
                r'(?s)(id="findings">).*?(</script>)',
                lambda m: m[1] + json.dumps(findings) + m[2],
                plain_page.read_text(),
                count=1,
            )
        )
        return findings, page

    def open(self, name, **reader):
        """(findings, the page in a tab that is closed after the test)."""
        findings, path = self.made(name)
        page = Page(self.browser, path, **reader)
        self.addCleanup(page.close)
        return findings, page

    def text(self, page, selector):
        return plain(page.evaluate(f"document.querySelector({selector!r}).innerText"))

    def window(self, page, chart="heap"):
        text = page.evaluate(
            f"document.querySelector('#{chart}-chart').dataset.window"
        )
        return [float(x) for x in text.split()]

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

    # --- The charts -----------------------------------------------------------

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

    # --- The map --------------------------------------------------------------

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
