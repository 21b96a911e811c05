"""Firefox, headless, with a profile of its own, by its Marionette protocol: no driver beside it."""

import contextlib
import json
import shutil
import socket

from conftest import HERE, free_port, run
from program import Program

PROGRAM = shutil.which("firefox-esr") or shutil.which("firefox")

# It is to visit what it is told to and nothing else: all but this machine goes to a closed port.
SETTINGS = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.proxy.type": 1,
    "network.proxy.http": HERE,
    "network.proxy.http_port": 9,
    "network.proxy.ssl": HERE,
    "network.proxy.ssl_port": 9,
    "network.proxy.no_proxies_on": "localhost, 127.0.0.1",
    "network.dns.localDomains": "other.test",
    "toolkit.telemetry.enabled": False,
}


class Firefox:
    def __init__(self, connection):
        self.connection = connection
        self.number = 0
        self._read()  # it introduces itself
        self.do("WebDriver:NewSession", {"pageLoadStrategy": "normal"})

    def _read(self):
        """LENGTH:JSON"""
        head = b""
        while not head.endswith(b":"):
            head += self._take(1)
        return json.loads(self._take(int(head[:-1])))

    def _take(self, n):
        taken = b""
        while len(taken) < n:
            part = self.connection.recv(n - len(taken))
            assert part, "Firefox has ended"
            taken += part
        return taken

    def do(self, command, parameters):
        """The answer; what Firefox calls an error raises."""
        self.number += 1
        text = json.dumps([0, self.number, command, parameters]).encode()
        self.connection.sendall(b"%d:%s" % (len(text), text))
        _, number, error, answer = self._read()
        assert number == self.number
        if error:
            raise RuntimeError(f"{error['error']}: {error['message']}")
        return answer

    def visit(self, url):
        self.do("WebDriver:Navigate", {"url": url})

    def ask(self, script):
        """What `return ...` gives in the page."""
        return self.do("WebDriver:ExecuteScript", {"script": script, "args": []})["value"]


def _connect(port, process):
    process.wait_for("Listening on port|Marionette", seconds=60)
    return socket.create_connection((HERE, port), timeout=60)


@contextlib.contextmanager
def firefox(folder, root):
    """Runs while the block does; believes `root` (None: nobody but its own)."""
    profile, port = folder / "firefox", free_port()
    profile.mkdir()
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});"
             for name, value in {**SETTINGS, "marionette.port": port}.items()]
    (profile / "user.js").write_text("\n".join(lines))
    run("certutil", "-N", "-d", f"sql:{profile}", "--empty-password")
    if root is not None:
        run("certutil", "-A", "-d", f"sql:{profile}", "-t", "C,,", "-n", "root", "-i", root)
    with Program(PROGRAM, "--headless", "--no-remote", "--marionette", "--profile", profile,
                 env={"HOME": str(folder), "PATH": "/usr/bin:/bin", "MOZ_HEADLESS": "1"}) as process:
        with _connect(port, process) as connection:
            yield Firefox(connection)
