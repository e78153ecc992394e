"""mpheap diff: what differs between two traces by more than chance."""

import html
import random
import sys
import unittest

from command import CommandTest
from sites_test import HEADER, SAMPLE


def program(seed, rounds=400, buffer=48):
    """A loop of random floats and a buffer per iteration; collects as it goes."""
    rng = random.Random(seed)
    lines = [
        "SITE 1 12 main.py loop mp_obj_new_float",
        "SITE 2 20 main.py send m_malloc",
    ]
    block, time, events, since = 0, 0, 0, 0
    for i in range(rounds):
        lines.append(f"TICK t={time}")
        for _ in range(rng.randint(5, 15)):
            time += rng.randint(50, 150)
            lines.append(f"A 16 0 {block} t={time} s=1")
            block, since, events = block + 1, since + 1, events + 1
        blocks = buffer // 16
        lines.append(f"A {buffer} 0 {block} t={time} s=2")
        block, since, events = block + blocks, since + blocks, events + 1
        if i % 10 == 9:
            time += 100
            heads = block - (blocks - 1) * 10
            lines.append(f"(C e {since} t={time}")
            time += 3000 + rng.randint(-300, 300)
            lines.append(f")C 0 0 0 0 {heads} 0 0 0=. t={time} m={time - 1000}")
            block, since, events = 0, 0, events + 1
    lines.append(f"END {events} complete t={time}")
    return HEADER + "\n".join(lines) + "\n"


class Diff(CommandTest):
    def diff(self, a, b):
        return self.json("diff", a, b)

    def test_a_trace_is_no_different_from_itself(self):
        found = self.diff(SAMPLE, SAMPLE)
        self.assertEqual(found["schema"], "mpheap.diff/1")
        self.assertEqual((found["differences"], found["per"]), (0, "trace"))
        for row in found["totals"] + found["origins"]:
            self.assertEqual(row["a"], row["b"])

    def test_two_runs_of_one_program_seldom_differ(self):
        runs = [self.write(f"{seed}.log", program(seed)) for seed in range(10)]
        found = [self.diff(runs[0], run)["differences"] for run in runs[1:]]
        self.assertLessEqual(sum(one != 0 for one in found), 1, found)

    def test_a_program_may_have_another_name(self):
        a = self.write("a.log", program(1))
        b = self.write("b.log", program(1).replace(" main.py ", " edited.py "))
        found = self.diff(a, b)
        self.assertEqual(found["differences"], 0)
        self.assertEqual(found["renamed"], {"a": "main.py", "b": "edited.py"})
        self.assertIn("main.py of A is taken for edited.py", self.succeeds("diff", a, b))
        two = program(1).replace("12 main.py", "12 other.py")
        both = self.diff(self.write("c.log", two), b)
        self.assertIsNone(both["renamed"])
        self.assertGreater(both["differences"], 0)

    def test_a_change_is_found_and_named(self):
        a = self.write("a.log", program(1))
        b = self.write("b.log", program(2, buffer=160))
        found = self.diff(a, b)
        self.assertEqual((found["per"], found["origins_are"]), ("iteration", "functions"))
        changed = [row for row in found["origins"] if row["differs"]]
        self.assertEqual([row["name"] for row in changed], ["main.py send m_malloc"])
        self.assertEqual((changed[0]["a"], changed[0]["b"]), (48, 160))
        totals = {row["name"]: row for row in found["totals"]}
        self.assertFalse(totals["allocations"]["differs"])
        self.assertTrue(totals["allocated"]["differs"])
        self.assertAlmostEqual(totals["allocations"]["a"], 11, delta=1)
        self.assertAlmostEqual(totals["pause"]["a"], 3000, delta=100)
        text = self.succeeds("diff", a, b)
        self.assertIn("main.py send m_malloc", text)
        self.assertIn("+233.3 %", text)
        self.assertNotIn("mp_obj_new_float", text)
        self.assertIn("mp_obj_new_float", self.succeeds("diff", a, b, "--all"))

    def test_the_page_has_every_row_and_needs_nothing_else(self):
        a = self.write("a.log", program(1).replace("send", "s<b>"))
        b = self.write("b.log", program(2, buffer=160).replace("send", "s<b>"))
        text = self.succeeds("diff", a, b, "--html", "d.html")
        self.assertIn("beyond chance", text.splitlines()[0])
        page = (self.folder / "d.html").read_text()
        for row in (found := self.diff(a, b))["totals"] + found["origins"]:
            self.assertIn(html.escape(row["name"]), page)
        self.assertIn("+233.3 % ± 0.0 <b class=\"bad\">worse", page)
        self.assertNotIn("s<b>", page)
        self.assertNotRegex(page, r"""(src|href)=["'](?!data:)""")
        self.assertNotIn("http:", page)
        self.fails(2, "--html -", "diff", a, b, "--json", "--html", "-")

    def test_a_short_trace_says_so(self):
        log = self.write("s.log", HEADER + "A 16 0 0\nEND 1 complete\n")
        text = self.succeeds("diff", log, log)
        self.assertIn("too short to tell", text)

    def test_command_lines_that_make_no_sense(self):
        self.fails(2, "two traces", "diff", SAMPLE)
        self.fails(2, "two traces", "diff", SAMPLE, SAMPLE, SAMPLE)
        self.fails(1, "none.log", "diff", SAMPLE, "none.log")


if __name__ == "__main__":
    sys.exit(unittest.main())
