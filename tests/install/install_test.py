"""`cmake --install`, find_package(libheap), and the Debian packages."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ["MPHEAP_SOURCE_DIR"])
BUILD = pathlib.Path(os.environ["MPHEAP_BUILD_DIR"])
COMPILER = os.environ["MPHEAP_COMPILER"]
TRACE = SOURCE / "traces" / "leak.mpheap"
LONG = os.environ.get("MPHEAP_LONG_TESTS")


def run(*words, **how):
    """What it prints; it must succeed."""
    ran = subprocess.run([*map(str, words)], capture_output=True, text=True, check=False,
                         stdin=subprocess.DEVNULL, **how)
    assert ran.returncode == 0, (words, ran.stdout[-3000:], ran.stderr[-3000:])
    return ran.stdout


class Scratch(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="mpheap-install-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)


class Installed(Scratch):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.prefix = cls.folder / "usr"
        run("cmake", "--install", BUILD, "--prefix", cls.prefix)

    def test_everything_is_in_its_place(self):
        for path in (
            "bin/mpheap", "include/mpheap/libheap/replay/replayer.h",
            "share/man/man1/mpheap.1", "share/man/man1/mpheap-tune.1", "share/man/man7/mpheap-glossary.7",
            "share/bash-completion/completions/mpheap", "share/zsh/vendor-completions/_mpheap",
            "share/doc/mpheap/LICENSE", "share/doc/mpheap/README.md", "share/doc/mpheap/docs/tools.md",
            "share/doc/mpheap/examples/leak.mpheap",
            "share/mpheap/firmware-tracer/mpheap/micropython.cmake",
        ):
            self.assertTrue((self.prefix / path).is_file(), path)
        self.assertEqual(len(list(self.prefix.glob("lib*/**/libheapConfig.cmake"))), 1)

    def test_the_command_runs_from_there(self):
        text = run(self.prefix / "bin/mpheap", "report", self.prefix / "share/doc/mpheap/examples/leak.mpheap")
        self.assertIn("leak.py:18 (handle)", text)

    def test_a_project_of_somebody_else_finds_and_uses_the_library(self):
        build = self.folder / "largest-run"
        run("cmake", "-S", SOURCE / "examples/largest-run", "-B", build, "-G", "Ninja",
            f"-DCMAKE_PREFIX_PATH={self.prefix}", f"-DCMAKE_CXX_COMPILER={COMPILER}")
        run("cmake", "--build", build)
        found = re.findall(r"event (\d+): (\d+) bytes", run(build / "largest_run", TRACE))
        report = json.loads(run(self.prefix / "bin/mpheap", "report", TRACE, "--json"))
        expected = [(one["event"], one["largest_run_after_blocks"] * 16) for one in report["collects"]["listed"]]
        self.assertEqual([(int(event), int(bytes_)) for event, bytes_ in found], expected)

    def test_every_header_stands_on_what_is_installed(self):
        include = self.prefix / "include" / "mpheap"
        headers = sorted(path.relative_to(include) for path in include.glob("libheap/**/*.h"))
        self.assertGreater(len(headers), 100)
        source = self.folder / "headers.cc"
        source.write_text("".join(f'#include "{header}"\n' for header in headers))
        run(COMPILER, "-std=c++20", "-fsyntax-only", f"-I{include}", source)
        quoted = {name for header in headers
                  for name in re.findall(r'#include "(.*)"', (include / header).read_text())}
        self.assertEqual([name for name in sorted(quoted) if not (include / name).is_file()], [])


@unittest.skipUnless(shutil.which("dpkg-deb") and shutil.which("dpkg-shlibdeps"), "SKIPPED: no dpkg-dev")
class Packages(Scratch):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        run("cpack", "--config", BUILD / "CPackConfig.cmake", "-B", cls.folder)
        cls.packages = {path.name.split("_")[0]: path for path in cls.folder.glob("*.deb")}

    def fields(self, package):
        text = run("dpkg-deb", "-f", self.packages[package])
        return dict(re.findall(r"(?m)^([A-Z][\w-]*): (.*(?:\n .*)*)", text))

    def contents(self, package):
        return {line.split()[5].removeprefix("./"): line.split()[:2]
                for line in run("dpkg-deb", "-c", self.packages[package]).splitlines()}

    def test_there_are_two(self):
        self.assertEqual(set(self.packages), {"mpheap", "libheap-dev"})

    def test_the_command_depends_on_the_libraries_it_links(self):
        depends = self.fields("mpheap")["Depends"]
        for library in ("libc6 (>=", "libboost-program-options", "libcairo2", "libdw1", "libserialport0",
                        "libspdlog", "libzstd1", "zlib1g"):
            self.assertIn(library, depends)

    def test_fields_say_what_it_is(self):
        for package, section in (("mpheap", "devel"), ("libheap-dev", "libdevel")):
            fields = self.fields(package)
            self.assertEqual(fields["Section"], section)
            short, *long = fields["Description"].split("\n")
            self.assertLess(len(short), 80)
            self.assertNotIn("mpheap", short)
            self.assertGreater(len(long), 2)
            self.assertIn("@", fields["Maintainer"])

    def test_contents(self):
        command = self.contents("mpheap")
        for path in ("usr/bin/mpheap", "usr/share/man/man1/mpheap.1.gz", "usr/share/man/man7/mpheap-glossary.7.gz",
                     "usr/share/doc/mpheap/copyright", "usr/share/doc/mpheap/changelog.gz",
                     "usr/share/bash-completion/completions/mpheap"):
            self.assertIn(path, command)
        self.assertEqual([path for path in command if path.startswith(("usr/include", "usr/lib"))], [])
        library = self.contents("libheap-dev")
        self.assertIn("usr/include/mpheap/libheap/replay/replayer.h", library)
        self.assertIn("usr/share/doc/libheap-dev/copyright", library)
        for mode, owner in (*command.values(), *library.values()):
            self.assertEqual(owner, "root/root")
            self.assertIn(mode, ("drwxr-xr-x", "-rwxr-xr-x", "-rw-r--r--"))

    @unittest.skipUnless(shutil.which("lintian"), "SKIPPED: no lintian")
    def test_lintian_has_no_errors(self):
        for package in self.packages.values():
            ran = subprocess.run(["lintian", "--fail-on", "error", package], capture_output=True, text=True,
                                 check=False)
            self.assertEqual(ran.returncode, 0, ran.stdout)

    @unittest.skipUnless(LONG and shutil.which("debootstrap") and os.geteuid() == 0,
                         "SKIPPED: takes minutes (MPHEAP_LONG_TESTS), root and debootstrap")
    def test_it_installs_and_runs_in_a_clean_root(self):
        root = self.folder / "root"
        run("debootstrap", "--variant=minbase", "bookworm", root, env=dict(os.environ, LC_ALL="C"))
        shutil.copy(self.packages["mpheap"], root / "tmp/mpheap.deb")

        def inside(*words):
            return run("chroot", root, "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root",
                       "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C", *words)

        inside("apt-get", "install", "-y", "-qq", "--no-install-recommends", "/tmp/mpheap.deb", "man-db")
        # A minimal root leaves documentation out when it installs; the traces come from here.
        shutil.copy(TRACE, root / "tmp/leak.mpheap")
        self.assertIn("leak.py:18 (handle)", inside("mpheap", "report", "/tmp/leak.mpheap"))
        self.assertIn("mpheap-tune - ", inside("man", "-P", "cat", "mpheap-tune"))
        self.assertIn("gc.threshold", inside("mpheap", "help", "threshold"))
        inside("apt-get", "purge", "-y", "-qq", "mpheap")
        self.assertFalse((root / "usr/bin/mpheap").exists())


if __name__ == "__main__":
    unittest.main()
