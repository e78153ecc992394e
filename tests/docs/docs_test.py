"""Every command that the documents show runs as printed, and prints what they show.

Taken from README.md, docs/*.md and traces/README.md: lines that begin with `mpheap`, alone in an
indented or fenced block, must succeed; after `$ ` in a ```console block they must also print what
stands below them. The examples of each command's --help must succeed.

    docs_test.py --update     writes what the commands print now into the documents

Everything runs in a folder laid out as the repository is; names that stand for a reader's own files
are there too (FILES), and what would ask a board is answered by a file (BOARD).
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ["MPHEAP_SOURCE_DIR"])
MPHEAP = pathlib.Path(os.environ["MPHEAP"]).resolve()
PAGES = [SOURCE / "README.md", SOURCE / "traces" / "README.md", *sorted((SOURCE / "docs").glob("*.md"))]
MEM_INFO = "tests/golden/pauses/mem_info/v1.23.0_buffers512_30.txt"
GRAPH = "tests/golden/graphs/v1.23.0_buffers512_30"

# What a reader's own files are called in the documents, and what is there in their place.
FILES = {
    "run.mpheap": "traces/fragmented_pool.mpheap", "run.log": "traces/sensor_log.events.zst",
    "a.mpheap": "traces/after_tuning.mpheap", "b.mpheap": "traces/before_tuning.mpheap",
    "before.mpheap": "traces/before_tuning.mpheap", "after.mpheap": "traces/after_tuning.mpheap",
    "putty.log": MEM_INFO, "heap.json": f"{GRAPH}.json", "heap.pool.zst": f"{GRAPH}.pool.zst",
    "device": "traces/float_loop.mpheap", "snapshots.mpheap": "traces/sessions.mpheap",
}
# A port with a board on it is a file here; `mpremote` prints what a board printed.
BOARD = re.compile(r"(?<=capture )(/dev/tty\w+|auto)")
# Options of which the file would have to be built for a chip.
LEFT_OUT = re.compile(r"--elf|firmware\.elf")


def is_command(line):
    return re.match(r"(\$ |- )?(mpheap (?!\w+:)|mpremote |find .*mpheap )", line) is not None


class Block:
    """Lines of a page that belong together: fenced, or indented by four."""

    def __init__(self, begin, lines, indent):
        self.begin = begin  # index of the first line
        self.lines = lines
        self.indent = indent

    def commands(self):
        """Of each command: its line, and the lines below it that show what it prints (or None)."""
        if not any(line.startswith("$ ") for line in self.lines):
            for line in "\n".join(self.lines).replace("\\\n", " ").split("\n"):
                if is_command(line):
                    yield line.removeprefix("- "), None
            return
        starts = [i for i, line in enumerate(self.lines) if line.startswith("$ ")]
        for start, end in zip(starts, [*starts[1:], len(self.lines)]):
            yield self.lines[start].removeprefix("$ "), self.lines[start + 1:end]


def blocks(text):
    lines = text.split("\n")
    i = 0
    while i < len(lines):
        fence = re.match(r"( *)```", lines[i])
        if fence:
            end = next(j for j in range(i + 1, len(lines)) if lines[j].strip() == "```")
            indent = len(fence[1])
            yield Block(i + 1, [line[indent:] for line in lines[i + 1:end]], indent)
            i = end + 1
        elif re.match(r"    \S", lines[i]) and (i == 0 or not lines[i - 1].strip()):
            end = i
            while end < len(lines) and lines[end].startswith("    "):
                end += 1
            yield Block(i, [line[4:] for line in lines[i:end]], 4)
            i = end
        else:
            i += 1


class Shell:
    """A folder like the repository, where the documents' commands run."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mpheap-docs-"))
        (self.folder / "bin").mkdir()
        (self.folder / "bin" / "mpheap").symlink_to(MPHEAP)
        mpremote = self.folder / "bin" / "mpremote"
        mpremote.write_text(f"#!/bin/sh\ncat {SOURCE / MEM_INFO}\n")
        mpremote.chmod(0o755)
        (self.folder / "tests").symlink_to(SOURCE / "tests")
        shutil.copytree(SOURCE / "traces", self.folder / "traces")
        (self.folder / "traces.txt").write_text("run.mpheap\n")
        self.lay_out()

    def lay_out(self):
        """The reader's files as they were, whatever was written meanwhile."""
        for name, target in FILES.items():
            shutil.copy(SOURCE / target, self.folder / name)

    def run(self, line):
        """Exit code, and what a terminal would show."""
        line = BOARD.sub("device --force", line)
        ran = subprocess.run(["bash", "-c", line], cwd=self.folder, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, check=False,
                             env=dict(os.environ, PATH=f"{self.folder}/bin:{os.environ['PATH']}",
                                      LC_ALL="C.UTF-8", COLUMNS="80", TERM="dumb", PAGER="cat",
                                      SLURM_ARRAY_TASK_ID="1"))
        text = ran.stdout.decode(errors="replace").rstrip("\n")
        return ran.returncode, [line.rstrip() for line in text.split("\n")] if text else []

    def remove(self):
        shutil.rmtree(self.folder)


