"""Device cycles per request, of recordings run on an emulated RP2040.

The median is what a request takes that is only noted, the mean has the
encoding in it, which comes with one in fifteen.

Some requests from the middle of each recording go through hooks as a firmware
has them (tests/bench/device) and count for all of it. A hook's cycles are all
it costs beyond the heap's own function: the call, the settings, the tracer.
"""

import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
KINDS = ("alloc", "realloc", "free")
EVENTS_EACH = 2000
NULL = 0xFFFFFFFF
TIMES = {"off": 0x80, "packet": 0, "16us": 2, "1us": 1}


def block(word):
    """Of all areas one row: only which is which matters here."""
    if word == "-":
        return NULL
    area, _, number = word.rpartition(":")
    return int(number) + 65536 * int(area or 0)


def requests_of(log):
    """How many plain requests a recording has, and those from its middle."""
    text = subprocess.run(["zstd", "-dcq", log], check=True, capture_output=True).stdout
    lines = [x.split() for x in text.decode().split("\n") if x[:2] in ("A ", "R ", "F ")]
    begin = max(0, (len(lines) - EVENTS_EACH) // 2)
    return len(lines), [request_of(x) for x in lines[begin : begin + EVENTS_EACH]]


def request_of(words):
    """(kind, bytes, block, result, flag)"""
    if words[0] == "A":
        return 0, int(words[1]) % 2**32, 0, block(words[3]), int(words[2])
    if words[0] == "R":
        return 1, int(words[2]) % 2**32, block(words[1]), block(words[4]), int(words[3])
    return 2, 0, block(words[1]), NULL, 0


def firmware(folder, cores):
    subprocess.run(
        ["make", "--silent", "-C", HERE / "device", f"OUT={folder}", f"CORES={cores}"],
        check=True,
    )
    return folder / f"bench_{cores}.elf"


def median(counts):
    """Of {value: how often}."""
    total = sum(counts.values())
    seen = 0
    for value in sorted(counts):
        seen += counts[value]
        if 2 * seen >= total:
            return value
    return 0


def mean(counts):
    return round(sum(x * n for x, n in counts.items()) / (sum(counts.values()) or 1))


def written(golden, folder):
    """Files for the emulator, and for how many requests each of theirs stands."""
    files = []
    weights = []
    for log in sorted((golden / "events").glob("*.zst")):
        if "-b64__" in log.name:
            continue  # of a 64-bit machine
        total, requests = requests_of(log)
        files.append(folder / (log.name + ".bin"))
        weights.append(total / len(requests))
        files[-1].write_bytes(b"".join(struct.pack("<5I", *x) for x in requests))
    return files, weights


def measure(files, weights, elf, emulator, time):
    """{kind: (median, mean cycles)}, and of all kinds together."""
    ran = subprocess.run(
        ["node", HERE / "device" / "run.mjs", elf, str(TIMES[time]), *files],
        check=True, capture_output=True, text=True,
        env=dict(os.environ, RP2040JS=emulator),
    )
    counts = {kind: {} for kind in (*KINDS, "all")}
    for found, weight in zip(json.loads(ran.stdout), weights):
        for kind, of_hook in zip(KINDS, found.values()):
            for cycles, n in of_hook.items():
                for to in (counts[kind], counts["all"]):
                    to[int(cycles)] = to.get(int(cycles), 0) + n * weight
    return {kind: (median(found), mean(found)) for kind, found in counts.items()}


def table(golden):
    sys.path.insert(0, str(HERE.parent / "emulator"))
    os.environ.setdefault("MPHEAP_SOURCE_DIR", str(HERE.parents[1]))
    os.environ.setdefault("MPHEAP", "")
    import emulator_test

    missing = emulator_test.what_is_missing()
    if missing:
        print(f"\nno cycles: {missing}")
        return
    emulator = emulator_test.emulator()[0]
    print(f"\n{'cycles of a hook, median and mean over the recordings':<54}"
          + "".join(f"{kind:>12}" for kind in (*KINDS, "all")))
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        files, weights = written(golden, folder)
        for cores in (1, 2):
            elf = firmware(folder, cores)
            for time in TIMES:
                found = measure(files, weights, elf, emulator, time)
                print(f"{'built for ' + str(cores) + ' core(s), time=' + time:<54}"
                      + "".join("{:>7}{:>5}".format(*found[kind]) for kind in (*KINDS, "all")))
