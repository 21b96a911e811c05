"""hs-client --step: a person decides by a key when the handshake goes on."""

import os
import pty
import re
import select
import shutil
import signal
import time

import pytest
from conftest import HERE, run
from ours import hs_server

PROMPT = "any key goes on, q runs to the end"


@pytest.fixture(scope="module")
def server(pki):
    with hs_server(pki.servers["p256"]) as started:
        yield started


def words(pki, server):
    return [f"--cacert={pki.root}", f"--connect-to={HERE}:{server.port}", "localhost"]


class Terminal:
    """hs-client on a terminal of its own."""

    def __init__(self, *command):
        program = shutil.which("hs-client")
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execv(program, [program, *map(str, command)])
        self.text = ""

    def __enter__(self):
        return self

    def __exit__(self, *what):
        os.close(self.fd)

    def read(self, seconds):
        """What comes within this time; "" at the end as well."""
        try:
            if not select.select([self.fd], [], [], seconds)[0]:
                return ""
            return os.read(self.fd, 65536).decode()
        except OSError:  # it has ended
            return ""

    def wait_for(self, what, count=1):
        end = time.monotonic() + 10
        while self.text.count(what) < count:
            assert time.monotonic() < end, self.text
            self.text += self.read(0.1)

    def type(self, keys):
        os.write(self.fd, keys.encode())

    def end(self):
        """The exit code, all output read."""
        more = self.read(2)
        while more:
            self.text += more
            more = self.read(2)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def lines(self):
        """What stands there once each prompt is gone, without colours."""
        text = re.sub(r"\x1b\[[\d;]*m", "", self.text)
        return [line.rsplit("\r", 1)[-1] for line in text.replace("\r\n", "\n").split("\n")]


def test_each_key_shows_one_line_more(pki, server):
    with Terminal("--step", *words(pki, server)) as terminal:
        for shown, line in enumerate(("connected", "-> ClientHello", "<- ServerHello"), 1):
            terminal.wait_for(PROMPT, shown)
            assert line in terminal.lines()[shown]
            assert len(terminal.lines()) == shown + 2  # a head, the lines, the prompt
            time.sleep(0.2)
            assert terminal.read(0.1) == ""
            terminal.type(" ")
        terminal.wait_for(PROMPT, 4)
        terminal.type("q")
        assert terminal.end() == 0
    assert terminal.text.count(PROMPT) == 4 and "handshake complete" in terminal.text
    assert not [line for line in terminal.lines() if PROMPT in line]


def test_details_belong_to_their_step(pki, server):
    with Terminal("--step", "-vv", *words(pki, server)) as terminal:
        terminal.wait_for(PROMPT)
        terminal.type(" ")
        terminal.wait_for(PROMPT, 2)
        assert "cipher_suites" in terminal.text and "ServerHello" not in terminal.text
        terminal.type("q")
        assert terminal.end() == 0


def test_interrupting_a_pause_ends_it(pki, server):
    with Terminal("--step", *words(pki, server)) as terminal:
        terminal.wait_for(PROMPT)
        os.kill(terminal.pid, signal.SIGINT)
        assert terminal.end() == 130


@pytest.mark.parametrize("text", ["", "\n\n\n", "\n" * 100])
@pytest.mark.parametrize("more", [[], ["--no-time"]])
def test_without_a_terminal_each_line_of_input_is_a_key(pki, server, text, more):
    done = run("hs-client", "--step", *more, *words(pki, server), input=text)
    plain = run("hs-client", "-v", *more, *words(pki, server))
    names = [[line[9:40] if not more else line[:31] for line in one.stderr.splitlines()[1:]]
             for one in (done, plain)]
    assert PROMPT not in done.stderr and [len(all_) for all_ in names] == [len(names[1])] * 2


@pytest.mark.parametrize("with_", ["--io", "-q"])
def test_what_does_not_go_with_it(with_):
    assert "--step" in run("hs-client", "--step", with_, "localhost:1", code=2).stderr
