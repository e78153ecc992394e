"""A capture with --serve, and a device on its port, for the tests of both."""

import contextlib
import http.client
import json
import re
import subprocess
import threading
import time

import command
from capture_test import PATIENCE, Capture, Pty
from packets import events_before, framed, time_of, whole_packets


def device_packets(trace):
    """What a device sends of a trace: (seconds since the first, bytes)."""
    found = [data for data in whole_packets(trace) if data[0] & 15 != 8]
    first = time_of(found[0])
    return [((time_of(data) - first) / 1e6, framed(data)) for data in found]


class Device:
    """Sends packets over a pty at their own pace, on a thread of its own."""

    def __init__(self, pty, packets, faster=1):
        self.pty = pty
        self.packets = packets
        self.faster = faster
        self.stop_now = threading.Event()
        self.thread = threading.Thread(target=self._send, daemon=True)
        self.thread.start()

    def _send(self):
        begun = time.monotonic()
        with contextlib.suppress(OSError):
            for at, data in self.packets:
                wait = begun + at / self.faster - time.monotonic()
                if self.stop_now.wait(max(0, wait)):
                    return
                self.pty.send(data)

    def stop(self):
        self.stop_now.set()
        self.thread.join()

    def finish(self):
        self.thread.join()


class Events:
    """A client of /events: a browser's EventSource, as far as needed."""

    def __init__(self, port, last_id=None, host="127.0.0.1"):
        self.connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
        headers = {"Last-Event-ID": last_id} if last_id else {}
        self.connection.request("GET", "/events", headers=headers)
        self.response = self.connection.getresponse()
        self.last_id = None

    def next(self):
        """The next frame; None at the end of the stream."""
        data = None
        while True:
            line = self.response.readline().decode()
            if line == "":
                return None
            if line.startswith("id: "):
                self.last_id = line[4:].strip()
            elif line.startswith("data: "):
                data = json.loads(line[6:])
            elif line == "\n" and data is not None:
                return data

    def until(self, what, happens):
        """Frames up to the first for which happens(frame)."""
        frames = []
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            frame = self.next()
            if frame is None:
                break
            frames.append(frame)
            if happens(frame):
                return frames
        raise AssertionError(f"not told: {what}; the last: {frames[-1:]}")

    def close(self):
        self.response.close()
        self.connection.close()


class Story:
    """What a page knows after the frames it was told."""

    def __init__(self):
        self.lists = {}
        self.objects = {}
        self.console = ""

    def tell(self, frames):
        for frame in frames:
            self.apply(frame)
        return self

    def apply(self, frame):
        if frame["whole"]:
            self.__init__()
        self.status = frame["status"]
        self.console += frame.get("console", "")
        for name in ("collects", "failures", "labels"):
            self.put(name, frame.get(name))
        for name, values in (frame.get("samples") or {"listed": {}})["listed"].items():
            self.put(name, {"from": frame["samples"]["from"], "listed": values})
        if "map" in frame:
            self.objects = self.changed(frame["map"])

    def put(self, name, part):
        if part:
            had = self.lists.setdefault(name, [])
            assert part["from"] <= len(had), f"{name}: a frame is missing"
            had[part["from"] :] = part["listed"]

    def changed(self, areas):
        objects = {}
        for area in areas:
            kept = {} if area["anew"] else self.objects[area["area"]]
            for head in area["gone"]:
                del kept[head]
            came = area["came"]
            for head, blocks in zip(came["block"], came["blocks"]):
                assert head not in kept
                kept[head] = blocks
            objects[area["area"]] = kept
        return objects

    def used_blocks(self):
        return sum(sum(area.values()) for area in self.objects.values())


class LiveCapture(Capture):
    """Gives self.pty to send to, and serve(...) to start a capture."""

    def setUp(self):
        super().setUp()
        self.pty = Pty(self.port)

    def serve(self, *words, serve="--serve", **how):
        """Starts a capture; the port that its page is served at."""
        self.process = self.start(serve, *words, **how)
        self.said = []
        line = self.process.stderr.readline().decode()
        self.url = re.fullmatch(r"live at (http://.*:(\d+)/)\n", line)
        assert self.url, line + self.process.stderr.read().decode()
        self.address = self.url[1]
        reader = threading.Thread(target=self.hear, daemon=True)
        reader.start()
        self.addCleanup(reader.join)
        self.addCleanup(self.process.kill)
        return int(self.url[2])

    def hear(self):
        for line in self.process.stderr:
            self.said.append(line.decode())

    def stop(self, number=2, patience=PATIENCE):
        """Ends the capture; how long it took."""
        begun = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(timeout=patience)
        return time.monotonic() - begun

    def generated(self, program="pid", seconds=3, **how):
        """A trace as a device sends it."""
        path = self.folder / "generated.mpheap"
        words = [word for name, value in how.items() for word in (f"--{name}", str(value))]
        subprocess.run(
            [command.MPHEAP, "generate", program, "-o", str(path), "--seconds", str(seconds), *words],
            check=True,
            capture_output=True,
        )
        return path.read_bytes()


def events_of(packets):
    """How many events the packets' headers say came before the last."""
    return sum(events_before(data) for _, data in packets)
