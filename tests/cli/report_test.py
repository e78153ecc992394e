"""mpheap report, info and dump: what people read."""

import json
import subprocess
import unittest

import command
from command import CommandTest, golden, unzstd


class Report(CommandTest):
    def test_the_report_begins_with_what_it_is_about(self):
        text = self.succeeds("report", golden("events/v1.24.1__memerr__233K"))
        first, second = text.splitlines()[:2]
        self.assertIn("memerr(10)  MicroPython v1.24.1, heap of 227.6 KB", first)
        self.assertTrue(second.startswith("Replayed exactly: "), second)
        for heading in ("In short", "Heap over time", "Collects: ",
                        "Failed allocations: ", "Allocations: "):
            self.assertIn("\n" + heading, text)
        self.assertLessEqual(max(map(len, text.splitlines())), 90)

    def test_numbers_agree_with_the_recording(self):
        path = golden("events/v1.24.1__memerr__233K")
        report = self.json("report", path)
        lines = unzstd(path).decode().splitlines()
        begins = [x.split() for x in lines if x.startswith("(C ")]
        ends = [x.split() for x in lines if x.startswith(")C ")]
        self.assertEqual(report["collects"]["count"], len(begins))
        self.assertEqual(
            report["collects"]["exhausted"], sum(x[1] == "x" for x in begins)
        )
        self.assertEqual(
            [x["allocated_blocks"] for x in report["collects"]["listed"]],
            [int(x[2]) for x in begins],
        )
        self.assertEqual(
            [x["used_after_blocks"] for x in report["collects"]["listed"]],
            [int(x[7]) for x in ends],
        )

    def test_a_failed_allocation_is_exhausted_or_fragmented(self):
        failures = self.json("report", golden("events/v1.24.1__memerr__233K"))["failures"]
        self.assertGreater(failures["count"], 0)
        self.assertEqual(
            failures["count"],
            failures["exhausted"] + failures["fragmented"] + failures["too_large"],
        )
        for one in failures["first"]:
            fragmented = one["free_blocks"] >= one["blocks"] > 0
            self.assertEqual(one["verdict"] == "fragmented", fragmented)
            self.assertLess(one["largest_free_run_blocks"], max(one["blocks"], 1))

    def test_the_page_is_one_file(self):
        page = self.folder / "run.html"
        self.succeeds("report", golden("events/v1.26.1__gc1"), "--html", page)
        text = page.read_text()
        self.assertTrue(text.startswith("<!DOCTYPE html>"))
        self.assertNotIn("http://", text.replace("http://www.w3.org", ""))
        self.assertEqual([x.name for x in self.folder.iterdir()], ["run.html"])

    def test_the_page_can_go_to_standard_output(self):
        path = golden("events/v1.26.1__gc1")
        self.assertTrue(
            self.succeeds("report", path, "--html", "-").startswith("<!DOCTYPE html>")
        )
        self.fails(2, "standard output", "report", path, "--html", "-", "--json")
        self.fails(2, "--html", "report", path, "--html", "")

    def test_a_page_that_cannot_be_written_is_said(self):
        self.fails(
            1, "no such file", "report", golden("events/v1.26.1__gc1"),
            "--html", "nowhere/run.html",
        )

    def test_the_same_trace_gives_the_same_bytes(self):
        path = golden("events/v1.26.1__gc1")
        for how in (["--json"], ["--html", "-"], []):
            self.assertEqual(
                self.succeeds("report", path, *how), self.succeeds("report", path, *how)
            )


class Info(CommandTest):
    def test_it_says_what_a_trace_holds(self):
        path = golden("events/v1.24.1__memerr__233K")
        text = self.succeeds("info", path)
        self.assertIn("MicroPython v1.24.1, 32-bit", text)
        self.assertIn("memerr(10)", text)
        self.assertRegex(text, r"(?m)^  end +complete$")

    def test_kinds_are_counted_as_in_the_log(self):
        path = golden("events/v1.24.1__memerr__233K")
        info = self.json("info", path)
        lines = unzstd(path).decode().splitlines()
        count = lambda *starts: sum(x.startswith(starts) for x in lines)
        self.assertEqual(info["events_by_kind"]["alloc"], count("A ", "(A "))
        self.assertEqual(info["events_by_kind"]["free"], count("F "))
        self.assertEqual(info["events_by_kind"]["checkpoint"], count("K "))
        self.assertEqual(info["collects"]["exhausted"], count("(C x"))
        self.assertTrue(info["complete"])

    def test_damage_is_located(self):
        text = unzstd(golden("events/v1.26.1__gc1")).decode().splitlines(keepends=True)
        text.insert(300, "Q what is this\n")
        log = self.write("odd.log", "".join(text))
        info = self.json("info", log)
        self.assertEqual(info["damage_count"], 1)
        self.assertEqual(info["damage"][0]["line"], 301)
        self.assertEqual(self.mpheap("info", log, "--strict").returncode, 3)


class Dump(CommandTest):
    def test_a_dump_gives_the_same_answers(self):
        for name in ("events/v1.24.1__memerr__233K", "events/v1.24.1-auto__fuzz_"):
            path = golden(name)
            dumped = self.write("dumped.log", self.succeeds("dump", path))
            again = self.write("again.log", self.succeeds("dump", dumped))
            self.assertEqual(
                self.json("replay", path, "--strict"),
                self.json("replay", dumped, "--strict"),
            )
            same = ["cmp", "--silent", dumped, again]
            self.assertEqual(subprocess.run(same, check=False).returncode, 0)

    def test_a_file_name_decides_the_compression(self):
        path = golden("events/v1.26.1__gc1")
        plain = self.succeeds("dump", path)
        for name, unpack in (("a.log.zst", ["zstd", "-dc"]), ("a.log.gz", ["gzip", "-dc"])):
            self.succeeds("dump", path, "-o", self.folder / name)
            packed = subprocess.run(
                [*unpack, self.folder / name], check=True, capture_output=True
            )
            self.assertEqual(packed.stdout.decode(), plain)
            self.assertEqual(
                self.json("replay", self.folder / name), self.json("replay", path)
            )

    def test_kinds_can_be_chosen(self):
        path = golden("events/v1.26.1__gc1")
        lines = self.succeeds("dump", path, "--kind", "free,checkpoint").splitlines()
        body = lines[lines.index("BEGIN") + 1 :]
        self.assertEqual({x[0] for x in body}, {"F", "K"})
        self.fails(2, '"frob" is no kind of event', "dump", path, "--kind", "frob")

    def test_a_range_can_be_chosen(self):
        path = golden("events/v1.26.1__gc1")
        whole = self.succeeds("dump", path).splitlines()
        part = self.succeeds("dump", path, "--from", "100", "--to", "120").splitlines()
        body = [x for x in part[part.index("BEGIN") + 1 :] if x[0] in "ARF("]
        self.assertEqual(len(body), 21)
        self.assertTrue(set(body) <= set(whole))


if __name__ == "__main__":
    unittest.main()
