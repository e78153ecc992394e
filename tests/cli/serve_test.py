"""mpheap capture --serve: the page, its frames, and what must not happen."""

import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

import jsonschema

import command
from capture_test import PATIENCE, Pty, wait_until
from live_capture import Device, Events, LiveCapture, Story, device_packets

IN_TIME = 1.5  # seconds; a second is promised, the rest is the test machine's


def listening(port):
    """The local addresses that listen at a port, as the kernel has them."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        if not os.path.exists(table):
            continue
        for line in pathlib.Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            address, at = fields[1].split(":")
            if fields[3] == "0A" and int(at, 16) == port:
                found.add(address)
    return found


def get(port, path="/", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body.decode(errors="replace")


class ThePage(LiveCapture):
    def test_it_is_served_with_all_it_needs_and_may_ask_nobody_else(self):
        port = self.serve("--quiet")
        response, page = get(port)
        self.assertEqual(response.status, 200)
        self.assertEqual(response.headers["Content-Type"], "text/html; charset=utf-8")
        policy = response.headers["Content-Security-Policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertIn("script-src 'self';", policy)
        self.assertNotIn("http", policy)
        files = re.findall(r'(?:src|stylesheet" href)="([^"]*)"', page)
        self.assertGreater(len(files), 20)
        for name in files:
            response, body = get(port, "/" + name)
            self.assertEqual(response.status, 200, name)
            self.assertGreater(len(body), 100)
        for path in ("/passwd", "/../passwd", "/events/more", "/%2e%2e/x"):
            self.assertEqual(get(port, path)[0].status, 404, path)

    def test_other_names_and_other_sites_are_refused(self):
        port = self.serve("--quiet")
        for host in ("evil.example", f"evil.example:{port}", "localhost.evil.example"):
            for path in ("/", "/events", "/chart.js"):
                self.assertEqual(get(port, path, Host=host)[0].status, 421, host)
        for host in ("localhost:9000", f"127.0.0.1:{port}", "[::1]"):
            self.assertEqual(get(port, Host=host)[0].status, 200, host)
        site = {"Sec_Fetch_Site": "cross-site"}
        self.assertEqual(get(port, "/events", Sec_Fetch_Mode="cors", **site)[0].status, 403)
        self.assertEqual(get(port, "/", Sec_Fetch_Mode="navigate", **site)[0].status, 200)

    def test_nobody_else_can_reach_it_unless_told(self):
        port = self.serve("--quiet")
        self.assertEqual(listening(port), {"0100007F"})
        self.assertEqual(self.address, f"http://127.0.0.1:{port}/")

    def test_told_so_it_is_open_to_all_and_warns(self):
        port = self.serve(serve="--serve=0.0.0.0")
        self.assertEqual(listening(port), {"00000000"})
        wait_until("it warns", lambda: self.said)
        self.assertIn(f"whoever reaches port {port} of 0.0.0.0", self.said[0])
        self.assertEqual(get(port, Host=socket.gethostname())[0].status, 200)
        self.assertEqual(get(port, Host="evil.example")[0].status, 421)

    def test_a_port_can_be_chosen_and_is_never_shared(self):
        port = self.serve("--quiet")
        self.stop()
        again = self.serve("--quiet", "--force", serve=f"--serve={port}")
        self.assertEqual(again, port)
        other = self.write("other", "")
        self.fails(1, "Address already in use", "capture", other, "-o", "y", f"--serve={port}")
        self.assertFalse((self.folder / "y").exists())

    def test_the_port_may_stand_behind_it(self):
        source = self.write("in", "")
        ran = self.mpheap("capture", "--serve", source, "-o", "x")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertTrue(ran.stderr.startswith(b"live at http://127.0.0.1:"), ran.stderr)

    def test_addresses_that_are_none(self):
        for text in ("example.org", "99999", "1.2.3.4:x"):
            self.fails(2, "--serve", "capture", "a", "-o", "x", f"--serve={text}")
        self.fails(1, "cannot listen", "capture", self.write("in", ""), "-o", "x", "--serve=192.0.2.1")


class TheFrames(LiveCapture):
    def sound(self, frames):
        """They are what docs/schemas says."""
        path = command.SOURCE / "docs" / "schemas" / "mpheap.live.schema.json"
        validator = jsonschema.Draft202012Validator(json.loads(path.read_text()))
        for frame in frames:
            for error in validator.iter_errors(frame):
                self.fail(f"{list(error.absolute_path)}: {error.message[:300]}")

    def test_a_client_is_told_everything_and_then_what_is_new(self):
        packets = device_packets(self.generated(seconds=2))
        port = self.serve("--quiet")
        events = Events(port)
        self.assertEqual(events.response.headers["Content-Type"], "text/event-stream")
        first = events.next()
        self.assertTrue(first["whole"])
        self.assertEqual(first["status"]["state"], "unknown")
        Device(self.pty, packets).finish()
        self.holds(packets[-1][1])
        late = Events(port)
        before = late.next()
        self.assertTrue(before["whole"])
        self.stop()
        told = events.until("the end", lambda frame: frame["status"]["link"] == "ended")
        self.assertIsNone(events.next())
        self.sound([first, before, *told])
        # A whole one when the device appeared, else only news.
        self.assertLessEqual(sum(frame["whole"] for frame in told), 2)
        self.assertGreater(len(told), 15)
        story = Story().tell([first, *told])
        replay = self.json("replay", self.file)
        for page in (story, Story().tell([before, *late.until("the end", lambda f: f["status"]["link"] == "ended")])):
            self.assertEqual(page.status["state"], "exact")
            self.assertEqual(page.status["event"], replay["events"])
            self.assertEqual(page.status["used_blocks"], replay["final"]["used_blocks"])
            self.assertEqual(page.status["largest_free_run_blocks"], replay["final"]["max_free"])
            self.assertEqual(page.status["collects"], replay["collects"])
            self.assertEqual(page.status["reason"], "signal")
            self.assertEqual(page.used_blocks(), replay["final"]["used_blocks"])
            self.assertEqual(len(page.lists["collects"]), replay["collects"])
            self.assertEqual(page.lists["used_blocks"][-1], replay["final"]["used_blocks"])

    def test_they_have_the_form_of_a_report(self):
        packets = device_packets(self.generated("logger", seconds=1))
        port = self.serve("--quiet")
        self.pty.send(b"hello\r\n")
        for _, data in packets:
            self.pty.send(data)
        events = Events(port)
        frames = events.until("the events", lambda f: f["status"]["state"] == "exact" and f.get("sites"))
        report = self.json("report", self.write("same.mpheap", b"".join(d for _, d in packets)))
        frame = frames[-1]
        self.assertEqual(frame["heap"].keys(), report["heap"].keys())
        self.assertEqual(frame["sites"].keys(), report["sites"].keys() - {"lifetimes"})
        samples = next(f["samples"] for f in frames if "samples" in f)
        self.assertEqual(samples["listed"].keys(), report["over_time"]["samples"].keys())
        self.assertEqual(Story().tell(frames).console, "hello\r\n")
        self.sound(frames)

    def test_who_comes_back_goes_on_where_it_was(self):
        packets = device_packets(self.generated(seconds=3))
        port = self.serve("--quiet")
        device = Device(self.pty, packets)
        other = Events(port)  # so that frames are made while it is away
        events = Events(port)
        story = Story().tell(events.until("it runs", lambda f: f["status"]["events"] > 1000))
        events.close()
        back = Events(port, last_id=events.last_id)
        frame = back.next()
        self.assertFalse(frame["whole"])
        story.tell([frame, *back.until("more", lambda f: f["status"]["events"] > 2000)])
        stranger = Events(port, last_id="0-1")
        self.assertTrue(stranger.next()["whole"])
        device.stop()
        other.close()

    def test_a_device_that_goes_away_is_told_and_that_it_is_back(self):
        packets = device_packets(self.generated(seconds=1))
        port = self.serve()
        events = Events(port)
        for _, data in packets:
            self.pty.send(data)
        events.until("the heap", lambda f: f["status"]["state"] == "exact")
        self.pty.hang_up()
        gone = events.until("it is gone", lambda f: f["status"]["link"] == "gone")[-1]
        self.assertEqual(gone["status"]["port"], self.port)
        os.unlink(self.port)
        self.pty = Pty(self.port)
        back = events.until("it is back", lambda f: f["status"]["link"] == "open")[-1]
        self.assertEqual(back["status"]["reconnects"], 1)

    def test_a_device_that_begins_anew_is_told_anew(self):
        packets = device_packets(self.generated(seconds=1))
        port = self.serve("--quiet")
        events = Events(port)
        for _, data in packets:
            self.pty.send(data)
        events.until("the heap", lambda f: f["status"]["state"] == "exact")
        for _, data in packets[: len(packets) // 2]:
            self.pty.send(data)
        frames = events.until("another", lambda f: f["stream"] == 2 and f["status"]["state"] == "exact")
        self.assertTrue(next(f for f in frames if f["stream"] == 2)["whole"])
        story = Story().tell(frames)
        self.assertEqual(story.used_blocks(), story.status["used_blocks"])

    def test_a_heap_without_a_model_is_said(self):
        port = self.serve("--quiet")
        events = Events(port)
        trace = self.generated(seconds=1).replace(b"v1.24.1", b"v0.24.1")
        self.pty.send(trace[:100])
        # The checksum no longer holds: nothing is known, and nothing breaks.
        frame = events.until("damage", lambda f: f["status"]["bytes"] >= 100)[-1]
        self.assertEqual(frame["status"]["state"], "unknown")


class WhateverClientsDo(LiveCapture):
    def test_it_ends_within_a_second_with_clients_of_all_kinds(self):
        packets = device_packets(self.generated("buffers", seconds=2))
        port = self.serve("--quiet")
        hears = Events(port)
        mute = Events(port)  # never reads
        silent = socket.create_connection(("127.0.0.1", port))  # never asks
        half = socket.create_connection(("127.0.0.1", port))
        half.send(b"GET /events HT")
        device = Device(self.pty, packets)
        hears.until("it runs", lambda f: f["status"]["state"] == "exact")
        self.assertLess(self.stop(), IN_TIME)
        device.stop()
        hears.until("the end", lambda f: f["status"]["link"] == "ended")
        for one in (mute, silent, half):
            one.close()

    def test_a_client_that_takes_nothing_costs_nothing(self):
        packets = device_packets(self.generated("buffers", seconds=20))
        port = self.serve("--quiet")
        stuck = []
        for _ in range(5):
            one = socket.socket()
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.connect(("127.0.0.1", port))
            one.send(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            stuck.append(one)
        hears = Events(port)
        Device(self.pty, packets, faster=20).finish()
        stream = b"".join(data for _, data in packets)
        self.holds(stream)  # all of it
        hears.until("all", lambda f: f["status"]["bytes"] == len(stream))
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        self.assertLess(int(re.search(r"VmHWM:\s+(\d+)", status)[1]), 256 * 1024)
        self.assertLess(self.stop(), IN_TIME)
        for one in stuck:
            one.close()

    def test_too_many_are_told_to_come_back(self):
        port = self.serve("--quiet")
        clients = [Events(port) for _ in range(16)]
        for client in clients:
            self.assertTrue(client.next()["whole"])
        self.assertEqual(Events(port).response.status, 503)
        self.assertEqual(get(port)[0].status, 200)
        clients.pop().close()
        wait_until("there is room", lambda: Events(port).response.status == 200)

    def test_noise_is_no_trouble(self):
        port = self.serve("--quiet")
        for noise in (b"\r\n\r\n", b"\0" * 5000, b"GET " + b"x" * 20000, b"POST / HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n"):
            one = socket.create_connection(("127.0.0.1", port))
            one.send(noise)
            one.close()
        self.assertEqual(get(port)[0].status, 200)


class FromElsewhere(LiveCapture):
    def test_a_file_is_shown_whole_to_who_is_there(self):
        trace = self.generated("buffers", seconds=2)
        os.unlink(self.port)
        os.mkfifo(self.port)
        port = self.serve("--quiet")
        events = Events(port)
        with open(self.port, "wb") as fifo:
            fifo.write(trace)
        story = Story().tell(events.until("the end", lambda f: f["status"]["link"] == "ended"))
        self.process.wait(timeout=PATIENCE)
        self.assertEqual(story.status["reason"], "end of input")
        replay = self.json("replay", self.file)
        self.assertEqual(story.status["event"], replay["events"])
        self.assertEqual(story.used_blocks(), replay["final"]["used_blocks"])

    def test_standard_input(self):
        source = subprocess.Popen(["sleep", "60"], stdout=subprocess.PIPE)
        self.addCleanup(source.wait)
        self.addCleanup(source.kill)
        self.addCleanup(source.stdout.close)
        port = self.serve("--quiet", port="-", stdin=source.stdout)
        self.assertEqual(Events(port).next()["status"]["link"], "open")
        self.assertLess(self.stop(signal.SIGTERM), IN_TIME)


if __name__ == "__main__":
    command.main()
