"""hs-server as a test starts it: on a port of its own, known once it listens."""

import contextlib
import json
import re
import signal
import subprocess

from conftest import HERE
from program import Program


def flags(**named):
    """client_auth="need" as --client-auth=need, True as the bare flag, a list as repeated."""
    words = []
    for name, value in named.items():
        option = "--" + name.replace("_", "-")
        for one in value if isinstance(value, (list, tuple)) else [value]:
            if one is True:
                words.append(option)
            elif one is not None and one is not False:  # 0 is a value
                words.append(f"{option}={one}")
    return words


@contextlib.contextmanager
def hs_server(*what, **named):
    """Runs until the block ends. `what`: credentials, and options that have no value.
    `events(name)`: its JSON Lines; `told(name)` waits for one."""
    words = [word for own in what if not isinstance(own, str)
             for word in (f"--cert={own.cert}", f"--key={own.key}")]
    words += [word for word in what if isinstance(word, str)]
    with Program("hs-server", "--json", *words, *flags(**named), f"{HERE}:0") as server:
        ready = json.loads(server.wait_for('"ev":"listening"', stream="out").string)
        server.port = ready["port"]

        def told(event, since=0, **how):
            line = server.wait_for(f'"ev":"{event}"', stream="out", since=since, **how)
            return json.loads(line.string)

        def events(event, since=0):
            lines = server.text("out", since).splitlines()
            return [each for each in map(json.loads, lines) if each["ev"] == event]

        server.told, server.events = told, events
        yield server
        end_well(server)


def end_well(server):
    """Whatever happened to it: it ends when it is told to, with 0, and a sanitizer's build has
    nothing to say (leaks are found at the end only)."""
    for _ in range(2):  # connections may be open, and the second time it does not wait for them
        if server.process.poll() is None:
            server.signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.process.wait(2)
    assert server.wait() == 0, server.text("err")
    assert not re.search("Sanitizer|runtime error", server.text("err")), server.text("err")
