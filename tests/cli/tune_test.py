"""mpheap tune: a recommendation as a user sees it."""

import unittest

from command import SOURCE, CommandTest, golden

STRATEGIES = ["defaults", "threshold", "manual", "preallocate", "smaller_heap"]


class Tune(CommandTest):
    def generate(self, name, *words):
        file = name + ".mpheap"
        self.succeeds("generate", name, "-o", file, *words)
        return file

    def test_the_contract(self):
        found = self.json("tune", golden("thresholds/v1.24.1__json_doc__2048__"))
        self.assertEqual(found["schema"], "mpheap.tune/1")
        recommended = found["recommended"]
        self.assertIn(recommended["strategy"], STRATEGIES)
        self.assertEqual(
            recommended["code"], f"gc.threshold({recommended['threshold_bytes']})"
        )
        self.assertTrue(recommended["why"])
        self.assertEqual([x["strategy"] for x in found["strategies"]], STRATEGIES)
        simulated = self.json("simulate", golden("thresholds/v1.24.1__json_doc__2048__"))
        for candidate in found["candidates"]:
            for field in set(simulated) - {"schema", "trace", "limits", "recorded"}:
                self.assertIn(field, candidate)
        for field in (
            "pause_budget_us",
            "alloc_bytes_per_iteration",
            "iterations_per_second",
            "alloc_bytes_per_second",
        ):
            self.assertIn(field, found["inputs"])

    def test_candidates_are_as_simulated(self):
        trace = golden("thresholds/v1.24.1__json_doc__2048__")
        found = self.json("tune", trace)
        one = next(x for x in found["candidates"] if x["threshold_bytes"] == 16384)
        alone = self.json("simulate", trace, "--threshold", 16384)
        for field in ("collects", "peak_used_bytes", "min_largest_free_run_bytes"):
            self.assertEqual(one[field], alone[field])
        names = {name for x in found["candidates"] for name in x["names"]}
        self.assertLessEqual(
            {"recorded", "off", "docs", "boot", "quarter", "half"}, names
        )

    def test_the_chosen_one_fits_and_no_larger_one_does(self):
        found = self.json("tune", golden("thresholds/v1.20.0__pid_float__4096__"))
        chosen = found["recommended"]["threshold_bytes"]
        room = found["inputs"]["largest_request_bytes"] * found["inputs"]["margin"]
        for one in found["candidates"]:
            if one["threshold_bytes"] is None:
                continue
            if one["threshold_bytes"] == chosen:
                self.assertTrue(one["fits"])
                self.assertEqual(one["failed_allocations"]["high"], 0)
                self.assertGreaterEqual(one["min_largest_free_run_bytes"]["low"], room)
            elif one["threshold_bytes"] > chosen:
                self.assertFalse(one["fits"])

    def test_a_stricter_budget_or_larger_requests_lower_it(self):
        trace = golden("thresholds/v1.24.1__json_doc__2048__")

        def chosen(*words):
            found = self.json("tune", trace, *words)
            return found["recommended"]["threshold_bytes"]

        free = chosen()
        self.assertLess(chosen("--pause-budget", "6500us"), free)
        self.assertLess(chosen("--largest", "64K"), free)
        self.assertLess(chosen("--margin", "50"), free)

    def test_the_articles_loop(self):
        calibrated = self.generate("article", "--threshold", 2048, "--seconds", 20)
        found = self.json("tune", calibrated)
        self.assertEqual(found["inputs"]["alloc_bytes_per_iteration"], 288)
        self.assertEqual(found["inputs"]["requested_bytes_per_iteration"], 280)
        self.assertAlmostEqual(found["inputs"]["iterations_per_second"], 200, delta=0.5)
        # 8 ms do not fit into one iteration of 5 ms, nor into its quiet 4 ms.
        self.assertEqual(found["recommended"]["strategy"], "preallocate")
        self.assertIn("control.py:21", found["recommended"]["code"])
        # Until that is done: the largest threshold that keeps room.
        meanwhile = found["recommended"]["meanwhile"]
        self.assertGreater(meanwhile["threshold_bytes"], 100000)
        self.assertIn(meanwhile["code"], self.succeeds("tune", calibrated))
        apart = {
            x["threshold_bytes"]: x["iterations_apart"] for x in found["candidates"]
        }
        self.assertAlmostEqual(apart[40960], 40960 / 288, delta=0.01)

        patient = self.json("tune", calibrated, "--pause-budget", "50ms")
        self.assertEqual(patient["recommended"]["strategy"], "threshold")
        self.assertGreater(patient["recommended"]["threshold_bytes"], 100000)

    def test_floats_cost_16_bytes_and_ints_none(self):
        trace = self.generate("float-int", "--threshold", 1024, "--seconds", 60)
        found = self.json("tune", trace)
        self.assertEqual(found["inputs"]["alloc_bytes_per_iteration"], 16)
        self.assertEqual(len(found["hot_path"]), 1)
        line = found["hot_path"][0]
        self.assertEqual((line["file"], line["line"]), ("pair.py", 3))
        self.assertEqual(line["kind"], "floats")
        self.assertEqual(line["saves_bytes_per_iteration"], 16)

    def test_a_loop_that_never_waits_has_no_budget(self):
        found = self.json("tune", SOURCE / "traces" / "float_loop.mpheap")
        self.assertIsNone(found["inputs"]["pause_budget_us"])
        self.assertEqual(found["recommended"]["strategy"], "threshold")
        self.assertIsNone(found["recommended"]["meanwhile"])
        self.assertTrue(any("does not wait" in x for x in found["limits"]))
        waiting = self.json("tune", self.generate("pid", "--seconds", 60))
        self.assertAlmostEqual(waiting["inputs"]["pause_budget_us"], 10000, delta=50)

    def test_a_quiet_seam_takes_long_pauses(self):
        trace = self.generate("json", "--threshold", 2048, "--seconds", 60)
        found = self.json("tune", trace, "--pause-budget", "1ms")
        self.assertEqual(found["recommended"]["strategy"], "manual")
        self.assertIsNone(found["recommended"]["threshold_bytes"])
        self.assertIn("gc.collect()", found["recommended"]["code"])
        seam = found["quiet"]["seams"][0]
        self.assertEqual(seam["before"], "mpheap.tick()")
        self.assertGreater(seam["gap_p01_us"], 20000)

    def test_it_does_not_guess(self):
        log = "MPHEAP-EVENTS 1\n"
        trace = golden("thresholds/v1.24.1__json_doc__off__")
        low = self.json("tune", trace)
        self.assertEqual(low["recommended"]["confidence"], "low")
        self.assertTrue(any("granule=2048" in x for x in low["limits"]))
        self.assertEqual(self.mpheap("tune", self.write("e.log", log)).returncode, 1)
        short = self.generate("pid", "--seconds", 0.1)
        refused = self.json("tune", short)["recommended"]
        self.assertEqual(
            (refused["strategy"], refused["threshold_bytes"], refused["code"]),
            (None, None, None),
        )
        self.assertIn("too short", refused["why"])
        self.assertIn("No recommendation", self.succeeds("tune", short))

    def test_rate_without_ticks(self):
        trace = golden("thresholds/v1.24.1__json_doc__2048__")
        found = self.json("tune", trace, "--rate", 50)
        self.assertEqual(found["inputs"]["iterations_per_second"], 50)
        self.assertEqual(found["inputs"]["iterations_from"], "given")
        self.assertEqual(found["inputs"]["pause_budget_us"], 20000)

    def test_threads_change_nothing(self):
        words = ["tune", golden("thresholds/v1.24.1__json_doc__8192__"), "--json"]
        self.assertEqual(
            self.succeeds(*words, "--threads", "1"),
            self.succeeds(*words, "--threads", "3"),
        )

    def test_the_text_fits_a_terminal(self):
        text = self.succeeds("tune", golden("thresholds/v1.24.1__json_doc__2048__"))
        self.assertTrue(text.lstrip().startswith("gc.threshold("))
        for line in text.splitlines():
            self.assertLessEqual(len(line), 80, line)
        everything = self.succeeds(
            "tune", golden("thresholds/v1.24.1__json_doc__2048__"), "--all"
        )
        self.assertGreater(len(everything.splitlines()), 60 + len(text.splitlines()) / 2)

    def test_what_it_does_not_understand(self):
        trace = golden("thresholds/v1.24.1__json_doc__2048__")
        self.fails(2, "--pause-budget", "tune", trace, "--pause-budget", "5")
        self.fails(2, "--rate", "tune", trace, "--rate", "0")
        self.fails(2, "--margin", "tune", trace, "--margin", "0.5")
        self.fails(2, "--largest", "tune", trace, "--largest", "huge")


if __name__ == "__main__":
    unittest.main()
