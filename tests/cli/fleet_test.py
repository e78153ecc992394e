"""Many traces: GNU parallel, and the Slurm array of docs/tools.md, run for real on one node."""

import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import time
import unittest

import command
from command import MPHEAP, CommandTest

LONG = os.environ.get("MPHEAP_LONG_TESTS")
KINDS = sorted((command.SOURCE / "traces").glob("*.mpheap"))
SLURM = ("munged", "mungekey", "slurmctld", "slurmd", "sbatch", "squeue", "sinfo")


class Fleet(CommandTest):
    def setUp(self):
        super().setUp()
        # The commands are those a user types: `mpheap` is found by name.
        os.mkdir(self.folder / "bin")
        (self.folder / "bin" / "mpheap").symlink_to(pathlib.Path(MPHEAP).resolve())
        self.env = dict(os.environ, PATH=f"{self.folder}/bin:/usr/sbin:{os.environ['PATH']}")

    def make_traces(self, count):
        os.mkdir(self.folder / "traces")
        for i in range(count):
            shutil.copy(KINDS[i % len(KINDS)], self.folder / "traces" / f"device{i:04}.mpheap")

    def sh(self, line, timeout=300):
        ran = subprocess.run(["bash", "-ec", line], cwd=self.folder, env=self.env, capture_output=True,
                             stdin=subprocess.DEVNULL, text=True, timeout=timeout, check=False)
        self.assertEqual(ran.returncode, 0, ran.stderr[-2000:])
        return ran.stdout

    def expected(self, count):
        """The counts of so many traces, from those of the few kinds there are."""
        total = {}
        for number, trace in enumerate(KINDS):
            times = len(range(number, count, len(KINDS)))
            for name, value in self.json("summary", trace)["counts"].items():
                total[name] = total.get(name, 0) + times * value
        return total

    def documented(self, begin):
        """The block of docs/tools.md that begins so."""
        page = (command.SOURCE / "docs" / "tools.md").read_text()
        found = re.search(rf"(?m)^( *){re.escape(begin)}.*\n(?:\1.*\S.*\n)*", page)
        self.assertTrue(found, begin)
        indent = len(found[1])
        return "".join(line[indent:] + "\n" for line in found[0].splitlines() if line != "```")

    @unittest.skipUnless(shutil.which("parallel"), "SKIPPED: no GNU parallel")
    def test_gnu_parallel_sums_up_a_fleet_as_documented(self):
        count = 1000 if LONG else 120
        self.make_traces(count)
        line = self.documented("find traces").strip() + " --json"
        self.assertEqual(json.loads(self.sh(line))["counts"], self.expected(count))

    @unittest.skipUnless(LONG and all(map(shutil.which, SLURM)) and os.geteuid() == 0,
                         "SKIPPED: takes a minute (MPHEAP_LONG_TESTS), root and Slurm")
    def test_a_slurm_array_sums_up_a_fleet_as_documented(self):
        count = 1000
        self.make_traces(count)
        self.sh("find traces -name '*.mpheap' > traces.txt")
        self.write("fleet.sh", self.documented("#!/bin/sh"))
        with Cluster(self.folder, self.env):
            self.sh(self.documented("array=$(sbatch"))
            deadline = time.monotonic() + 280
            while self.sh("squeue --noheader").strip():
                self.assertLess(time.monotonic(), deadline, "the jobs do not end")
                time.sleep(1)
        self.assertEqual(len(list(self.folder.glob("part.*.json"))), 20)
        fleet = json.loads((self.folder / "fleet.json").read_text())
        self.assertEqual(fleet["counts"], self.expected(count))
        self.assertEqual(fleet, json.loads(self.sh("mpheap summary --json traces/*.mpheap")))


class Cluster:
    """Slurm of one node, with all its files in a folder; needs no systemd, cgroups or database."""

    def __init__(self, folder, env):
        self.folder = folder / "slurm"
        self.env = env
        self.running = []

    def __enter__(self):
        for name in ("state", "spool"):
            os.makedirs(self.folder / name)
        self.env["SLURM_CONF"] = str(self.write_config())
        key = self.folder / "munge.key"
        subprocess.run(["mungekey", "-c", "-k", key], check=True, env=self.env)
        self.start("munged", "--foreground", "--force", f"--key-file={key}", f"--socket={self.folder}/munge.socket",
                   f"--pid-file={self.folder}/munged.pid", f"--seed-file={self.folder}/munged.seed",
                   f"--log-file={self.folder}/munged.log")
        self.wait(lambda: (self.folder / "munge.socket").exists())
        self.start("slurmctld", "-D", "-c")
        self.start("slurmd", "-D", "-N", "node1")
        self.wait(lambda: "idle" in subprocess.run(["sinfo", "--noheader", "-o", "%T"], env=self.env, text=True,
                                                   capture_output=True, check=False).stdout)
        return self

    def write_config(self):
        path = self.folder / "slurm.conf"
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            two.bind(("127.0.0.1", 0))
            ports = one.getsockname()[1], two.getsockname()[1]
        path.write_text(f"""
ClusterName=test
SlurmctldHost={socket.gethostname()}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={self.folder}/munge.socket
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=2000
StateSaveLocation={self.folder}/state
SlurmdSpoolDir={self.folder}/spool
SlurmctldPidFile={self.folder}/slurmctld.pid
SlurmdPidFile={self.folder}/slurmd.pid
ReturnToService=2
NodeName=node1 NodeHostname={socket.gethostname()} NodeAddr=127.0.0.1 CPUs={os.cpu_count()} State=UNKNOWN
PartitionName=all Nodes=node1 Default=YES MaxTime=INFINITE State=UP
""")
        return path

    def start(self, *words):
        with open(self.folder / f"{words[0]}.out", "wb") as out:
            self.running.append(subprocess.Popen([*map(str, words)], env=self.env, stdin=subprocess.DEVNULL,
                                                 stdout=out, stderr=out))

    def wait(self, ready):
        deadline = time.monotonic() + 60
        while not ready():
            assert time.monotonic() < deadline, "".join(
                path.name + ":\n" + path.read_text()[-1500:] for path in self.folder.glob("*.out"))
            time.sleep(0.2)

    def __exit__(self, *_):
        for process in reversed(self.running):
            process.terminate()
            process.wait(timeout=30)


if __name__ == "__main__":
    command.main()
