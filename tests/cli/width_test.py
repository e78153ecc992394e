"""What every command prints fits a terminal of 80 columns, on real traces."""

import command
from command import SOURCE, CommandTest, golden

TRACES = sorted((SOURCE / "traces").glob("*.mpheap"))


class Width(CommandTest):
    def fits(self, *words):
        ran = self.mpheap(*words)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        for line in ran.stdout.decode().splitlines():
            self.assertLessEqual(len(line), 80, f"{words}: {line}")

    def test_of_traces_of_real_firmware(self):
        self.assertGreater(len(TRACES), 3)
        for trace in TRACES:
            for words in (
                ["info", trace],
                ["summary", trace],
                ["replay", trace],
                ["report", trace],
                ["frag", trace],
                ["sites", trace],
                ["map", trace],
                ["pauses", trace],
                ["pauses", trace, "--curve"],
                ["tune", trace],
                ["simulate", trace],
                ["simulate", trace, "--threshold", "4K,64K,off"],
            ):
                self.fits(*words)

    def test_of_a_recording_without_times_or_sites(self):
        trace = golden("events/v1.26.1__bufs_frag__166K")
        for name in ("report", "frag", "sites", "map", "pauses", "tune"):
            self.fits(name, trace)


if __name__ == "__main__":
    command.main()
