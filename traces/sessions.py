# A server that keeps a session for each visitor and forgets none. Every fifth
# collect has a snapshot: what grew between two of them, and what holds it?

import gc
import mpheap


class Session:
    def __init__(self, number):
        self.name = "visitor %d" % number
        self.pages = []


sessions = {}
recent = []


def visit(number):
    session = sessions.get(number)
    if session is None:
        session = sessions[number] = Session(number)
    session.pages.append("/page/%d" % (number % 7))
    recent.append("visit %d" % number)
    if len(recent) > 20:
        recent.pop(0)


def run(visits):
    for i in range(visits):
        mpheap.tick()
        visit(i * 7 % (10 + i // 4))
        if i % 60 == 59:
            gc.collect()


gc.collect()
mpheap.start(baud=3000000, snapshots=5)
run(900)
mpheap.snapshot()
mpheap.stop()
