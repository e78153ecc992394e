"""mpheap map: dumps of mem_info() in any text, traces at a moment, images, films."""

import re
import struct
import unittest
import xml.etree.ElementTree

import command
from command import SOURCE, CommandTest, golden

MEM_INFO = sorted((SOURCE / "tests" / "golden" / "pauses" / "mem_info").glob("*.txt"))
PNG_BEGIN = b"\x89PNG\r\n\x1a\n"


def figures(text):
    """What the firmware printed: total, used, free in bytes, then the sizes."""
    totals = re.search(r"GC: total: (\d+), used: (\d+), free: (\d+)", text)
    sizes = re.search(
        r"1-blocks: (\d+), 2-blocks: (\d+), max blk sz: (\d+), max free sz: (\d+)",
        text,
    )
    return [int(x) for x in totals.groups() + sizes.groups()]


class MapOfText(CommandTest):
    def setUp(self):
        super().setUp()
        self.assertGreater(len(MEM_INFO), 2)
        self.texts = [path.read_text() for path in MEM_INFO[:3]]

    def test_a_map_gives_the_figures_printed_above_it(self):
        for path in MEM_INFO:
            (dump,) = self.json("map", path)["dumps"]
            self.assertEqual(
                figures(path.read_text()),
                [
                    dump["total_blocks"] * 16,
                    dump["used_blocks"] * 16,
                    dump["free_blocks"] * 16,
                    dump["one_block_objects"],
                    dump["two_block_objects"],
                    dump["max_block"],
                    dump["max_free"],
                ],
            )
            self.assertTrue(dump["agrees"])
            self.assertEqual(dump["objects"], sum(dump["by_kind"].values()))

    def test_what_a_terminal_does_to_a_log_changes_nothing(self):
        plain = self.json("map", self.write("plain.log", "".join(self.texts)))
        dirty = "rst:0x1\r\n>>> import micropython\r\n"
        for number, line in enumerate("".join(self.texts).splitlines()):
            dirty += f"\x1b[2m[12:00:{number % 60:02}.123] \x1b[0m{line}\r\r\n"
        seen = self.json("map", "-", stdin=dirty.encode())
        for dump in plain["dumps"] + seen["dumps"]:
            del dump["line"]
        self.assertEqual(seen["dumps"], plain["dumps"])
        self.assertEqual(len(seen["dumps"]), 3)

    def test_dumps_are_compared_with_the_one_before(self):
        log = self.write("three.log", "".join(self.texts))
        first, second, third = self.json("map", log)["dumps"]
        self.assertIsNone(first["change"])
        for before, now in [(first, second), (second, third)]:
            change = now["change"]
            used = now["used_blocks"] - before["used_blocks"]
            self.assertEqual(change["used_blocks"], used)
            self.assertEqual(change["taken_blocks"] - change["freed_blocks"], used)
        text = self.succeeds("map", log)
        self.assertIn("since before", text)
        self.assertIn("the map of mem_info 3", text)

    def test_the_map_drawn_is_the_map_printed(self):
        printed = [x for x in self.texts[0].splitlines() if re.match("[0-9a-f]{8}: ", x)]
        drawn = self.succeeds("map", MEM_INFO[0]).splitlines()
        self.assertEqual(printed, [x for x in drawn if re.match("[0-9a-f]{8}: ", x)])

    def test_a_dump_cut_off_says_what_is_missing(self):
        text = self.texts[0]
        cut = text[: text.index("00001800: ")]
        (dump,) = self.json("map", self.write("cut.log", cut))["dumps"]
        self.assertFalse(dump["whole"])
        self.assertGreater(dump["lost_blocks"], 0)
        self.assertIsNone(dump["agrees"])
        self.assertEqual(dump["max_free"], figures(text)[6])  # as printed
        self.assertIn("are missing", self.succeeds("map", "cut.log"))

    def test_a_map_that_contradicts_its_figures_is_told(self):
        text = self.texts[0].replace("max free sz: ", "max free sz: 1")
        (dump,) = self.json("map", self.write("wrong.log", text))["dumps"]
        self.assertEqual([x["figure"] for x in dump["differences"]], ["max_free"])
        self.assertIn("max_free printed", self.succeeds("map", "wrong.log"))

    def test_figures_without_a_map(self):
        text = self.texts[0][: self.texts[0].index("GC memory")]
        (dump,) = self.json("map", self.write("short.log", text))["dumps"]
        self.assertIsNone(dump["objects"])
        self.assertIn("mem_info(1) prints one", self.succeeds("map", "short.log"))
        self.fails(1, "no map in it", "map", "short.log", "--png", "x.png")

    def test_a_heap_in_pieces_and_a_full_one(self):
        def heap(letters):
            lines = [letters[i : i + 64] for i in range(0, len(letters), 64)]
            return "GC memory layout; from 20000000:\n" + "".join(
                f"{64 * 16 * n:08x}: {line}\n" for n, line in enumerate(lines)
            )

        for letters, verdict, word in [
            ("h......." * 32, "in_pieces", "In pieces"),
            ("h" * 250 + "......", "little_free", "Nearly full"),
            ("h" * 128 + "." * 128, "good", "Good"),
        ]:
            path = self.write("heap.log", heap(letters))
            self.assertEqual(self.json("map", path)["dumps"][0]["verdict"], verdict)
            text = self.succeeds("map", path)
            self.assertIn(word + ": ", text)
            self.assertEqual("What splits it" in text, verdict == "in_pieces")
        path = self.write("heap.log", heap("h...A=....T" + "." * 53))
        (dump,) = self.json("map", path)["dumps"]
        self.assertEqual(
            [(x["kind"], x["block"], x["joined_blocks"]) for x in dump["splitters"]],
            [("T", 10, 58), ("A", 4, 9)],
        )

    def test_what_cannot_be_is_refused(self):
        self.write("prose.txt", "Nothing of the kind.\n" * 50)
        self.fails(1, "neither a trace nor text", "map", "prose.txt")
        self.fails(2, "--at needs a trace", "map", MEM_INFO[0], "--at", "5")
        self.fails(2, "only kind and size", "map", MEM_INFO[0], "--by", "age")
        self.fails(2, "is not kind", "map", MEM_INFO[0], "--by", "smell")
        self.fails(1, "--dump 2", "map", MEM_INFO[0], "--dump", "2")


