#!/usr/bin/env python3
"""Finds the prices of libheap/model/collect_cycles.cc from recorded collects.

    MPHEAP=build/release/tools/mpheap tests/bench/collect_cycles.py ../shared/golden/graphs

Each pair of files gives two equations per collect: what was counted (`mpheap graph --json`,
"counts") times the prices is what the chip took to mark, and to sweep. They are solved by least
squares in exact fractions, prices never below 0, and rounded to whole cycles. Where the collects at
hand leave a price open, faint equations decide: a root word costs what a word of an object costs, a
freed entry what a live one costs, anything else nothing.

What a freed entry costs, only programs with garbage tell, and of these pairs that is one program. So
the sweeps of the captures beside them (../captures: other programs, one release, times to a tenth of a
microsecond) go into the equations of their release too. The releases that sweep in one pass (before
v1.25) free in the same way: where the collects of one leave the price open, it is that of the captures.

Prints the prices, the largest error left, and how well each program is predicted by prices found
from the others. --check exits 1 if the prices built into mpheap predict any collect worse than
these do.
"""

import argparse
import collections
import fractions
import json
import os
import pathlib
import re
import subprocess
import sys

MPHEAP = os.environ.get("MPHEAP", "build/release/tools/mpheap")
FAINT = fractions.Fraction(1, 10**6)
ROUGH = fractions.Fraction(1, 10**3)  # a time that was rounded
TWO_PASSES = (1, 25)
WAYS = ("unaligned", "below_pool", "above_pool", "in_pool")

# A price and what it is paid for.
MARKING = {
    "start": lambda c: 1,
    **{f"root_word.{way}": lambda c, way=way: c["root_words"][way] for way in WAYS},
    **{f"word.{way}": lambda c, way=way: c["words"][way] for way in WAYS},
    "marked": lambda c: c["root_heads"] + c["pushed"] + c["overflowed"],
    "pushed": lambda c: c["pushed"],
    "subtree": lambda c: c["root_heads"] + c["rescan_objects"],
    "rescan_pass": lambda c: c["rescan_passes"],
    "rescan_block": lambda c: c["rescan_blocks"],
}
SWEEP = {
    "sweep_start": lambda c: 1,
    "swept_block": lambda c: c["swept_blocks"],
    "live_object": lambda c: c["live_objects"],
    "live_tail": lambda c: c["live_tails"],
    "freed_object": lambda c: c["freed_objects"],
    "freed_tail": lambda c: c["freed_tails"],
    "finaliser_byte": lambda c: c["finaliser_bytes"],
}
# Prices alike unless the collects say otherwise.
ALIKE = {f"root_word.{way}": f"word.{way}" for way in WAYS}
ALIKE |= {"freed_object": "live_object", "freed_tail": "live_tail"}
# Paid once or nearly so: what is left when the others are whole.
ONCE = ("start", "rescan_pass", "sweep_start")

Collect = collections.namedtuple("Collect", "release program name counts marking sweep predicted")


def read_collect(path):
    ran = subprocess.run(
        [MPHEAP, "graph", path, "--json", "--strict"], capture_output=True, check=True
    )
    found = json.loads(ran.stdout)
    hertz = found["snapshot"]["clock_hz"]
    seen = found["seen_on_chip"]

    def cycles(us):
        return fractions.Fraction(round(us * hertz / 1e6))

    sweep = cycles(seen["sweep_us"])
    return Collect(
        found["snapshot"]["release"],
        found["snapshot"]["program"].split(",")[0],
        path.stem,
        found["counts"],
        cycles(seen["total_us"]) - sweep,
        sweep,
        found["predicted_us"] * hertz / 1e6,
    )


def blocks_of(table):
    """{head: blocks} of a run-length coded table."""
    found, at, head = {}, 0, 0
    for letter, count in re.findall(r"([ht.])(\d*)", table):
        for _ in range(int(count or 1)):
            if letter == "h":
                head = at
                found[head] = 0
            if letter != ".":
                found[head] += 1
            at += 1
    return found


