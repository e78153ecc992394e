"""mpheap help: commands, topics, manual pages, completion; and that they cannot differ."""

import os
import re
import shutil
import subprocess
import unittest

import command
from command import CommandTest

TRACE = command.SOURCE / "traces" / "leak.mpheap"


def listed(text, title):
    """The names below "TITLE:" in the overview."""
    part = text.split(f"\n{title}:\n")[1].split("\n\n")[0]
    return re.findall(r"(?m)^  ([a-z-]+) ", part)


class HelpTest(CommandTest):
    def setUp(self):
        super().setUp()
        overview = self.succeeds("help")
        self.commands = listed(overview, "commands")
        self.topics = listed(overview, "topics")

    def options(self, name):
        """Each option of a command: {"--output": ("-o", "FILE"), ...}."""
        found = {}
        text = self.succeeds(name, "--help").split("\noptions:\n")[1].split("\nexamples:\n")[0]
        for letter, option, value in re.findall(r"(?m)^  (?:(-\w), )?(--[a-z-]+)(?: ([^ \n]+))?", text):
            found[option] = (letter, value)
        return found


class Help(HelpTest):
    def test_the_overview_lists_what_there_is(self):
        self.assertGreaterEqual(len(self.commands), 20)
        self.assertGreaterEqual(len(self.topics), 8)
        for name in self.commands:
            self.assertTrue(self.succeeds("help", name).startswith(f"usage: mpheap {name}"))

    def test_topics_are_short_and_fit_the_terminal(self):
        for name in self.topics:
            with self.subTest(topic=name):
                lines = self.succeeds("help", name).splitlines()
                self.assertLessEqual(max(map(len, lines)), 80)
                self.assertLessEqual(len(lines), 70)

    def test_topics_name_only_commands_that_exist(self):
        for name in self.topics:
            text = (command.SOURCE / "docs" / "help" / f"{name}.txt").read_text()
            for said in re.findall(r"(?m)^    mpheap ([a-z]+)", text):
                self.assertIn(said, self.commands, name)

    def test_a_name_that_is_both_shows_both(self):
        text = self.succeeds("help", "pauses")
        self.assertIn("--calibrate", text)
        self.assertIn("A collect stops the program", text)

    def test_what_there_is_not_is_guessed(self):
        self.fails(2, 'did you mean "threshold"?', "help", "thresholds")
        self.fails(2, "mpheap help lists them", "help", "quantum-chromodynamics")
        self.fails(2, "one command or topic at a time", "help", "tune", "map")

    def test_every_option_is_in_the_reference(self):
        page = (command.SOURCE / "docs" / "tools.md").read_text()
        missing = []
        everywhere = {"--help", "--quiet", "--verbose", "--json"}
        for name in self.commands:
            section = re.search(rf"(?ms)^## ([a-z, ]*\b{name}\b.*?)(?=^## |\Z)", page)
            self.assertTrue(section, f"docs/tools.md has no section on {name}")
            for option, (letter, _) in self.options(name).items():
                if option not in everywhere:
                    names = "|".join(re.escape(one) for one in (option, letter) if one)
                    if not re.search(rf"(?<![a-z-])({names})(?![a-z-])", section[1]):
                        missing.append(f"{name} {option}")
        self.assertEqual(missing, [], "not in docs/tools.md")

    def pages(self):
        self.succeeds("help", "--install", "share")
        return sorted((self.folder / "share" / "man").glob("man*/*"))

    def test_every_command_and_topic_has_a_manual_page(self):
        names = {page.name for page in self.pages()}
        self.assertEqual(names, {"mpheap.1"} | {f"mpheap-{name}.1" for name in self.commands}
                         | {f"mpheap-{name}.7" for name in self.topics})
        text = (self.folder / "share/man/man1/mpheap-tune.1").read_text()
        self.assertEqual(text, self.succeeds("help", "tune", "--man"))

    def test_manual_pages_hold_every_option(self):
        self.pages()
        for name in self.commands:
            page = (self.folder / f"share/man/man1/mpheap-{name}.1").read_text().replace("\\-", "-")
            for option in self.options(name):
                self.assertIn(option, page)
            self.assertTrue(page.isascii(), name)

    @unittest.skipUnless(shutil.which("mandoc"), "SKIPPED: no mandoc")
    def test_manual_pages_are_sound(self):
        ran = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *self.pages()],
                             capture_output=True, text=True, check=False)
        self.assertEqual(ran.stdout + ran.stderr, "")

    @unittest.skipUnless(shutil.which("man"), "SKIPPED: no man")
    def test_man_shows_them_without_a_warning(self):
        for page in self.pages()[::10]:
            ran = subprocess.run(["man", "--warnings", "-l", page], capture_output=True, text=True,
                                 env=dict(os.environ, MANWIDTH="80", LC_ALL="C"), check=False)
            self.assertEqual((ran.returncode, ran.stderr), (0, ""), page.name)
            self.assertIn("NAME", ran.stdout)


