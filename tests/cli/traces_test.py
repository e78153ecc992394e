#!/usr/bin/env python3
"""The sample traces replay, and their sites are lines of the programs beside them."""

import os
import pathlib
import subprocess
import unittest

MPHEAP = os.environ["MPHEAP"]
TRACES = pathlib.Path(os.environ["MPHEAP_SOURCE_DIR"]) / "traces"


def mpheap(*words):
    return subprocess.run(
        [MPHEAP, *map(str, words)], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, text=True, check=False
    )


class SampleTraces(unittest.TestCase):
    def test_each_replays_exactly(self):
        traces = [*TRACES.glob("*.mpheap"), *TRACES.glob("*.events.zst")]
        self.assertGreater(len(traces), 6)
        for trace in traces:
            with self.subTest(trace=trace.name):
                done = mpheap("replay", "--strict", trace)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_sites_are_lines_of_the_program(self):
        for trace in TRACES.glob("*.mpheap"):
            program = trace.with_suffix(".py")
            lines = program.read_text().split("\n")
            sites = [line.split() for line in mpheap("dump", trace).stdout.split("\n") if line.startswith("SITE")]
            self.assertTrue(sites)
            for _, _, line, file, *_ in sites:
                if file == "main.py":
                    continue  # it runs the program, and is a caller
                with self.subTest(trace=trace.name, line=line):
                    self.assertEqual(file, program.name)
                    text = lines[int(line) - 1].strip()
                    self.assertTrue(text and not text.startswith("#"), text)

    def test_every_trace_tells_its_story(self):
        for command, trace, text in (
            ("frag", "fragmented_pool", "1 fragmented, 0 exhausted"),
            ("sites", "callers", "callers.py:13 log_line <- callers.py:26 step"),
            ("frag", "leak", "leak.py:18 (handle) hold ever more"),
            ("pauses", "before_tuning", "2 exhausted"),
            ("pauses", "after_tuning", "38 threshold"),
            ("report", "float_loop", "4,000 loop iterations"),
            ("report", "mark_stack", "because the mark stack"),
            ("graph", "areas", "in 4 areas"),
        ):
            with self.subTest(trace=trace):
                self.assertIn(text, mpheap(command, TRACES / (trace + ".mpheap")).stdout)


if __name__ == "__main__":
    unittest.main()
