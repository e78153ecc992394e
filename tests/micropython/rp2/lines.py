# This file is part of mpheap, MIT licence.
#
# Lines that are known to allocate: "# = 500 x 8" is 500 requests of 8 bytes from
# that line.

import gc
import mpheap

def floats(n):
    total = 0.5
    for i in range(n):
        total = total * 1.5     # = 500 x 8
        if total > 1e6:
            total = 0.5
    return total

def buffers(n):
    kept = []
    for i in range(n):
        kept.append(bytearray(40 + 100 * (i % 2)))  # = 20 x 40, 20 x 140
    return kept

def objects(n):
    made = None
    for i in range(n):
        made = (i, made)        # = 30 x 16
    return made

def closures():
    def inner(x):
        return [x, x, x, x, x, x]   # = 7 x 24
    for i in range(7):
        inner(i)

def generator(n):
    for i in range(n):
        yield i * 2.5           # = 11 x 8

def fails():
    try:
        return bytearray(300000)    # = 1 x 300000
    except MemoryError:
        return None

gc.collect()
mpheap.start(granule=4096)
floats(500)
kept = buffers(40)
chain = objects(30)
closures()
for x in generator(11):
    pass
fails()
mpheap.label("all lines done")
mpheap.stop()