def runs_here(line):
    if LEFT_OUT.search(line):
        return False
    if "capture --list" in line and not os.path.isdir("/sys/class/tty"):  # a bare root
        return False
    return "parallel" not in line or shutil.which("parallel") is not None


class Documents(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        self.shell = Shell()
        self.addCleanup(self.shell.remove)

    def test_what_documents_show_is_what_commands_print(self):
        shown = 0
        for page in PAGES:
            for block in blocks(page.read_text()):
                self.shell.lay_out()
                for line, output in block.commands():
                    if not runs_here(line):
                        continue
                    with self.subTest(page=page.name, line=line):
                        shown += 1
                        code, printed = self.shell.run(line)
                        self.assertEqual(code, 0, printed)
                        if output is not None:
                            self.assertEqual(
                                "\n".join(printed), "\n".join(output).rstrip("\n"),
                                "`python3 tests/docs/docs_test.py --update` writes it anew")
        self.assertGreater(shown, 30)

    def test_commands_in_running_text_exist(self):
        known = set(re.findall(r"(?m)^  ([a-z-]+) ", "\n".join(self.shell.run("mpheap help")[1])))
        options = {}
        for page in PAGES:
            for command, rest in re.findall(r"`(?:\$ )?mpheap ([a-z]+)([^`]*)`", page.read_text()):
                with self.subTest(page=page.name, command=command + rest):
                    self.assertIn(command, known)
                    if command not in options:
                        options[command] = "\n".join(self.shell.run(f"mpheap {command} --help")[1])
                    for option in re.findall(r"(?<!\S)--[a-z-]+", rest.split("|")[0]):
                        self.assertIn(option, options[command])

    def test_examples_of_help_run(self):
        commands = re.findall(r"(?m)^  ([a-z]+) ", "\n".join(self.shell.run("mpheap help")[1]).split("topics:")[0])
        for command in commands:
            help_text = "\n".join(self.shell.run(f"mpheap {command} --help")[1])
            for line in re.findall(r"(?m)^  (mpheap .*?)(?:  .*)?$", help_text.split("\nexamples:\n")[1]):
                if runs_here(line) and not re.search(r"\| (dot|less)|--why", line):  # may be missing; an address
                    with self.subTest(line=line):
                        self.shell.lay_out()
                        code, printed = self.shell.run(line)
                        self.assertEqual(code, 0, printed[:5])


def is_quiet(line):
    return line == "" or line.startswith("$ ")


def shown_anew(shell, block):
    """The block's lines, with what its commands print now."""
    shell.lay_out()
    made = []
    for line, _ in block.commands():
        code, printed = shell.run(line)
        if code != 0:
            sys.exit(f"{line}: exit code {code}\n" + "\n".join(printed))
        made += [*([""] if made else []), f"$ {line}", *printed]
    return [(" " * block.indent + one).rstrip() for one in made]


def update():
    shell = Shell()
    for page in PAGES:
        text = page.read_text()
        shown = [block for block in blocks(text) if any(line.startswith("$ ") for line in block.lines)]
        anew = [shown_anew(shell, block) for block in shown]
        lines = text.split("\n")
        for block, made in reversed(list(zip(shown, anew))):
            lines[block.begin:block.begin + len(block.lines)] = made
        page.write_text("\n".join(lines))
    shell.remove()


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        update()
    else:
        unittest.main()
