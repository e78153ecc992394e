"""mpheap check: budgets, and the exit code a CI job goes by."""

import json
import sys
import unittest
import xml.etree.ElementTree as ElementTree

import command
from command import CommandTest

SAMPLE = str(command.SOURCE / "traces" / "sensor_log.events.zst")
FAILING = command.golden("events/v1.22.2__memerr")


class Check(CommandTest):
    def budget(self, **gates):
        return self.write(
            "b.json", json.dumps({"schema": "mpheap.budget/1", "budgets": gates})
        )

    def gate(self, trace, name, **limits):
        """The one gate of a budget, as judged; and the exit code."""
        ran = self.mpheap("check", trace, "--budget", self.budget(**{name: limits}), "--json")
        self.assertEqual(ran.stderr, b"")
        found = json.loads(ran.stdout)
        self.assertEqual(found["schema"], "mpheap.check/1")
        self.assertEqual(found["passed"], ran.returncode == 0)
        return found["gates"][0], ran.returncode

    def test_a_trace_within_its_budget(self):
        gate, code = self.gate(SAMPLE, "collects", at_most=8)
        self.assertEqual((code, gate["verdict"], gate["value"]), (0, "passed", 8))

    def test_a_broken_budget_is_exit_4(self):
        gate, code = self.gate(SAMPLE, "collects", at_most=7)
        self.assertEqual((code, gate["verdict"]), (4, "broken"))

    def test_what_cannot_be_measured_is_exit_4_too(self):
        gate, code = self.gate(SAMPLE, "pause_p99_us", at_most=1e9)
        self.assertEqual((code, gate["verdict"], gate["value"]), (4, "not measured", None))
        self.assertIn("no times", gate["why_not_measured"])
        gate, code = self.gate(SAMPLE, "pause_p99_us", at_most=1, if_measured=True)
        self.assertEqual((code, gate["verdict"]), (0, "skipped"))

    def test_it_agrees_with_the_report(self):
        report = self.json("report", FAILING)
        gate, code = self.gate(FAILING, "failed_allocations", at_most=0)
        self.assertEqual(code, 4)
        self.assertEqual(gate["value"], report["failures"]["count"])
        self.assertEqual(gate["event"], report["failures"]["first"][0]["event"])
        gate, _ = self.gate(FAILING, "min_largest_free_run_bytes", at_least=0)
        smallest = report["smallest_largest_free_run"]["blocks"]
        self.assertEqual(gate["value"], smallest * report["heap"]["block_bytes"])

    def test_a_first_budget_passes_and_notices_the_other_program(self):
        for trace in (FAILING, SAMPLE):
            self.succeeds("check", trace, "--write-budget", "first.json", "--force", "-q")
            self.succeeds("check", trace, "--budget", "first.json")
        ran = self.mpheap("check", FAILING, "--budget", "first.json")
        self.assertEqual(ran.returncode, 4)
        self.assertIn(b"broken", ran.stdout)

    def test_a_first_budget_replaces_nothing_unasked(self):
        self.write("first.json", "mine")
        self.fails(1, "--force", "check", SAMPLE, "--write-budget", "first.json")
        self.assertEqual((self.folder / "first.json").read_text(), "mine")

    def test_junit_has_the_same_verdicts(self):
        budget = self.budget(
            collects={"at_most": 7},
            events={"at_least": 1},
            pause_p99_us={"at_most": 1},
            pause_max_us={"at_most": 1, "if_measured": True},
        )
        ran = self.mpheap("check", SAMPLE, "--budget", budget, "--junit", "r.xml")
        self.assertEqual(ran.returncode, 4)
        suite = ElementTree.parse(self.folder / "r.xml").getroot().find("testsuite")
        counts = [suite.get(key) for key in ("tests", "failures", "errors", "skipped")]
        self.assertEqual(counts, ["4", "1", "1", "1"])
        outcomes = [[child.tag for child in case] for case in suite.iter("testcase")]
        self.assertEqual(outcomes, [["failure"], [], ["error"], ["skipped"]])

    def test_as_text(self):
        budget = self.budget(failed_allocations={"at_most": 0, "why": "never again"})
        ran = self.mpheap("check", FAILING, "--budget", budget)
        text = ran.stdout.decode()
        self.assertIn("1 of 1 budget broken", text)
        self.assertIn("never", text)
        self.assertIn("mpheap map", text)

    def test_every_gauge_is_listed_and_documented(self):
        names = [
            line
            for line in self.succeeds("check", "--list").splitlines()
            if not line.startswith(" ")
        ]
        self.assertIn("pause_p*_us", names)
        page = (command.SOURCE / "docs" / "tools.md").read_text()
        self.assertEqual([name for name in names if f"`{name}`" not in page], [])

    def test_command_lines_and_files_that_make_no_sense(self):
        self.fails(2, "one of the two", "check", SAMPLE)
        self.fails(2, "--margin", "check", SAMPLE, "--write-budget", "-", "--margin", "200")
        self.fails(1, "b.json:1:1", "check", SAMPLE, "--budget", self.write("b.json", "[]"))
        self.fails(1, "none.json", "check", SAMPLE, "--budget", "none.json")


if __name__ == "__main__":
    sys.exit(unittest.main())
