"""mpheap export: each format, and what the tools it is for make of it.

Consumers that are not installed are skipped, saying so: ms_print and dh_view
(valgrind), prometheus_client, chromium with speedscope from npm, go.
"""

import base64
import csv
import functools
import gzip
import html
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import command
from command import CommandTest
from sites_test import CALLERS, FLOAT, LIST, SAMPLE, log_with_sites

BROWSER = next(
    filter(None, map(shutil.which, ("chromium-headless-shell", "chromium"))), None
)
DHAT_VIEWER = next(
    filter(
        pathlib.Path.exists,
        [
            pathlib.Path("/usr/libexec/valgrind/dh_view.html"),
            pathlib.Path("/usr/lib/valgrind/dh_view.html"),
        ],
    ),
    None,
)
@functools.cache
def speedscope():
    """Its page, and what is wrong if there is none."""
    work = pathlib.Path(os.environ.get("MPHEAP_CONSUMERS_DIR", "consumers")).absolute()
    page = work / "node_modules" / "speedscope" / "dist" / "release" / "index.html"
    if not page.exists():
        if shutil.which("npm") is None:
            return None, "no npm to install speedscope"
        work.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(command.SOURCE / "tests" / "consumers" / name, work)
        done = subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=work, capture_output=True, text=True, timeout=300, check=False,
        )
        if done.returncode != 0:
            return None, "npm ci failed: " + done.stderr[-300:]
    return page, None


MARKS = [
    "LABEL start%20of%20loop t=1",
    "TICK t=2",
    'TEXT say%20"hello",%20\xe4 t=3',
    "TICK t=5000",
    "TICK t=9000",
]


def run(*words):
    ran = subprocess.run(
        list(map(str, words)), stdin=subprocess.DEVNULL, capture_output=True, timeout=100
    )
    assert ran.returncode == 0, ran.stderr[-500:]
    return ran.stdout.decode()


