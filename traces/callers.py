# One function formats for three others: the line that allocates is the same,
# who calls it is not. Three frames of each stack are told.

import gc
import mpheap


def text_of(name, value):
    return "%s=%.2f" % (name, value)


def log_line(i):
    return text_of("t", i * 0.25) + "\n"


def show(lines):
    for i in range(4):
        lines[i] = text_of("row", i + 0.5)


def send(i):
    return {"id": i, "body": text_of("v", i * 1.5)}


def step(i, lines, sent):
    log_line(i)
    show(lines)
    if i % 5 == 0:
        sent.append(send(i))
    if len(sent) > 8:
        sent.pop(0)


def main():
    lines = [None] * 4
    sent = []
    for i in range(300):
        mpheap.tick()
        step(i, lines, sent)


gc.collect()
mpheap.start(baud=3000000, sites=3)
main()
mpheap.stop()
