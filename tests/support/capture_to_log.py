"""Makes a text event log of a capture of the emulated RP2040 (golden/captures).

usage: capture_to_log.py CAPTURE > LOG

A capture names objects by address and has neither checkpoints nor causes nor
settings; what it has, times included, is kept. Every collect is written as an
explicit one, as those of golden/captures are.
"""

import re
import sys
import zlib

BLOCK = 16


def expand(run_lengths):
    """"h3t.2" -> "hhht.."; a number repeats the letter before it."""
    return "".join(
        letter * int(count or 1)
        for letter, count in re.findall(r"([ht.])(\d*)", run_lengths)
    )


def table_bytes(letters):
    table = bytearray((len(letters) + 3) // 4)
    for block, letter in enumerate(letters):
        table[block // 4] |= {".": 0, "h": 1, "t": 2}[letter] << (2 * (block % 4))
    return bytes(table)


class Heap:
    def __init__(self, letters):
        self.letters = list(letters)

    def free(self, block):
        self.letters[block] = "."
        block += 1
        while block < len(self.letters) and self.letters[block] == "t":
            self.letters[block] = "."
            block += 1

    def place(self, block, blocks):
        self.letters[block : block + blocks] = ["h"] + ["t"] * (blocks - 1)

    def last_used(self):
        return max((i for i, x in enumerate(self.letters) if x != "."), default=0)


def blocks_of(n_bytes):
    return (n_bytes + BLOCK - 1) // BLOCK


def area_fields(pool, blocks):
    """An AREA record whose tables give this pool (v1.20 on, finalisers)."""
    table = blocks // 4
    flags = (blocks + 7) // 8
    end = pool + blocks * BLOCK
    start = pool - table - 1 - flags
    while 8 * (end - start - 1) // (8 + 4 + 32 * BLOCK) < table:
        start -= 1
    return (
        f"0 {start:x} {end:x} {start:x} {table} {start + table + 1:x} {flags} - - "
        f"{pool:x} {end:x}"
    )


class Converter:
    def __init__(self, lines, out):
        self.out = out
        self.keys = {}
        for line in lines:
            if line.startswith("# ") and line.count(" ") >= 2:
                _, key, value = line.rstrip("\n").split(" ", 2)
                self.keys.setdefault(key, value)
        self.records = [x.split() for x in lines if not x.startswith("#")]
        pool = self.keys["pool"].split()
        self.pool = int(pool[0], 16)
        self.blocks = int(pool[4])
        self.heap = None
        self.amount = 0
        self.events = 0
        self.heads_before = 0
        self.start_us = int(self.records[0][0])

    def write(self, text, time):
        self.out.write(f"{text} t={int(time) - self.start_us}\n")

    def ref(self, address):
        number = int(address, 16)
        return "-" if number == 0 else str((number - self.pool) // BLOCK)

    def header(self):
        release = self.keys["firmware"].split()[0]
        workload = self.keys["workload"]
        self.out.write(
            f"MPHEAP-EVENTS 1\nH version {release}\nH workload {workload}\n"
            "H word 4\nH block 16\nH finaliser 1\nH start unknown\n"
            f"AREA {area_fields(self.pool, self.blocks)}\nBEGIN\n"
        )

    def start(self, time, letters):
        self.heap = Heap(expand(letters).ljust(self.blocks, "."))
        table = table_bytes(self.heap.letters)
        self.write(
            f"KEY - 0 1 0 {self.heap.last_used()} 0 0 {zlib.crc32(table):08x} "
            f"0={table.rstrip(bytes(1)).hex() or '.'} 0=. 0=.",
            time,
        )

    def alloc(self, time, address, n_bytes, flags):
        self.events += 1
        ref = self.ref(address)
        if ref != "-":
            self.heap.place(int(ref), blocks_of(int(n_bytes)))
            self.amount += blocks_of(int(n_bytes))
        self.write(f"A {n_bytes} {flags} {ref}", time)

    def free(self, time, address):
        self.events += 1
        ref = self.ref(address)
        if ref != "-":
            self.heap.free(int(ref))
        self.write(f"F {ref}", time)

    def realloc(self, time, old, new, n_bytes, move):
        self.events += 1
        old, new = self.ref(old), self.ref(new)
        if new != "-" or int(n_bytes) == 0:
            if new != old and new != "-":
                self.amount += blocks_of(int(n_bytes))
            if old != "-":
                self.heap.free(int(old))
            if new != "-":
                self.heap.place(int(new), blocks_of(int(n_bytes)))
        self.write(f"R {old} {n_bytes} {move} {new}", time)

    def collect(self, time):
        self.events += 1
        self.heads_before = self.heap.letters.count("h")
        self.write(f"(C e {self.amount}", time)
        self.amount = 0

    def swept(self, time, marked, letters):
        self.heap = Heap(expand(letters).ljust(self.blocks, "."))
        table = table_bytes(self.heap.letters).rstrip(b"\0")
        used = self.blocks - self.heap.letters.count(".")
        self.out.write(
            f")C 0 {self.heap.last_used()} 0 0 {self.heads_before} "
            f"{self.heap.letters.count('h')} {used} 0={table.hex() or '.'} "
            f"t={int(time) - self.start_us} m={int(marked) - self.start_us}\n"
        )

    def convert(self):
        self.header()
        marked = 0
        for time, kind, *fields in self.records:
            if kind == "S":
                self.start(time, *fields)
            elif kind == "A":
                self.alloc(time, *fields)
            elif kind == "F":
                self.free(time, *fields)
            elif kind == "R":
                self.realloc(time, *fields)
            elif kind == "C":
                self.collect(time)
            elif kind == "E":
                marked = time
            elif kind == "M":
                self.swept(time, marked, *fields)
        self.write(f"END {self.events} complete", self.records[-1][0])


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        lines = file.readlines()
    Converter(lines, sys.stdout).convert()


if __name__ == "__main__":
    main()
