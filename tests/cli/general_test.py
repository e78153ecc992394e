"""What every command has in common: help, usage, bad files."""

import os
import re
import unittest

import command
from command import CommandTest, golden

COMMANDS = ["info", "convert", "dump", "replay", "report", "simulate"]


class General(CommandTest):
    def test_help_lists_every_command(self):
        text = self.succeeds("--help")
        for name in COMMANDS:
            self.assertRegex(text, rf"(?m)^  {name} ")
        self.assertEqual(text, self.succeeds("help"))

    def test_each_command_explains_itself_with_an_example(self):
        for name in COMMANDS:
            text = self.succeeds(name, "--help")
            self.assertTrue(text.startswith(f"usage: mpheap {name} "), text)
            self.assertIn("examples:\n", text)
            self.assertEqual(text, self.succeeds("help", name))
            self.assertLessEqual(max(map(len, text.splitlines())), 90)

    def test_version_is_one_line(self):
        self.assertRegex(self.succeeds("--version"), r"^mpheap \d+\.\d+\.\d+\n$")

    def test_no_command_prints_the_overview_and_fails(self):
        ran = self.mpheap()
        self.assertEqual(ran.returncode, 2)
        self.assertIn(b"usage: mpheap COMMAND", ran.stderr)

    def test_a_misspelt_command_is_guessed(self):
        self.fails(2, 'did you mean "replay"?', "reply", "x")
        self.fails(2, "mpheap --help lists them", "frobnicate")

    def test_an_unknown_option_is_a_usage_error(self):
        for name in COMMANDS:
            self.fails(2, f"no option --wobble; mpheap {name} --help", name, "--wobble")
            self.fails(2, 'no option --quiett; did you mean "--quiet"?', name, "--quiett")

    def test_a_file_instead_of_a_command_is_pointed_to_one(self):
        path = self.write("run.mpheap", "")
        self.fails(2, f"mpheap report {path}", path)

    def test_a_trace_is_needed_and_only_one(self):
        for name in COMMANDS:
            self.fails(2, "which trace?", name)
            self.fails(2, "one trace at a time", name, "a", "b")

    def of(self, name):
        """The command with what it needs besides a trace."""
        return [name, "-o", "out"] if name == "convert" else [name]

    def test_what_is_no_trace_is_one_clear_line(self):
        os.mkdir(self.folder / "folder")
        self.write("empty", "")
        self.write("text", "hello, world\nmore\n")
        self.write("binary", bytes(range(128, 256)) * 8)
        self.write("newer", "GOLDEN 2\nH version v1.22.2\n")
        self.write("ours", "MPHEAP-EVENTS 9\n")
        for name in COMMANDS:
            run = self.of(name)
            self.fails(1, "missing: no such file", *run, "missing")
            self.fails(1, "folder: is a directory", *run, "folder")
            self.fails(1, "empty: empty file", *run, "empty")
            self.fails(1, "text: not a heap trace", *run, "text")
            self.fails(1, "binary: not a heap trace", *run, "binary")
            self.fails(1, 'event log of version "2"; this mpheap reads', *run, "newer")
            self.fails(1, 'event log of version "9"; this mpheap reads', *run, "ours")

    def test_messages_name_the_command(self):
        ran = self.mpheap("replay", "missing")
        self.assertTrue(ran.stderr.startswith(b"mpheap replay: missing: "))

    def test_standard_input_is_a_trace_too(self):
        path = golden("events/v1.26.1__gc1")
        with open(path, "rb") as file:
            piped = self.json("replay", "-", stdin=file.read())
        self.assertEqual(piped, self.json("replay", path))

    def test_a_release_the_model_does_not_know_is_an_error(self):
        text = command.unzstd(golden("events/v1.26.1__gc1"))
        log = self.write("old.log", text.replace(b"v1.26.1", b"v1.9.4", 1))
        self.fails(1, "v1.9.4", "replay", log)
        log = self.write("odd.log", text.replace(b"v1.26.1", b"banana", 1))
        self.fails(1, "banana", "replay", log)

    def test_no_colour_unless_a_terminal(self):
        text = self.succeeds("report", golden("events/v1.26.1__gc1"))
        self.assertNotIn("\x1b", text)

    def test_plain_letters_where_the_locale_has_no_others(self):
        text = self.succeeds(
            "report", golden("events/v1.26.1__gc1"), env={"LC_ALL": "C"}
        )
        self.assertTrue(text.isascii(), re.findall(r"[^\x00-\x7f]", text)[:5])

    def test_a_full_disk_is_said(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full here")
        with open("/dev/full", "wb") as full:
            import subprocess

            ran = subprocess.run(
                [command.MPHEAP, "report", golden("events/v1.26.1__gc1")],
                stdout=full,
                stderr=subprocess.PIPE,
                check=False,
            )
        self.assertEqual(ran.returncode, 1)
        self.assertIn(b"cannot write: no space left", ran.stderr)


if __name__ == "__main__":
    unittest.main()