class Completion(HelpTest):
    def completed(self, line):
        """What bash offers at the end of the line."""
        script = (
            f"source {self.folder}/complete.bash\n"
            f"COMP_WORDS=({line.replace('=', ' = ')}) COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n"
            "_mpheap\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n")
        ran = subprocess.run(["bash", "--norc", "-c", script], cwd=self.folder, capture_output=True,
                             text=True, check=True)
        self.assertEqual(ran.stderr, "")
        return ran.stdout.split()

    def setUp(self):
        super().setUp()
        self.write("complete.bash", self.succeeds("help", "--completion", "bash"))

    def test_bash_completes_commands(self):
        self.assertEqual(self.completed("mpheap si"), ["sites", "simulate"])
        self.assertEqual(self.completed("mpheap ''"), [*self.commands, "--help", "--version"])

    def test_bash_completes_every_option_of_every_command(self):
        for name in self.commands:
            self.assertEqual(set(self.completed(f"mpheap {name} --")), set(self.options(name)), name)

    def test_bash_completes_values_and_files(self):
        self.write("run.mpheap", "")
        self.assertEqual(self.completed("mpheap map run.mpheap --by s"), ["size", "site"])
        self.assertEqual(self.completed("mpheap convert --mode=v"), ["verify"])
        self.assertEqual(self.completed("mpheap export -f mas"), ["massif"])
        self.assertEqual(self.completed("mpheap tune ru"), ["run.mpheap"])
        self.assertEqual(self.completed("mpheap tune --profile ru"), ["run.mpheap"])
        self.assertEqual(self.completed("mpheap tune --rate ''"), [])
        self.assertEqual(self.completed("mpheap generate arti"), ["article"])
        self.assertEqual(self.completed("mpheap help gloss"), ["glossary"])

    def test_every_value_offered_is_one_the_command_takes(self):
        for name in self.commands:
            for option, (_, value) in self.options(name).items():
                for word in self.completed(f"mpheap {name} {option} ''") if value else []:
                    if word == "complete.bash":  # a file is wanted
                        continue
                    ran = self.mpheap(name, TRACE, option, word)
                    refused = ran.returncode == 2 and word.encode() in ran.stderr
                    self.assertFalse(refused, (name, option, ran.stderr))

    @unittest.skipUnless(os.path.exists("/usr/share/bash-completion/bash_completion"),
                         "SKIPPED: no bash-completion")
    def test_the_bash_completion_package_finds_it(self):
        self.succeeds("help", "--install", "share")
        script = (". /usr/share/bash-completion/bash_completion\n"
                  "_completion_loader mpheap\ncomplete -p mpheap\n")
        ran = subprocess.run(["bash", "--norc", "-c", script], capture_output=True, text=True, check=False,
                             env=dict(os.environ, XDG_DATA_HOME="", XDG_DATA_DIRS=f"{self.folder}/share"))
        self.assertEqual(ran.stdout, "complete -F _mpheap mpheap\n", ran.stderr)

    @unittest.skipUnless(shutil.which("zsh"), "SKIPPED: no zsh")
    def test_zsh_completes(self):
        self.succeeds("help", "--install", "share")
        for typed, offered in (("mpheap gen", "generate"), ("mpheap map --by lif", "lifetime"),
                               ("mpheap help gloss", "glossary"), ("mpheap capture --no-re", "--no-reconnect")):
            with self.subTest(typed=typed):
                self.assertIn(typed.rsplit(" ", 1)[0] + " " + offered, self.zsh(typed))

    def zsh(self, typed):
        """The command line after a Tab in an interactive zsh, as it echoes it."""
        script = rf"""
zmodload zsh/zpty
zpty -b z zsh -f -i
zpty -w z 'fpath=({self.folder}/share/zsh/vendor-completions $fpath)'
zpty -w z 'autoload -U compinit; compinit -u -D; PS1=rea${{:-}}dy'
zpty -r -m z out '*ready*'
zpty -w -n z $'{typed}\t'
zpty -w -n z $'#\n'
repeat 100 {{
  while zpty -r -t z part; do out+=$part; done
  [[ $out == *\#$'\e'* ]] && break
  sleep 0.1
}}
print -r -- $out
"""
        ran = subprocess.run(["zsh", "-f", "-c", script], cwd=self.folder, capture_output=True, text=True,
                             timeout=60, check=False, env=dict(os.environ, TERM="dumb"))
        return ran.stdout


if __name__ == "__main__":
    command.main()
