# This file is part of mpheap, MIT licence.
#
# Heaps of all kinds, each with a snapshot and two collects: the one the snapshot
# is of, and the next. real_pauses.py compares what they took with what the
# snapshot says they take.

import gc
import json
import mpheap


class Reading:
    def __init__(self, i):
        self.time = i * 100
        self.value = i * 0.25
        self.next = None


def floats():
    return [i * 0.5 for i in range(1500)]


def buffers():
    return [bytearray(48) for i in range(700)]


def few_large():
    return [bytearray(2000) for i in range(25)]


def words():
    return {"key %d" % i: "value %d" % (i * i) for i in range(250)}


def chain():
    made = None
    for i in range(600):
        made = (i, made)
    return made


def readings():
    made = [Reading(i) for i in range(150)]
    for i in range(149):
        made[i].next = made[i + 1]
    return made


def document():
    text = json.dumps([{"id": i, "name": "n%d" % i, "xyz": [i, i + 0.5, None]} for i in range(60)])
    return json.loads(text)


def functions():
    def make(i):
        def inner(x):
            return x + i
        return inner
    return [make(i) for i in range(200)]


def mostly_garbage():
    for i in range(1200):
        bytearray(20 + i % 50)
    return [i for i in range(300)]


def main():
    gc.collect()
    mpheap.start(baud=3000000)
    for make in (floats, buffers, few_large, words, chain, readings, document, functions, mostly_garbage):
        kept = make()
        gc.collect()
        mpheap.label(make.__name__)
        mpheap.snapshot()
        gc.collect()
        kept = None
    mpheap.stop()


main()
