"""mpheap pauses: measured, predicted, calibrated."""

import csv
import json
import subprocess
import sys
import unittest
from pathlib import Path

import command
from command import CommandTest, golden

TABLE = command.SOURCE / "tests/golden/pauses/pauses.csv"
SESSIONS = command.SOURCE / "traces/sessions.mpheap"
MEASURED = ("mark_us", "rescan_us", "sweep_us", "total_us", "ticks_us")


class Pauses(CommandTest):
    def capture(self, name):
        script = command.SOURCE / "tests/support/capture_to_log.py"
        capture = command.SOURCE / f"tests/golden/captures/{name}_v1.23.0.txt"
        return self.write(name + ".log", subprocess.run(
            [sys.executable, script, capture], check=True, capture_output=True).stdout)

    def truth(self, name):
        path = command.SOURCE / f"tests/golden/captures/{name}_v1.23.0.txt"
        rows = [x.split() for x in path.read_text().splitlines() if x.startswith("# collect ")]
        return [(float(x[4]), float(x[6]), int(x[8]), int(x[12])) for x in rows]

    def test_a_capture_agrees_with_what_the_chip_did(self):
        for name in ("json", "sensor"):
            found = self.json("pauses", self.capture(name))
            truth = self.truth(name)
            self.assertEqual(len(found["measured"]), len(truth))
            for pause, (mark, sweep, rescans, live) in zip(found["measured"], truth):
                # Writing its records took the tracer some 3.5 us each.
                self.assertAlmostEqual(pause["mark_us"], mark, delta=8)
                self.assertAlmostEqual(pause["sweep_us"], sweep, delta=8)
                self.assertEqual(pause["rescan_passes"], rescans)
                self.assertEqual(pause["live_objects"], live)
                self.assertLess(pause["low_us"], pause["total_us"])
                self.assertGreater(pause["high_us"], pause["total_us"])
            self.assertLess(found["fit"]["mean_abs_error_share"], 0.03)
            self.assertEqual(found["profile"]["name"], "rp2040-v1.23.0")
            self.assertEqual(found["profile"]["origin"], "built-in")

    def test_without_times_there_are_predictions_only(self):
        path = golden("events/v1.22.2__json_doc__128K")
        found = self.json("pauses", path)
        self.assertTrue(found["measured"])
        for pause in found["measured"]:
            for field in ("at_us", "mark_us", "sweep_us", "total_us"):
                self.assertIsNone(pause[field])
            self.assertLess(pause["low_us"], pause["predicted_us"])
            self.assertLess(pause["predicted_us"], pause["high_us"])
        self.assertIsNone(found["figures"])
        self.assertIsNone(found["fit"]["coverage"])
        self.assertEqual(found["profile"]["origin"], "nearest")
        text = self.succeeds("pauses", path)
        self.assertIn("no times", text)
        self.assertIn("the nearest to v1.22.2", text)

    def test_snapshots_take_the_place_of_estimates(self):
        found = self.json("pauses", SESSIONS)
        self.assertEqual(found["profile"]["content_from"], "snapshots")
        taken = [x for x in found["measured"] if x["predicted_from"] == "snapshot"]
        carried = [x for x in found["measured"] if x["predicted_from"] == "carried"]
        self.assertEqual([x["snapshot"] for x in taken], [1, 2, 3, 4])
        for pause in taken:  # as graph has it
            graph = self.json("graph", SESSIONS, "--snapshot", pause["snapshot"])
            self.assertAlmostEqual(pause["predicted_us"], graph["predicted_us"], delta=0.1)
            self.assertEqual(pause["rescan_passes"], graph["rescan_passes"])
            self.assertEqual(pause["changed_share"], 0)
            # Writing the records of a collect with a snapshot takes 70 to 100 us.
            self.assertAlmostEqual(pause["total_us"] - pause["predicted_us"], 85, delta=15)
        self.assertGreaterEqual(len(carried), 12)
        widths = {}
        for pause in carried:
            self.assertLess(abs(pause["predicted_us"] / pause["total_us"] - 1), 0.06)
            self.assertLess(pause["low_us"], pause["total_us"])
            self.assertGreater(pause["high_us"], pause["total_us"])
            width = (pause["high_us"] - pause["low_us"]) / pause["predicted_us"]
            widths.setdefault(pause["snapshot"], []).append((pause["changed_share"], width))
        # The further from the snapshot, the wider.
        self.assertEqual(widths[2], sorted(widths[2]))
        self.assertEqual(sorted(x[1] for x in widths[2]), [x[1] for x in widths[2]])
        self.assertEqual(found["predicted_from"]["snapshot"], 4)
        self.assertEqual(found["predicted_from"]["carried"], len(carried))
        self.assertIn("Marking is replayed, not estimated, for", self.succeeds("pauses", SESSIONS))

    def test_the_longest_snapshot_says_what_another_mark_stack_changes(self):
        longest = self.json("pauses", SESSIONS)["longest_snapshot"]
        graph = self.json("graph", SESSIONS, "--snapshot", longest["number"])
        self.assertEqual(longest["mark_stack"], graph["mark_stack"])
        by_site = graph["mark_stack"]["overflowing_by_site"]
        self.assertEqual(by_site[0]["site"]["file"], "sessions.py")
        self.assertEqual(sum(x["overflows"] for x in by_site), graph["counts"]["overflowed"])
        text = self.succeeds("pauses", SESSIONS)
        self.assertIn("entries instead of 64", text)
        self.assertIn("without a rescan", text)
        self.assertIn("sessions.py:21 (visit)", text)
        self.assertIn("entries instead of 64", self.succeeds("report", "--tune", "never", SESSIONS))
        plain = self.json("pauses", command.SOURCE / "traces/leak.mpheap")
        self.assertIsNone(plain["longest_snapshot"])
        self.assertEqual(plain["profile"]["content_from"], "profile")
        self.assertEqual({x["predicted_from"] for x in plain["measured"]}, {"profile"})

    def test_a_table_is_predicted_and_scored(self):
        found = self.json("pauses", "--states", TABLE)
        self.assertEqual(len(found["rows"]), 111)
        errors = [abs(x["predicted_us"] - x["measured_us"]) / x["measured_us"]
                  for x in found["rows"]]
        self.assertAlmostEqual(found["mean_abs_error_share"], sum(errors) / 111, places=5)
        inside = [x["low_us"] <= x["measured_us"] <= x["high_us"] for x in found["rows"]]
        self.assertAlmostEqual(found["coverage"], sum(inside) / 111)
        self.assertLess(found["worst_sweep_us"], 1)

    def test_measured_columns_are_not_needed(self):
        with open(TABLE, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        kept = [x for x in rows[0] if x not in MEASURED]
        blind = self.folder / "blind.csv"
        with open(blind, "w", newline="", encoding="utf-8") as file:
            out = csv.DictWriter(file, kept, extrasaction="ignore")
            out.writeheader()
            out.writerows(rows)
        seen = self.json("pauses", "--states", TABLE)
        unseen = self.json("pauses", "--states", blind)
        self.assertEqual([x["predicted_us"] for x in seen["rows"]],
                         [x["predicted_us"] for x in unseen["rows"]])
        self.assertIsNone(unseen["rows"][0]["measured_us"])
        self.assertIsNone(unseen["coverage"])

    def test_less_given_is_known_less_well(self):
        error = {given: self.json("pauses", "--states", TABLE, "--given", given)
                 for given in ("heap", "passes", "all")}
        shares = [error[x]["mean_abs_error_share"] for x in ("all", "passes", "heap")]
        self.assertEqual(shares, sorted(shares))
        self.assertLess(shares[1], 0.06)

    def test_the_fit_of_the_built_in_profiles_can_be_repeated(self):
        profile = self.folder / "profile.json"
        fit = self.json("pauses", "--calibrate", "--states", TABLE, "-o", profile)
        self.assertEqual(fit["profiles"],
                         ["rp2040-v1.20.0", "rp2040-v1.23.0", "rp2040-v1.28.0"])
        everything = fit["left_out"][-1]
        self.assertIsNone(everything["group"])
        self.assertTrue(0.93 <= everything["counted"]["coverage"] <= 0.97)
        with_file = self.json("pauses", "--states", TABLE, "--profile", profile)
        built_in = self.json("pauses", "--states", TABLE)
        for mine, theirs in zip(with_file["rows"], built_in["rows"]):
            self.assertAlmostEqual(mine["predicted_us"], theirs["predicted_us"], delta=0.5)

    def test_too_few_collects_fit_nothing_and_it_is_said(self):
        log = self.capture("sensor")
        profile = self.folder / "mine.json"
        text = self.succeeds("pauses", "--calibrate", log, "-o", profile)
        self.assertIn("too few to fit a profile", " ".join(text.split()))
        written = json.loads(profile.read_text())["profiles"][0]
        self.assertEqual(written["name"], "rp2040-v1.23.0")

    def test_a_profile_that_does_not_suit_is_noticed_and_one_fitted_does(self):
        log = self.write("slow.log", self.slow_board(40))
        found = self.json("pauses", log)
        self.assertIs(found["profile"]["suits"], False)
        self.assertIn("does not suit", found["profile"]["warnings"][0])
        profile = self.folder / "slow.json"
        self.succeeds("pauses", "--calibrate", log, "-o", profile, "--name", "slow")
        again = self.json("pauses", log, "--profile", profile)
        self.assertEqual(again["profile"]["name"], "slow")
        self.assertEqual(again["profile"]["origin"], "file")
        self.assertIs(again["profile"]["suits"], True)
        self.assertLess(again["fit"]["mean_abs_error_share"], 0.05)

    def slow_board(self, collects):
        """A capture whose one collect happens again and again, three times slower."""
        lines = Path(self.capture("json")).read_text(encoding="utf-8").splitlines()
        begin = next(i for i, x in enumerate(lines) if x.startswith("(C "))
        end = next(i for i, x in enumerate(lines) if x.startswith(")C "))
        body = lines[:end + 1]
        fields = lines[end].split()
        start = int(lines[begin].split("t=")[1].split()[0])
        stamp = {x[:2]: int(x[2:]) for x in fields if x[:2] in ("t=", "m=")}
        mark, whole = stamp["m="] - start, stamp["t="] - start
        body[end] = self.stamped(fields, start + 3 * whole, start + 3 * mark)
        live, used = fields[6], fields[7]
        now = start + 3 * whole + 100
        for _ in range(collects - 1):
            body.append(f"(C e 0 t={now}")
            # Nothing is left to free; the sweep goes as far as is used.
            cost = 3 * mark + 3 * (0.84 + 0.288 * (int(fields[2]) + 1) + 0.096 * int(live)
                                   + 0.024 * (int(used) - int(live)))
            again = fields.copy()
            again[5] = live
            body.append(self.stamped(again, now + round(cost), now + 3 * mark))
            now += round(cost) + 1000
        counted = sum(x.split()[0] in ("A", "R", "F", "(A", "(R", "(C", "(S") for x in body)
        return "\n".join(body + [f"END {counted} complete", ""])

    @staticmethod
    def stamped(fields, end, mark_end):
        rest = [x for x in fields if x[:2] not in ("t=", "m=")]
        return " ".join(rest) + f" t={end} m={mark_end}"

    def test_the_curve_has_model_and_trace(self):
        log = self.capture("sensor")
        curve = self.json("pauses", log, "--curve")["curve"]
        self.assertEqual(sum(x["pauses"] for x in curve), 3)
        predicted = [x["predicted_us"] for x in curve]
        self.assertEqual(predicted, sorted(predicted))
        self.assertIn("Pause against live objects", self.succeeds("pauses", log, "--curve"))

    def test_the_report_has_pauses(self):
        log = self.capture("sensor")
        self.assertIn("\nPauses: 3 collects", self.succeeds("report", log))
        self.assertEqual(self.json("report", log)["pauses"]["figures"]["pauses"], 3)

    def test_what_cannot_be_is_said(self):
        self.fails(2, "which trace", "pauses")
        self.fails(2, "--states takes the place of a trace",
                   "pauses", "--states", TABLE, "x.log")
        self.fails(2, "not heap, passes or all",
                   "pauses", "--states", TABLE, "--given", "nothing")
        self.fails(1, "no pause profile", "pauses", "--states", TABLE, "--profile", TABLE)
        self.fails(1, "there is no column live_objects",
                   "pauses", "--states", self.write("t.csv", b"version\nv1.23.0\n"))
        self.fails(1, "no such file", "pauses", "--states", self.folder / "none.csv")


if __name__ == "__main__":
    command.main()
