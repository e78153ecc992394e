#!/usr/bin/env python3
"""What traces cost: bytes per event, device cycles per request, decoding.

usage: tests/bench/wire_sizes.py [--build FOLDER] [--golden FOLDER] [--all] [--no-cycles]

Recordings of events/ have no times; captures/ have microseconds and are
written at each resolution. Everything is counted: packets, keyframes, digests,
survivors. --all lists every recording, not only the sums and the dearest.
Cycles are of an emulated RP2040 (device_cycles.py), which takes minutes.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import device_cycles

ROOT = pathlib.Path(__file__).resolve().parents[2]


def convert(program, log, *how):
    with tempfile.NamedTemporaryFile(suffix=".mpheap") as out:
        ran = subprocess.run(
            [program, "convert", log, "-o", out.name, "--json", *how],
            check=True,
            capture_output=True,
        )
    return json.loads(ran.stdout)


def row(name, events, *figures):
    print(f"{name:<52} {events:>10,}  " + "  ".join(f"{x:>7.3f}" for x in figures))


def events_table(args):
    print(f"{'recordings without times':<52} {'events':>10}  compact   verify")
    sums = {"compact": 0, "verify": 0}
    total = 0
    rows = []
    for log in sorted((args.golden / "events").glob("*.zst")):
        made = {
            mode: convert(args.mpheap, log, "--time", "packet", "--mode", mode)
            for mode in sums
        }
        total += made["compact"]["events"]
        for mode in sums:
            sums[mode] += made[mode]["bytes"]
        rows.append(
            (
                made["compact"]["bytes_per_event"],
                log.name.split(".golden")[0],
                made["compact"]["events"],
                made["verify"]["bytes_per_event"],
            )
        )
    rows.sort(reverse=True)
    for compact, name, events, verify in rows if args.all else rows[:5]:
        row(name, events, compact, verify)
    row("all", total, *(x / total for x in sums.values()))


def captures_table(args):
    print(f"\n{'captures with times':<52} {'events':>10}   packet     16us      1us")
    times = ["packet", "16us", "1us"]
    sums = dict.fromkeys(times, 0)
    total = 0
    script = ROOT / "tests" / "support" / "capture_to_log.py"
    for capture in sorted((args.golden / "captures").glob("*.txt")):
        with tempfile.NamedTemporaryFile(suffix=".log") as log:
            subprocess.run(
                [sys.executable, script, capture], check=True, stdout=log
            )
            made = {x: convert(args.mpheap, log.name, "--time", x) for x in times}
        events = made["1us"]["events"]
        total += events
        for time in times:
            sums[time] += made[time]["bytes"]
        row(capture.stem, events, *(made[x]["bytes_per_event"] for x in times))
    row("all", total, *(x / total for x in sums.values()))


def decode_rate(args):
    with tempfile.TemporaryDirectory() as folder:
        traces = []
        for log in sorted((args.golden / "events").glob("*.zst")):
            traces.append(pathlib.Path(folder) / (log.name + ".mpheap"))
            subprocess.run(
                [args.mpheap, "convert", log, "-o", traces[-1], "--time", "1us"],
                check=True, capture_output=True,
            )
        ran = subprocess.run(
            [args.build / "tests" / "decode_rate", *traces],
            check=True, capture_output=True, text=True,
        )
    records, seconds, rate = ran.stdout.split()
    print(f"\ndecoding: {int(records):,} records in {seconds} s, "
          f"{int(rate):,} a second")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--golden", type=pathlib.Path, default=None)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--no-cycles", action="store_true")
    args = parser.parse_args()
    beside = ROOT / ".." / "shared" / "golden"
    if args.golden is None:
        args.golden = beside if beside.exists() else ROOT / "tests" / "golden"
    args.mpheap = args.build / "tools" / "mpheap"
    events_table(args)
    captures_table(args)
    decode_rate(args)
    if not args.no_cycles:
        device_cycles.table(args.golden)


if __name__ == "__main__":
    main()