class MapOfTrace(CommandTest):
    def setUp(self):
        super().setUp()
        self.trace = golden("events/v1.26.1__bufs_frag")

    def test_the_last_moment_is_what_replay_ends_with(self):
        final = self.json("replay", self.trace)["final"]
        (dump,) = self.json("map", self.trace)["dumps"]
        for field in ("used_blocks", "free_blocks", "max_free", "objects", "max_block"):
            self.assertEqual(dump[field], final[field])

    def test_a_moment_is_the_same_for_map_and_replay(self):
        mapped = self.succeeds("map", self.trace, "--at", "5000")
        replayed = self.succeeds("replay", self.trace, "--at", "5000")
        rows = re.compile(r"^[0-9a-f]{8}: .*$", re.M)
        self.assertEqual(rows.findall(mapped), rows.findall(replayed))
        self.assertTrue(mapped.startswith("after event 5,000: "), mapped[:100])

    def test_at_the_first_failure(self):
        (failed,) = self.json("map", self.trace, "--at", "failure")["dumps"]
        first = self.json("report", self.trace)["failures"]["first"][0]
        self.assertEqual(failed["event"], first["event"])
        self.assertEqual(failed["max_free"], first["largest_free_run_blocks"])
        quiet = golden("events/v1.24.1__pb_bm_pidigits")
        self.fails(1, "no allocation of this trace failed", "map", quiet, "--at", "failure")

    def test_lines_fit_the_terminal(self):
        for columns in ("40", "80", "150", "400"):
            text = self.succeeds("map", self.trace, env={"COLUMNS": columns})
            self.assertLessEqual(max(map(len, text.splitlines())), int(columns))

    def test_plain_means_plain(self):
        self.assertNotIn("\x1b", self.succeeds("map", self.trace))
        plain = self.succeeds("map", self.trace, "--scale", "8", env={"LC_ALL": "C"})
        self.assertTrue(plain.isascii())

    def test_images(self):
        for by in ("kind", "size"):
            self.succeeds(
                "map", self.trace, "--by", by, "--png", "a.png", "--svg", "a.svg"
            )
            png = (self.folder / "a.png").read_bytes()
            self.assertEqual(png[:8], PNG_BEGIN)
            width, height = struct.unpack(">II", png[16:24])
            self.assertTrue(400 < width < 4000 and 300 < height < 4000)
            root = xml.etree.ElementTree.parse(self.folder / "a.svg").getroot()
            self.assertTrue(root.tag.endswith("svg"))
            self.assertGreater(len(list(root.iter())), 100)
        ran = self.mpheap("map", self.trace, "--png", "-")
        self.assertEqual((ran.returncode, ran.stdout[:8]), (0, PNG_BEGIN))

    def test_a_film_is_so_many_moments_in_order(self):
        text = self.succeeds("map", self.trace, "--film", "12", "--png", "film.png")
        events = [int(x.split()[0].replace(",", "")) for x in text.splitlines()[1:]]
        self.assertEqual(len(events), 12)
        self.assertEqual(events, sorted(set(events)))
        self.assertEqual((self.folder / "film.png").read_bytes()[:8], PNG_BEGIN)


if __name__ == "__main__":
    command.main()
