"""mpheap graph: what a collect costs, who holds what, damaged snapshots."""

import json
import pathlib
import shutil
import subprocess
import unittest

import command
from command import SOURCE, CommandTest, golden

GRAPHS = SOURCE / "tests" / "golden" / "graphs"
TRACES = SOURCE / "traces"
SESSIONS = TRACES / "sessions.mpheap"
AREAS = TRACES / "areas.mpheap"

# Types of the firmware as the linker would place them: name and address.
FIRMWARE = """
.syntax unified
.section .rodata
.macro symbol name
.global \\name
.type \\name, %object
\\name: .word 0
.size \\name, 4
.endm
"""


class Graph(CommandTest):
    def setUp(self):
        super().setUp()
        self.pair = GRAPHS / "v1.23.0_bytearray48_200.json"
        if not self.pair.exists():
            self.pair = sorted(GRAPHS.glob("*bytearray48_[1-9]*.json"))[0]
        self.recorded = json.loads(self.pair.read_text())

    def copy(self, **changes):
        """A pair of our own; a key set to None is left out."""
        for key, value in changes.items():
            if value is None:
                del self.recorded[key]
            else:
                self.recorded[key] = value
        shutil.copy(self.pair.with_suffix(".pool.zst"), self.folder / "heap.pool.zst")
        return self.write("heap.json", json.dumps(self.recorded))

    def test_a_recorded_collect_is_replayed_exactly(self):
        for pair in sorted(GRAPHS.glob("*.json")):
            recorded = json.loads(pair.read_text())
            chip, other = recorded["seen_on_chip"], recorded["from_replay"]
            found = self.json("graph", pair, "--strict")
            self.assertEqual(found["schema"], "mpheap.graph/1")
            self.assertEqual(found["live_objects"], chip["live_objects"])
            self.assertEqual(found["live_blocks"], chip["live_blocks"])
            self.assertEqual(found["rescan_passes"], chip["rescan_passes"])
            self.assertEqual(found["scanned_objects"], other["scanned_objects"])
            self.assertEqual(found["scanned_words"], other["scanned_words"])
            self.assertAlmostEqual(found["predicted_us"], chip["total_us"], delta=0.01)

    def test_a_report_has_the_last_snapshot_as_graph_shows_it(self):
        graph = self.json("graph", SESSIONS, "--since", 1)
        self.assertEqual(graph["snapshot"]["number"], graph["snapshot"]["of"])
        reported = self.json("report", "--tune", "never", SESSIONS)["graph"]
        self.assertEqual({"schema": graph["schema"], **reported}, graph)
        without = self.json("report", "--tune", "never", TRACES / "leak.mpheap")
        self.assertNotIn("graph", without)

    def test_it_needs_no_knowledge_of_the_outcome(self):
        whole = self.json("graph", self.pair)
        alone = self.json("graph", self.copy(seen_on_chip=None, table_after=None))
        self.assertIsNone(alone["seen_on_chip"])
        for key in ("live_objects", "rescan_passes", "predicted_us"):
            self.assertEqual(alone[key], whole[key])

    def test_another_outcome_is_told_and_strict(self):
        self.recorded["seen_on_chip"]["rescan_passes"] += 1
        path = self.copy()
        ran = self.mpheap("graph", path, "--strict")
        self.assertEqual(ran.returncode, 3)
        self.assertIn(b"The chip took", ran.stdout)
        self.assertEqual(self.mpheap("graph", path).returncode, 0)

    def test_a_larger_mark_stack_needs_no_rescan(self):
        stack = self.json("graph", self.pair)["mark_stack"]
        smallest = stack["smallest_without_rescan"]
        self.assertGreater(smallest, 64)
        found = self.json(
            "graph", self.pair, "--mark-stack", smallest - 1, "--mark-stack", 7
        )
        tried = {row["entries"]: row for row in found["mark_stack"]["tried"]}
        self.assertEqual(tried[smallest]["rescan_passes"], 0)
        self.assertGreater(tried[smallest - 1]["rescan_passes"], 0)
        self.assertLess(tried[smallest]["predicted_us"], tried[64]["predicted_us"])
        self.assertEqual(tried[64]["predicted_us"], found["predicted_us"])
        self.assertEqual(tried[7]["extra_bytes"], -57 * 2)
        worst = found["mark_stack"]["overflowing"][0]
        self.assertEqual(worst["overflows"], found["counts"]["overflowed"])
        # The same heap on firmware built so.
        built = self.json("graph", self.copy(mark_stack_entries=smallest))
        self.assertAlmostEqual(
            built["predicted_us"], tried[smallest]["predicted_us"], places=6
        )

    def test_the_text_says_what_it_costs_and_who_holds(self):
        text = self.succeeds("graph", self.pair)
        self.assertIn("This collect takes ", text)
        self.assertIn("Mark stack (MICROPY_ALLOC_GC_STACK_SIZE)", text)
        self.assertIn("What overflows it (1 object in all)", text)
        self.assertIn("registers and stack, word ", text)
        for line in text.splitlines()[1:]:
            self.assertLessEqual(len(line), 80, line)
            self.assertEqual(line, line.rstrip())

    def test_contents_are_shown_beside_objects(self):
        rows = self.json("graph", self.pair, "--top", 1000)["objects"]
        held = next(row for row in rows if row["contents"])
        self.assertRegex(held["contents"], r"^'.+'(\.\.\.)?$")
        text = self.succeeds("graph", self.pair, "--why", held["block"])
        self.assertIn(held["contents"].split()[0], text)
        picture = self.succeeds("graph", self.pair, "--dot", "--top", 1000)
        self.assertIn(f"text {held['contents']}".replace("\\", "\\\\"), picture)
        self.assertTrue(all(row["contents"] is None for row in self.json("graph", SESSIONS)["objects"]))

    def test_why_names_the_way_from_a_root(self):
        found = self.json("graph", self.pair)
        held = next(row for row in found["objects"] if len(row["way"]) > 1)
        text = self.succeeds("graph", self.pair, "--why", held["block"])
        self.assertIn(f"block {held['block']} at", text)
        self.assertIn(f"block {held['way'][0]['block']} (", text)
        by_address = self.succeeds("graph", self.pair, "--why", hex(held["address"]))
        self.assertEqual(text, by_address)
        asked = self.json("graph", self.pair, "--why", held["block"])["asked"]
        self.assertEqual(asked, held)

    def test_why_of_a_free_block(self):
        last = self.recorded["blocks"] - 1
        self.fails(1, f"block {last} is free", "graph", self.pair, "--why", last)
        self.fails(1, "neither a block", "graph", self.pair, "--why", last + 1)
        self.fails(2, "--why", "graph", self.pair, "--why", "list")

    def test_the_picture_is_a_tree(self):
        dot = self.succeeds("graph", self.pair, "--dot", "--top", 25)
        edges = [line.split()[:3] for line in dot.splitlines() if " -> " in line]
        self.assertEqual(len(edges), 25)
        nodes = {line.split()[0] for line in dot.splitlines() if "[label=" in line}
        for above, _, below in edges:
            self.assertIn(above, nodes)
            self.assertIn(below.rstrip(";"), nodes)
        self.assertEqual(len({edge[2].rstrip(";") for edge in edges}), 25)

    @unittest.skipUnless(shutil.which("arm-none-eabi-gcc"), "no arm-none-eabi-gcc")
    def test_an_elf_file_names_the_types(self):
        counts = {}
        for row in self.json("graph", self.pair, "--top", 100)["types"]:
            if row["type"].startswith("type at "):
                counts[row["type"].removeprefix("type at ")] = row["objects"]
        bytearrays = max(counts, key=counts.get)
        source = self.write("types.s", FIRMWARE + "symbol mp_type_bytearray\n")
        subprocess.run(
            ["arm-none-eabi-gcc", "-mcpu=cortex-m0plus", "-nostdlib", source, "-o"]
            + [self.folder / "firmware.elf"]
            + [f"-Wl,--section-start=.rodata={bytearrays},-e,0"],
            check=True,
        )
        found = self.json("graph", self.pair, "--elf", "firmware.elf")
        types = {row["type"]: row["objects"] for row in found["types"]}
        self.assertTrue(found["types_known"])
        self.assertEqual(types["bytearray"], counts[bytearrays])
        self.assertEqual(types["bytes of bytearray"], counts[bytearrays])
        self.assertIn("bytes of bytearray", self.succeeds(
            "graph", self.pair, "--elf", "firmware.elf"))

    def test_what_is_no_elf_file(self):
        self.fails(1, "not an ELF file", "graph", self.pair, "--elf", self.pair)
        self.fails(1, "no such file", "graph", self.pair, "--elf", "none.elf")

    def test_damaged_documents_end_in_one_line(self):
        text = self.pair.read_text()
        pool = self.pair.with_suffix(".pool.zst")
        shutil.copy(pool, self.folder / "heap.pool.zst")
        for cut in (0, 1, 100, len(text) // 2, len(text.rstrip()) - 1):
            path = self.write("heap.json", text[:cut])
            self.fails(1, "heap.json: not JSON", "graph", path)
        huge = text.replace('"n":', '"n":1e999, "m":')
        self.fails(1, "a number in it", "graph", self.write("heap.json", huge))
        self.fails(1, "no JSON object", "graph", self.write("heap.json", "[1]"))
        for key in ("release", "blocks", "roots", "table_before", "clock_hz"):
            changed = {k: v for k, v in self.recorded.items() if k != key}
            path = self.write("heap.json", json.dumps(changed))
            self.fails(1, f'no "{key}"', "graph", path)

    def test_impossible_values_end_in_one_line(self):
        for changes, message in [
            ({"release": "v1.11"}, '"release" "v1.11"'),
            ({"release": 7}, '"release" is no text'),
            ({"blocks": -1}, '"blocks" is no whole number'),
            ({"blocks": 1 << 40}, '"blocks" is no whole number'),
            ({"blocks": self.recorded["blocks"] - 1}, '"table_before"'),
            ({"block_bytes": 24}, "no power of two"),
            ({"mark_stack_entries": 0}, '"mark_stack_entries"'),
            ({"last_used_block": 1 << 30}, '"last_used_block"'),
            ({"clock_hz": 0}, '"clock_hz"'),
            ({"pool_start": 3}, '"pool_start" is no multiple'),
            ({"roots": 5}, '"roots" is no list of lists'),
            ({"roots": [[1], 2]}, '"roots" is no list of lists'),
            ({"roots": [[1, 1 << 32]]}, "word 1 of list 0 is no word"),
            ({"table_before": "t5"}, "block 0 is a tail without a head"),
            ({"table_before": "hx"}, '"x" for block 1'),
            ({"table_before": "h99999999999999999999"}, "not of"),
            ({"table_after": "h"}, '"table_after": not of'),
            ({"seen_on_chip": {}}, '"seen_on_chip" misses'),
        ]:
            with self.subTest(changes):
                self.recorded = json.loads(self.pair.read_text())
                self.fails(1, message, "graph", self.copy(**changes))

    def test_damaged_memory_ends_in_one_line(self):
        path = self.copy()
        pool = pathlib.Path(path).with_suffix(".pool.zst")
        content = pool.read_bytes()
        pool.write_bytes(content[: len(content) // 2])
        self.fails(1, "heap.pool.zst: damaged", "graph", path)
        pool.unlink()
        self.fails(1, "heap.pool.zst: no such file", "graph", path)
        plain = subprocess.run(
            ["zstd", "-dc"], input=content, capture_output=True, check=True
        ).stdout
        pathlib.Path(path).with_suffix(".pool").write_bytes(plain)
        self.assertEqual(
            self.json("graph", path)["predicted_us"],
            self.json("graph", self.pair)["predicted_us"],
        )
        pathlib.Path(path).with_suffix(".pool").write_bytes(plain[:-1])
        self.fails(1, "heap.pool: only", "graph", path)
        pathlib.Path(path).with_suffix(".pool").write_bytes(plain + b"x")
        self.fails(1, "heap.pool: more than", "graph", path)

    def test_what_is_no_pair_of_files(self):
        self.fails(1, "not a heap trace", "graph", self.write("x.mpheap", "x"))
        self.fails(1, "no such file", "graph", "none.json")
        self.fails(2, "--mark-stack", "graph", self.pair, "--mark-stack", 0)
        self.fails(2, "--json and --dot", "graph", self.pair, "--json", "--dot")

    # Traces.

    def test_a_trace_with_snapshots(self):
        last = self.json("graph", SESSIONS)
        self.assertEqual(last["snapshot"]["number"], last["snapshot"]["of"])
        self.assertTrue(last["seen_on_chip"]["survivors_equal"])
        self.assertLess(abs(last["seen_on_chip"]["predicted_error_share"]), 0.03)
        first = self.json("graph", SESSIONS, "--snapshot", 1)
        self.assertEqual(first["snapshot"]["number"], 1)
        self.assertLess(first["live_objects"], last["live_objects"])
        early = self.json("graph", SESSIONS, "--at", f"{last['snapshot']['at_us'] - 1}us")
        self.assertEqual(early["snapshot"]["number"], last["snapshot"]["number"] - 1)
        self.assertEqual(self.mpheap("graph", SESSIONS, "--strict").returncode, 0)

    def test_a_heap_of_several_areas(self):
        found = self.json("graph", AREAS, "--top", 0)
        areas = found["snapshot"]["areas"]
        self.assertEqual([area["area"] for area in areas], [0, 1, 2, 3])
        self.assertEqual(sum(area["blocks"] for area in areas), found["snapshot"]["blocks"])
        self.assertTrue(found["seen_on_chip"]["survivors_equal"])
        for number in (1, 2):
            self.assertEqual(self.mpheap("graph", AREAS, "--snapshot", number, "--strict").returncode, 0)
        objects = {(row["area"], row["block"]): row for row in found["objects"]}
        self.assertGreater(len(objects), found["live_objects"] / 2, "all but those that only pass on")
        self.assertEqual({area for area, _ in objects}, {0, 1, 2, 3})
        elsewhere = [row for row in objects.values() if row["dominator_area"] not in (None, row["area"])]
        self.assertGreater(len(elsewhere), 10, "rows lie in other areas than their table")
        for row in elsewhere:
            self.assertLess(row["dominator_block"], areas[row["dominator_area"]]["blocks"])
            area = areas[row["area"]]
            self.assertEqual(row["address"], area["pool_start"] + row["block"] * found["snapshot"]["block_bytes"])

    def test_why_an_object_of_another_area_is_alive(self):
        found = self.json("graph", AREAS, "--top", 0)
        row = next(row for row in found["objects"] if row["area"] == 3 and row["site"] is not None)
        name = f"3:{row['block']}"
        asked = self.json("graph", AREAS, "--why", name)["asked"]
        self.assertEqual((asked["area"], asked["block"]), (3, row["block"]))
        self.assertEqual(asked["address"], row["address"])
        self.assertIn(name, self.succeeds("graph", AREAS, "--why", name))
        self.assertIn(f"block {name}, ", self.succeeds("graph", AREAS, "--dot", "--top", 0))
        self.fails(2, "--why", "graph", AREAS, "--why", "3:")

    def test_what_grew_is_told_with_its_holder(self):
        growth = self.json("graph", SESSIONS, "--since", 1)["growth"]
        self.assertEqual(growth["since_snapshot"], 1)
        lines = {row["site"]["line"]: row for row in growth["rows"]}
        self.assertEqual(set(lines), {10, 11, 21, 22}, "what a session is made of, and no other line")
        rows = [lines[line] for line in (10, 11, 21)]
        self.assertEqual(len({row["holder"]["block"] for row in rows}), 1, "the dict of sessions")
        for row in rows:
            self.assertGreater(row["held_objects"], 0.9 * row["new_objects"])
            self.assertEqual(row["holder"]["held_by"], "static")
        self.assertGreater(growth["live_bytes"], 0)
        text = self.succeeds("graph", SESSIONS, "--since", 1)
        self.assertIn("What grew since snapshot 1", text)
        for line in text.splitlines()[1:]:
            self.assertLessEqual(len(line), 80, line)

    def test_snapshots_that_are_not_there(self):
        self.fails(1, "no snapshot 99, the last is", "graph", SESSIONS, "--snapshot", 99)
        self.fails(1, "the first snapshot is after that", "graph", SESSIONS, "--at", 1)
        self.fails(1, "is not before snapshot 1", "graph", SESSIONS, "--snapshot", 1, "--since", 1)
        self.fails(1, "no snapshot in this trace; mpheap", "graph", TRACES / "leak.mpheap")
        split = golden("events/v1.26.1-split2__fuzz__16K")
        self.fails(1, "no snapshot in this trace; mpheap", "graph", split)
        self.fails(2, "--snapshot and --at", "graph", SESSIONS, "--snapshot", 1, "--at", 1)
        self.fails(2, "--since is for traces", "graph", self.pair, "--since", 1)

    def test_the_built_in_prices_are_those_the_recordings_give(self):
        ran = subprocess.run(
            [SOURCE / "tests" / "bench" / "collect_cycles.py", GRAPHS, "--check"],
            capture_output=True,
            check=False,
        )
        self.assertEqual(ran.returncode, 0, ran.stderr)


if __name__ == "__main__":
    command.main()
