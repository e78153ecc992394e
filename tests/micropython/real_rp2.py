#!/usr/bin/env python3
"""Runs a script on real MicroPython for the RP2040, emulated, with a live capture.

    real_rp2.py --firmware firmware.elf --bootrom bootrom.mjs [SCRIPT]

The firmware is built with the module mpheap, with rp2/main.py frozen as main.py
and -DMICROPY_HW_ENABLE_UART_REPL=1. What its UART 1 sends goes through a pty to
`mpheap capture`. Nothing may be lost or damaged; the trace has to replay with
no divergence; the RAM has to hold the table that the trace ends with; and the
lines of the script that say what they allocate ("# = 500 x 8": rp2/lines.py, the
default) have to have allocated just that. Prints a line per check, and exits
with 1 where something differs.
"""

import argparse
import collections
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import zlib

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
TIMEOUT_S = 600


def make_parser(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--firmware", required=True, type=pathlib.Path)
    parser.add_argument("--bootrom", required=True, type=pathlib.Path)
    parser.add_argument("--mpheap", default=os.environ.get("MPHEAP", "mpheap"))
    parser.add_argument("--out", type=pathlib.Path, help="keep the trace in this file")
    return parser


def parse_arguments():
    parser = make_parser(__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("script", nargs="?", type=pathlib.Path, default=HERE / "rp2" / "lines.py")
    return parser.parse_args()


def emulator_tests(mpheap):
    """The module of tests/emulator, which knows the emulator and serial lines."""
    os.environ["MPHEAP"] = str(mpheap)
    os.environ.setdefault("MPHEAP_SOURCE_DIR", str(SOURCE))
    sys.path.insert(0, str(SOURCE / "tests" / "emulator"))
    import emulator_test

    return emulator_test


def capture_run(arguments, folder, *options):
    """Runs the chip while a capture listens: its summary, its trace, and what run.mjs says on stderr."""
    tests = emulator_tests(arguments.mpheap)
    line = tests.Line(folder)
    trace = folder / "captured.mpheap"
    capture = subprocess.Popen(
        [arguments.mpheap, "capture", line.port, "-o", trace, "--json"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    while not trace.exists():  # it listens from here on
        time.sleep(0.01)
    done = subprocess.run(
        ["node", HERE / "rp2" / "run.mjs", arguments.firmware, arguments.script, "--bootrom", arguments.bootrom,
         "--socket", line.socket_path, "--ram", folder / "ram", *options],
        env=dict(os.environ, RP2040JS=tests.emulator()[0]),
        stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S, text=True, check=False,
    )
    size = -1
    while size != trace.stat().st_size:
        size = trace.stat().st_size
        time.sleep(0.5)
    capture.send_signal(signal.SIGINT)
    out, err = capture.communicate(timeout=30)
    line.close()
    if done.returncode != 0 or capture.returncode != 0:
        sys.exit(f"real_rp2: {done.stdout[-1000:]}{done.stderr[-1000:]}{err}")
    return json.loads(out), trace, done.stderr


def run_json(*command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S, text=True, check=False)
    return json.loads(done.stdout)


def dumped(mpheap, trace):
    done = subprocess.run([mpheap, "dump", trace], capture_output=True, timeout=TIMEOUT_S, text=True, check=True)
    return [line.split() for line in done.stdout.split("\n")]


def ram_has_table(ram, lines, blocks):
    """The digest at the end is that of bytes in the chip's RAM."""
    digest = [words[2] for words in lines if words[:1] == ["K"]][-1]
    length = (blocks + 3) // 4
    return any(zlib.crc32(ram[at : at + length]) == int(digest, 16) for at in range(0, len(ram) - length, 4))


def said(script):
    """{line: {bytes: requests}}, as the script's comments have it."""
    found = {}
    for number, text in enumerate(script.read_text().split("\n"), 1):
        counts = re.search(r"# = (\d+ x .*)", text)
        if counts and '"' not in text:
            pairs = (pair.split(" x ") for pair in counts[1].split(", "))
            found[number] = {size: int(count) for count, size in pairs}
    return found


def seen(lines, file):
    """{line: {bytes: requests}}, as the trace has it."""
    sites = {}
    found = collections.defaultdict(collections.Counter)
    for words in lines:
        if words[:1] == ["SITE"]:
            sites[words[1]] = (words[3], int(words[2]))
        elif words[:1] in (["A"], ["(A"]):
            site = sites.get(words[-1].removeprefix("s="))
            if site and site[0] == file:
                found[site[1]][words[1]] += 1
    return found


def main():
    arguments = parse_arguments()
    wrong = []

    def check(name, ok, detail=""):
        print(f"{'ok   ' if ok else 'WRONG'}  {name}{': ' if detail else ''}{detail}")
        if not ok:
            wrong.append(name)

    with tempfile.TemporaryDirectory(prefix="mpheap-") as name:
        folder = pathlib.Path(name)
        summary, trace, _ = capture_run(arguments, folder)
        replay = run_json(arguments.mpheap, "replay", "--json", trace)
        lines = dumped(arguments.mpheap, trace)
        check("capture", summary["lost_events"] == 0 and summary["damage"] == 0,
              f"{summary['bytes']} bytes, {summary['lost_events']} events lost, {summary['damage']} damaged")
        check("replay", replay["divergences"] == 0 and not replay["damage"] and replay["events"] > 0,
              f"{replay['events']} events, {replay['collects']} collects, {replay['divergences']} divergences")
        check("the table in RAM", ram_has_table((folder / "ram").read_bytes(), lines, replay["heap"]["blocks"]))
        found = seen(lines, arguments.script.name)
        for number, requests in said(arguments.script).items():
            counts = {size: found[number][size] for size in requests}
            check(f"{arguments.script.name}:{number}", counts == requests, str(counts))
        if arguments.out:
            arguments.out.write_bytes(trace.read_bytes())
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
