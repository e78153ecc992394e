#!/usr/bin/env python3
"""Finds the prices of libheap/model/collect_cycles.cc from recorded collects.

    MPHEAP=build/release/tools/mpheap tests/bench/collect_cycles.py ../shared/golden/graphs

Each pair of files gives two equations per collect: what was counted (`mpheap graph --json`,
"counts") times the prices is what the chip took to mark, and to sweep. They are solved by least
squares in exact fractions, prices never below 0, and rounded to whole cycles. Where the collects at
hand leave a price open, faint equations decide: a root word costs what a word of an object costs, a
freed entry what a live one costs, anything else nothing.

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
import subprocess
import sys

MPHEAP = os.environ.get("MPHEAP", "build/release/tools/mpheap")
FAINT = fractions.Fraction(1, 10**6)
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


def fit(features, rows):
    """rows: (counts, cycles). Whole prices by name."""
    equations = [({n: f(c) for n, f in features.items()}, cycles, 1) for c, cycles in rows]
    for name in features:
        if name in ALIKE:
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


def fit_collects(collects):
    return fit(MARKING, [(c.counts, c.marking) for c in collects]) | fit(
        SWEEP, [(c.counts, c.sweep) for c in collects]
    )


def error(prices, collect):
    features = MARKING | SWEEP
    paid = sum(prices[name] * amount(collect.counts) for name, amount in features.items())
    took = collect.marking + collect.sweep
    return float((paid - took) / took)


def left_out(collects):
    """(collect, its error by prices found without its program), for each."""
    for program in sorted({c.program for c in collects}):
        prices = fit_collects([c for c in collects if c.program != program])
        for collect in collects:
            if collect.program == program:
                yield collect, error(prices, collect)


def report(release, collects):
    prices = fit_collects(collects)
    print(release)
    for name, price in prices.items():
        print(f"  {name:22} {price:4}")
    worst = max(abs(error(prices, c)) for c in collects)
    print(f"  fitted: largest error {100 * worst:.4f} %")
    print("  each program by prices found from the others:")
    by_program = collections.defaultdict(list)
    for collect, share in left_out(collects):
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
    good = True
    for release in sorted({c.release for c in collects}):
        mine = [c for c in collects if c.release == release]
        best = report(release, mine)
        built_in = max(
            abs(c.predicted / float(c.marking + c.sweep) - 1) for c in mine
        )
        print(f"  built in: largest error {100 * built_in:.4f} %\n")
        good = good and built_in <= best + 1e-9
    if options.check and not good:
        sys.exit("the built-in prices are not the best")


if __name__ == "__main__":
    main()
