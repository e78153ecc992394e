#!/usr/bin/env python3
"""The module's hooks, linked as in MicroPython, with a stand-in for it.

$MPHEAP_STANDIN is the program (standin/main.c), $MPHEAP_STANDIN_UNLINKED the
same without --wrap. What the tracer wrote has to replay, and to say which line
and which function asked.
"""

import collections
import fcntl
import json
import os
import pathlib
import select
import subprocess
import tempfile
import unittest

MPHEAP = os.environ["MPHEAP"]
STANDIN = os.environ["MPHEAP_STANDIN"]
UNLINKED = os.environ["MPHEAP_STANDIN_UNLINKED"]

TIME_PACKET, TIME_1US, TIME_16US, RESULTS, SITES = 0, 1, 2, 4, 8


def run(*command, **options):
    return subprocess.run(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
        **options,
    )


def functions_of(program):
    """(first address, name) of each function, as `nm` has them."""
    lines = run("nm", "--defined-only", program, text=True).stdout.split("\n")
    return sorted(
        (int(words[0], 16), words[2]) for words in (line.split() for line in lines) if len(words) == 3 and words[1] in "tT"
    )


def function_at(functions, address):
    return max(pair for pair in functions if pair[0] <= address)[1]


class Traced(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name) / "run.mpheap"

    def trace(self, flags=SITES | TIME_1US, snapshots=0, contents=0, depth=1):
        done = run(STANDIN, self.path, flags, snapshots, contents, depth)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def replay(self):
        done = run(MPHEAP, "replay", "--strict", "--json", self.path)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        return json.loads(done.stdout)

    def dump(self):
        return run(MPHEAP, "dump", self.path, text=True).stdout.split("\n")

    def test_replays_in_each_mode(self):
        for flags in (TIME_PACKET, TIME_1US, TIME_16US | RESULTS, SITES, SITES | TIME_1US | RESULTS):
            with self.subTest(flags=flags):
                said = self.trace(flags)
                result = self.replay()
                self.assertEqual(result["divergences"], 0)
                self.assertEqual(result["events"], said["events"])
                self.assertEqual(result["final"]["used_blocks"], 0, "everything is swept at the end")

    def test_records_what_wraps_do_not_see(self):
        said = self.trace()
        lines = self.dump()
        kinds = collections.Counter(line[:2].strip() for line in lines)
        self.assertGreater(kinds["(R"] + kinds["R"], 300)
        self.assertEqual((kinds["(S"], kinds[")S"], kinds["L"], kinds["U"]), (1, 1, 1, 1))
        causes = {line.split()[1] for line in lines if line.startswith("(C ")}
        self.assertEqual(causes, {"t", "x", "e"}, "threshold, exhausted, explicit")
        self.assertTrue(any(line.startswith("T 40") for line in lines))
        # What finalisers asked for in vain.
        in_vain = sum(line.startswith("A 16 0 -") for line in lines)
        self.assertEqual(in_vain, said["finalised"])
        self.assertTrue(lines[-2].startswith("END"), lines[-3:])
        self.assertIn("complete", lines[-2])

    def test_says_which_line_asked(self):
        self.trace()
        sites = {}
        requests = collections.defaultdict(collections.Counter)
        for line in self.dump():
            words = line.split()
            if words[:1] == ["SITE"]:
                sites[words[1]] = (words[3], int(words[2]), words[4])
            elif words[:1] in (["A"], ["(A"], ["R"], ["(R"]):
                site = words[-1].removeprefix("s=") if "s=" in words[-1] else None
                requests[sites.get(site)][words[1 if "A" in words[0] else 2]] += 1
        # Two runs of work() with 3,000 rounds each.
        self.assertEqual(requests["standin.py", 21, "work"]["8"], 6000)
        self.assertEqual(sum(requests["standin.py", 22, "work"].values()), 600 + self.finaliser_requests(22, requests))
        self.assertGreaterEqual(sum(requests["standin.py", 23, "work"].values()), 376)
        self.assertEqual(requests["standin.py", 42, "fill"]["100000"], 1)
        self.assertEqual(requests["standin.py", 3, "<module>"]["32"], 1, "while locked")

    @staticmethod
    def finaliser_requests(line, requests):
        """Those of finalisers have the line that made the collect run."""
        return requests["standin.py", line, "work"]["16"]

    def stacks(self):
        """How many requests each stack made, "work:21 <module>:2", but those of
        finalisers."""
        sites, described = {}, set()
        requests = collections.Counter()
        for line in self.dump():
            words = line.split()
            if words[:1] == ["SITE"]:
                caller = words[6] if len(words) > 6 and "=" not in words[6] else None
                if caller is not None:
                    self.assertIn(caller, described, "a caller is described first")
                sites[words[1]] = (f"{words[4]}:{words[2]}", caller)
                described.add(words[1])
            elif words[:1] == ["KEY"]:
                described.clear()
            elif words[:1] in (["A"], ["(A"], ["R"], ["(R"]) and words[-1].startswith("s="):
                number, stack = words[-1].removeprefix("s="), []
                self.assertIn(number, described, "a site is described before its use")
                while number is not None:
                    name, number = sites[number]
                    stack.append(name)
                requests[" ".join(stack)] += words[1] != "16"
        return requests

    def test_says_who_called(self):
        want = {
            1: {"work:21": 6000},
            2: {"work:21 <module>:2": 3000, "work:21 again:61": 3000},
            3: {"work:21 <module>:2": 3000, "work:21 again:61 <module>:5": 3000},
            8: {"work:21 <module>:2": 3000, "work:21 again:61 <module>:5": 3000},
        }
        for depth, stacks in want.items():
            with self.subTest(depth=depth):
                self.trace(depth=depth)
                self.assertEqual(self.replay()["divergences"], 0)
                found = self.stacks()
                floats = {stack: n for stack, n in found.items() if stack.startswith("work:21")}
                self.assertEqual(floats, stacks)
                self.assertIn("fill:42" if depth == 1 else "fill:42 <module>:4", found)

    def test_callers_are_described_again_after_each_keyframe(self):
        self.trace(depth=3)
        keyframes = [line for line in self.dump() if line.startswith("KEY")]
        self.assertGreater(len(keyframes), 2, "one in the middle of each run of work()")
        self.assertEqual(self.stacks()["work:21 again:61 <module>:5"], 3000)

    def test_sites_shows_the_ways_to_a_line(self):
        self.trace(depth=3)
        found = json.loads(run(MPHEAP, "sites", self.path, "--json", text=True).stdout)
        self.assertTrue(found["has_callers"])
        row = next(row for row in found["rows"] if row["line"] == 21)
        self.assertEqual(row["objects"], 6000)
        ways = {
            " ".join(f"{frame['function']}:{frame['line']}" for frame in way["stack"]): way["objects"]
            for way in row["callers"]
        }
        self.assertEqual(ways, {"<module>:2": 3000, "again:61 <module>:5": 3000})

    def test_says_who_of_the_runtime_asked(self):
        self.trace()
        functions = functions_of(STANDIN)
        asked = collections.defaultdict(set)
        for line in self.dump():
            words = line.split()
            if words[:1] == ["SITE"]:
                asked[int(words[2])].add(function_at(functions, int(words[5], 16)))
        self.assertIn("new_float", asked[21], "not the helper between it and m_malloc()")
        self.assertIn("work", asked[22])
        steps_out = {name for _, name in functions if name.startswith("m_") or name.startswith("mp_obj_malloc")}
        self.assertFalse(steps_out & set().union(*asked.values()), "those that pass requests on ask for nothing")
        self.assertIn("fill", asked[42])

    def sites_with(self, program):
        return run(MPHEAP, "sites", self.path, "--by", "runtime", "--json", "--elf", program, text=True)

    def test_its_elf_names_who_asked_though_it_is_position_independent(self):
        self.trace()
        found = json.loads(self.sites_with(STANDIN).stdout)
        names = {one["name"] for one in found["runtime_functions"]}
        functions = functions_of(STANDIN)
        for one in found["runtime_functions"]:
            # what is returned to may be behind a function's end
            self.assertEqual(one["name"], function_at(functions, int(one["address"], 16) - 1))
        self.assertLessEqual({"new_float", "work", "fill"}, names)

    def test_a_stripped_elf_is_said_to_be_one(self):
        self.trace()
        stripped = pathlib.Path(self.folder.name) / "stripped"
        self.assertEqual(run("strip", "-o", stripped, STANDIN).returncode, 0)
        done = self.sites_with(stripped)
        self.assertEqual(done.returncode, 1)
        self.assertIn("has no symbols", done.stderr)

    def test_describes_no_site_twice_without_a_keyframe(self):
        self.trace()
        described = collections.Counter(line.split()[1] for line in self.dump() if line.startswith("SITE"))
        keyframes = sum(line.startswith("KEY") for line in self.dump())
        self.assertLessEqual(max(described.values()), keyframes + 1)

    def test_without_sites_sends_none(self):
        self.trace(TIME_1US)
        self.assertFalse([line for line in self.dump() if line.startswith("SITE") or " s=" in line])

    def graph(self, *arguments):
        done = run(MPHEAP, "graph", "--json", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_snapshots_say_what_each_collect_finds_alive(self):
        self.trace(snapshots=25)
        snapshots = sum(line.startswith("SNAPSHOT ") for line in self.dump())
        self.assertGreater(snapshots, 5)
        pointers = 0
        for number in range(1, snapshots + 1):
            found = self.graph(self.path, "--snapshot", number)
            self.assertEqual((found["snapshot"]["number"], found["snapshot"]["of"]), (number, snapshots))
            self.assertTrue(found["seen_on_chip"]["survivors_equal"], number)
            self.assertIsNone(found["predicted_us"], "this machine's clock is nobody's")
            pointers = max(pointers, found["counts"]["pushed"])
        self.assertGreater(pointers, 50, "floats that the list holds")

    def test_a_snapshot_knows_who_allocated(self):
        self.trace(snapshots=40)
        kept_by_others = {}
        for number in range(1, self.graph(self.path)["snapshot"]["of"] + 1):
            for site in self.graph(self.path, "--snapshot", number)["sites"]:
                kept = site["retained_bytes"] - site["bytes"]
                kept_by_others[site["line"]] = max(kept_by_others.get(site["line"], 0), kept)
        self.assertGreater(kept_by_others[23], 0, "the list retains floats of line 21")

    def test_a_snapshot_has_contents_where_they_are_asked_for(self):
        held = {}
        for contents in (0, 1):
            self.trace(snapshots=30, contents=contents)
            self.assertEqual(self.replay()["divergences"], 0)
            rows = self.graph(self.path, "--top", 1000)["objects"]
            self.assertGreater(len(rows), 50)
            held[contents] = {row["contents"] for row in rows}
        self.assertEqual(held[0], {None})
        self.assertIn("'what the stand-in held before al'...", held[1])

    def test_a_snapshot_outlives_conversion(self):
        self.trace(snapshots=30, contents=1)
        text = self.path.with_suffix(".log")
        again = self.path.with_name("again.mpheap")
        for from_path, to in ((self.path, text), (text, again)):
            self.assertEqual(run(MPHEAP, "convert", from_path, "-o", to).returncode, 0)
        want = self.graph(self.path, "--at", 8000)
        for path in (text, again):
            found = self.graph(path, "--at", 8000)
            self.assertLess(found["snapshot"]["number"], found["snapshot"]["of"])
            for key in ("counts", "mark_stack", "held_by", "types", "sites", "objects"):
                self.assertEqual(found[key], want[key], key)

    def test_a_collect_that_is_not_due_has_no_snapshot(self):
        self.trace(snapshots=30)
        with_one = sum(line.startswith("SNAPSHOT ") for line in self.dump())
        collects = self.replay()["collects"] - 1  # but for the sweep of everything
        self.assertEqual(with_one, (collects + 29) // 30)
        self.trace()
        self.assertFalse(any(line.startswith("SNAPSHOT ") for line in self.dump()))
        done = run(MPHEAP, "graph", self.path, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no snapshot in this trace", done.stderr)

    def test_a_link_without_the_hooks_is_noticed(self):
        done = run(UNLINKED, self.path, text=True)
        self.assertEqual((done.returncode, done.stderr), (3, "linked without its hooks\n"))
        self.assertFalse(self.path.exists())

    def test_a_path_that_cannot_be_written_is_an_oserror(self):
        done = run(STANDIN, self.path / "no" / "such", text=True)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "OSError: .*No such file")

    def test_a_full_disk_ends_the_trace_and_not_the_program(self):
        done = run(STANDIN, "/dev/full", text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("No space left", json.loads(done.stdout)["line_error"])

    def test_a_reader_that_goes_away_ends_the_trace_and_not_the_program(self):
        pipe = pathlib.Path(self.folder.name) / "pipe"
        os.mkfifo(pipe)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, 4096)  # less than the trace, so it waits for the reader
        with subprocess.Popen([STANDIN, pipe], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as program:
            while select.select([reader], [], [], 60)[0] and not os.read(reader, 300):
                pass
            os.close(reader)
            said = json.loads(program.communicate(timeout=60)[0])
        self.assertEqual(program.returncode, 0)
        self.assertIn("Broken pipe", said["line_error"])


if __name__ == "__main__":
    unittest.main()
