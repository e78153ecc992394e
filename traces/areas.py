import gc
import mpheap

mpheap.start(path="areas.mpheap", sites=True)


class Row:
    def __init__(self, number):
        self.name = "row %d" % number
        self.cells = [number, bytearray(200)]


table = {}
for number in range(60):
    table[number] = Row(number)
    waste = [bytearray(300) for _ in range(4)]
mpheap.snapshot()
gc.collect()
for number in range(0, 60, 3):
    del table[number]
mpheap.snapshot()
gc.collect()
mpheap.stop()
