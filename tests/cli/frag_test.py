"""mpheap frag: why allocations failed, what splits the heap, what grows."""

import re
import unittest

import command
from command import CommandTest, golden, unzstd


class Frag(CommandTest):
    def setUp(self):
        super().setUp()
        self.trace = golden("events/v1.26.1__bufs_frag")

    def test_the_verdict_comes_first(self):
        text = self.succeeds("frag", self.trace)
        self.assertRegex(text, r"^\d+ allocations failed although there was enough")
        self.assertIn("Fragmentation set in after collect", text)
        self.assertIn("What split the heap", text)
        self.assertLessEqual(max(map(len, text.splitlines())), 130)

    def test_what_it_says_is_in_the_json(self):
        found = self.json("frag", self.trace)
        self.assertEqual(found["schema"], "mpheap.frag/1")
        self.assertEqual(found["verdict"], "fragmented")
        failures = found["failures"]
        self.assertEqual(
            failures["count"],
            failures["fragmented"] + failures["exhausted"] + failures["too_large"],
        )
        self.assertEqual(len(failures["list"]), failures["count"])
        for card in failures["cards"]:
            self.assertEqual(card["verdict"], "fragmented")
            self.assertGreaterEqual(card["free_blocks"], card["blocks"])
            self.assertGreater(card["blocks"], card["largest_free_run_blocks"])
            self.assertGreaterEqual(card["in_the_way"]["joined_blocks"], card["blocks"])
            joined = [x["joined_blocks"] for x in card["heap"]["splitters"]]
            self.assertEqual(joined, sorted(joined, reverse=True))
            for one in card["heap"]["splitters"]:
                self.assertEqual(
                    one["joined_blocks"],
                    one["free_before_blocks"] + one["blocks"] + one["free_after_blocks"],
                )
                self.assertLess(one["born_event"], card["event"])
            self.assertLess(card["last_room"]["event"], card["event"])

    def test_moments_agree_with_the_collects_of_the_report(self):
        found = self.json("frag", self.trace)
        listed = self.json("report", self.trace)["collects"]["listed"]
        after = {x["event"]: x["largest_run_after_blocks"] for x in listed}
        self.assertGreater(len(found["moments"]), 5)
        for moment in found["moments"]:
            runs = moment["runs_of_power"]
            self.assertEqual(sum(runs), moment["free_runs"])
            self.assertEqual(moment["fitting"][0], moment["free_blocks"])
            self.assertGreater(moment["fitting"][-1], 0)
            if moment["event"] in after:
                self.assertEqual(
                    moment["largest_free_run_blocks"], after[moment["event"]]
                )

    def test_the_card_is_the_heap_that_map_shows(self):
        card = self.json("frag", self.trace)["failures"]["cards"][0]
        rows = self.succeeds(
            "map", self.trace, "--at", "failure", "--json", env={"COLUMNS": "80"}
        )
        self.assertIn(f'"event": {card["event"]}', rows)
        self.assertIn(f'"max_free": {card["largest_free_run_blocks"]}', rows)

    def test_sites_are_named(self):
        lines = unzstd(self.trace).decode().splitlines()
        begin = lines.index("BEGIN") + 1
        lines[0] = "MPHEAP-EVENTS 1"
        named = [x + " s=1" if re.match(r"\(?[AR] ", x) else x for x in lines[begin:]]
        site = "SITE 1 17 main.py loop mp_obj_new_float"
        log = self.write("sites.log", "\n".join(lines[:begin] + [site] + named) + "\n")
        text = self.succeeds("frag", log)
        self.assertIn("main.py:17 (loop)", text)
        origins = self.json("frag", log)["splitting_origins"]
        self.assertEqual(origins[0]["origin"], "main.py:17 (loop)")
        self.assertIn("main.py:17 (loop)", self.succeeds("map", log, "--by", "site"))

    def test_lives_can_be_drawn(self):
        by_age = self.succeeds("map", self.trace, "--at", "60000", "--by", "age")
        self.assertIn("allocated since (", by_age)
        last = self.succeeds("map", self.trace, "--by", "lifetime")
        self.assertIn("E to the end of the trace", last)
        early = self.json("map", self.trace, "--at", "60000", "--by", "lifetime")
        (dump,) = early["dumps"]
        self.assertEqual(
            sum(x["objects"] for x in dump["categories"]), dump["objects"]
        )
        self.assertGreater(len(dump["categories"]), 1)

    def test_a_sound_trace_is_called_sound(self):
        quiet = golden("events/v1.24.1__pb_bm_pidigits")
        self.assertEqual(self.json("frag", quiet)["verdict"], "sound")
        self.assertTrue(self.succeeds("frag", quiet).startswith("Fragmentation does no"))

    def test_what_grows_is_quoted_from_the_snapshots(self):
        sessions = command.SOURCE / "traces/sessions.mpheap"
        growth = self.json("frag", sessions)["growth"]
        graph = self.json("graph", sessions, "--since", 1)
        self.assertEqual(growth, graph["growth"])
        self.assertEqual(growth, self.json("report", "--tune", "never", sessions)["graph"]["growth"])
        worst = growth["rows"][0]
        self.assertEqual((worst["site"]["line"], worst["site"]["function"]), (22, "visit"))
        said = " ".join(self.succeeds("frag", sessions).split())
        words = f"From snapshot 1 to 4 it grew from {worst['objects_before']} live objects to {worst['objects']:,}"
        self.assertIn(words, said)
        self.assertIn(worst["holder_words"], said)
        # And the report's verdict, of the line that grows most surely.
        self.assertIn(words, " ".join(self.succeeds("report", "--tune", "never", sessions).split()))
        leak = command.SOURCE / "traces/leak.mpheap"
        self.assertIsNone(self.json("frag", leak)["growth"])
        self.assertNotIn("From snapshot", self.succeeds("frag", leak))

    def test_the_report_has_it_in_short(self):
        report = self.json("report", self.trace)["fragmentation"]
        self.assertEqual(report["verdict"], "fragmented")
        self.assertNotIn("moments", report)
        self.assertIn("Fragmentation set in after collect", self.succeeds("report", self.trace))


if __name__ == "__main__":
    command.main()
