"""docs/course: every command of every lesson is run as it stands there, and must answer what the
lesson shows.

A lesson is a Markdown file. Its ```sh blocks are typed into one shell, in an empty folder, one
after the other; the ```text block that follows directly shows the output, and a block without one
has none. In it `...` stands for any text, and on a line of its own for any lines; blanks count as
one. The port 8443 becomes a free one. A command that fails must say so (`|| echo`).
"""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass

import pytest
from conftest import ROOT, free_port

COURSE = ROOT / "docs" / "course"
LESSONS = sorted(COURSE.glob("[1-9]-*.md"))
PORTS = ("8443", "8444")
NEEDS = {"tshark": "tshark is not installed", "openssl": "openssl is not installed"}
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
END = "== end of block =="
ROOTS_OWN = re.compile(r'^Running as user "root".*\n', re.M)  # tshark, where tests run as root


@dataclass
class Step:
    """A block of commands, and what they answer."""
    line: int
    commands: str
    shown: str = ""


def steps(text):
    found, end_of_commands = [], None
    for block in BLOCK.finditer(text):
        kind, inside = block.groups()
        if kind == "sh":
            found.append(Step(text.count("\n", 0, block.start()) + 1, inside))
            end_of_commands = block.end()
        elif kind == "text":
            assert text[end_of_commands:block.start()].strip() == "", "output without a command"
            found[-1].shown = inside
    return found


def pattern(shown):
    """The expression that an output has to match: see above."""
    lines = []
    for line in shown.splitlines():
        if line.strip() == "...":
            lines.append(r"(?:.*\n)*?")
        else:
            parts = [r"\s+".join(map(re.escape, part.split(" "))) for part in
                     re.sub(r"\s+", " ", line.strip()).split("...")]
            lines.append(r"[ \t]*" + ".*".join(parts) + r"[ \t]*\n")
    return "".join(lines)


def agrees(output, shown):
    squeezed = "".join(re.sub(r"[ \t]+", " ", line).strip() + "\n" for line in output.splitlines())
    return re.fullmatch(pattern(shown).replace(r"\s+", " "), squeezed) is not None


class Shell:
    """A shell into which a person types."""

    def __init__(self, folder, path):
        home = folder / "home"
        work = folder / "lesson"
        settings = home / ".config" / "wireshark" / "preferences"
        settings.parent.mkdir(parents=True)
        # Ports are random here, and one of another protocol must not decide what it is.
        settings.write_text("tcp.try_heuristic_first: TRUE\n")
        work.mkdir()
        env = {"PATH": path, "HOME": str(home), "TERM": "dumb", "LC_ALL": "C.UTF-8"}
        self.work = work
        self.process = subprocess.Popen(["/bin/sh"], cwd=work, env=env, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        start_new_session=True)

    def type(self, commands):
        """What they print, and the exit code of the last."""
        block = self.work.parent / "block.sh"
        block.write_text(commands)
        self._say(f". {block} </dev/null; printf '{END}%s\\n' $?")
        output = ""
        for raw in self.process.stdout:
            line = raw.decode(errors="replace")
            text, ended, code = line.partition(END)
            output += text
            if ended:
                return ROOTS_OWN.sub("", output), int(code)
        raise AssertionError(f"the shell ended:\n{output}")

    def _say(self, line):
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()

    def close(self):
        """Ends it, and what a lesson that went wrong left in the background."""
        self.process.stdin.close()
        try:
            self.process.wait(20)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGTERM)


def listeners(port):
    """The sockets that listen there, found without connecting: a lesson counts connections."""
    lines = pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]
    words = [line.split() for line in lines]
    return {each[9] for each in words if each[1].endswith(f":{int(port):04X}") and each[3] == "0A"}


def wait_for_listener(port, before, seconds=20):
    """Until a new one listens, and those of before no more: a lesson may start another server in
    the place of one that it ends."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        now = listeners(port)
        if now and not now & before:
            return
        time.sleep(0.05)
    pytest.fail(f"nobody new listens on port {port}")


def started_on(commands, ports):
    """The ports of the servers that these commands leave in the background."""
    background = [line.split() for line in commands.splitlines() if line.rstrip().endswith("&")]
    return [port for port in ports if any(port in words for words in background)]


def run_lesson(text, folder, path):
    ports = {port: str(free_port()) for port in PORTS}
    for port, free in ports.items():
        text = re.sub(rf"\b{port}\b", free, text)
    shell = Shell(folder, path)
    try:
        for step in steps(text):
            started = started_on(step.commands, ports.values())
            before = {port: listeners(port) for port in started}
            output, code = shell.type(step.commands)
            assert code == 0, f"line {step.line}: exit {code}\n{step.commands}\n{output}"
            assert agrees(output, step.shown), (
                f"line {step.line}: $ {step.commands}\n---- shown\n{step.shown}---- got\n{output}")
            for port in started:
                wait_for_listener(port, before[port])
    finally:
        shell.close()


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_every_command_answers_as_shown(lesson, tmp_path):
    text = lesson.read_text()
    for program, missing in NEEDS.items():
        if any(re.search(rf"\b{program} ", step.commands) for step in steps(text)):
            if not shutil.which(program):
                pytest.skip(missing)
    run_lesson(text, tmp_path, os.environ["PATH"])


def test_there_are_eight_lessons_and_the_index_has_them():
    linked = re.findall(r"\]\(([\w.-]+\.md)\)", (COURSE / "README.md").read_text())
    assert linked == [path.name for path in LESSONS] and len(LESSONS) == 8


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_asks_and_answers(lesson):
    text = lesson.read_text()
    asked, answered = text.split("## Questions")[1].split("<details><summary>Answers</summary>")
    numbers = [re.findall(r"^(\d+)\. ", part, re.M) for part in (asked, answered)]
    assert numbers[0] == numbers[1] and len(numbers[0]) >= 3 and "</details>" in answered
    assert steps(text)[-1].commands.startswith("kill $")  # it leaves nothing behind


def test_the_programs_are_found_as_the_index_says(build):
    """The loop that extends PATH names every program that a lesson uses."""
    loop = steps((COURSE / "README.md").read_text())[0].commands
    loop = loop.replace("$PWD/build/demo", str(build))
    used = {word for lesson in LESSONS for step in steps(lesson.read_text())
            for word in re.findall(r"\b(?:hs-\w+|mini-ca)\b(?= )", step.commands)}
    for program in used:
        done = subprocess.run(["/bin/sh", "-c", f"{loop}\ncommand -v {program}"], cwd=ROOT,
                              env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True)
        assert done.stdout.strip() == str(build / "apps" / program / program)


def test_an_output_that_differs_is_found():
    assert agrees("a  1\nb\nc\n", "a ...\n...\nc\n") and agrees("", "")
    assert not agrees("a\nb\n", "a\n") and not agrees("a\n", "") and not agrees("x\n", "a...\n")
