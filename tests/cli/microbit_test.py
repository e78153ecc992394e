"""mpheap map reads what a real, unmodified MicroPython prints.

Boots Debian's MicroPython for the micro:bit in QEMU, types mem_info(1) at its
prompt and gives the serial line's text to `mpheap map`, as a user would.
"""

import os
import pathlib
import select
import shutil
import subprocess
import sys
import time
import unittest

import command
from command import CommandTest
from map_test import figures

FIRMWARE = pathlib.Path("/usr/share/firmware-microbit-micropython/firmware.hex")
QEMU = shutil.which("qemu-system-arm")
PROMPT = b">>> "
SECONDS = 60


class Board:
    """A MicroPython at its prompt."""

    def __init__(self):
        self.process = subprocess.Popen(
            [QEMU, "-M", "microbit", "-nographic", "-monitor", "none", "-serial"]
            + ["stdio", "-device", f"loader,file={FIRMWARE}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.until_prompt()

    def until_prompt(self):
        seen = b""
        end = time.monotonic() + SECONDS
        while not seen.endswith(PROMPT):
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                raise TimeoutError(f"no prompt: {seen[-200:]}")
            seen += os.read(self.process.stdout.fileno(), 4096)
        return seen

    def types(self, line):
        # One byte at a time, each once its echo is there: the serial port of
        # the emulated board holds no more.
        echo = b""
        for byte in line:
            self.process.stdin.write(bytes([byte]))
            self.process.stdin.flush()
            echo += os.read(self.process.stdout.fileno(), 4096)
        self.process.stdin.write(b"\r")
        self.process.stdin.flush()
        return echo + self.until_prompt()

    def stop(self):
        self.process.kill()
        self.process.communicate()


class Microbit(CommandTest):
    def test_its_own_words_are_read(self):
        board = Board()
        self.addCleanup(board.stop)
        log = board.types(b"import micropython, gc")
        log += board.types(b"gc.collect()")
        log += board.types(b"micropython.mem_info(1)")
        log += board.types(b"a = [bytearray(20) for i in range(20)]")
        log += board.types(b"micropython.mem_info(1)")
        first, second = self.json("map", "-", stdin=log)["dumps"]
        for dump in (first, second):
            self.assertTrue(dump["agrees"], dump["differences"])
            self.assertEqual(dump["damage"], [])
        text = log.decode(errors="replace")
        total, used, free, ones, twos, block, run = figures(text)
        self.assertEqual(first["total_blocks"] * 16, total)
        self.assertEqual(first["used_blocks"] * 16, used)
        self.assertEqual(first["one_block_objects"], ones)
        self.assertEqual(first["two_block_objects"], twos)
        self.assertEqual(first["max_block"], block)
        self.assertEqual(first["max_free"], run)
        # 20 bytearrays: an object of one block and 20 bytes of two, each.
        self.assertGreaterEqual(second["change"]["by_kind"]["A"], 20)
        self.assertGreaterEqual(second["change"]["used_blocks"], 60)


if __name__ == "__main__":
    if QEMU is None or not FIRMWARE.exists():
        print("SKIPPED: qemu-system-arm or firmware-microbit-micropython is missing")
        sys.exit(77)
    command.main()
