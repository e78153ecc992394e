"""Pages of `mpheap report --html` for tests: of recordings, of traces made here, of findings made by hand.

Each test class has one browser, and makes a page once.
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


# --- A browser and its pages --------------------------------------------------


class ReportPages(unittest.TestCase):
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
        elif name == "callers":
            trace = SOURCE / "traces" / "callers.mpheap"
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
