#!/usr/bin/env python3
"""Runs MicroPython's own tests with and without a trace.

    real_unix.py --micropython BINARY --tests MICROPYTHON/tests [FOLDER...]

BINARY is a unix port built with the module mpheap. Its tests (default: basics
and micropython) are run by MicroPython's run-tests.py twice: as they are, and
each with `mpheap.start(...)` before its first line. The same have to pass, and
every trace has to replay with no divergence and no damage. Prints a table, and
exits with 1 where something differs.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import stat
import subprocess
import sys
import tempfile

TIMEOUT_S = 1800

# Stands in for the interpreter: the last argument is the test, the others are
# options. The trace is named by the process.
STAND_IN = """#!{python}
import os, sys
options, test = sys.argv[1:-1], sys.argv[-1]
binary = {binary!r}
if not test.endswith(".py"):
    os.execv(binary, [binary] + sys.argv[1:])
os.execv(binary, [binary] + options + [{prelude!r}, test, {traces!r} + "/%d.mpheap" % os.getpid()])
"""

# In the interpreter. The test sees a namespace, arguments and modules of its own.
# All names are ones that MicroPython has anyway: a test counts its new ones.
PRELUDE = """import sys, mpheap
def start():
    name, path = sys.argv[1:3]
    del sys.argv[2:], sys.argv[0]
    sys.path[0] = name.rpartition("/")[0]
    with open(name) as file:
        read = file.read()
    mpheap.start(path=path{options})
    mpheap.label(name)
    exec(compile(read, name, "exec"), {{"__name__": "__main__", "__file__": name}})
start()
"""


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--micropython", required=True, type=pathlib.Path)
    parser.add_argument("--tests", required=True, type=pathlib.Path)
    parser.add_argument("--mpheap", default=os.environ.get("MPHEAP", "mpheap"))
    parser.add_argument("--options", default="", help="for mpheap.start(): verify=True, sites=False, …")
    parser.add_argument("--keep", type=pathlib.Path, help="keep the traces in this folder")
    parser.add_argument("--jobs", default="1", help="more than 1 garbles what older run-tests.py print")
    parser.add_argument("folders", nargs="*", default=["basics", "micropython"])
    return parser.parse_args()


def write_stand_in(folder, binary, traces, options):
    prelude = folder / "prelude.py"
    prelude.write_text(PRELUDE.format(options=", " + options if options else ""))
    stand_in = folder / "micropython"
    stand_in.write_text(
        STAND_IN.format(python=sys.executable, binary=str(binary), prelude=str(prelude), traces=str(traces))
    )
    stand_in.chmod(stand_in.stat().st_mode | stat.S_IXUSR)
    return stand_in


def run_tests(arguments, binary, results):
    """What MicroPython's run-tests.py says of each test."""
    results.mkdir()
    command = [sys.executable, "run-tests.py", "-j", arguments.jobs, "-r", str(results), "-d", *arguments.folders]
    done = subprocess.run(
        command,
        cwd=arguments.tests,
        env=dict(os.environ, MICROPY_MICROPYTHON=str(binary)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=TIMEOUT_S,
        text=True,
        check=False,
    )
    verdicts = dict(
        (name, verdict) for verdict, name in re.findall(r"(pass|FAIL|skip)\s+(\S+\.py)", done.stdout)
    )
    if not verdicts:
        sys.exit(f"real_unix: no test was run:\n{done.stdout[-2000:]}")
    return verdicts


def replay(mpheap, trace):
    """A line that says what is wrong with a trace, or nothing; and its events."""
    done = subprocess.run(
        [mpheap, "replay", "--strict", "--json", str(trace)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=TIMEOUT_S,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 3):
        return f"{trace}: {done.stderr.strip()}", collections.Counter()
    result = json.loads(done.stdout)
    counts = collections.Counter(
        traces=1,
        events=result["events"],
        collects=result["collects"],
        divergences=result["divergences"],
        checkpoints=result["checkpoints_checked"],
        bytes=trace.stat().st_size,
    )
    return (f"{trace}: exit {done.returncode}, {result['divergences']} divergences" if done.returncode else ""), counts


def replay_all(mpheap, traces):
    wrong = []
    total = collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for line, counts in pool.map(lambda trace: replay(mpheap, trace), sorted(traces.glob("*.mpheap"))):
            total += counts
            if line:
                wrong.append(line)
    return wrong, total


def main():
    arguments = parse_arguments()
    arguments.micropython = arguments.micropython.resolve()
    with tempfile.TemporaryDirectory(prefix="mpheap-") as name:
        folder = pathlib.Path(name)
        traces = arguments.keep.resolve() if arguments.keep else folder / "traces"
        traces.mkdir(parents=True, exist_ok=True)
        stand_in = write_stand_in(folder, arguments.micropython, traces, arguments.options)
        plain = run_tests(arguments, arguments.micropython, folder / "plain")
        traced = run_tests(arguments, stand_in, folder / "traced")
        wrong, total = replay_all(arguments.mpheap, traces)
    for title, verdicts in (("without a trace", plain), ("with a trace", traced)):
        count = collections.Counter(verdicts.values())
        print(f"{title:16}  {count['pass']} passed, {count['FAIL']} failed, {count['skip']} skipped")
    print("traces            " + ", ".join(f"{number} {what}" for what, number in total.items()))
    for test in sorted(plain.keys() | traced.keys()):
        if plain.get(test) != traced.get(test):
            wrong.append(f"{test}: {plain.get(test)} without a trace, {traced.get(test)} with one")
    print("\n".join(wrong) or "the same, and every trace replays exactly")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
