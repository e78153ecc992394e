# A data logger as one writes it first: collects come when the heap is full, each
# of them a stop of 7 ms in a loop whose rounds take 90 us.

import gc
import mpheap


def sample(i):
    return 20.0 + (i * 7 % 50) * 0.1


def run(iterations):
    history = []
    for i in range(iterations):
        mpheap.tick()
        history.append(sample(i))
        if len(history) == 60:
            mean = sum(history) / 60
            text = "%d;%.3f;%.3f;%.3f\n" % (i, min(history), mean, max(history))
            history.clear()


gc.collect()
mpheap.start(baud=3000000)
run(12000)
mpheap.stop()
