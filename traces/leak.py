# A server whose handler appends to a log that nobody ever cuts. Everything else
# it makes is garbage by the next request; the log's lines are not.

import gc
import mpheap

log = []


def parse(request):
    words = request.split(" ")
    return {"verb": words[0], "path": words[1]}


def handle(number):
    fields = parse("GET /sensor/%d HTTP/1.1" % (number % 16))
    body = "value=%d\n" % (number * 37 % 1000)
    log.append(fields["path"] + " 200")
    return body


def run(requests):
    for number in range(requests):
        mpheap.tick()
        handle(number)
        if number % 100 == 99:
            gc.collect()


gc.collect()
mpheap.start(baud=3000000)
run(1500)
mpheap.stop()
