"""What `--json` prints, and the JSON files mpheap writes, are what docs/schemas says.

A field that is not in the schema fails, and so does one that the schema requires and is not there:
a name that scripts may use is never changed by accident.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import jsonschema

SOURCE = pathlib.Path(os.environ["MPHEAP_SOURCE_DIR"])
MPHEAP = os.environ["MPHEAP"]
SCHEMAS = SOURCE / "docs" / "schemas"
GOLDEN = SOURCE / "tests" / "golden"
TRACES = sorted([*(SOURCE / "traces").glob("*.mpheap"), *(SOURCE / "traces").glob("*.zst")])
# Failures, other releases, several areas, 64 bits, no collects.
RECORDINGS = [GOLDEN / "events" / f"{name}.golden.zst" for name in (
    "v1.19.1__edge_end_of_heap__6000B", "v1.26.1-b64__fuzz__64K", "v1.26.1-split2__packets__48K",
    "v1.24.1-auto__memerr__24K", "v1.20.0__heap_lock_fail__166K__skew20-0")]
HARMED = ["damaged.mpheap", "diverging.log"]  # made in Folder
MEM_INFO = GOLDEN / "pauses" / "mem_info" / "v1.23.0_buffers512_30.txt"


def of_traces(*words):
    return [[*words, trace] for trace in TRACES]


def of_all(*words):
    return [[*words, trace] for trace in [*TRACES, *RECORDINGS, *HARMED]]


# Of each schema: command lines that print such documents.
PRINTED = {
    "replay": of_all("replay"),
    "info": of_all("info"),
    "report": of_all("report"),
    "pauses": [*of_all("pauses"), ["pauses", "--curve", TRACES[0]]],
    "pauses-states": [["pauses", "--states", GOLDEN / "pauses" / "pauses.csv"]],
    "frag": of_all("frag"),
    "map": [*of_traces("map"), ["map", MEM_INFO], ["map", "two_dumps.txt"], ["map", "cut_dump.txt"]],
    "sites": [["sites", "--quiet", "--by", by, trace] for by in ("line", "function", "runtime", "size")
              for trace in TRACES[:3] + TRACES[-1:]],
    "diff": [["diff", TRACES[0], TRACES[1]], ["diff", TRACES[-1], RECORDINGS[0]]],
    "check": [["check", "--budget", "budget.json", trace] for trace in TRACES],
    "summary": [*of_traces("summary"), ["summary", *TRACES], ["merge", "summary.json"]],
    "graph": [["graph", one] for one in sorted((GOLDEN / "graphs").glob("*_30.json"))]
             + [["graph", "--why", "1", sorted((GOLDEN / "graphs").glob("*_30.json"))[0]]]
             + [["graph", "--since", "1", SOURCE / "traces" / "sessions.mpheap"]],
    "tune": [["tune", trace] for trace in TRACES],
    "simulate": [["simulate", "--threshold", "16384", trace] for trace in TRACES[:3]]
                + [["simulate", "--threshold", "8192,off", TRACES[0]]],
    "convert": [["convert", TRACES[-1], "-o", "out.mpheap"]],
    "capture": [["capture", TRACES[0], "-o", "captured.mpheap", "--force"]],
    # Where /sys is not mounted, as in a bare root, no system lists its ports.
    "capture-list": [["capture", "--list"]] if os.path.isdir("/sys/class/tty") else [],
}
# Files: written by these, and of these names.
WRITTEN = {
    "budget": (["check", TRACES[0], "--write-budget", "budget.json", "--force"], "budget.json"),
    "profile": (["pauses", "--calibrate", TRACES[0], "-o", "profile.json"], "profile.json"),
    "profile-table": (["pauses", "--calibrate", "--states", GOLDEN / "pauses" / "pauses.csv",
                       "-o", "profiles.json"], "profiles.json"),
}
# Some schemas are for several kinds of document.
SCHEMA_OF = {"profile-table": "profile"}


# Added to, never renamed. "a.b" is b in a, or in each element of the list a.
CONTRACT = {
    "replay": ["events", "collects", "divergences", "checkpoints_checked", "checkpoints_failed", "damage", "gaps",
               "heap.pool_bytes", "heap.blocks", "heap.block_bytes", "heap.release",
               *(f"final.{one}" for one in (
                   "used_blocks", "free_blocks", "one_block_objects", "two_block_objects", "max_block", "max_free",
                   "last_free_index", "alloc_amount", "last_used_block"))],
    "tune": ["recommended.strategy", "recommended.threshold_bytes", "recommended.code", "recommended.why",
             "candidates.threshold_bytes", "candidates.max_pause_us", "inputs.pause_budget_us",
             "inputs.alloc_bytes_per_iteration", "inputs.iterations_per_second", "inputs.alloc_bytes_per_second"],
    "pauses": [*(f"measured.{one}" for one in (
        "at_us", "cause", "mark_us", "sweep_us", "total_us", "live_objects", "live_blocks", "swept_blocks",
        "predicted_us", "low_us", "high_us")), "profile", "fit.mean_abs_error_share", "fit.coverage"],
    "pauses-states": [*(f"rows.{one}" for one in ("predicted_us", "low_us", "high_us", "measured_us")),
                      "mean_abs_error_share", "coverage"],
    "convert": ["events", "bytes", "bytes_per_event"],
    "map": [f"dumps.{one}" for one in ("total_blocks", "used_blocks", "free_blocks", "max_free", "objects",
                                       "by_kind")],
    "simulate": ["recorded"],
}


def is_required(root, schema, path):
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].split("/")[-1]]
    if "items" in schema:
        return is_required(root, schema["items"], path)
    if not path:
        return True
    return path[0] in schema["required"] and is_required(root, schema["properties"][path[0]], path[1:])


class Folder:
    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="mpheap-schemas-"))
        self.run("check", TRACES[0], "--write-budget", "budget.json")
        (self.path / "summary.json").write_bytes(self.run("summary", "--json", TRACES[0]))
        dump = MEM_INFO.read_bytes()
        (self.path / "two_dumps.txt").write_bytes(dump + dump.replace(b"AAAA", b"h==="))
        (self.path / "cut_dump.txt").write_bytes(dump.replace(b"00002400: AAAA", b"000024", 1)[:-700])
        whole = (SOURCE / "traces" / "leak.mpheap").read_bytes()
        (self.path / "damaged.mpheap").write_bytes(whole[:9000] + b"noise" + whole[9400:])
        log = self.run("dump", SOURCE / "traces" / "mark_stack.mpheap").decode().split("\n")
        requests = [i for i, line in enumerate(log) if line.startswith("A 16 ")]
        wrong = requests[len(requests) // 2]
        *words, block = log[wrong].split(" ")
        log[wrong] = " ".join([*words, str(int(block) + 3000)]) if block.isdigit() else log[wrong]
        (self.path / "diverging.log").write_text("\n".join(log))

    def run(self, *words):
        ran = subprocess.run([MPHEAP, *map(str, words)], cwd=self.path, capture_output=True,
                             stdin=subprocess.DEVNULL, timeout=120, check=False)
        # 1 is for what graph cannot name and the like; 4 for a broken budget.
        assert ran.returncode in (0, 4), (words, ran.stderr)
        return ran.stdout

    def printed(self, words):
        return json.loads(self.run(*words, "--json"))

    def written(self, name):
        words, path = WRITTEN[name]
        self.run(*words)
        return json.loads((self.path / path).read_text())

    def remove(self):
        shutil.rmtree(self.path)


def validator(name):
    schema = json.loads((SCHEMAS / f"mpheap.{SCHEMA_OF.get(name, name)}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def all_objects(schema):
    """Every object that a schema describes."""
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for part in schema.values():
            yield from all_objects(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from all_objects(part)


class Schemas(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.addClassCleanup(cls.folder.remove)

    def sound(self, name, document):
        for error in validator(name).iter_errors(document):
            where = "/".join(map(str, error.absolute_path))
            self.fail(f"mpheap.{name}: {where}: {error.message[:300]}")

    def test_what_commands_print(self):
        for name, runs in PRINTED.items():
            for words in runs:
                with self.subTest(schema=name, words=" ".join(map(str, words))):
                    self.sound(name, self.folder.printed(words))

    def test_files_that_are_written(self):
        for name in WRITTEN:
            with self.subTest(schema=name):
                self.sound(name, self.folder.written(name))

    def test_the_fields_that_scripts_rely_on_are_required(self):
        for name, fields in CONTRACT.items():
            schema = json.loads((SCHEMAS / f"mpheap.{name}.schema.json").read_text())
            for field in fields:
                with self.subTest(schema=name, field=field):
                    self.assertTrue(is_required(schema, schema, field.split(".")))

    def test_schemas_leave_nothing_open(self):
        for path in SCHEMAS.glob("*.json"):
            for one in all_objects(json.loads(path.read_text())):
                self.assertIs(one.get("additionalProperties"), False, (path.name, list(one["properties"])[:3]))

    def test_every_schema_named_in_help_and_reference_is_there(self):
        help_text = "".join(
            subprocess.run([MPHEAP, name, "--help"], capture_output=True, text=True, check=True).stdout
            for name in sorted({words[0] for runs in PRINTED.values() for words in runs}))
        page = (SOURCE / "docs" / "tools.md").read_text()
        for name in set(re.findall(r"mpheap\.([a-z-]+)/\d", re.sub(r"\n +", " ", help_text) + page)):
            self.assertTrue((SCHEMAS / f"mpheap.{name}.schema.json").is_file(), name)


if __name__ == "__main__":
    unittest.main()
