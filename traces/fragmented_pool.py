# Buffers of mixed sizes that come and go, while a small record of every message
# is kept: the records end up between the buffers and split the heap. At the end
# there is far more free memory than the frame needs, and no room for it.

import gc
import mpheap

kept = []


def handle(number):
    buffer = bytearray(300 + number * 7 % 900)
    for i in range(0, len(buffer), 64):
        buffer[i] = number & 255
    kept.append("message %d" % number)
    return buffer


def run(messages):
    window = []
    for number in range(messages):
        mpheap.tick()
        window.append(handle(number))
        if len(window) > 12:
            window.pop(number * 5 % 12)
    return window


def take_picture():
    try:
        return bytearray(FRAME)
    except MemoryError:
        mpheap.label("no room for the frame")
        return None


FRAME = 64 * 1024
gc.collect()
mpheap.start(baud=3000000)
run(520)
gc.collect()
take_picture()
mpheap.stop()
