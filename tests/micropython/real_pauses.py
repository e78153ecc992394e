#!/usr/bin/env python3
"""What snapshots say that collects take, and what they take: real MicroPython, emulated.

    real_pauses.py --firmware firmware.elf --bootrom bootrom.mjs

The firmware is built as for real_rp2.py. rp2/heaps.py makes heaps of all kinds and
takes a snapshot of each, inside a collect; a second collect of the same heap follows.
The emulator counts the cycles of gc_collect() in both, without those of the tracer in
the middle of it. Prints a line per heap, in microseconds: predicted, what each of the
two collects took, what the trace says of them. Exits with 1 where a collect takes 2 %
more or less than predicted, or other objects survive than the snapshot says.
"""

import json
import pathlib
import re
import sys
import tempfile

import real_rp2

MOST_OFF = 0.02
MHZ = 125
TRACER = "tracer_collect_begin,mpheap_snapshot_begin,tracer_snapshot_roots,tracer_snapshot_end,tracer_collect_marked,tracer_collect_end"


def collects_by_label(lines):
    """{label: [(number of the collect, microseconds)] since it was set}."""
    label, begin, number, found = None, None, 0, {}
    for words in lines:
        times = [int(word[2:]) for word in words if re.fullmatch(r"t=\d+", word)]
        if words[:1] == ["LABEL"]:
            label = words[1]
        elif words[:1] == ["(C"]:
            begin = times[0]
        elif words[:1] == [")C"]:
            if label is not None:
                found.setdefault(label, []).append((number, times[0] - begin))
            number += 1
    return found, number


def main():
    parser = real_rp2.make_parser(__doc__.split("\n", maxsplit=1)[0])
    arguments = parser.parse_args()
    arguments.script = pathlib.Path(__file__).parent / "rp2" / "heaps.py"
    with tempfile.TemporaryDirectory(prefix="mpheap-") as name:
        _, trace, counted = real_rp2.capture_run(
            arguments, pathlib.Path(name), "--cycles", "gc_collect", "--without", TRACER, "--each")
        if arguments.out:
            arguments.out.write_bytes(trace.read_bytes())
        cycles = json.loads(counted.strip().split("\n")[-1])["gc_collect"]
        replay = real_rp2.run_json(arguments.mpheap, "replay", "--json", trace)
        print(f"{replay['events']} events, {replay['divergences']} divergences, {trace.stat().st_size} bytes")
        wrong = replay["divergences"] != 0
        collects, count = collects_by_label(real_rp2.dumped(arguments.mpheap, trace))
        took = [one / MHZ for one in cycles[len(cycles) - count:]]  # some came before the trace
        print(f"{'heap':16}{'objects':>8}{'rescans':>8}{'predicted':>10}{'took':>9}{'off':>8}{'next':>9}{'off':>8}{'traced':>8}{'next':>7}")
        for number, (label, ((first, own), (second, after), *_)) in enumerate(collects.items(), 1):
            found = real_rp2.run_json(arguments.mpheap, "graph", "--json", "--snapshot", str(number), trace)
            predicted = found["predicted_us"]
            off = [predicted / took[which] - 1 for which in (first, second)]
            print(f"{label:16}{found['live_objects']:8}{found['rescan_passes']:8}{predicted:10.0f}{took[first]:9.0f}{off[0]:8.2%}"
                  f"{took[second]:9.0f}{off[1]:8.2%}{own:8}{after:7}")
            wrong |= max(map(abs, off)) > MOST_OFF or not found["seen_on_chip"]["survivors_equal"]
        wrong |= len(collects) < 5
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