class CapturedHeap:
    """A capture's heap, as far as the sweep cares: objects, and the last used block."""

    def __init__(self, lines):
        pool = next(line for line in lines if line.startswith("# pool")).split()
        self.pool, self.block_bytes, self.blocks = int(pool[2], 16), int(pool[4]), int(pool[6])
        self.objects, self.last = {}, 0

    def settle(self, table):
        self.objects = blocks_of(table)
        self.last = max(head + n - 1 for head, n in self.objects.items())

    def put(self, address, n_bytes):
        head, n = self.block(address), -(-int(n_bytes) // self.block_bytes)
        self.objects[head] = n
        self.last = max(self.last, head + n - 1)

    def resize(self, old, new, n_bytes):
        if int(n_bytes) != 0 and int(new, 16) == 0:
            return
        before = self.objects.pop(self.block(old), 0) if int(old, 16) else 0
        if int(n_bytes) == 0:
            return
        self.put(new, n_bytes)
        if old == new and self.objects[self.block(new)] > before:
            self.last = max(self.last, self.block(new) + self.objects[self.block(new)])

    def block(self, address):
        return (int(address, 16) - self.pool) // self.block_bytes

    def sweep(self, after):
        """What the sweep counts that leaves this table."""
        live = blocks_of(after)
        freed = {head: n for head, n in self.objects.items() if head not in live}
        return {
            "swept_blocks": min(self.last, self.blocks - 1) + 1,
            "live_objects": len(live),
            "live_tails": sum(live.values()) - len(live),
            "freed_objects": len(freed),
            "freed_tails": sum(freed.values()) - len(freed),
            "finaliser_bytes": 0,
        }


def captured_sweeps(path):
    """(counts, cycles) of each sweep of a capture."""
    lines = path.read_text().split("\n")
    hertz = 1e6 * int(re.search(r"(\d+) MHz", path.read_text())[1])
    heap = CapturedHeap(lines)
    counts = []
    for kind, *rest in (line.split()[1:] for line in lines if line[:1].isdigit()):
        if kind == "S":
            heap.settle(rest[0])
        elif kind == "A" and int(rest[0], 16):
            heap.put(*rest[:2])
        elif kind == "F" and int(rest[0], 16):
            del heap.objects[heap.block(rest[0])]
        elif kind == "R":
            heap.resize(*rest[:3])
        elif kind == "M":
            counts.append(heap.sweep(rest[0]))
            heap.settle(rest[0])
    took = [float(line.split()[6]) for line in lines if line.startswith("# collect ")]
    return [(c, fractions.Fraction(round(us * hertz / 1e6))) for c, us in zip(counts, took)]


def release_number(release):
    return tuple(int(part) for part in release.removeprefix("v").split(".")[:2])


def read_captures(folder):
    """{release: [(counts, cycles)]}"""
    found = collections.defaultdict(list)
    for path in sorted(folder.glob("*.txt")):
        release = re.search(r"# firmware (\S+)", path.read_text())[1]
        found[release] += captured_sweeps(path)
    return found


def solve(rows, values):
    """The x with rows * x = values, by elimination; as many rows as unknowns."""
    rows = [list(row) + [value] for row, value in zip(rows, values)]
    for i in range(len(rows)):
        pivot = max(range(i, len(rows)), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [x / rows[i][i] for x in rows[i]]
        for r, row in enumerate(rows):
            if r != i and row[i]:
                rows[r] = [x - row[i] * y for x, y in zip(row, rows[i])]
    return [row[-1] for row in rows]


def least_squares(names, equations):
    """equations: (amounts by name, value, weight). Prices by name, none below 0."""
    zero = fractions.Fraction(0)
    used = list(names)
    while True:
        square = [[zero] * len(used) for _ in used]
        right = [zero] * len(used)
        for amounts, value, weight in equations:
            row = [fractions.Fraction(amounts.get(name, 0)) for name in used]
            for i, x in enumerate(row):
                if x:
                    right[i] += weight * x * value
                    for k, y in enumerate(row):
                        square[i][k] += weight * x * y
        prices = dict(zip(used, solve(square, right)))
        negative = [name for name in used if prices[name] < 0]
        if not negative:
            return {name: prices.get(name, zero) for name in names}
        used.remove(min(negative, key=prices.get))


def fit(features, rows, rough=(), known=None):
    """rows, rough: (counts, cycles). Whole prices by name; those not in rows as known."""
    equations = [({n: f(c) for n, f in features.items()}, cycles, 1) for c, cycles in rows]
    equations += [({n: f(c) for n, f in features.items()}, cycles, ROUGH) for c, cycles in rough]
    for name in features:
        if name in (known or {}):
            equations.append(({name: 1}, known[name], FAINT))
        elif name in ALIKE:
            equations.append(({name: 1, ALIKE[name]: -1}, 0, FAINT))
        equations.append(({name: 1}, 0, FAINT * FAINT))
    prices = {n: round(p) for n, p in least_squares(features, equations).items()}
    once = [name for name in ONCE if name in features]
    rest = []
    for amounts, cycles, weight in equations[: len(rows)]:
        paid = sum(prices[n] * x for n, x in amounts.items() if n not in once)
        rest.append(({n: amounts[n] for n in once}, cycles - paid, weight))
    rest += [({name: 1}, 0, FAINT) for name in once]
    prices |= {n: round(p) for n, p in least_squares(once, rest).items()}
    return prices


def fit_collects(collects, captures):
    """captures: {release: [(counts, cycles)]}"""
    release = collects[0].release
    known = None
    if release not in captures and release_number(release) < TWO_PASSES:
        known = captures.get("freed")
    return fit(MARKING, [(c.counts, c.marking) for c in collects]) | fit(
        SWEEP, [(c.counts, c.sweep) for c in collects], captures.get(release, ()), known
    )


def add_freed(collects, captures):
    """What freeing costs by the captures alone: without the programs here that free."""
    for release in list(captures):
        mine = [c for c in collects if c.release == release and c.counts["freed_objects"] == 0]
        if mine:
            prices = fit_collects(mine, captures)
            captures["freed"] = {name: prices[name] for name in ("freed_object", "freed_tail")}


def error(prices, collect):
    features = MARKING | SWEEP
    paid = sum(prices[name] * amount(collect.counts) for name, amount in features.items())
    took = collect.marking + collect.sweep
    return float((paid - took) / took)


def left_out(collects, captures):
    """(collect, its error by prices found without its program), for each."""
    for program in sorted({c.program for c in collects}):
        prices = fit_collects([c for c in collects if c.program != program], captures)
        for collect in collects:
            if collect.program == program:
                yield collect, error(prices, collect)


def report(release, collects, captures):
    prices = fit_collects(collects, captures)
    print(release)
    for name, price in prices.items():
        print(f"  {name:22} {price:4}")
    worst = max(abs(error(prices, c)) for c in collects)
    print(f"  fitted: largest error {100 * worst:.4f} %")
    print("  each program by prices found from the others:")
    by_program = collections.defaultdict(list)
    for collect, share in left_out(collects, captures):
        by_program[collect.program].append(abs(share))
    for program, shares in by_program.items():
        mean = sum(shares) / len(shares)
        print(f"    {program:16} mean {100 * mean:7.4f} %  worst {100 * max(shares):7.4f} %")
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--check", action="store_true", help="compare with the built-in prices")
    options = parser.parse_args()
    collects = [read_collect(path) for path in sorted(options.folder.glob("*.json"))]
    if not collects:
        sys.exit(f"{options.folder}: no .json in it")
    captures = read_captures(options.folder.parent / "captures")
    add_freed(collects, captures)
    good = True
    for release in sorted({c.release for c in collects}):
        mine = [c for c in collects if c.release == release]
        best = report(release, mine, captures)
        built_in = max(
            abs(c.predicted / float(c.marking + c.sweep) - 1) for c in mine
        )
        print(f"  built in: largest error {100 * built_in:.4f} %\n")
        good = good and built_in <= best + 1e-9
    if options.check and not good:
        sys.exit("the built-in prices are not the best")


if __name__ == "__main__":
    main()
