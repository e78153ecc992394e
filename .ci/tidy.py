#!/usr/bin/env python3
"""Runs clang-tidy over the files of a build, two at a time, skipping those that cannot have changed.

usage: .ci/tidy.py BUILD_DIRECTORY [FILE...]

The build must be up to date: which headers a file includes comes from ninja. A file is clean until
the file, a header of ours that it includes, its command line, .clang-tidy or clang-tidy changes;
what is known to be clean is kept in the user's cache folder, for other checkouts too.
"""
import concurrent.futures
import hashlib
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

TIDY = "clang-tidy-14"
ROOT = Path(__file__).resolve().parent.parent


def project_headers(build):
    """Maps each object file to the files of ours it was built from."""
    output = subprocess.run(["ninja", "-C", build, "-t", "deps"], capture_output=True, text=True,
                            check=True).stdout
    headers, current = {}, None
    for line in output.splitlines():
        if line and not line[0].isspace():
            current = headers.setdefault(line.split(":")[0], set())
        elif line.strip():
            path = (build / line.strip()).resolve()
            if path.is_relative_to(ROOT):
                current.add(path)
    return headers


def cache_folder():
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def object_of(entry):
    words = shlex.split(entry["command"])
    return words[words.index("-o") + 1]


def stamp_of(entry, sources, common):
    digest = hashlib.sha256(common)
    digest.update(entry["command"].replace(str(ROOT), "").encode())
    for path in sorted(sources):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def tidy(build, file):
    result = subprocess.run([TIDY, "--quiet", "-p", build, file], capture_output=True, text=True,
                            check=False)
    return result.returncode, result.stdout


def main():
    build = Path(sys.argv[1]).resolve()
    only = {Path(name).resolve() for name in sys.argv[2:]}
    version = subprocess.run([TIDY, "--version"], capture_output=True, check=True).stdout
    common = version + (ROOT / ".clang-tidy").read_bytes()
    stamps = cache_folder() / "mpheap" / "tidy"
    stamps.mkdir(parents=True, exist_ok=True)
    headers = project_headers(build)

    todo = []
    for entry in json.loads((build / "compile_commands.json").read_text()):
        file = Path(entry["file"])
        if file.suffix != ".cc" or build in file.parents or only and file not in only:
            continue
        sources = headers.get(object_of(entry), set()) | {file}
        stamp = stamps / stamp_of(entry, sources, common)
        if not stamp.exists():
            todo.append((file, stamp))

    failed = 0
    todo.sort(key=lambda item: -item[0].stat().st_size)  # long ones first
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = {pool.submit(tidy, build, file): (file, stamp) for file, stamp in todo}
        for run in concurrent.futures.as_completed(runs):
            file, stamp = runs[run]
            status, output = run.result()
            if status == 0:
                stamp.touch()
            else:
                failed += 1
                print(f"{file.relative_to(ROOT)}:\n{output}", flush=True)
    print(f"clang-tidy: {len(todo)} files looked at, {failed} with findings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
