"""What can happen to a stream between a device and a reader: resets, other
devices' bytes, clocks and counters that wrap, captures of weeks, newer formats,
full disks. Nothing is lost silently, and nothing wrong is said of the rest."""

import os
import random
import signal
import subprocess
import time

import command
from command import CommandTest
from packets import EVENTS, changed, events_before, framed, time_of, whole_packets

DAY_US = 86_400_000_000


def stream_of(packets):
    return b"".join(framed(data) for data in packets)


class Faults(CommandTest):
    """One program's trace, as packets, and what is to be said of it."""

    @classmethod
    def setUpClass(cls):
        cls.made = {}

    def trace(self, *words):
        """The packets of a generated program, made once."""
        if words not in self.made:
            path = self.folder / "made.mpheap"
            self.succeeds("generate", *words, "-o", path, "--quiet")
            self.made[words] = whole_packets(path.read_bytes())
            path.unlink()
        return self.made[words]

    def setUp(self):
        super().setUp()
        self.packets = self.trace("pid", "--events", "60000")

    def replay(self, stream):
        return self.json("replay", self.write("run.mpheap", stream))

    def sound(self, stream):
        """Replays it; nothing may be wrong. What the heap is at the end."""
        seen = self.replay(stream)
        self.assertEqual(
            (seen["divergences"], seen["damage_count"], seen["gaps"]), (0, 0, [])
        )
        self.assertGreater(seen["checkpoints_checked"], 0)
        return seen

    def told(self, stream):
        """Replays it; all that is wrong must be losses, and they must be said."""
        seen = self.replay(stream)
        self.assertEqual(seen["divergences"], 0, seen["first_divergences"])
        self.assertGreater(len(seen["gaps"]), 0)
        return seen


