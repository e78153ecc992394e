#!/usr/bin/env python3
"""How well snapshots predict the collects after them: real MicroPython, emulated.

    real_carried.py --firmware firmware.elf --bootrom bootrom.mjs

The firmware is built as for real_rp2.py. rp2/programs.py runs five programs with a
snapshot in every sixth collect. Prints for each, of the collects whose marking was
replayed on a snapshot carried on by events: how many, how far the predictions are off
on average and at worst, and how many lie in their intervals; and the same of what the
built-in profile says without snapshots. What a collect took is counted by the emulator.
Exits with 1 where the mean error of a program is above 3 %, or where more than 1 in 20
of all lie outside.
"""

import json
import pathlib
import sys
import tempfile

import real_pauses
import real_rp2

MOST_OFF = 0.03


def without_snapshots(mpheap, trace, folder):
    dumped = real_rp2.subprocess.run([mpheap, "dump", trace], capture_output=True, text=True, check=True).stdout
    plain = folder / "plain.log"
    plain.write_text("".join(x for x in dumped.splitlines(keepends=True) if not x.startswith("SNAPSHOT")))
    return plain


def summary(pauses):
    """Of (predicted, took): the mean error and the worst."""
    errors = [abs(one["predicted_us"] / took - 1) for one, took in pauses]
    return f"{sum(errors) / len(errors):9.1%}{max(errors):8.1%}", sum(errors) / len(errors)


def main():
    arguments = real_rp2.make_parser(__doc__.split("\n", maxsplit=1)[0]).parse_args()
    arguments.script = pathlib.Path(__file__).parent / "rp2" / "programs.py"
    with tempfile.TemporaryDirectory(prefix="mpheap-") as name:
        folder = pathlib.Path(name)
        _, trace, counted = real_rp2.capture_run(
            arguments, folder, "--cycles", "gc_collect", "--without", real_pauses.TRACER, "--each")
        if arguments.out:
            arguments.out.write_bytes(trace.read_bytes())
        cycles = json.loads(counted.strip().split("\n")[-1])["gc_collect"]
        found = real_rp2.run_json(arguments.mpheap, "pauses", "--json", trace)["measured"]
        plain = real_rp2.run_json(
            arguments.mpheap, "pauses", "--json", without_snapshots(arguments.mpheap, trace, folder))["measured"]
    took = [one / real_pauses.MHZ for one in cycles[len(cycles) - len(found):]]
    print(f"{'program':10}{'collects':>9}{'carried':>8}{'off':>9}{'worst':>8}{'inside':>8}{'profile off':>13}{'worst':>8}")
    wrong, outside, carried_in_all = False, 0, 0
    for program in dict.fromkeys(x["label"] for x in found if x["label"]):
        mine = [i for i, x in enumerate(found) if x["label"] == program]
        carried = [i for i in mine if found[i]["predicted_from"] == "carried"]
        inside = sum(found[i]["low_us"] <= took[i] <= found[i]["high_us"] for i in carried)
        text, mean = summary([(found[i], took[i]) for i in carried])
        other, _ = summary([(plain[i], took[i]) for i in carried])
        print(f"{program:10}{len(mine):9}{len(carried):8}{text}{inside:8}    {other}")
        wrong |= mean > MOST_OFF
        outside += len(carried) - inside
        carried_in_all += len(carried)
    return 1 if wrong or outside * 20 > carried_in_all else 0


if __name__ == "__main__":
    sys.exit(main())
