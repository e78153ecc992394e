"""mpheap capture: ports, files, pipes; what is in the file whatever happens."""

import contextlib
import fcntl
import json
import os
import random
import resource
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
import tty
import unittest

import command
from command import CommandTest
from packets import ABOUT, device_bytes, host_notes, packet, whole_packets

# 105,455 events, 8 collects, no times.
SAMPLE = command.SOURCE / "traces" / "sensor_log.events.zst"
PATIENCE = 30  # seconds until a test is lost


def wait_until(what, happens):
    end = time.monotonic() + PATIENCE
    while not happens():
        if time.monotonic() > end:
            raise AssertionError("waited in vain until " + what)
        time.sleep(0.005)


class Pty:
    """A pseudo-terminal that stands for a device, under a name of our choice."""

    def __init__(self, link):
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(link)
        os.symlink(os.ttyname(self.slave), link)

    def send(self, data):
        while data:
            data = data[os.write(self.master, data) :]

    def unread(self):
        """What nobody has read yet."""
        left = b""
        while select.select([self.slave], [], [], 0.02)[0]:
            left += os.read(self.slave, 65536)
        return left

    def hang_up(self):
        os.close(self.master)
        os.close(self.slave)


class Capture(CommandTest):
    def setUp(self):
        super().setUp()
        self.port = str(self.folder / "port")
        self.file = self.folder / "run.mpheap"

    def start(self, *words, port=None, **how):
        """Starts a capture and waits until it began."""
        had = self.file.stat().st_size if self.file.exists() else 0
        how.setdefault("stderr", subprocess.PIPE)
        process = subprocess.Popen(
            [command.MPHEAP, "capture", port or self.port, "-o", str(self.file)]
            + list(words),
            stdin=how.pop("stdin", subprocess.DEVNULL),
            stdout=subprocess.PIPE,
            **how,
        )
        self.addCleanup(self.put_away, process)
        wait_until(
            "the capture began",
            lambda: process.poll() is not None
            or self.file.exists()
            and self.file.stat().st_size > had,
        )
        return process

    @staticmethod
    def put_away(process):
        if process.poll() is None:
            process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr, process.stdin):
            if stream:
                stream.close()

    def holds(self, data):
        wait_until("the bytes are in the file", lambda: data in self.content())

    def content(self):
        return self.file.read_bytes()

    def end(self, process, number=signal.SIGINT):
        """Ends it as a user does; what it says."""
        process.send_signal(number)
        return self.ended(process)

    def ended(self, process, code=0):
        out, err = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, code, err)
        return out, (err or b"").decode()


