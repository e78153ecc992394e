"""mpheap replay: the proof, divergences with context, maps, damage."""

import os
import random
import unittest

import command
from command import CommandTest, golden, unzstd


class Replay(CommandTest):
    def setUp(self):
        super().setUp()
        self.text = unzstd(golden("events/v1.22.2__pb_core_str"))

    def log(self, text=None):
        return self.write("run.log", self.text if text is None else text)

    def test_a_recording_is_proven(self):
        proof = self.json("replay", self.log(), "--strict")
        self.assertEqual(proof["schema"], "mpheap.replay/1")
        self.assertEqual(proof["divergences"], 0)
        self.assertEqual(proof["checkpoints_failed"], 0)
        self.assertEqual(proof["damage"], [])
        self.assertEqual(proof["gaps"], [])
        self.assertGreater(proof["checkpoints_checked"], 0)
        last = [x for x in self.text.decode().splitlines() if x[0] == "K"][-1]
        figures = list(map(int, last.split()[-7:]))
        block = proof["heap"]["block_bytes"]
        final = proof["final"]
        self.assertEqual(
            figures,
            [
                proof["heap"]["pool_bytes"],
                final["used_blocks"] * block,
                final["free_blocks"] * block,
                final["one_block_objects"],
                final["two_block_objects"],
                final["max_block"],
                final["max_free"],
            ],
        )
        self.assertEqual(proof["heap"]["release"], "v1.22.2")

    def test_it_says_so_in_words(self):
        text = self.succeeds("replay", self.log())
        self.assertTrue(text.startswith("Replayed exactly: "), text)
        self.assertIn("0 divergences", text)

    def changed(self, old, new):
        """The log with the one line `old` replaced."""
        lines = self.text.decode().splitlines(keepends=True)
        index = lines.index(old + "\n")
        lines[index] = new + "\n" if new is not None else ""
        return self.log("".join(lines)), index + 1

    def some_alloc(self):
        lines = self.text.decode().splitlines()
        return next(x for x in lines[1400:] if x.startswith("A 16 0 "))

    def test_a_changed_address_is_found_and_shown(self):
        line = self.some_alloc()
        block = int(line.split()[-1])
        log, number = self.changed(line, f"A 16 0 {block + 2000}")
        ran = self.mpheap("replay", log, "--strict")
        self.assertEqual(ran.returncode, 3)
        text = ran.stdout.decode()
        self.assertIn(f"line {number:,}", text)
        self.assertIn(f"recorded block {block + 2000}", text)
        self.assertIn(f"the model answers block {block}", text)
        self.assertIn(f"{number}: A 16 0 {block + 2000}", text)
        self.assertRegex(text, r"recorded +[h=.]{64}\n +model +[h=.]{64}\n")

    def test_without_strict_the_exit_code_is_0(self):
        log, _ = self.changed(self.some_alloc(), "A 16 0 3900")
        self.assertEqual(self.mpheap("replay", log).returncode, 0)

    def test_one_fault_is_not_a_thousand(self):
        line = self.some_alloc()
        log, _ = self.changed(line, "A 16 0 3900")
        proof = self.json("replay", log)
        self.assertGreater(proof["divergences"], 0)
        self.assertLess(proof["divergences"], 40)

    def test_a_changed_digest_fails_its_checkpoint(self):
        lines = self.text.decode().splitlines()
        line = next(x for x in lines if x.startswith("K "))
        fields = line.split()
        fields[2] = "%08x" % (int(fields[2], 16) ^ 1)
        log, _ = self.changed(line, " ".join(fields))
        proof = self.json("replay", log)
        self.assertEqual(proof["checkpoints_failed"], 1)
        self.assertEqual(proof["first_divergences"][0]["kind"], "checkpoint")

    def test_a_removed_collect_is_found(self):
        lines = self.text.decode().splitlines(keepends=True)
        begin = next(i for i, x in enumerate(lines) if x.startswith("(C"))
        proof = self.json("replay", self.log("".join(lines[:begin] + lines[begin + 2 :])))
        self.assertGreater(proof["divergences"], 0)

    def test_every_cut_is_noticed(self):
        for cut in random.Random(1).sample(range(500, len(self.text) - 1), 40):
            log = self.log(self.text[:cut])
            ran = self.mpheap("replay", log, "--strict")
            self.assertEqual(ran.returncode, 3, f"cut at {cut}")

    def test_a_removed_event_is_noticed(self):
        lines = self.text.splitlines(keepends=True)
        first = lines.index(b"BEGIN\n") + 1
        for index in random.Random(2).sample(range(first, len(lines)), 60):
            log = self.log(b"".join(lines[:index] + lines[index + 1 :]))
            if lines[index][:1] in b"LUTEDK":
                continue  # may change nothing that is compared
            ran = self.mpheap("replay", log, "--strict")
            self.assertEqual(ran.returncode, 3, lines[index][:80])

    def test_any_changed_byte_is_survived(self):
        pick = random.Random(3)
        for _ in range(60):
            damaged = bytearray(self.text)
            damaged[pick.randrange(len(damaged))] = pick.randrange(256)
            ran = self.mpheap("replay", self.log(bytes(damaged)), "--strict")
            self.assertIn(ran.returncode, (0, 1, 3), ran.stderr)

    def test_the_heap_at_an_event_is_shown(self):
        text = self.succeeds("replay", self.log(), "--at", "500")
        self.assertTrue(text.startswith("after event 500: "), text[:60])
        self.assertRegex(text, r"(?m)^00000000: [h=.]{64}$")
        self.assertIn("lines all free)", text)

    def test_a_place_in_a_large_trace_is_found_by_its_index(self):
        trace = os.path.join(self.folder, "run.mpheap")
        index = trace + ".index"
        self.succeeds("generate", "json", "--events", "1500000", "-q", "-o", trace)
        places = ("1400000", "900000", "3000", "1000s")
        first = {at: self.json("replay", trace, "--at", at) for at in places[:1]}
        self.assertTrue(os.path.exists(index))
        kept = open(index, "rb").read()
        for at in places:
            by_index = self.json("replay", trace, "--at", at)
            self.assertEqual(by_index, first.get(at, by_index))
            os.remove(index)
            self.assertEqual(by_index, self.json("replay", trace, "--at", at))
            by_age = self.json("map", trace, "--at", at, "--by", "age")["dumps"][0]
            by_kind = self.json("map", trace, "--at", at)["dumps"][0]
            for figure in ("used_blocks", "max_free", "objects"):
                self.assertEqual(by_age[figure], by_kind[figure])
        self.assertEqual(open(index, "rb").read(), kept)
        # Any index that is none is made anew, and nothing is said of it.
        for wrong in (b"", b"mpheap index 1\n", kept[:-1], kept[:100] + b"?" + kept[101:]):
            with open(index, "wb") as file:
                file.write(wrong)
            self.assertEqual(first["1400000"], self.json("replay", trace, "--at", "1400000"))

    def test_small_traces_have_no_index(self):
        self.succeeds("replay", self.log(), "--at", "500")
        self.assertFalse([x for x in os.listdir(self.folder) if x.endswith(".index")])

    def test_places_that_are_none_are_said(self):
        log = self.log()
        self.fails(2, "--at", "replay", log, "--at", "soon")
        self.fails(1, "the trace ends before", "replay", log, "--at", "999999999")
        self.fails(1, "no times", "replay", log, "--at", "5ms")

    def test_the_models_own_invariants_can_be_checked(self):
        self.assertEqual(
            self.json("replay", self.log(), "--paranoid"),
            self.json("replay", self.log()),
        )


if __name__ == "__main__":
    unittest.main()
