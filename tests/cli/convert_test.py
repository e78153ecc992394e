"""mpheap convert: text logs to .mpheap traces and back."""

import json
import subprocess
import sys
import unittest

import command
from command import CommandTest, golden


class Convert(CommandTest):
    def test_a_converted_recording_gives_the_same_answers(self):
        for name in ("events/v1.24.1__memerr", "events/v1.24.1-auto__fuzz__",
                     "events/v1.29.0-preview-weak__w", "events/v1.26.1-b64__fuzz"):
            path = golden(name)
            trace = self.folder / "run.mpheap"
            made = self.json("convert", path, "-o", trace)
            text = self.json("replay", path, "--strict")
            binary = self.json("replay", trace, "--strict")
            for field in ("events", "collects", "divergences", "heap", "final"):
                self.assertEqual(binary[field], text[field], (name, field))
            self.assertEqual(made["schema"], "mpheap.convert/1")
            self.assertEqual(made["events"], text["events"])
            self.assertEqual(made["bytes"], trace.stat().st_size)
            self.assertAlmostEqual(
                made["bytes_per_event"], made["bytes"] / made["events"]
            )

    def test_back_to_text_has_every_address(self):
        path = golden("events/v1.24.1__memerr")
        trace, log = self.folder / "run.mpheap", self.folder / "run.log"
        self.succeeds("convert", path, "-o", trace)
        self.succeeds("convert", trace, "-o", log)
        wanted = [x for x in self.succeeds("dump", path).splitlines()
                  if x[0] in "ARF(" or x.startswith((")A", ")R", ")C"))]
        found = [x for x in log.read_text().splitlines()
                 if x[0] in "ARF(" or x.startswith((")A", ")R", ")C"))]
        strip = lambda x: x.split(" t=")[0]
        self.assertEqual([strip(x) for x in found if x.split()[0] != "AREA"],
                         [x for x in wanted if x.split()[0] != "AREA"])
        self.assertEqual(self.json("replay", log, "--strict")["divergences"], 0)
        self.assertEqual(self.succeeds("dump", trace), log.read_text())

    def test_times_survive(self):
        capture = command.SOURCE / "tests/golden/captures/sensor_v1.23.0.txt"
        script = command.SOURCE / "tests/support/capture_to_log.py"
        log = self.write("run.log", subprocess.run(
            [sys.executable, script, capture], check=True, capture_output=True).stdout)
        self.succeeds("convert", log, "-o", self.folder / "run.mpheap")
        back = self.succeeds("dump", self.folder / "run.mpheap")
        body = lambda text: [x for x in text.splitlines()
                             if x[0] in "ARF()" and not x.startswith("AREA")]
        with open(log, encoding="utf-8") as file:
            self.assertEqual(body(back), body(file.read()))

    def test_every_command_reads_the_trace(self):
        trace = self.folder / "run.mpheap"
        self.succeeds("convert", golden("events/v1.24.1__memerr"), "-o", trace)
        self.assertIn("mpheap trace 1", self.succeeds("info", trace))
        self.assertIn("Replayed exactly", self.succeeds("report", trace))
        text = self.json("report", golden("events/v1.24.1__memerr"))
        binary = self.json("report", trace)
        for part in ("allocations", "collects", "failures", "smallest_largest_free_run"):
            self.assertEqual(binary[part], text[part], part)

    def test_what_cannot_be_meant_is_a_usage_error(self):
        path = golden("events/v1.26.1__gc1")
        self.fails(2, "where to? use -o FILE", "convert", path)
        self.fails(2, "neither compact nor verify", "convert", path, "-o", "x", "--mode", "y")
        self.fails(2, "is not 1us, 16us or packet", "convert", path, "-o", "x", "--time", "y")
        self.fails(2, "both go to standard output", "convert", path, "-o", "-", "--json")
        log = self.write("own.log", command.unzstd(path))
        self.fails(2, "the trace itself", "convert", log, "-o", log)


if __name__ == "__main__":
    unittest.main()
