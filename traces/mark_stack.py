# The collector's mark stack has 64 entries. A list of 300 fresh rows, each of them a
# list that holds another, fills it: the collect has to go through the whole heap
# again to find what it missed, and takes several times as long as the one before.

import gc
import mpheap


def rows(n):
    return [[i, [i]] for i in range(n)]


def pairs(n):
    first = None
    for i in range(n):
        first = (i, first)
    return first


gc.collect()
mpheap.start(baud=3000000)
mpheap.label("a chain of 300: one at a time")
kept = pairs(300)
gc.collect()
gc.collect()
mpheap.label("a list of 300 rows: all at once")
kept = rows(300)
gc.collect()
gc.collect()
mpheap.stop()
