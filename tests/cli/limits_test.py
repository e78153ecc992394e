"""Hostile input: whatever a file says of itself, mpheap ends soon, in one clear
line or with a report of what is wrong, and takes a bounded amount of memory."""

import gzip
import json
import os
import struct
import subprocess
import sys
import unittest

import command
from command import CommandTest

# A sanitizer takes memory and time of its own; these are the promises.
SANITIZED = "ASAN_OPTIONS" in os.environ
MOST_BYTES = 64 << 20
MOST_SECONDS = 1.0  # of a processor, and one more for each 64 MB to be read

HEAD = (
    "MPHEAP-EVENTS 1\nH version v1.24.1\nH word 4\nH block 16\n{more}"
    "AREA 0 20000000 20008000 20000000 500 200001f5 250 - - 20000300 20008000\nBEGIN\n"
)

# A process begins with as much memory as the one it was forked from had, so
# that one must be small.
MEASURE = """
import json, resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
numbers = {"bytes": used.ru_maxrss * 1024, "seconds": used.ru_utime + used.ru_stime}
json.dump(numbers, open(sys.argv[1], "w"))
sys.exit(code)
"""


def log(body, more=""):
    return HEAD.format(more=more) + body


class Limits(CommandTest):
    def run_bounded(self, *words, read=0):
        """Runs it within time and memory; its exit code, lines of stderr, stdout."""
        ran = subprocess.run(
            [sys.executable, "-c", MEASURE, self.folder / "used", command.MPHEAP]
            + list(map(str, words)),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd=self.folder,
            timeout=100,
            check=False,
        )
        used = json.loads((self.folder / "used").read_text())
        lines = ran.stderr.decode().splitlines()
        stored = sum(
            (self.folder / word).stat().st_size
            for word in map(str, words)
            if (self.folder / word).is_file()
        )
        if not SANITIZED:
            self.assertLess(used["bytes"], MOST_BYTES + 2 * stored)
            seconds = MOST_SECONDS * (1 + (read or stored) / (64 << 20))
            self.assertLess(used["seconds"], seconds)
        return ran.returncode, lines, ran.stdout.decode()

    def is_one_line(self, message, *words, **how):
        code, lines, said = self.run_bounded(*words, **how)
        self.assertEqual((code, said, len(lines)), (1, "", 1), lines)
        self.assertIn(message, lines[0])

    def is_reported(self, message, *words, **how):
        code, lines, said = self.run_bounded(*words, **how)
        self.assertEqual((code, lines), (0, []), said[:2000])
        self.assertIn(message, said)

    def squeezed(self, name, *parts):
        """Writes the parts (text, how often) compressed, without making them."""
        path = self.folder / name
        with open(path, "wb") as out:
            zstd = subprocess.Popen(["zstd", "-q", "-c"], stdin=subprocess.PIPE, stdout=out)
            for text, times in parts:
                at_once = max(1, (1 << 20) // len(text))
                block = text.encode() * at_once
                for _ in range(times // at_once):
                    zstd.stdin.write(block)
                zstd.stdin.write(text.encode() * (times % at_once))
            zstd.stdin.close()
            self.assertEqual(zstd.wait(), 0)
        return name


class Heaps(Limits):
    def test_a_heap_of_4_gib(self):
        header = log("").replace("H word 4", "H word 8")
        header = header.replace("20008000", "120000000")
        self.write("huge.events", header)
        self.is_one_line("heap area of 4294967296 bytes", "replay", "huge.events")

    def test_the_largest_heap_there_can_be(self):
        # 2^21 blocks, and an object at either end.
        table, flags, end = 2**19, 2**18, 0x22100000
        pool = end - 2**25
        start = pool - table - 1 - flags
        area = (
            f"AREA 0 {start:x} {end:x} {start:x} {table} {start + table + 1:x} "
            f"{flags} - - {pool:x} {end:x}"
        )
        lines = log("A 16 0 0\nA 33554416 0 1\nEND 2 complete\n").split("\n")
        lines = [area if line.startswith("AREA") else line for line in lines]
        self.write("large.events", "\n".join(lines))
        code, lines, said = self.run_bounded("replay", "large.events", read=128 << 20)
        self.assertEqual((code, lines), (0, []), said)

    def test_a_million_areas(self):
        layout = "30000000 30008000 30000020 508 3000021d 254 - - 30000320 30008000"
        body = "".join(f"N {i} {layout}\n" for i in range(1, 100_001))
        self.write("areas.events", log(body, "H split auto\nH areahdr 32\n"))
        self.is_reported("Recording and model disagree", "replay", "areas.events")

    def test_requests_that_never_end(self):
        self.squeezed("deep.events.zst", (log(""), 1), ("(A 16 0\n", 1_000_000))
        self.is_reported("nest too deep", "replay", "deep.events.zst")


class Streams(Limits):
    def test_divergences_without_end(self):
        body = "".join(f"A 16 0 {2 * i % 1500}\nA 16 0 -\n" for i in range(50_000))
        self.write("wrong.events", log(body))
        self.is_reported("Recording and model disagree", "replay", "wrong.events")

    def test_losses_without_end(self):
        self.squeezed("gaps.events.zst", (log(""), 1), ("LOSS 1\n", 2_000_000))
        self.is_reported("Gaps: 2,000,000", "replay", "gaps.events.zst")
        self.is_reported("2,000,000 gaps", "info", "gaps.events.zst")
        self.is_reported("2,000,000 gaps", "report", "gaps.events.zst")

    def test_sites_without_end(self):
        name = "x" * 300
        body = "".join(
            f"SITE {i} 1 {name}{i} {name} {name}\nA 16 0 0 s={i}\nF 0\n"
            for i in range(1, 50_001)
        )
        self.squeezed("sites.events.zst", (log(body) + "END 100000 complete\n", 1))
        code, lines, said = self.run_bounded("sites", "sites.events.zst", read=64 << 20)
        self.assertEqual((code, lines), (0, []), said[:2000])

    def test_sites_without_names_or_end(self):
        body = "".join(f"A 16 0 0 s={i}\nF 0\n" for i in range(1, 65_001))
        self.squeezed("numbers.events.zst", (log(body) + "END 130000 complete\n", 1))
        for command_name in ("sites", "report"):
            self.is_reported("65,000", command_name, "numbers.events.zst")

    def test_labels_without_end(self):
        body = "".join(f"LABEL {'y' * 900}{i}\n(C e 0\n" for i in range(50_000))
        self.squeezed("labels.events.zst", (log(body), 1))
        code, lines, said = self.run_bounded("report", "labels.events.zst", read=64 << 20)
        self.assertEqual((code, lines), (0, []), said[:2000])

    def test_a_line_of_a_gigabyte(self):
        self.squeezed("line.events.zst", (log("A 1"), 1), ("6", 1 << 30))
        self.is_reported("longer than 16 MiB", "replay", "line.events.zst", read=1 << 30)

    def test_console_text_of_a_gigabyte(self):
        self.squeezed("text.log.zst", ("all is well ", 1 << 26))
        self.is_one_line("not a heap trace", "replay", "text.log.zst")
        code, lines, _ = self.run_bounded("map", "text.log.zst", read=1 << 30)
        self.assertEqual((code, len(lines)), (1, 1), lines)


class Bombs(Limits):
    def test_nothing_but_zeros(self):
        self.squeezed("zeros.zst", ("\0", 1 << 28))
        self.is_one_line("not a heap trace", "replay", "zeros.zst")
        with gzip.open(self.folder / "zeros.gz", "wb") as out:
            for _ in range(64):
                out.write(bytes(1 << 20))
        self.is_one_line("not a heap trace", "replay", "zeros.gz")

    def test_a_window_that_would_take_our_memory(self):
        with open(self.folder / "wide.zst", "wb") as out:
            # Of unknown size, or the window would be as small as what is in it.
            zstd = subprocess.Popen(
                ["zstd", "-q", "-c", "--long=27", "-1"], stdin=subprocess.PIPE, stdout=out
            )
            zstd.communicate(log("").encode())
        self.is_one_line("its window is over 32 MiB", "replay", "wide.zst")

    def test_json_that_is_deep(self):
        self.write("deep.json", "[" * 250_000)
        self.write("log.events", log("END 0 complete\n"))
        self.is_one_line(
            "no pause profile", "pauses", "log.events", "--profile", "deep.json"
        )

    def test_json_that_is_large(self):
        self.write("large.json", "[" + "0," * 2_000_000 + "0]")
        self.write("log.events", log("END 0 complete\n"))
        self.is_one_line(
            "no pause profile", "pauses", "log.events", "--profile", "large.json"
        )
        os.rename(self.folder / "large.json", self.folder / "snapshot.json")
        self.write("snapshot.pool", b"")
        code, lines, _ = self.run_bounded("graph", "snapshot.json")
        self.assertEqual((code, len(lines)), (1, 1), lines)

    def test_summaries_of_too_much(self):
        counts = ",".join(f'"name{i}": 1' for i in range(2000))
        head = '{"schema": "mpheap.summary/1", "relative_error": 0.01, "releases": {}, '
        self.write("many.json", head + f'"extremes": {{}}, "spreads": {{}}, "counts": {{{counts}}}}}')
        self.is_one_line("more than 1000 names", "merge", "many.json")
        self.write("large.json", "[" + "0," * 2_000_000 + "0]")
        self.is_one_line("larger than 1024 KiB", "merge", "large.json")
        self.write("deep.json", "[" * 250_000)
        self.is_one_line("nested too deep", "merge", "deep.json")

    def firmware(self, symbols, name_bytes):
        """An ELF file whose symbols all have one long name."""
        names = b"\0" + b"n" * name_bytes + b"\0"
        table = b"".join(
            struct.pack("<IIIBBH", 1, 4 * i, 4, 1, 0, 1) for i in range(symbols)
        )
        at = 52
        section = lambda kind, offset, size, link, entry: struct.pack(
            "<10I", 0, kind, 0, 0, offset, size, link, 0, 4, entry
        )
        head = b"\x7fELF\1\1\1" + bytes(9)
        end = at + len(table) + len(names)
        head += struct.pack("<HHIIIIIHHHHHH", 2, 40, 1, 0, 0, end, 0, 52, 0, 0, 40, 3, 0)
        sections = section(0, 0, 0, 0, 0) + section(2, at, len(table), 2, 16)
        sections += section(3, at + len(table), len(names), 0, 0)
        return head + table + names + sections

    def test_symbols_of_too_much(self):
        words = ["graph", command.golden("graphs/v1.23.0_dict_str_50.json"), "--elf"]
        self.write("small.elf", self.firmware(1000, 1000))
        code, lines, _ = self.run_bounded(*words, "small.elf")
        self.assertEqual((code, lines), (0, []))
        self.write("long.elf", self.firmware(20_000, 1000))
        self.is_one_line("over 16 MiB of symbols' names", *words, "long.elf")
        self.write("many.elf", self.firmware(300_000, 1))
        self.is_one_line("over 2^18 symbols", *words, "many.elf")


if __name__ == "__main__":
    unittest.main()
