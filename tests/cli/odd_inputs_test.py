"""Files nobody meant, and surroundings nobody expects: each command ends with the
right answer or with one clear line, never otherwise."""

import gzip
import os
import pathlib
import subprocess
import unittest

import command
from command import CommandTest

COMMANDS = {
    "check": ["--write-budget", "out", "--force"],
    "convert": ["-o", "out"],
    "dump": [],
    "export": ["--format", "csv"],
    "frag": [],
    "graph": [],
    "info": [],
    "map": [],
    "merge": [],
    "pauses": [],
    "replay": ["--paranoid"],
    "report": ["--html", "-"],
    "simulate": ["--threshold", "4096"],
    "sites": [],
    "summary": [],
    "tune": [],
}
BOM = b"\xef\xbb\xbf"


class OddFiles(CommandTest):
    def setUp(self):
        super().setUp()
        self.succeeds("generate", "pid", "--events", 3000, "-o", "run.mpheap")
        self.trace = (self.folder / "run.mpheap").read_bytes()
        self.log = self.succeeds("dump", "run.mpheap").encode()
        self.head = self.log[: self.log.index(b"BEGIN\n") + 6]
        self.zstd = subprocess.run(
            ["zstd", "-qc"], input=self.log, capture_output=True, check=True
        ).stdout

    def ends_well(self, name, path):
        """Its exit code; whatever it is, it must have been said well."""
        ran = self.mpheap(name, path, *COMMANDS[name])
        lines = ran.stderr.decode(errors="replace").splitlines()
        what = f"{name} {path}: {ran.returncode} {lines[:3]}"
        self.assertIn(ran.returncode, (0, 1), what)
        self.assertNotIn("bug in mpheap", ran.stderr.decode(errors="replace"), what)
        self.assertLessEqual(len(lines), 1, what)
        if ran.returncode != 0:
            self.assertEqual(len(lines), 1, what)
        return ran.returncode

    def test_no_command_takes_what_is_no_trace(self):
        os.mkdir(self.folder / "folder")
        files = {
            "empty": b"",
            "one-byte": b"\x1f",
            "zeros": bytes(5000),
            "ones": b"\xff" * 5000,
            "console": b"MicroPython v1.22.2\r\n>>> import main\r\n" * 50,
            "elf": pathlib.Path("/proc/self/exe").read_bytes()[:5000],
            "cut.gz": gzip.compress(self.log)[:3],
            "cut.zst": self.zstd[:7],
            "magic-only": b"MPHEAP-EVENTS 1\n",
            "utf16": self.log.decode().encode("utf-16"),
        }
        for name, content in files.items():
            self.write(name, content)
        for path in [*files, "folder", "missing", "/dev/null"]:
            for name in COMMANDS:
                self.assertEqual(self.ends_well(name, path), 1, (name, path))

    def test_what_is_half_a_trace_is_half_an_answer(self):
        files = {
            "cut.gz": gzip.compress(self.log)[:-400],
            "no-check.gz": gzip.compress(self.log)[:-4],
            "twice.zst": self.zstd + self.zstd,
            "two.mpheap": self.trace + self.trace,
            "log+trace": self.log[:4000] + self.trace,
            "trace+log": self.trace + self.log[:4000],
            "keyframe.mpheap": self.trace[:700],
            "no-end": b"".join(
                line
                for line in self.log.splitlines(keepends=True)
                if not line.startswith(b"END")
            ),
            "half-line": self.log[: len(self.log) // 2],
            "nuls": self.log[:4000] + bytes(100) + self.log[4000:],
            "strange": self.log[:4000] + b"\nZZZ 1\nA -16 0 5\nF 4294967295\nLABEL \xe9\n",
            "long-line": self.log[:4000] + b"\n# " + b"x" * 1_000_000 + b"\n",
            "unknown-key": self.head.replace(b"BEGIN", b"H colour blue\nBEGIN") + b"A 16 0 0\n",
        }
        for name, content in files.items():
            self.write(name, content)
            seen = self.json("replay", name)
            told = seen["damage_count"] + seen["gap_count"] + (not seen["ended"])
            # Text behind a trace is what the program printed.
            if name not in ("unknown-key", "trace+log"):
                self.assertGreater(told, 0, name)
            for command_name in COMMANDS:
                self.ends_well(command_name, name)

    def test_lines_may_end_as_on_windows(self):
        wanted = self.json("replay", "run.mpheap")["final"]
        for name, content in {
            "crlf": self.log.replace(b"\n", b"\r\n"),
            "bom": BOM + self.log,
            "both": BOM + self.log.replace(b"\n", b"\r\n"),
            "bom.gz": gzip.compress(BOM + self.log),
        }.items():
            self.write(name, content)
            seen = self.json("replay", name)
            self.assertEqual((seen["damage_count"], seen["divergences"]), (0, 0), name)
            self.assertEqual(seen["final"], wanted, name)

    def test_a_trace_that_was_cut_is_not_called_whole(self):
        self.write("cut.mpheap", self.trace[: len(self.trace) // 2])
        self.assertIn("no END record", self.succeeds("replay", "cut.mpheap"))
        self.assertNotIn("no END record", self.succeeds("replay", "run.mpheap"))


class OddSurroundings(CommandTest):
    def setUp(self):
        super().setUp()
        self.succeeds("generate", "pid", "--events", 3000, "-o", "run.mpheap")
        self.wanted = self.succeeds("report", "run.mpheap")

    def in_shell(self, words):
        return subprocess.run(
            ["sh", "-c", words],
            cwd=self.folder,
            env=dict(os.environ, M=command.MPHEAP),
            capture_output=True,
            timeout=60,
            check=False,
        )

    def test_home_and_terminal_do_not_matter(self):
        for env in ({"HOME": "/nonexistent"}, {"TERM": ""}, {"TZ": "no/where"}):
            self.assertEqual(self.succeeds("report", "run.mpheap", env=env), self.wanted, env)
        for columns in ("0", "1", "-5", "1000000000", "99999999999999999999", "x"):
            self.succeeds("map", "run.mpheap", env={"COLUMNS": columns})

    def test_where_no_utf_8_is_shown_there_is_none(self):
        for locale in ("C", "POSIX", "en_US.ISO-8859-1", "no_such"):
            for words in (["report", "run.mpheap"], ["map", "run.mpheap"], ["--help"]):
                self.assertTrue(self.succeeds(*words, env={"LC_ALL": locale}).isascii(), words)

    def test_nobody_listens(self):
        ran = self.in_shell('"$M" report run.mpheap >&-')
        self.assertEqual(ran.returncode, 1)
        self.assertEqual(len(ran.stderr.splitlines()), 1)
        self.assertEqual(self.in_shell('"$M" report run.mpheap 2>&-').returncode, 0)
        self.assertEqual(self.in_shell('"$M" report missing 2>&-').returncode, 1)
        self.assertEqual(self.in_shell('"$M" frobnicate 2>&-').returncode, 2)
        self.assertEqual(self.in_shell('"$M" 2>&-').returncode, 2)

    def test_where_nothing_can_be_written(self):
        for words in (
            ["report", "run.mpheap", "--html"],
            ["convert", "run.mpheap", "-o"],
            ["map", "run.mpheap", "--png"],
            ["export", "run.mpheap", "--format", "pprof", "-o"],
            ["generate", "pid", "--events", "100", "-o"],
        ):
            for path in (self.folder, "no/such/folder/x", "/dev/full"):
                self.fails(1, f"{path}: cannot write", *words, path)


class OddNumbers(CommandTest):
    def test_what_is_no_number_is_a_usage_error(self):
        self.succeeds("generate", "pid", "--events", 500, "-o", "run.mpheap")
        options = {
            "simulate run.mpheap": ["--heap", "--block", "--collect-every", "--threads"],
            "tune run.mpheap": ["--pause-budget", "--rate", "--largest", "--margin", "--clock"],
            "replay run.mpheap": ["--at", "--divergences"],
            "dump run.mpheap": ["--from", "--to", "--site"],
            "map run.mpheap": ["--at", "--film", "--scale", "--dump"],
            "sites run.mpheap": ["--top"],
            "diff run.mpheap run.mpheap": ["--top"],
            "pauses run.mpheap": ["--clock"],
            "generate pid -o x": ["--seed", "--seconds", "--events", "--heap", "--threshold"],
            "capture run.mpheap -o x": ["--baud", "--duration"],
        }
        for words, names in options.items():
            for name in names:
                for value in ("-1", "nan", "1e400", "99999999999999999999", "x", ""):
                    self.fails(2, name, *words.split(), name, value)


if __name__ == "__main__":
    unittest.main()