class FromAPty(Capture):
    def setUp(self):
        super().setUp()
        self.pty = Pty(self.port)

    def test_every_byte_is_in_the_file_in_order(self):
        capture = self.start("--json", "--quiet")
        pick = random.Random(1)
        sent = b""
        for i in range(400):
            sent += packet(i, pick.randbytes(pick.randrange(230)))
            if i % 7 == 0:
                sent += b"step %d\r\n" % i
            if i % 50 == 20:
                sent += pick.randbytes(100).replace(b"\0", b"\1") + b"\0"
        self.pty.send(sent)
        self.holds(sent)
        out, err = self.end(capture)
        self.assertEqual(err, "")
        self.assertEqual(device_bytes(self.content()), sent)
        summary = json.loads(out)
        self.assertEqual(summary["schema"], "mpheap.capture/1")
        self.assertEqual(summary["bytes"], len(sent))
        self.assertEqual(summary["packets"], 400)
        self.assertEqual(summary["lost_packets"], 0)
        self.assertEqual(summary["ended_by"], "signal")
        self.assertEqual(summary["damage"], 8)
        self.assertGreaterEqual(summary["text_bytes"], 58 * 8)

    def test_host_packets_say_when_where_and_why(self):
        before = time.time()
        capture = self.start("--baud", "1234567")
        self.pty.send(packet(1))
        self.holds(packet(1))
        _, err = self.end(capture, signal.SIGTERM)
        first, last = host_notes(self.content())
        self.assertEqual((first["host"], last["host"]), ("started", "ended"))
        self.assertLess(abs(int(first["unix_time_us"]) / 1e6 - before), 60)
        self.assertGreaterEqual(int(last["unix_time_us"]), int(first["unix_time_us"]))
        self.assertEqual(first["port"], self.port)
        self.assertEqual(first["baud"], "1234567")
        self.assertRegex(first["tool"], r"^mpheap \d")
        self.assertEqual(last["bytes"], str(len(packet(1))))
        self.assertEqual(last["reason"], "signal")
        self.assertIn("1 packet, 0 events, none lost", err)
        self.assertTrue(err.startswith("mpheap capture: "), err)

    def test_all_256_bytes_pass_unchanged(self):
        tty.setcbreak(self.pty.slave)  # translates unless capture sees to it
        capture = self.start()
        self.assertFalse(termios.tcgetattr(self.pty.slave)[0] & termios.IXON)
        data = bytes(range(256)) * 5
        self.pty.send(data)
        self.holds(data)
        self.end(capture)

    def test_bytes_are_in_the_file_at_once(self):
        capture = self.start("--quiet")
        waits = []
        for i in range(40):
            sent = packet(i, b"unique %d" % i)
            start = time.monotonic()
            self.pty.send(sent)
            while sent not in self.content():
                self.assertLess(time.monotonic() - start, PATIENCE)
            waits.append(time.monotonic() - start)
        self.assertLess(sorted(waits)[len(waits) // 2], 0.05)
        self.end(capture)

    def test_it_ends_after_a_time(self):
        start = time.monotonic()
        capture = self.start("--duration", "400ms", "--json", "--quiet")
        out, _ = self.ended(capture)
        self.assertGreater(time.monotonic() - start, 0.39)
        self.assertEqual(json.loads(out)["ended_by"], "duration")
        self.assertEqual(host_notes(self.content())[-1]["reason"], "duration")

    def test_asked_to_end_it_finishes_the_packet(self):
        capture = self.start("--json", "--quiet")
        stop = threading.Event()

        def write():
            i = 0
            with contextlib.suppress(OSError):
                while not stop.is_set():
                    self.pty.send(packet(i, bytes(200)))
                    i += 1

        writer = threading.Thread(target=write)
        writer.start()
        time.sleep(0.2)
        out, _ = self.end(capture)
        stop.set()
        self.pty.unread()
        writer.join()
        summary = json.loads(out)
        self.assertGreater(summary["packets"], 10)
        self.assertEqual((summary["damage"], summary["lost_packets"]), (0, 0))

    def test_a_packet_that_never_ends_is_not_waited_for(self):
        capture = self.start("--quiet")
        self.pty.send(packet(1)[:10])
        self.holds(packet(1)[:10])
        start = time.monotonic()
        self.end(capture)
        self.assertLess(time.monotonic() - start, 5)
        self.assertEqual(device_bytes(self.content()), packet(1)[:10])

    def test_a_port_that_went_away_is_waited_for(self):
        capture = self.start("--json")
        self.pty.send(packet(1))
        self.holds(packet(1))
        self.pty.hang_up()
        wait_until("the loss is noted", lambda: len(host_notes(self.content())) == 2)
        os.unlink(self.port)
        time.sleep(0.3)
        self.pty = Pty(self.port)
        wait_until("it is back", lambda: len(host_notes(self.content())) == 3)
        self.pty.send(packet(2))
        self.holds(packet(2))
        out, err = self.end(capture)
        self.assertEqual(
            [note["host"] for note in host_notes(self.content())],
            ["started", "disconnected", "reconnected", "ended"],
        )
        self.assertEqual(device_bytes(self.content()), packet(1) + packet(2))
        self.assertEqual(json.loads(out)["reconnects"], 1)
        self.assertIn("disconnected; waiting for it", err)
        self.assertIn("connected again", err)

    def test_while_waiting_it_can_be_ended(self):
        capture = self.start("--quiet")
        self.pty.hang_up()
        wait_until("the loss is noted", lambda: len(host_notes(self.content())) == 2)
        self.end(capture)
        self.assertEqual(host_notes(self.content())[-1]["host"], "ended")

    def test_or_not_waited_for(self):
        capture = self.start("--no-reconnect", "--json", "--quiet")
        self.pty.send(packet(1))
        self.holds(packet(1))
        self.pty.hang_up()
        out, _ = self.ended(capture)
        self.assertEqual(json.loads(out)["ended_by"], "disconnected")

    def test_the_console_is_shown_as_it_comes(self):
        capture = self.start("--console", "--quiet")
        self.pty.send(b"hello\r\n" + packet(1) + "grüß dich\r\n>>> ".encode())
        wanted = "hello\r\ngrüß dich\r\n>>> ".encode()
        shown = b""
        while len(shown) < len(wanted):
            ready, _, _ = select.select([capture.stdout], [], [], PATIENCE)
            self.assertTrue(ready, shown)
            shown += os.read(capture.stdout.fileno(), 1000)
        self.assertEqual(shown, wanted)
        self.assertEqual(self.end(capture)[0], b"")

    def test_a_console_nobody_reads_stops_nothing(self):
        capture = self.start("--console", "--quiet")
        capture.stdout.close()
        capture.stdout = None
        text = b"some text\r\n" * 30000
        threading.Thread(target=self.pty.send, args=[text], daemon=True).start()
        wait_until("all is there", lambda: text in self.content())
        self.end(capture)

    def test_a_port_in_use_is_said(self):
        fcntl.flock(self.pty.slave, fcntl.LOCK_EX)
        self.fails(1, "busy: another program", "capture", self.port, "-o", "x")
        self.assertFalse((self.folder / "x").exists())

    def test_the_status_is_redrawn_on_a_terminal(self):
        screen, screen_slave = os.openpty()
        capture = self.start(stderr=screen_slave)
        os.close(screen_slave)
        seen = b""
        for i in range(100):
            self.pty.send(packet(i))
            time.sleep(0.01)
            while select.select([screen], [], [], 0)[0]:
                seen += os.read(screen, 10000)
        self.end(capture)
        os.close(screen)
        self.assertGreater(seen.count(b"\r0:0"), 5)
        self.assertRegex(seen, rb"\d+ packets  0 events")
        self.assertNotIn(b"\n", seen)

    def drawn(self, columns, last, **environment):
        """What is on the screen of a capture until `last` is."""
        self.succeeds("convert", SAMPLE, "-o", self.folder / "in")
        screen, screen_slave = os.openpty()
        size = struct.pack("HHHH", 24, columns, 0, 0)
        fcntl.ioctl(screen_slave, termios.TIOCSWINSZ, size)
        env = dict(os.environ, LC_ALL="C.UTF-8", TERM="xterm", **environment)
        env.pop("COLUMNS", None)
        capture = self.start(stderr=screen_slave, env=env)
        os.close(screen_slave)
        self.pty.send((self.folder / "in").read_bytes())
        seen = b""

        def is_shown():
            nonlocal seen
            if select.select([screen], [], [], 0.1)[0]:
                seen += os.read(screen, 10000)
            return last in seen.decode(errors="replace")

        wait_until(last + " is shown", is_shown)
        self.end(capture)
        os.close(screen)
        return seen.decode()

    def test_the_heap_is_shown_as_it_fills(self):
        lines = self.drawn(120, "8 collects", NO_COLOR="1").split("\r")
        last = [line for line in lines if "8 collects" in line][-1]
        self.assertRegex(
            last,
            r"0 lost  heap \[█+░*(?: |░)*\] [\d.]+ % of 162.1 KB"
            r"  (largest )?run +[\d.]+ K?B  8 collects\x1b\[K",
        )
        for line in lines:
            self.assertLess(len(line.replace("\x1b[K", "")), 120)
        self.assertNotIn("\x1b[2m", "".join(lines))

    def test_a_narrow_terminal_gets_what_fits(self):
        for line in self.drawn(70, "run ").split("\r"):
            self.assertLess(len(line.replace("\x1b[K", "")), 70)

    def test_elsewhere_a_plain_line_comes_now_and_then(self):
        self.succeeds("convert", SAMPLE, "-o", self.folder / "in")
        capture = self.start("--duration", "6s")
        self.pty.send((self.folder / "in").read_bytes())
        _, err = self.ended(capture)
        first = err.splitlines()[0]
        self.assertRegex(first, r"^0:05  .* 105,455 events .* of 162.1 KB  largest run")
        self.assertNotIn("\x1b", err)
        self.assertNotIn("\r", err)

    def test_killed_it_has_written_all_it_read(self):
        """After kill -9 the file holds every byte that was taken from the port,
        and then nothing but zeros."""
        pick = random.Random(5)
        rounds = 200 if os.environ.get("MPHEAP_LONG_TESTS") else 20
        for number in range(rounds):
            self.file = self.folder / f"{number}.mpheap"
            capture = self.start("--quiet")
            stop = threading.Event()
            sent = []

            def write():
                while not stop.is_set():
                    part = packet(len(sent), pick.randbytes(pick.randrange(230)))
                    self.pty.send(part)
                    sent.append(part)

            writer = threading.Thread(target=write)
            writer.start()
            time.sleep(pick.random() * 0.15)
            capture.kill()
            capture.wait()
            stop.set()
            left = self.pty.unread()
            writer.join()
            left += self.pty.unread()
            stream = b"".join(sent)
            read = stream[: len(stream) - len(left)]
            got = device_bytes(self.content())
            self.assertEqual(got[: len(read)], read)
            self.assertEqual(got[len(read) :].strip(b"\0"), b"")
            self.assertEqual(whole_packets(self.content())[1:], whole_packets(read))


class FromElsewhere(Capture):
    def setUp(self):
        super().setUp()
        self.stream = b"".join(packet(i, b"x" * (i % 200)) for i in range(500))

    def capture(self, *words, **how):
        self.succeeds("capture", *words, "-o", self.file, "--quiet", **how)
        self.assertEqual(device_bytes(self.content()), self.stream)
        self.assertEqual(host_notes(self.content())[-1]["reason"], "end of input")

    def test_a_file(self):
        self.capture(self.write("in", self.stream))

    def test_standard_input_from_a_pipe(self):
        self.capture("-", stdin=self.stream)

    def test_standard_input_from_a_file(self):
        with open(self.write("in", self.stream), "rb") as file:
            process = self.start("--quiet", port="-", stdin=file)
            self.ended(process)
        self.assertEqual(device_bytes(self.content()), self.stream)

    def test_a_fifo_whose_writer_comes_later(self):
        os.mkfifo(self.port)
        capture = self.start("--quiet")
        time.sleep(0.2)
        self.assertIsNone(capture.poll())
        with open(self.port, "wb") as fifo:
            fifo.write(self.stream)
        self.ended(capture)
        self.assertEqual(device_bytes(self.content()), self.stream)

    def test_to_standard_output(self):
        source = self.write("in", self.stream)
        ran = self.mpheap("capture", source, "-o", "-", "--quiet")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(device_bytes(ran.stdout), self.stream)

    def test_lost_packets_are_counted(self):
        lossy = packet(1) + packet(2) + packet(6) + packet(7, events=30)
        summary = self.json("capture", self.write("in", lossy), "-o", "x", "--quiet")
        self.assertEqual(summary["lost_packets"], 3 + 256)
        self.assertEqual(summary["lost_events"], 30)
        self.assertEqual(summary["damage"], 0)

    def test_a_capture_of_a_capture_is_sound(self):
        self.capture(self.write("in", self.stream))
        summary = self.json("capture", self.file, "-o", "again", "--quiet")
        self.assertEqual(summary["packets"], 500)
        self.assertEqual(summary["damage"], 0)

    def test_it_ends_at_a_label(self):
        text = command.unzstd(command.golden("events/v1.26.1__gc1"))
        lines = text.splitlines(keepends=True)
        lines[0] = b"MPHEAP-EVENTS 1\n"  # the form that has labels
        lines.insert(lines.index(b"BEGIN\n") + 20, b"LABEL here\n")
        log = self.write("log", b"".join(lines))
        self.succeeds("convert", log, "-o", self.folder / "in")
        os.mkfifo(self.port)
        capture = self.start("--until", "here", "--json", "--quiet")
        with open(self.port, "wb") as fifo:
            fifo.write((self.folder / "in").read_bytes())
            fifo.flush()
            out, _ = self.ended(capture)
        self.assertEqual(json.loads(out)["ended_by"], "label")

    def test_another_label_is_not_it(self):
        source = self.write("in", self.stream)
        summary = self.json("capture", source, "-o", "x", "--until", "no", "--quiet")
        self.assertEqual(summary["ended_by"], "end of input")


class Failures(Capture):
    def test_what_exists_is_not_replaced_unasked(self):
        source = self.write("in", packet(1))
        self.write("run.mpheap", "precious")
        self.fails(1, "--force", "capture", source, "-o", self.file)
        self.assertEqual(self.content(), b"precious")
        self.succeeds("capture", source, "-o", self.file, "--force", "--quiet")
        self.assertEqual(device_bytes(self.content()), packet(1))

    def test_the_input_is_never_the_output(self):
        source = self.write("in", packet(1))
        self.fails(1, "is the input too", "capture", source, "-o", source, "--force")
        self.assertEqual((self.folder / "in").read_bytes(), packet(1))

    def test_a_full_disk_is_said(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full here")
        source = self.write("in", packet(1))
        self.fails(1, "No space left", "capture", source, "-o", "/dev/full", "--force")

    def test_what_fits_on_a_full_disk_is_kept(self):
        stream = b"".join(packet(i, b"y" * 200) for i in range(1000))
        source = self.write("in", stream)

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

        ran = subprocess.run(
            [command.MPHEAP, "capture", source, "-o", str(self.file)],
            preexec_fn=limit,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        self.assertEqual(ran.returncode, 1)
        self.assertIn(b"cannot write: File too large; 50,000 bytes are in it", ran.stderr)
        self.assertEqual(self.file.stat().st_size, 50_000)
        self.assertTrue(stream.startswith(device_bytes(self.content())))
        self.assertGreater(len(whole_packets(self.content())), 200)

    def test_ports_that_are_none_are_said(self):
        self.fails(1, "no such port or file", "capture", "/dev/none", "-o", "x")
        self.fails(1, '"E66"', "capture", "E66", "-o", "x")
        self.fails(1, "--list", "capture", "dead:beef", "-o", "x")
        self.fails(1, "Is a directory", "capture", str(self.folder), "-o", "x")
        self.fails(1, "no/x: cannot write", "capture", self.write("in", ""), "-o", "no/x")

    def test_command_lines_that_make_no_sense(self):
        self.fails(2, "which port?", "capture")
        self.fails(2, "one port at a time", "capture", "a", "b", "-o", "x")
        self.fails(2, "-o FILE", "capture", "a")
        for baud in ("0", "299", "3000001"):
            self.fails(2, "--baud", "capture", "a", "-o", "x", "--baud", baud)
        for time_text in ("soon", "0s", "-1s", "5 parsecs", ""):
            self.fails(2, "--duration", "capture", "a", "-o", "x", f"--duration={time_text}")
        self.fails(2, "only one of", "capture", "a", "-o", "-", "--console")
        self.fails(2, "only one of", "capture", "a", "-o", "x", "--console", "--json")

    def test_it_explains_itself(self):
        text = self.succeeds("capture", "--help")
        self.assertTrue(text.startswith("usage: mpheap capture PORT -o FILE\n"))
        self.assertIn("examples:\n", text)
        self.assertLessEqual(max(map(len, text.splitlines())), 90)
        self.assertRegex(self.succeeds("--help"), r"(?m)^  capture ")

    def test_the_ports_are_listed(self):
        ports = self.json("capture", "--list")
        self.assertEqual(ports["schema"], "mpheap.capture/1")
        for port in ports["ports"]:
            self.assertTrue(port["name"].startswith("/dev/"), port)
            self.assertIn("usb_id", port)
        text = self.succeeds("capture", "--list")
        for port in ports["ports"]:
            self.assertIn(port["name"], text)


if __name__ == "__main__":
    sys.exit(unittest.main())
