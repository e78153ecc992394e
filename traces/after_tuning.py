# The logger of before_tuning.py with one line more, gc.threshold(): collects come
# nineteen times as often, and each takes 0.9 ms in place of 7.

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


gc.threshold(16384)
gc.collect()
mpheap.start(baud=3000000)
run(12000)
mpheap.stop()
