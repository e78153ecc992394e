"""mpheap sites: who allocates; by line, function, runtime function or size."""

import re
import shutil
import subprocess
import sys
import unittest

import command
from command import CommandTest

SAMPLE = str(command.SOURCE / "traces" / "sensor_log.events.zst")

HEADER = """MPHEAP-EVENTS 1
H version v1.22.2
H word 4
H block 16
H lockshift 0
AREA 0 f7c11018 f7c3a80c f7c11018 2594 f7c11a3b 1297 - - f7c11f80 f7c3a800
BEGIN
"""
FLOAT, LIST = "0x10000100", "0x10000200"


def table(heads):
    """Table bytes of one-block objects, as hex."""
    bits = bytearray(max(heads) // 4 + 1)
    for block in heads:
        bits[block // 4] |= 1 << 2 * (block % 4)
    return bits.hex()


def log_with_sites(rounds=100, float_function=FLOAT, list_function=LIST):
    """Each round takes a list (3 blocks, freed at its end), a float that is
    garbage, and every tenth time a float that is kept; a collect ends it."""
    lines = [
        f"SITE 1 12 main.py loop {float_function} t=0",
        f"SITE 2 13 main.py loop {list_function} t=0",
        f"SITE 3 7 lib.py keep {float_function} t=0",
    ]
    block, kept, time, events = 3, [], 0, 0
    for i in range(rounds):
        requests = ["A 40 0 0 t={} s=2", f"A 16 0 {block} t={{}} s=1"]
        block += 1
        if i % 10 == 0:
            kept.append(block)
            requests.append(f"A 16 0 {block} t={{}} s=3")
            block += 1
        requests.append("F 0 t={}")
        for request in requests:
            time += 100
            lines.append(request.format(time))
        events += len(requests)
    amount = 3 * rounds + block - 3
    lines.append(f"(C e {amount} t={time + 100}")
    lines.append(
        f")C 0 {kept[-1]} 0 0 {block - 3} {len(kept)} {len(kept)} "
        f"0={table(kept)} t={time + 8000} m={time + 4000}"
    )
    lines.append(f"END {events + 1} complete")
    return HEADER + "\n".join(lines) + "\n"


class Sites(CommandTest):
    def setUp(self):
        super().setUp()
        self.log = self.write("run.log", log_with_sites())

    def rows(self, *words):
        ran = self.json("sites", self.log, "--quiet", *words)
        return ran, ran["rows"]

    def test_every_line_has_its_share(self):
        found, rows = self.rows()
        self.assertEqual(found["schema"], "mpheap.sites/1")
        self.assertTrue(found["has_sites"])
        self.assertEqual(found["total"]["objects"], 210)
        self.assertEqual([row["line"] for row in rows], [13, 12, 7])
        lists, floats, kept = rows
        self.assertEqual((lists["file"], lists["function"]), ("main.py", "loop"))
        self.assertEqual((lists["blocks"], lists["bytes"]), (300, 4000))
        self.assertEqual((lists["freed"], lists["swept"]), (100, 0))
        self.assertEqual(lists["garbage_share"], 0)
        self.assertEqual((floats["swept"], floats["garbage_share"]), (100, 1))
        self.assertEqual(floats["share_of_garbage"], 1)
        self.assertEqual((kept["live"], kept["live_bytes"]), (10, 160))
        self.assertIsNone(kept["median_life_us"])
        # A list lives for 200 us, in every tenth round for 300.
        life = lists["median_life_us"]
        self.assertTrue(life["low"] <= 200 <= life["high"] < 300, life)
        self.assertEqual(lists["median_life_bytes"], {"low": 16, "high": 16})
        # The middle one of the floats is swept 51 rounds after its birth, at most.
        life = floats["median_life_us"]
        self.assertEqual(life["low"], 0)
        self.assertTrue(50 * 310 <= life["high"] < 51 * 310 * 1.25, life)

    def test_groups_and_orders(self):
        _, rows = self.rows("--by", "function", "--sort", "live")
        self.assertEqual([row["function"] for row in rows], ["keep", "loop"])
        _, rows = self.rows("--by", "runtime", "--sort", "objects")
        self.assertEqual([row["runtime"] for row in rows], [FLOAT, LIST])
        self.assertEqual([row["objects"] for row in rows], [110, 100])
        _, rows = self.rows("--by", "file", "--top", "1")
        self.assertEqual([row["file"] for row in rows], ["main.py"])
        _, rows = self.rows("--by", "size")
        self.assertEqual([row["first_blocks"] for row in rows], [3, 1])

    def test_a_trace_says_the_same(self):
        self.succeeds("convert", self.log, "-o", "run.mpheap")
        self.assertEqual(self.json("sites", "run.mpheap", "-q"), self.rows()[0])

    def test_as_text(self):
        ran = self.mpheap("sites", self.log, "--by", "line")
        self.assertIn(b"--elf", ran.stderr)
        text = ran.stdout.decode()
        self.assertRegex(text, r"main.py:13 loop +100 +4.7 KB +73.2 % +0.0 %")
        self.assertRegex(text, r"lib.py:7 keep +10 +160 B +2.4 % +- +- +160 B")
        self.assertLessEqual(max(map(len, text.splitlines())), 80)

    def test_folded_stacks_for_flame_graphs(self):
        folded = self.succeeds("sites", self.log, "--folded", "--quiet")
        self.assertEqual(
            folded,
            f"lib.py;keep:7;{FLOAT} 160\n"
            f"main.py;loop:12;{FLOAT} 1600\n"
            f"main.py;loop:13;{LIST} 4800\n",
        )
        garbage = self.succeeds("sites", self.log, "--folded", "-q", "--sort", "garbage")
        self.assertEqual(garbage, f"main.py;loop:12;{FLOAT} 1600\n")

    def test_the_report_has_it_too(self):
        report = self.json("report", self.log)
        self.assertEqual([row["line"] for row in report["sites"]["by_line"]], [13, 12, 7])
        self.assertIn("main.py:13 loop", self.succeeds("report", self.log))

    def test_without_sites_it_goes_by_size(self):
        text = self.succeeds("sites", SAMPLE)
        self.assertIn("mpheap.start(sites=True)", text)
        self.assertRegex(text, r"(?m)^  1 block +68,589")
        found = self.json("sites", SAMPLE)
        self.assertFalse(found["has_sites"])
        self.assertEqual(found["by"], "size")
        self.assertEqual(found["rows"][0]["objects"], 68589)

    def test_command_lines_that_make_no_sense(self):
        self.fails(2, "--by", "sites", self.log, "--by", "colour")
        self.fails(2, "--sort", "sites", self.log, "--sort", "size")
        self.fails(2, "weight", "sites", self.log, "--folded", "--sort", "lifetime")
        self.fails(2, "one of them", "sites", self.log, "--folded", "--json")
        self.fails(1, "ELF", "sites", self.log, "--elf", self.log)
        self.fails(1, "ELF", "sites", self.log, "--elf", "none.elf")

    def test_damage_is_said(self):
        text = log_with_sites().replace("F 0 t=", "F zero t=", 1)
        ran = self.mpheap("sites", self.write("bad.log", text), "--by", "size")
        self.assertEqual(ran.returncode, 0)
        self.assertIn(b"1 damaged place", ran.stderr)


# text_of() is called by show(), log_line() and send(), these by step().
CALLERS = str(command.SOURCE / "traces" / "callers.mpheap")


def stack_text(stack):
    return " ".join(f"{frame['function']}:{frame['line']}" for frame in stack)


class Callers(CommandTest):
    def rows(self, *words):
        found = self.json("sites", CALLERS, "--quiet", *words)
        self.assertTrue(found["has_callers"])
        return found["rows"]

    def test_rows_go_by_the_innermost_line(self):
        row = self.rows()[0]
        self.assertEqual((row["function"], row["line"]), ("text_of", 9))
        ways = {stack_text(way["stack"]): way["objects"] for way in row["callers"]}
        # Four in each of 300 rounds, one in each, one in every fifth; of 4 objects each.
        self.assertEqual(
            ways, {"show:18 step:27": 4800, "log_line:13 step:26": 1200, "send:22 step:29": 240}
        )
        for field in ("objects", "blocks", "swept_blocks", "live_blocks"):
            self.assertEqual(sum(way[field] for way in row["callers"]), row[field], field)

    def test_ways_to_a_function_are_those_to_its_lines(self):
        main = next(row for row in self.rows("--by", "function") if row["function"] == "main")
        self.assertEqual([stack_text(way["stack"]) for way in main["callers"]], ["<module>:44 <module>:19"])
        self.assertNotIn("callers", self.rows("--by", "runtime")[0])
        self.assertNotIn("callers", self.rows("--by", "size")[0])

    def test_text_shows_who_calls_the_largest(self):
        text = self.succeeds("sites", CALLERS, "--quiet", "--top", "2")
        self.assertRegex(
            text,
            r"(?m)^  callers.py:9 text_of\n"
            r"  +76.9 %  callers.py:18 show <- callers.py:27 step\n"
            r"  +19.2 %  callers.py:13 log_line <- callers.py:26 step\n"
            r"  +3.8 %  callers.py:22 send <- callers.py:29 step\n"
            r"  callers.py:18 show\n",
        )
        self.assertEqual(text.count(" <- "), 4, "of the two rows that are shown")
        self.assertNotIn("Who calls", self.succeeds("sites", CALLERS, "-q", "--by", "runtime"))

    def test_folded_stacks_are_whole(self):
        folded = self.succeeds("sites", CALLERS, "--folded", "--sort", "objects", "-q")
        counts = {}
        for line in folded.splitlines():
            stack, count = line.rsplit(" ", 1)
            frames = ";".join(frame for frame in stack.split(";") if not frame.startswith("0x"))
            counts[frames] = counts.get(frames, 0) + int(count)
        self.assertEqual(
            counts["step (callers.py:27);show (callers.py:18);text_of (callers.py:9)"], 4800
        )
        self.assertEqual(sum(counts.values()), self.json("sites", CALLERS, "-q")["total"]["objects"])

    def test_a_text_log_says_the_same(self):
        self.succeeds("convert", CALLERS, "-o", "run.log")
        self.succeeds("convert", "run.log", "-o", "again.mpheap")
        want = self.json("sites", CALLERS, "-q")
        self.assertEqual(self.json("sites", "run.log", "-q"), want)
        self.assertEqual(self.json("sites", "again.mpheap", "-q"), want)

    def test_callers_that_cannot_be_do_no_harm(self):
        # A ring, one that calls itself, one that is never described.
        log = self.write(
            "run.log",
            HEADER
            + "SITE 1 1 a.py a - 2\nSITE 2 2 a.py b - 1\nSITE 3 3 a.py c - 3\nSITE 4 4 a.py d - 9\n"
            + "".join(f"A 16 0 {i} s={i + 1}\n" for i in range(4))
            + "END 4 complete\n",
        )
        self.succeeds("replay", "--strict", log)
        rows = self.json("sites", log)["rows"]
        ways = {row["function"]: stack_text(row["callers"][0]["stack"]) for row in rows}
        self.assertEqual(ways, {"a": "b:2", "b": "", "c": "", "d": ":0"})
        text = self.succeeds("sites", log)
        self.assertRegex(text, r"a.py:2 b\n +100.0 %  no caller told\n")
        self.assertRegex(text, r"a.py:4 d\n +100.0 %  \(not known\)\n")

    def test_a_line_stays_one_line_elsewhere(self):
        report = self.json("report", CALLERS)
        stacks = {stack_text(one["stack"]) for one in report["sites"]["stacks"]}
        self.assertIn("text_of:9 show:18 step:27", stacks)
        lines = [(row["file"], row["line"]) for row in report["sites"]["by_line"]]
        self.assertEqual(len(lines), len(set(lines)))
        origins = [row["name"] for row in self.json("diff", CALLERS, CALLERS, "--all")["origins"]]
        self.assertEqual(len(origins), len(set(origins)))


@unittest.skipUnless(shutil.which("gcc") and shutil.which("nm"), "no gcc here")
class RuntimeFunctions(CommandTest):
    def setUp(self):
        super().setUp()
        self.write(
            "fw.c",
            "int new_list(int n) { return n; }\n"
            "int new_float(int n) {\n"
            "  return new_list(n) + 1;\n"
            "}\n"
            "void _start(void) { new_float(1); for (;;); }\n",
        )
        self.build("fw.elf", "-g")

    def build(self, name, *options):
        words = ["gcc", "-O0", "-static", "-nostdlib", "-no-pie", *options]
        subprocess.run(
            [*words, "fw.c", "-o", name], cwd=self.folder, check=True, timeout=60
        )

    def address(self, function, offset):
        names = subprocess.run(
            ["nm", "fw.elf"], cwd=self.folder, check=True, capture_output=True
        ).stdout.decode()
        start = re.search(rf"(?m)^([0-9a-f]+) T {function}$", names).group(1)
        return f"{int(start, 16) + offset:#x}"

    def log(self):
        return self.write(
            "run.log",
            log_with_sites(
                float_function=self.address("new_float", 14),
                list_function=self.address("new_list", 6),
            ),
        )

    def test_addresses_get_names_and_lines(self):
        found = self.json("sites", self.log(), "--by", "runtime", "--elf", "fw.elf")
        self.assertEqual(
            [row["runtime"] for row in found["rows"]], ["new_list", "new_float"]
        )
        functions = {one["name"]: one for one in found["runtime_functions"]}
        self.assertEqual(functions["new_float"]["source"], "fw.c:3")
        self.assertEqual(functions["new_list"]["source"], "fw.c:1")

    def test_without_debug_information_there_are_names(self):
        log = self.log()
        self.build("fw.elf")
        found = self.json("sites", log, "--by", "runtime", "--elf", "fw.elf")
        self.assertEqual(found["rows"][0]["runtime"], "new_list")
        self.assertIsNone(found["runtime_functions"][0]["source"])

    def test_other_commands_give_names_too(self):
        log = self.log()
        report = self.json("report", log, "--elf", "fw.elf")
        found = [row["runtime"] for row in report["sites"]["by_runtime"]]
        self.assertEqual(found, ["new_list", "new_float"])
        folded = self.succeeds("export", log, "-f", "folded", "--elf", "fw.elf")
        self.assertIn(";new_list ", folded)
        names = [row["name"] for row in self.json("diff", log, log, "--elf", "fw.elf")["origins"]]
        self.assertIn("main.py loop new_float", names)
        self.fails(1, "ELF", "report", log, "--elf", log)

    def test_what_has_no_name_is_said(self):
        log = self.write("run.log", log_with_sites(list_function="0x7"))
        ran = self.mpheap("sites", log, "--elf", "fw.elf", "--by", "runtime")
        self.assertIn(b"no function at 2 of 2 callers sent", ran.stderr)
        self.assertIn(b"0x7", ran.stdout)
        self.build("fw.elf", "-s")
        self.fails(1, "no symbols", "sites", log, "--elf", "fw.elf")


if __name__ == "__main__":
    sys.exit(unittest.main())
