"""Programs in the background: their output is kept as it comes, so that a test waits for what a
program says and never for time to pass."""

import collections
import contextlib
import re
import subprocess
import threading
import time

import pytest

Line = collections.namedtuple("Line", "stream text")


class Program:
    """Runs while its `with` block does. Output is read by threads, so it never blocks."""

    def __init__(self, *command, stdin=subprocess.DEVNULL, **more):
        self.name = " ".join(str(word) for word in command)
        self.process = subprocess.Popen([str(word) for word in command], stdin=stdin,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
        self.lines = []
        self._changed = threading.Condition()
        self._readers = [threading.Thread(target=self._read, args=pair, daemon=True)
                         for pair in (("out", self.process.stdout), ("err", self.process.stderr))]
        for reader in self._readers:
            reader.start()

    def _read(self, stream, pipe):
        for raw in pipe:
            with self._changed:
                self.lines.append(Line(stream, raw.decode(errors="replace").rstrip("\r\n")))
                self._changed.notify_all()
        pipe.close()
        with self._changed:
            self._changed.notify_all()

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.stop()

    @property
    def pid(self):
        return self.process.pid

    def text(self, stream=None, since=0):
        with self._changed:
            return "\n".join(line.text for line in self.lines[since:]
                             if stream in (None, line.stream))

    def mark(self):
        """Where the output is now, for `since`."""
        with self._changed:
            return len(self.lines)

    def wait_for(self, pattern, *, stream=None, since=0, seconds=10):
        """The match of the first line that has the pattern, from `since` on."""
        wanted, end = re.compile(pattern), time.monotonic() + seconds
        at = since
        with self._changed:
            while True:
                for line in self.lines[at:]:
                    found = stream in (None, line.stream) and wanted.search(line.text)
                    if found:
                        return found
                at = len(self.lines)
                over = not any(reader.is_alive() for reader in self._readers)
                if over or not self._changed.wait(max(0, end - time.monotonic())):
                    break
        pytest.fail(f"{self.name}: {'ended' if over else 'said'} without {pattern!r}\n{self.text()}")

    def wait(self, seconds=10):
        """The exit code of a program that ends by itself, its output complete."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            pytest.fail(f"{self.name}: still runs after {seconds} s\n{self.text()}")
        for reader in self._readers:
            reader.join(seconds)
        return code

    def type(self, text):
        """A line on its standard input."""
        self.process.stdin.write(f"{text}\n".encode())
        self.process.stdin.flush()

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
        if self.process.stdin:
            with contextlib.suppress(OSError):
                self.process.stdin.close()
        for reader in self._readers:
            reader.join(5)
