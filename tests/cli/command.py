"""Running mpheap as a user does, for the black-box tests."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ["MPHEAP_SOURCE_DIR"])
MPHEAP = os.environ["MPHEAP"]


def golden(name):
    """A recording of the committed third: events/NAME..., by its beginning."""
    found = sorted((SOURCE / "tests" / "golden").glob(name + "*"))
    assert found, f"no recording {name}* in tests/golden"
    return str(found[0])


def unzstd(path):
    """The text of a compressed log."""
    return subprocess.run(
        ["zstd", "-dc", path], check=True, capture_output=True
    ).stdout


class CommandTest(unittest.TestCase):
    """Gives each test an empty folder and mpheap(...) to run in it."""

    maxDiff = 4000

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def mpheap(self, *words, stdin=None, env=None):
        environment = dict(os.environ, LC_ALL="C.UTF-8", COLUMNS="80")
        environment.pop("NO_COLOR", None)
        environment.update(env or {})
        return subprocess.run(
            [MPHEAP, *map(str, words)],
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            cwd=self.folder,
            env=environment,
            timeout=120,
            check=False,
        )

    def write(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def succeeds(self, *words, **how):
        """Runs it; the exit code must be 0 and nothing may be on stderr."""
        ran = self.mpheap(*words, **how)
        self.assertEqual((ran.returncode, ran.stderr), (0, b""), ran.stdout[-2000:])
        return ran.stdout.decode()

    def json(self, *words, **how):
        return json.loads(self.succeeds(*words, "--json", **how))

    def fails(self, code, message, *words, **how):
        """Runs it; exactly one line on stderr, nothing on stdout."""
        ran = self.mpheap(*words, **how)
        self.assertEqual(ran.returncode, code, ran.stderr)
        self.assertEqual(ran.stdout, b"")
        lines = ran.stderr.decode().splitlines()
        self.assertEqual(len(lines), 1, lines)
        self.assertIn(message, lines[0])


def main():
    unittest.main(verbosity=1)
