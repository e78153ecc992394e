"""mpheap simulate: what-if runs as a user sees them."""

import unittest

from command import SOURCE, CommandTest, golden

BRACKETS = [
    "collects",
    "peak_used_bytes",
    "live_after_collect_bytes",
    "min_largest_free_run_bytes",
    "max_pause_us",
    "gc_time_share",
    "failed_allocations",
]


class Simulate(CommandTest):
    def setUp(self):
        super().setUp()
        self.trace = golden("thresholds/v1.24.1__json_doc__2048__")

    def assert_ordered(self, answer):
        for name in BRACKETS:
            low, estimate, high = (answer[name][x] for x in ("low", "estimate", "high"))
            if estimate is not None:
                self.assertLessEqual(low, estimate, name)
                self.assertLessEqual(estimate, high, name)

    def test_nothing_changed_is_the_recording(self):
        answer = self.json("simulate", self.trace)
        self.assertEqual(answer["schema"], "mpheap.simulate/1")
        self.assertTrue(answer["exact"])
        self.assertEqual(answer["threshold_bytes"], 2048)
        self.assertEqual(answer["heap_bytes"], 192 * 1024)
        report = self.json("report", self.trace)
        self.assertEqual(answer["collects"]["estimate"], report["collects"]["count"])
        self.assertEqual(
            answer["peak_used_bytes"]["estimate"],
            16 * report["allocations"]["peak_used_blocks"],
        )
        self.assertEqual(
            answer["min_largest_free_run_bytes"]["estimate"],
            16 * report["smallest_largest_free_run"]["blocks"],
        )

    def test_another_threshold(self):
        answer = self.json("simulate", self.trace, "--threshold", "16K")
        self.assertEqual(answer["threshold_bytes"], 16384)
        self.assertFalse(answer["exact"])
        self.assert_ordered(answer)
        truth = self.json("report", golden("thresholds/v1.24.1__json_doc__16384__"))
        collects = truth["collects"]["count"]
        self.assertLessEqual(answer["collects"]["low"], collects)
        self.assertGreaterEqual(answer["collects"]["high"], collects)

    def test_several_thresholds(self):
        document = self.json("simulate", self.trace, "--threshold", "off,4K,64K")
        results = document["results"]
        self.assertEqual([x["threshold_bytes"] for x in results], [None, 4096, 65536])
        for answer in results:
            self.assert_ordered(answer)
        counts = [x["collects"]["estimate"] for x in results]
        self.assertLess(counts[0], counts[2])
        self.assertLess(counts[2], counts[1])
        alone = self.json("simulate", self.trace, "--threshold", "4K")
        self.assertEqual({k: alone[k] for k in results[1]}, results[1])

    def test_threads_change_nothing(self):
        words = ["simulate", self.trace, "--threshold", "off,4K,64K", "--json"]
        one = self.succeeds(*words, "--threads", "1")
        self.assertEqual(one, self.succeeds(*words, "--threads", "5"))

    def test_a_smaller_heap_collects_more(self):
        trace = golden("thresholds/v1.24.1__json_doc__off__")
        answer = self.json("simulate", trace, "--heap", "64K")
        self.assertEqual(answer["heap_bytes"], 65536)
        self.assertGreater(
            answer["collects"]["estimate"], answer["recorded"]["collects"]["estimate"]
        )

    def test_other_settings(self):
        off = self.json("simulate", self.trace, "--no-auto-collect")
        self.assertEqual(off["collects_by_cause"]["threshold"], 0)
        self.assertEqual(off["collects_by_cause"]["exhausted"], 0)
        none = self.json("simulate", self.trace, "--threshold", "off", "--no-explicit")
        self.assertEqual(none["collects_by_cause"]["explicit"], 0)
        big = self.json("simulate", self.trace, "--block", "32")
        self.assertFalse(big["exact"])
        self.assertGreater(
            big["peak_used_bytes"]["high"], off["recorded"]["peak_used_bytes"]["high"]
        )
        older = self.json("simulate", self.trace, "--release", "v1.19.1")
        self.assert_ordered(older)

    def test_pauses_are_predicted(self):
        self.succeeds(
            "generate", "json", "-o", "j.mpheap", "--threshold", "8K", "--seconds", 60
        )
        answer = self.json("simulate", "j.mpheap", "--threshold", "16K")
        self.assert_ordered(answer)
        self.assertGreater(answer["max_pause_us"]["low"], 100)
        share = answer["gc_time_share"]
        self.assertLess(share["high"], answer["recorded"]["gc_time_share"]["high"])
        recorded = self.json("pauses", "j.mpheap")["measured"]
        longest = max(x["predicted_us"] for x in recorded)
        # There rescans are read off the measured time; here they are open.
        pause = answer["recorded"]["max_pause_us"]
        self.assertLessEqual(pause["low"], longest)
        self.assertGreaterEqual(pause["high"], longest)
        untimed = self.json("simulate", self.trace)
        self.assertIsNone(untimed["gc_time_share"]["estimate"])

    def test_snapshots_tell_what_objects_hold(self):
        sessions = SOURCE / "traces/sessions.mpheap"
        answer = self.json("simulate", sessions)
        self.assertEqual(answer["trace"]["snapshots"], 4)
        graph = self.json("graph", sessions)
        pause = answer["max_pause_us"]
        self.assertLess(abs(pause["estimate"] / graph["predicted_us"] - 1), 0.07)
        self.assertLess(pause["low"], graph["predicted_us"])
        self.assertGreater(pause["high"], graph["predicted_us"])
        self.assertIn("trace's 4 snapshots", self.succeeds("simulate", sessions))
        self.assertEqual(self.json("simulate", self.trace)["trace"]["snapshots"], 0)
        self.assertNotIn("snapshots", self.succeeds("simulate", self.trace))
        tuned = self.json("tune", sessions)
        self.assertEqual(tuned["content_from"], "snapshots")
        self.assertIn("trace's 4 snapshots", self.succeeds("tune", sessions))

    def test_it_says_what_would_narrow_a_wide_bracket(self):
        trace = golden("thresholds/v1.24.1__json_doc__off__")
        text = self.succeeds("simulate", trace, "--threshold", "4K")
        self.assertIn("gc.threshold(4096)", text)
        self.assertIn("mpheap.start(granule=2048)", " ".join(text.split()))
        near = self.json("simulate", self.trace, "--threshold", "4K")
        self.assertEqual(near["limits"], [])

    def test_what_cannot_be_done_is_said(self):
        self.fails(1, "no ticks", "simulate", self.trace, "--collect-every", "5")
        self.fails(1, 'no label "x"', "simulate", self.trace, "--collect-at", "x")
        self.fails(2, "--threshold", "simulate", self.trace, "--threshold", "many")
        self.fails(2, "--release", "simulate", self.trace, "--release", "new")
        self.fails(1, "block", "simulate", self.trace, "--block", "24")
        most = 2**64 - 1
        self.fails(1, f"{most} bytes", "simulate", self.trace, "--heap", most)
        wrong = self.write(
            "wrong.log",
            "MPHEAP-EVENTS 1\nH version v1.24.1\nH word 4\nH block 16\n"
            "AREA 0 20000000 20008000 20000000 500 200001f5 250 - - 20000300 20008000\n"
            "BEGIN\nA 16 0 0\nA 16 0 5\n",
        )
        self.fails(1, "1 event contradicts the model", "simulate", wrong)
        empty = self.write("empty.log", "MPHEAP-EVENTS 1\n")
        self.assertEqual(self.mpheap("simulate", empty).returncode, 1)


if __name__ == "__main__":
    unittest.main()
