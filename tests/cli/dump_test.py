"""mpheap dump: a trace as text, and the bytes it came as."""

import re

import command
from command import CommandTest, golden
from packets import ABOUT, packet


class Dump(CommandTest):
    def bytes_of(self, raw):
        """All bytes that a raw dump shows."""
        lines = [x for x in raw.splitlines() if x.startswith(" ")]
        hexes = [re.match(r" +\d+ ((?: [0-9a-f]{2}){1,16})", x)[1] for x in lines]
        return bytes.fromhex("".join(hexes))

    def test_a_part_of_the_events(self):
        path = golden("events/v1.24.1__memerr")
        whole = self.succeeds("dump", path)
        frees = self.succeeds("dump", path, "--kind", "free")
        self.assertEqual(
            [x for x in frees.splitlines() if x.startswith("F ")],
            [x for x in whole.splitlines() if x.startswith("F ")],
        )
        self.assertNotIn("\nA ", frees)

    def test_raw_shows_every_byte_but_the_zeros(self):
        trace = command.SOURCE / "traces" / "sessions.mpheap"
        raw = self.succeeds("dump", trace, "--raw")
        self.assertEqual(self.bytes_of(raw), trace.read_bytes().replace(b"\0", b""))

    def test_raw_tells_packets_text_and_damage_apart(self):
        about = packet(0, b"version v1.23.0\n", kind=ABOUT, time_us=5000)
        events = packet(1, events=70, time_us=1_250_000)
        harmed = bytearray(packet(2))
        harmed[-3] ^= 4
        stream = about + b"hello\r\n" + events + harmed + b"\0"
        text_at = len(about)
        events_at = text_at + 7 + 1
        damage_at = events_at - 1 + len(events) + 1
        raw = self.succeeds("dump", "--raw", self.write("serial.log", stream))
        items = [x for x in raw.splitlines() if not x.startswith(" ")]
        self.assertEqual(
            items,
            [
                f"1+{len(about) - 2}  about  sequence 0  at 5,000 us",
                f'{text_at}+7  text  "hello\\x0d\\x0a"',
                f"{events_at}+{len(events) - 2}  events  sequence 1  at 1,250,000 us"
                "  0 records after event 70",
                f"{damage_at}+{len(harmed) - 2}  damage  bad CRC",
            ],
        )

    def test_raw_shows_the_beginning_of_long_damage(self):
        noise = bytes([0x80 | x % 64 for x in range(200_000)])
        stream = packet(0) + noise[:3000] + packet(1) + noise
        raw = self.succeeds("dump", "--raw", self.write("serial.log", stream))
        self.assertIn(" 2,744 bytes more\n", raw)
        self.assertIn(" 200,000 bytes more\n", raw)

    def test_raw_is_for_packets(self):
        path = golden("events/v1.24.1__memerr")
        self.fails(1, "mpheap convert", "dump", path, "--raw")
        trace = command.SOURCE / "traces" / "sessions.mpheap"
        self.fails(2, "--kind chooses", "dump", trace, "--raw", "--kind", "free")
        self.fails(1, "no such file", "dump", "missing.mpheap", "--raw")


if __name__ == "__main__":
    command.main()
