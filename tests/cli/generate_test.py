"""mpheap generate: synthetic programs as traces."""

import unittest

from command import CommandTest

PROGRAMS = ["article", "float-int", "pid", "logger", "json", "buffers"]


class Generate(CommandTest):
    def test_the_list(self):
        names = [x.split()[0] for x in self.succeeds("generate", "--list").splitlines()]
        self.assertEqual(names, PROGRAMS)

    def test_each_is_a_sound_trace_in_either_form(self):
        for name in PROGRAMS:
            for file in (name + ".log", name + ".mpheap"):
                self.succeeds(
                    "generate", name, "-o", file, "--seconds", 5, "--threshold", "4K"
                )
                self.succeeds("replay", file, "--strict")
            one, other = (
                self.json("report", name + x)["collects"]["count"]
                for x in (".log", ".mpheap")
            )
            self.assertEqual(one, other, name)

    def test_the_same_seed_is_the_same_program(self):
        for file, seed in (("a.log", 7), ("b.log", 7), ("c.log", 8)):
            self.succeeds("generate", "json", "-o", file, "--seed", seed)
        a, b, c = ((self.folder / x).read_bytes() for x in ("a.log", "b.log", "c.log"))
        self.assertEqual(a, b)
        self.assertNotEqual(a, c)

    def test_the_articles_example(self):
        for threshold, seconds, apart in ((40000, 20, 139), (196000, 60, 681)):
            self.succeeds(
                "generate", "article", "-o", "a.mpheap", "--threshold", threshold,
                "--seconds", seconds,
            )
            listed = self.json("report", "a.mpheap")["collects"]["listed"]
            rounds = (listed[2]["event"] - listed[1]["event"]) / 18
            self.assertAlmostEqual(rounds, apart, delta=1)
            gap_us = listed[2]["begin_us"] - listed[1]["begin_us"]
            self.assertAlmostEqual(gap_us / 1e6, apart / 200, delta=0.02)
            self.assertEqual(listed[1]["end_us"] - listed[1]["begin_us"], 8000)

    def test_a_heap_and_an_event_count(self):
        self.succeeds(
            "generate", "pid", "-o", "p.log", "--heap", "64K", "--events", 5000
        )
        info = self.json("replay", "p.log")
        self.assertLess(info["heap"]["pool_bytes"], 65536)
        self.assertGreaterEqual(info["events"], 5000)
        self.assertLess(info["events"], 5100)

    def test_what_it_does_not_know(self):
        self.fails(2, "--list", "generate", "chess", "-o", "x.log")
        self.fails(2, "-o FILE", "generate", "pid")
        self.fails(2, "--heap", "generate", "pid", "-o", "x.log", "--heap", "big")
        for seconds in ("-1", "nan", "inf", "1e20"):
            words = ["generate", "pid", "-o", "x.log", "--seconds", seconds]
            self.fails(2, "--seconds: from 0 to", *words)


if __name__ == "__main__":
    unittest.main()
