"""What is watched takes no more memory the longer it lasts: 100 MB from one program to the other,
both watched in full detail, take what 10 MB take."""

import os
import pathlib
import re
import subprocess

import pytest
from conftest import HERE
from ours import hs_server

SOME, MUCH = 10, 100  # megabytes
SLACK_KB = 2048


def peak_of_child(process):
    """Of a program that ends well: its largest resident size, in KiB."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_maxrss


def peak_so_far(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])


def transfer(pki, folder, megabytes, way):
    """Both programs' peaks after a file of that size."""
    watch = f"--{way}=/dev/null"
    (folder / "zeros").touch()
    os.truncate(folder / "zeros", megabytes * 1_000_000)
    with hs_server(pki.servers["p256"], watch, www=folder) as server:
        client = subprocess.Popen(
            ["hs-client", f"--cacert={pki.root}", watch, "--http=/zeros",
             f"--connect-to={HERE}:{server.port}", "localhost"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        with client.stdout as page:
            size = sum(len(piece) for piece in iter(lambda: page.read(1 << 16), b""))
        assert size == megabytes * 1_000_000
        return peak_of_child(client), peak_so_far(server.pid)


@pytest.mark.parametrize("way", ["trace", "pcapng", "html"])
def test_memory_does_not_grow_with_the_data(pki, tmp_path, is_sanitized, way):
    if is_sanitized:
        pytest.skip("a sanitizer keeps freed memory for a while")
    some, much = (transfer(pki, tmp_path, size, way) for size in (SOME, MUCH))
    for before, after in zip(some, much):
        assert after - before < SLACK_KB