def fields(message):
    """The fields of a protocol buffer as (number, value), wire types 0 and 2."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
        else:
            assert key & 7 == 2, key
            length = varint()
            at += length
            yield key >> 3, message[at - length : at]


class Export(CommandTest):
    def setUp(self):
        super().setUp()
        header, rest = log_with_sites().split("SITE 1", 1)
        self.log = self.write("run.log", header + "\n".join(MARKS) + "\nSITE 1" + rest)

    def export(self, form, *words, trace=None):
        return self.succeeds("export", trace or self.log, "-f", form, "-q", *words)

    # --- The time line -------------------------------------------------------

    def test_trace_events_have_collects_counters_marks(self):
        events = json.loads(self.export("trace-event"))["traceEvents"]
        slices = {event["name"]: event for event in events if event["ph"] == "X"}
        collect = slices["collect (explicit)"]
        self.assertEqual((collect["ts"], collect["dur"]), (31100, 7900))
        self.assertEqual(collect["args"]["objects_before"], 110)
        self.assertEqual(collect["args"]["objects_after"], 10)
        self.assertEqual(slices["mark"]["dur"] + slices["sweep"]["dur"], 7900)
        self.assertEqual((slices["iteration 1"]["ts"], slices["iteration 1"]["dur"]), (2, 4998))
        names = [event["name"] for event in events if event["ph"] == "i"]
        self.assertEqual(names, ["start of loop", "console"])
        text = next(event["args"]["text"] for event in events if event["name"] == "console")
        self.assertEqual(text, 'say "hello", \xe4')
        for event in events:
            if event["ph"] == "C":
                self.assertEqual(sum(event["args"].values()), 2594 * 4 * 16)

    def test_a_trace_without_times_is_drawn_by_events(self):
        ran = self.mpheap("export", SAMPLE, "-f", "trace-event")
        self.assertIn(b"no times", ran.stderr)
        found = json.loads(ran.stdout)
        collects = [e for e in found["traceEvents"] if e["name"].startswith("collect (")]
        self.assertEqual(len(collects), self.json("report", SAMPLE)["collects"]["count"])

    # --- Tables --------------------------------------------------------------

    def test_tables_agree_with_each_other_and_the_report(self):
        for table in ("events", "collects", "objects"):
            rows = list(csv.DictReader(io.StringIO(self.export("csv", "--table", table))))
            lines = self.export("ndjson", "--table", table).splitlines()
            objects = [json.loads(line) for line in lines]
            self.assertEqual(
                rows,
                [
                    {key: "" if value is None else str(value) for key, value in one.items()}
                    for one in objects
                ],
            )
        ends = [one["end"] for one in objects]
        self.assertEqual({end: ends.count(end) for end in ends},
                         {"freed": 100, "swept": 100, "live": 10})
        self.assertEqual({one["runtime"] for one in objects}, {FLOAT, LIST})

    def test_the_objects_of_a_recording_add_up(self):
        sites = self.json("sites", SAMPLE)["total"]
        lines = self.export("ndjson", "--table", "objects", trace=SAMPLE).splitlines()
        ends = [json.loads(line)["end"] for line in lines]
        self.assertEqual(len(ends), sites["objects"])
        for end in ("freed", "swept", "live", "reset"):
            self.assertEqual(ends.count(end), sites[end], end)

    # --- Profiles ------------------------------------------------------------

    def test_folded_stacks(self):
        self.assertEqual(self.export("folded"), self.succeeds("sites", self.log, "--folded", "-q"))

    def test_speedscope_has_a_profile_for_each_question(self):
        found = json.loads(self.export("speedscope"))
        totals = {one["name"]: one["endValue"] for one in found["profiles"]}
        self.assertEqual(
            totals,
            {"alloc_objects": 210, "alloc_space": 6560, "garbage_space": 1600, "inuse_space": 160},
        )
        for one in found["profiles"]:
            self.assertEqual(sum(one["weights"]), one["endValue"])
            self.assertEqual(len(one["weights"]), len(one["samples"]))

    def test_pprof_is_the_same_profile(self):
        self.succeeds("export", self.log, "-f", "pprof", "-o", "run.pb.gz", "-q")
        profile = list(fields(gzip.decompress((self.folder / "run.pb.gz").read_bytes())))
        strings = [value.decode() for number, value in profile if number == 6]
        self.assertEqual(strings[0], "")
        types = [strings[dict(fields(value))[1]] for number, value in profile if number == 1]
        self.assertEqual(types, ["alloc_objects", "alloc_space", "garbage_space", "inuse_space"])
        sums = [0] * 4
        for number, value in profile:
            if number == 2:
                packed = b"".join(b"\x08" + b for b in re.findall(
                    rb"[\x80-\xff]*[\x00-\x7f]", dict(fields(value))[2]))
                sums = [a + v for a, (_, v) in zip(sums, fields(packed))]
        self.assertEqual(sums, [210, 6560, 1600, 160])

    def test_profiles_have_whole_stacks_where_callers_are_told(self):
        way = ["step:27", "show:18", "text_of:9"]
        found = json.loads(self.export("speedscope", trace=CALLERS))
        names = [frame["name"] for frame in found["shared"]["frames"]]
        stacks = [[names[i] for i in sample][:3] for sample in found["profiles"][0]["samples"]]
        self.assertIn(way, stacks)
        frame = found["shared"]["frames"][names.index("show:18")]
        self.assertEqual((frame["file"], frame["line"]), ("callers.py", 18))

        dhat = json.loads(self.export("dhat", trace=CALLERS))
        stacks = [[dhat["ftbl"][i] for i in one["fs"][1:4]] for one in dhat["pps"]]
        self.assertIn(
            ["text_of (callers.py:9)", "show (callers.py:18)", "step (callers.py:27)"], stacks
        )

        self.succeeds("export", CALLERS, "-f", "pprof", "-o", "run.pb.gz", "-q")
        profile = list(fields(gzip.decompress((self.folder / "run.pb.gz").read_bytes())))
        lines = {}
        for number, value in profile:
            if number == 4:
                location = dict(fields(value))
                lines[location[1]] = dict(fields(location[4])).get(2, 0)
        samples = [dict(fields(value))[1] for number, value in profile if number == 2]
        self.assertIn([9, 18, 27], [[lines[i] for i in sample][1:] for sample in samples],
                      "behind the function of the runtime, innermost first")

    # --- What sites hold -----------------------------------------------------

    def test_dhat_adds_up(self):
        found = json.loads(self.export("dhat"))
        points = {found["ftbl"][one["fs"][-2]]: one for one in found["pps"]}
        floats, lists, kept = (points[key] for key in ("loop:12", "loop:13", "keep:7"))
        self.assertEqual((floats["tb"], floats["tbk"], floats["eb"]), (1600, 100, 0))
        self.assertEqual((floats["mb"], floats["mbk"]), (1600, 100))
        self.assertEqual((lists["tb"], lists["mb"], lists["mbk"]), (4000, 40, 1))
        self.assertEqual(lists["tl"], 90 * 200 + 10 * 300)
        self.assertEqual((kept["eb"], kept["ebk"]), (160, 10))
        # The peak: the last list beside all floats and what was kept.
        self.assertEqual([one["gb"] for one in (floats, lists, kept)], [1600, 40, 160])
        self.assertEqual(found["te"], 39000)

    def test_massif_finds_the_peak(self):
        text = self.export("massif")
        peak = re.search(r"mem_heap_B=(\d+)\nmem_heap_extra_B=(\d+)\n.*\nheap_tree=peak", text)
        # A list asks for 40 bytes and takes 48.
        self.assertEqual(peak.groups(), ("1800", "8"))
        times = [int(time) for time in re.findall(r"(?m)^time=(\d+)", text)]
        self.assertEqual(times, sorted(times))

    def test_massif_stays_short(self):
        text = self.export("massif", trace=SAMPLE)
        self.assertLessEqual(text.count("snapshot="), 100)
        self.assertGreaterEqual(text.count("snapshot="), 50)

    # --- Metrics -------------------------------------------------------------

    def test_metrics_are_the_gauges(self):
        text = self.export("openmetrics")
        self.assertIn('mpheap_collects{trace="' + self.log + '"} 1\n', text)
        self.assertIn('mpheap_pause_seconds{trace="' + self.log + '",percentile="99"} 0.0079\n', text)
        self.assertTrue(text.endswith("# EOF\n"))

    # --- Mistakes ------------------------------------------------------------

    def test_command_lines_that_make_no_sense(self):
        self.fails(2, "trace-event, dhat", "export", self.log)
        self.fails(2, "none of", "export", self.log, "-f", "png")
        self.fails(2, "none of", "export", self.log, "-f", "csv", "--table", "sites")
        self.fails(2, "csv and ndjson", "export", self.log, "-f", "dhat", "--table", "events")
        self.fails(2, "the trace itself", "export", self.log, "-f", "csv", "-o", self.log)

    def test_a_name_can_ask_for_compression(self):
        self.succeeds("export", self.log, "-f", "csv", "-o", "e.csv.gz", "-q")
        packed = (self.folder / "e.csv.gz").read_bytes()
        self.assertEqual(gzip.decompress(packed).decode(), self.export("csv"))


class Consumers(Export):
    """Only what others say; the tests of Export run above."""

    @unittest.skipUnless(shutil.which("ms_print"), "SKIPPED: no ms_print (valgrind)")
    def test_ms_print_reads_massif(self):
        path = self.write("massif.out", self.export("massif"))
        text = run("ms_print", path)
        self.assertIn("Number of snapshots", text)
        self.assertIn("main.py loop:12", text)

    @unittest.skipUnless(BROWSER and DHAT_VIEWER, "SKIPPED: no dh_view (valgrind) or chromium")
    def test_dh_view_reads_dhat(self):
        for name in ("dh_view.js", "dh_view.css"):
            shutil.copy(DHAT_VIEWER.with_name(name), self.folder)
        page = DHAT_VIEWER.read_text().replace(
            'onload="onLoad()"',
            'onload="onLoad(); gData = ' + html.escape(self.export("dhat")) +
            '; buildTree(); displayTree(0, 0, 0)"',
        )
        text = self.dom(self.write("view.html", page))
        self.assertIn("micropython-heap", text)
        self.assertRegex(text, r"Total:\s+5,760 bytes")
        self.assertIn("loop:12", text)

    def dom(self, path, fragment=""):
        with tempfile.TemporaryDirectory() as profile:
            return html.unescape(re.sub(r"<[^>]*>", "", run(
                BROWSER, "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000",
                "--allow-file-access-from-files",
                f"--user-data-dir={profile}", "--dump-dom", f"file://{path}{fragment}")))

    def test_speedscope_reads_three_formats(self):
        page, missing = speedscope() if BROWSER else (None, "no chromium")
        if missing:
            self.skipTest("SKIPPED: " + missing)
        for form in ("trace-event", "speedscope", "folded"):
            content = base64.b64encode(self.export(form).encode()).decode()
            script = self.write(
                "load.js", f'speedscope.loadFileFromBase64("run.{form}", "{content}")'
            )
            text = self.dom(page, f"#localProfilePath={script}")
            self.assertIn(" - speedscope", text, form)

    @unittest.skipUnless(shutil.which("go"), "SKIPPED: no go, so no go tool pprof")
    def test_go_reads_pprof(self):
        path = self.folder / "run.pb.gz"
        self.succeeds("export", self.log, "-f", "pprof", "-o", path, "-q")
        text = run("go", "tool", "pprof", "-top", "-sample_index=garbage_space", path)
        self.assertRegex(text, r"1.56kB +100% +100% .*" + FLOAT)

    def test_prometheus_client_reads_openmetrics(self):
        python = next(
            (
                one
                for one in ("/usr/bin/python3", sys.executable)
                if subprocess.run([one, "-c", "import prometheus_client"], capture_output=True,
                                  check=False).returncode == 0
            ),
            None,
        )
        if python is None:
            self.skipTest("SKIPPED: no python3-prometheus-client")
        path = self.write("m.txt", self.export("openmetrics"))
        names = run(
            python, "-c",
            "import sys\n"
            "from prometheus_client.openmetrics import parser\n"
            "for family in parser.text_string_to_metric_families(open(sys.argv[1]).read()):\n"
            "    print(family.name, len(family.samples))\n",
            path,
        ).split("\n")
        self.assertIn("mpheap_pause_seconds 3", names)
        self.assertIn("mpheap_failed_allocations 1", names)


# Consumers inherits what makes a trace, not the tests.
for name in list(vars(Export)):
    if name.startswith("test_"):
        setattr(Consumers, name, None)


if __name__ == "__main__":
    sys.exit(unittest.main())
