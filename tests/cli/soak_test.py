"""Soak: a device at line rate on a bad line, captured and replayed.

A generated program's packets go over a pseudo-terminal as fast as the line
carries them, again and again (the device is reset now and then, in the middle
of a packet), with bits flipped and bytes lost on the way. Then:

    every packet that was harmed is reported, and no loss is invented;
    what is reported lost is, event for event, what was sent and not received;
    the state of the heap is proven again within one second of stream;
    mpheap capture needs no more memory at the end than once it is under way.

Twelve seconds by default; MPHEAP_SOAK_SECONDS=14400 is an afternoon, and
MPHEAP_LONG_TESTS=1 ten minutes.
"""

import json
import os
import pathlib
import random
import signal
import subprocess
import threading
import time
import unittest

import command
from capture_test import PATIENCE, Capture, Pty
from packets import events_before, framed, time_of, whole_packets

LONG = 600 if os.environ.get("MPHEAP_LONG_TESTS") else 12
SECONDS = float(os.environ.get("MPHEAP_SOAK_SECONDS", LONG))
BYTES_PER_SECOND = 100_000  # 1 Mbaud
HARMED = 0.01  # of the packets
FLAT_KB = 2048


class Line:
    """Sends packets, harms some, and knows what was lost."""

    def __init__(self, packets, send, seed):
        self.packets = packets
        self.send = send
        self.pick = random.Random(seed)
        self.begin = time.monotonic()
        self.bytes = 0
        self.resets = 0
        self.harmed = 0
        self.lost_events = 0  # between packets that arrived

    def carry(self, data):
        """At the rate of the line."""
        self.send(data)
        self.bytes += len(data)
        ahead = self.bytes / BYTES_PER_SECOND - (time.monotonic() - self.begin)
        if ahead > 0.01:
            time.sleep(ahead)

    def harm(self, code):
        """A packet that does not arrive: bits flipped, bytes lost, all lost."""
        how = self.pick.randrange(3)
        if how == 0:
            return b""
        code = bytearray(code)
        at = self.pick.randrange(1, len(code) - 1)
        if how == 1:
            code[at] ^= 1 << self.pick.randrange(8)
        else:
            del code[at : at + self.pick.randrange(1, 30)]
        return bytes(code)

    def run_once(self):
        """The device from its start to a reset."""
        self.resets += 1
        until = self.pick.randrange(len(self.packets) // 2, len(self.packets))
        last = self.packets[:until]
        lost = 0  # since the last packet that arrived
        for i, data in enumerate(last[:-1]):
            # Without its description of the heap a device says nothing.
            if i > 3 and self.pick.random() < HARMED:
                self.harmed += 1
                lost += events_before(self.packets[i + 1]) - events_before(data)
                self.carry(self.harm(framed(data)))
            else:
                self.lost_events += lost
                lost = 0
                self.carry(framed(data))
        # The reset: what is left of this packet is never sent. Nobody can know
        # how many events it had.
        self.carry(framed(last[-1])[: self.pick.randrange(1, 18)])


class Soak(Capture):
    def made(self):
        path = self.folder / "made.mpheap"
        self.succeeds("generate", "pid", "--seconds", "60", "-o", path, "--quiet")
        return whole_packets(path.read_bytes())

    def memory_kb(self, process):
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0])

    def test_a_bad_line(self):
        packets = self.made()
        self.assertGreater(len(packets), 100)
        pty = Pty(self.port)
        capture = self.start("--json", "--quiet")
        line = Line(packets, pty.send, seed=1)
        memory = []
        while time.monotonic() - line.begin < SECONDS:
            line.run_once()
            memory.append(self.memory_kb(capture))
        line.carry(b"".join(framed(data) for data in packets[:3]))
        sent = framed(packets[2])
        self.holds(sent)
        time.sleep(0.3)
        out, err = self.end(capture)
        self.assertEqual(err, "")
        warm = memory[len(memory) // 4]  # its buffers have their size by then
        self.assertLess(max(memory) - warm, FLAT_KB, memory)
        self.check(line, json.loads(out), packets)

    def check(self, line, summary, packets):
        self.assertGreater(line.harmed, 0)
        self.assertEqual(summary["lost_events"], line.lost_events)
        self.assertEqual(summary["device_restarts"], line.resets)
        seen = self.json("replay", self.file)
        self.assertEqual(seen["divergences"], 0, seen["first_divergences"])
        self.assertEqual(seen["lost_events"], line.lost_events)
        # A reset is a gap too: nobody knows what its last packet held.
        self.assertGreaterEqual(seen["gap_count"], line.resets)
        self.assertLessEqual(seen["gap_count"], line.resets + line.harmed)
        self.exact_soon(seen, packets)

    def exact_soon(self, seen, packets):
        """Each gap ends at a table or before the next gap, within a second."""
        span_us = time_of(packets[-1]) - time_of(packets[0])
        per_second = events_before(packets[-1]) * 1_000_000 / span_us
        size = sum(len(framed(data)) for data in packets)
        seconds = size / BYTES_PER_SECOND
        per_second = max(per_second, events_before(packets[-1]) / seconds)
        gaps = seen["gaps"]
        late = []
        for gap, following in zip(gaps, gaps[1:]):
            again = gap["exact_again_event"] or following["event"]
            late.append((again - gap["event"]) / per_second)
        self.assertLess(max(late, default=0), 1.0)


del Capture  # its own tests are not this file's

if __name__ == "__main__":
    unittest.main()
