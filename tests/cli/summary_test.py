"""mpheap summary and merge: a fleet of traces, in any order, on any machines."""

import json
import random
import sys
import unittest

import command
from command import CommandTest

TRACES = [
    command.golden(f"events/{name}")
    for name in (
        "v1.22.2__fuzz__", "v1.22.2__memerr__", "v1.20.0__gc1__", "v1.26.1__gc1__",
        "v1.19.1__pid_float__", "v1.24.1__packets__",
    )
]


class Summary(CommandTest):
    def summaries(self):
        return [self.succeeds("summary", trace, "--json") for trace in TRACES]

    def merged(self, *lists):
        paths = [self.write(f"part{i}.json", "".join(part)) for i, part in enumerate(lists)]
        return self.succeeds("merge", *paths, "--json")

    def test_it_agrees_with_the_report(self):
        for trace in TRACES[:2]:
            report = self.json("report", trace)
            found = self.json("summary", trace)
            self.assertEqual(found["schema"], "mpheap.summary/1")
            counts = found["counts"]
            self.assertEqual(counts["events"], report["proof"]["events"])
            self.assertEqual(counts["allocations"], report["allocations"]["requests"])
            self.assertEqual(counts["failed_allocations"], report["failures"]["count"])
            self.assertEqual(counts["collects"], report["collects"]["count"])
            sizes = found["spreads"]["request_bytes"]
            self.assertEqual(sizes["count"], report["allocations"]["requests"])
            self.assertEqual(sizes["sum"], report["allocations"]["requested_bytes"])
            self.assertEqual(sizes["max"], report["allocations"]["largest_request_bytes"])
            live = sorted(one["used_after_blocks"] * 16 for one in report["collects"]["listed"]
                          if one["cause"] != "reset")
            median = live[(len(live) - 1) // 2]
            self.assertAlmostEqual(
                found["spreads"]["live_after_collect_bytes"]["p50"], median, delta=median / 99)

    def test_the_order_and_the_grouping_do_not_matter(self):
        parts = self.summaries()
        whole = self.merged(parts)
        rng = random.Random(3)
        for _ in range(5):
            rng.shuffle(parts)
            cut = rng.randint(1, len(parts) - 1)
            halves = [self.merged(parts[:cut]), self.merged(parts[cut:])]
            self.assertEqual(self.merged(*([half] for half in halves)), whole)
        self.assertEqual(self.succeeds("summary", *TRACES, "--json"), whole)
        self.assertEqual(json.loads(whole)["counts"]["traces"], len(TRACES))

    def test_a_summary_is_small(self):
        self.assertLess(max(map(len, self.summaries())), 16000)

    def test_as_text(self):
        text = self.succeeds("summary", *TRACES[:2])
        self.assertRegex(text, r"traces +2\n")
        self.assertIn("memerr", text)

    def test_mistakes(self):
        self.fails(2, "which traces", "summary")
        self.fails(2, "which summaries", "merge")
        self.fails(1, "bad.json:1", "merge", self.write("bad.json", "{}\n"))
        self.fails(1, "holds no summary", "merge", self.write("empty.json", "\n"))
        self.fails(1, "none.json", "merge", "none.json")


if __name__ == "__main__":
    sys.exit(unittest.main())
