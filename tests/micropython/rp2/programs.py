# This file is part of mpheap, MIT licence.
#
# Programs that go on for a while, with a snapshot in every sixth collect.
# real_carried.py compares what the collects in between took with what the last
# snapshot, carried on by the events since, says they take.

import gc
import json
import mpheap


class Session:
    def __init__(self, number):
        self.name = "visitor %d" % number
        self.pages = []


def sessions():
    kept = {}
    for i in range(700):
        number = i * 7 % (10 + i // 4)
        session = kept.get(number)
        if session is None:
            session = kept[number] = Session(number)
        session.pages.append("/page/%d" % (number % 7))
        if i % 40 == 39:
            gc.collect()


def server():
    log = []
    cache = {}
    for i in range(700):
        body = json.loads('{"id": %d, "tags": ["a%d", "b", "c"], "pos": [%d.5, 2.25]}' % (i, i, i))
        out = json.dumps(body)
        if i % 5 == 0:
            cache[i % 200] = json.loads(out)
        log.append(out)
        if len(log) > 30:
            log.pop(0)
        if i % 40 == 39:
            gc.collect()


def buffers():
    pool = []
    for k in range(30):
        pool = pool[len(pool) // 2:] + [bytearray(20 + i * k % 60) for i in range(10 + k * 13 % 70)]
        gc.collect()


class Sample:
    def __init__(self, t, x):
        self.t = t
        self.x = x
        self.raw = (x, x * 0.5, -x)


def sensors():
    history = []
    for t in range(600):
        history.append(Sample(t, t * 0.25))
        if len(history) > 120:
            del history[:60]
        if t % 25 == 24:
            gc.collect()


class Node:
    def __init__(self, key):
        self.key = key
        self.left = None
        self.right = None


def insert(root, key):
    while True:
        below = root.left if key < root.key else root.right
        if below is None:
            break
        root = below
    if key < root.key:
        root.left = Node(key)
    else:
        root.right = Node(key)


def tree():
    x = 1
    for _ in range(3):
        root = Node(500)
        for i in range(240):
            x = (x * 1103515245 + 12345) % 1000003
            insert(root, x % 1000)
            if i % 30 == 29:
                gc.collect()


def main():
    gc.collect()
    mpheap.start(baud=3000000, snapshots=6)
    for program in (sessions, server, buffers, sensors, tree):
        gc.collect()
        mpheap.label(program.__name__)
        program()
    mpheap.stop()


main()