class Devices(Faults):
    def test_a_reset_in_the_middle_of_a_packet(self):
        half = stream_of(self.packets[: len(self.packets) // 2])
        seen = self.told(half[:-20] + stream_of(self.packets))
        self.assertEqual(seen["final"], self.sound(stream_of(self.packets))["final"])
        self.assertIsNot(seen["gaps"][-1]["exact_again_event"], None)

    def test_resets_one_after_the_other(self):
        pick = random.Random(2)
        stream = b""
        for _ in range(30):
            whole = stream_of(self.packets[: pick.randrange(5, 40)])
            stream += whole[: pick.randrange(len(whole) // 2, len(whole))]
        seen = self.told(stream + stream_of(self.packets))
        self.assertEqual(seen["final"], self.sound(stream_of(self.packets))["final"])

    def test_packets_of_two_devices_mixed(self):
        other = self.trace("pid", "--events", "60000", "--seed", "2")
        pick = random.Random(3)
        mixed, mine, theirs = self.packets[:3], self.packets[3:], list(other)
        while mine and theirs:
            mixed.append((mine if pick.random() < 0.5 else theirs).pop(0))
        seen = self.replay(stream_of(mixed))
        self.assertGreater(len(seen["gaps"]) + seen["divergences"], 10)

    def test_bytes_of_two_devices_mixed(self):
        other = self.trace("pid", "--events", "60000", "--seed", "2")
        pick = random.Random(4)
        mine, theirs = stream_of(self.packets[3:]), stream_of(other)
        mixed = stream_of(self.packets[:3])
        while mine and theirs:
            n = pick.randrange(1, 300)
            mixed, mine = mixed + mine[:n], mine[n:]
            n = pick.randrange(1, 300)
            mixed, theirs = mixed + theirs[:n], theirs[n:]
        seen = self.replay(mixed)
        self.assertGreater(seen["damage_count"], 10)
        self.assertGreater(len(seen["gaps"]), 10)

    def test_a_keyframe_that_disagrees(self):
        other = self.trace("pid", "--events", "60000", "--seed", "2")
        at = len(self.packets) // 2
        begin = next(i for i, data in enumerate(other) if data[0] & 15 == EVENTS)
        held = events_before(other[begin + 1]) - events_before(other[begin])
        before = events_before(self.packets[at])
        packets = list(self.packets[:at])
        packets.append(
            changed(
                other[begin],
                sequence=at,
                events=before,
                time_us=time_of(self.packets[at]),
            )
        )
        for i, data in enumerate(self.packets[at:]):
            now = changed(data, sequence=at + 1 + i, events=events_before(data) + held)
            packets.append(now)
        seen = self.replay(stream_of(packets))
        self.assertGreater(seen["divergences"], 0)
        first = seen["first_divergences"][0]
        self.assertEqual(first["kind"], "checkpoint")
        self.assertIn("keyframe", first["what"])


class Counters(Faults):
    def shifted(self, packets, **by):
        """All packets, with their sequence, events and time moved on."""
        return stream_of(
            changed(
                data,
                sequence=data[2] + by.get("sequence", 0),
                events=events_before(data) + by.get("events", 0),
                time_us=time_of(data) + by.get("time_us", 0),
            )
            for data in packets
        )

    def test_sequence_numbers_wrap(self):
        packets = self.trace("pid", "--events", "200000")
        self.assertGreater(len(packets), 2 * 256)
        clean = self.sound(stream_of(packets))
        moved = self.sound(self.shifted(packets, sequence=200))
        self.assertEqual(moved["final"], clean["final"])

    def test_a_clock_of_32_bits_wraps(self):
        # 71 minutes and 35 seconds after the start of the device.
        half = (time_of(self.packets[-1]) + time_of(self.packets[0])) // 2
        stream = self.shifted(self.packets, time_us=2**32 - half)
        clean = self.sound(stream_of(self.packets))
        moved = self.sound(stream)
        self.assertEqual(moved["last_us"], clean["last_us"])
        self.assertEqual(moved["final"], clean["final"])

    def test_events_wrap_too(self):
        clean = self.sound(stream_of(self.packets))
        seen = self.replay(self.shifted(self.packets, events=2**32 - 30_000))
        # A capture that began late lost what came before, and nothing since.
        self.assertEqual([gap["lost"] for gap in seen["gaps"]], [2**32 - 30_000])
        self.assertEqual(seen["divergences"], 0)
        self.assertEqual(seen["final"], clean["final"])

    def test_a_capture_of_weeks(self):
        first = time_of(self.packets[0])
        span = time_of(self.packets[-1]) - first
        packets = []
        for data in self.packets:
            late = (time_of(data) - first) * 20 * DAY_US // span
            packets.append(changed(data, time_us=first + late))
        seen = self.sound(stream_of(packets))
        self.assertGreater(seen["last_us"], 19 * DAY_US)
        path = self.write("weeks.mpheap", stream_of(packets))
        self.assertIn("20.0 days", self.succeeds("info", path))
        self.succeeds("report", path)
        self.succeeds("report", path, "--html", self.folder / "weeks.html")


class Versions(Faults):
    def test_a_newer_format_is_said(self):
        packets = [changed(data, version=2) for data in self.packets]
        path = self.write("newer.mpheap", stream_of(packets))
        for name in ("replay", "report", "info"):
            self.fails(1, "packets of format version 2; this mpheap reads", name, path)

    def test_behind_notes_of_this_host_too(self):
        device = self.write(
            "device", stream_of(changed(data, version=2) for data in self.packets)
        )
        self.succeeds("capture", device, "-o", "run.mpheap", "--quiet")
        self.fails(1, "packets of format version 2", "replay", "run.mpheap")

    def test_a_newer_packet_among_others_is_damage(self):
        packets = list(self.packets)
        packets[40] = changed(packets[40], version=2)
        seen = self.told(stream_of(packets))
        self.assertEqual(seen["damage_count"], 1)
        self.assertIn("unknown version", seen["damage"][0]["reason"])

    def test_a_newer_text_log_is_said(self):
        path = self.write("newer.events", "MPHEAP-EVENTS 2\nH version v1.22.2\n")
        self.fails(1, "version \"2\"", "replay", path)


class ReadersAndWriters(Faults):
    def test_bytes_that_come_one_by_one(self):
        stream = stream_of(self.packets[:30])
        reader = subprocess.Popen(
            [command.MPHEAP, "replay", "-", "--json", "--quiet"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        )
        for i in range(len(stream)):
            reader.stdin.write(stream[i : i + 1])
            # As a terminal does when its size changes: reads are interrupted.
            if i % 500 == 0:
                reader.send_signal(signal.SIGSTOP)
                reader.send_signal(signal.SIGCONT)
                reader.send_signal(signal.SIGWINCH)
        out, err = reader.communicate(timeout=60)
        self.assertEqual((reader.returncode, err), (0, b""))
        self.assertEqual(out.decode(), self.succeeds("replay", "-", "--json", stdin=stream))

    def test_pipes_that_do_not_wait(self):
        # As a shell or another program on the same pipe may have made them.
        path = self.write("run.mpheap", stream_of(self.packets))
        for words in (
            ["dump", path],
            ["report", path, "--html", "-"],
            ["convert", path, "-o", "-"],
            ["capture", path, "-o", "-", "--quiet"],
        ):
            wanted = subprocess.run(
                [command.MPHEAP, *words], stdout=subprocess.PIPE, check=True, timeout=60
            ).stdout
            reader, writer = os.pipe()
            os.set_blocking(writer, False)
            run = subprocess.Popen([command.MPHEAP, *words], stdout=writer)
            os.close(writer)
            time.sleep(0.3)  # the pipe is full
            with open(reader, "rb") as pipe:
                found = pipe.read()
            self.assertEqual(run.wait(timeout=60), 0, words)
            if words[0] == "capture":  # the hour is in it
                self.assertEqual(len(found), len(wanted))
            else:
                self.assertEqual(found, wanted, words)
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        run = subprocess.Popen(
            [command.MPHEAP, "replay", "-", "--json"], stdin=reader, stdout=subprocess.PIPE
        )
        os.close(reader)
        time.sleep(0.3)  # it is empty
        with open(writer, "wb") as pipe:
            pipe.write(stream_of(self.packets))
        self.assertEqual(
            run.communicate(timeout=60)[0].decode(), self.succeeds("replay", path, "--json")
        )

    def test_a_full_disk_is_one_line(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full here")
        path = self.write("run.mpheap", stream_of(self.packets))
        for words in (
            ["report", path],
            ["report", path, "--html", "-"],
            ["replay", path, "--json"],
            ["dump", path],
        ):
            with open("/dev/full", "wb") as out:
                ran = subprocess.run(
                    [command.MPHEAP, *words],
                    stdout=out,
                    stderr=subprocess.PIPE,
                    stdin=subprocess.DEVNULL,
                    timeout=60,
                    check=False,
                )
            self.assertEqual(ran.returncode, 1, words)
            self.assertEqual(len(ran.stderr.splitlines()), 1, ran.stderr)
            self.assertIn(b"no space left", ran.stderr.lower())

    def test_a_reader_that_goes_away_is_no_accident(self):
        path = self.write("run.mpheap", stream_of(self.packets))
        dump = subprocess.Popen(
            [command.MPHEAP, "dump", path],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
        )
        dump.stdout.readline()
        dump.stdout.close()
        end = time.monotonic() + 30
        while dump.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        self.assertIsNotNone(dump.returncode)
        self.assertLessEqual(len(dump.stderr.read().splitlines()), 1)
        dump.stderr.close()


if __name__ == "__main__":
    command.main()
