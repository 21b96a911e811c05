"""A CA that is killed in the middle: nothing is lost, nothing is half there, and doctor knows.

strace kills mini-ca with SIGKILL at each of its system calls in turn; what is left behind is then
looked at from outside. What only reads leaves behind what the call before it left, so by default
those are passed over; HS_EACH_CALL=1 takes them all. Power cuts are worse than this: the order of
what reaches the disk is only promised by fsync, which is not tested here.
"""

import collections
import json
import os
import re
import shutil
import subprocess

import pytest
from conftest import run
from mini_ca_tools import mini_ca

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")

COMMANDS = {
    "issue": ("issue", "b.test", "-q"),
    "renew": ("renew", "a.test.pem", "-q"),
    "revoke": ("revoke", "a.test", "-q", "--reason=superseded"),
    "init": ("init", "--no-password", "-q", "--intermediate"),
}
# Calls that can change something on disk, or end the program.
CHANGES = {"openat", "write", "pwrite64", "fchmod", "chmod", "fsync", "rename", "renameat2", "link",
           "unlink", "mkdir", "flock", "ftruncate", "exit_group"}


@pytest.fixture(scope="module")
def traced(tmp_path_factory):
    """strace may be there and yet not allowed to trace."""
    folder = tmp_path_factory.mktemp("strace")
    done = run("strace", "-o", folder / "log", "true", code=None)
    if done.returncode != 0:
        pytest.skip(f"strace cannot trace here: {done.stderr.strip()}")


def fresh(folder, with_ca=True):
    """An empty working folder, with a CA that has made a.test where that is wanted."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    os.chdir(folder)
    if with_ca:
        shutil.copytree(folder.parent / "template", folder, dirs_exist_ok=True)


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("MINI_CA_DIR", "ca")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "template").mkdir()
    os.chdir(tmp_path / "template")
    mini_ca("init", "--no-password", "-q")
    mini_ca("issue", "a.test", "-q")
    yield tmp_path / "run"


def system_calls(command):
    """How often each system call is made."""
    run("strace", "-f", "-o", "../log", "mini-ca", *command)
    calls = re.findall(r"^\d+\s+(\w+)\(", open("../log").read(), re.MULTILINE)
    each = bool(os.environ.get("HS_EACH_CALL"))
    return collections.Counter(call for call in calls if each or call in CHANGES)


def certificates():
    return json.loads(mini_ca("list", "--json").stdout)["certificates"]


def check_folder():
    """No half file, no key without its certificate, no certificate that the index does not know."""
    left = [name for top in (".", "ca") if os.path.isdir(top) for name in os.listdir(top)]
    assert not [name for name in left if name.endswith("-new") or "pending" in name]
    known = {entry["pem"] for entry in certificates()}
    for name in os.listdir("."):
        if name.endswith("-key.pem"):
            pem = open(name.replace("-key", "")).read()
            public = run("openssl", "x509", "-noout", "-pubkey", "-in", name.replace("-key", ""))
            assert run("openssl", "pkey", "-pubout", "-in", name).stdout == public.stdout
            assert pem in known
    serials = [entry["serial"] for entry in certificates()]
    assert len(set(serials)) == len(serials)


def recover():
    """What doctor says is done, once; then it must be content."""
    done = mini_ca("doctor", "--json", code=None)
    report = json.loads(done.stdout)
    if done.returncode == 0:
        return
    assert done.returncode == 5
    fixes = [row["fix"] for row in report["checks"] if not row["ok"]]
    assert fixes == ["mini-ca doctor --repair"], report
    mini_ca("doctor", "--repair")
    mini_ca("doctor")


def kill_at(command, call, number):
    subprocess.run(["strace", "-f", "-o", "/dev/null", "-e",
                    f"inject={call}:signal=KILL:when={number}", "mini-ca", *command],
                   capture_output=True, timeout=60)


@pytest.mark.parametrize("name", ["issue", "renew", "revoke"])
def test_killed_at_each_system_call(place, traced, name):
    fresh(place)
    calls = system_calls(COMMANDS[name])
    before = 2
    done = not_done = 0
    for call, count in calls.items():
        for number in range(1, count + 1):
            fresh(place)
            kill_at(COMMANDS[name], call, number)
            recover()
            check_folder()
            entries = certificates()
            changed = len(entries) > before or any(entry["revoked"] for entry in entries)
            done, not_done = done + changed, not_done + (not changed)
            if name == "issue":
                assert os.path.exists("b.test.pem") == os.path.exists("b.test-key.pem") == changed
            # The CA goes on as if nothing had happened.
            mini_ca("issue", "c.test", "-q")
            run("openssl", "verify", "-CAfile", "ca/root.pem", "c.test.pem")
    assert done > 5 and not_done > 5  # both sides of the moment from which it counts


def test_init_killed_at_each_system_call(place, traced):
    fresh(place, with_ca=False)
    calls = system_calls(COMMANDS["init"])
    made = not_made = 0
    for call, count in calls.items():
        for number in range(1, count + 1):
            fresh(place, with_ca=False)
            kill_at(COMMANDS["init"], call, number)
            # Again, as anybody would: it is there already, or is made now.
            again = mini_ca(*COMMANDS["init"], code=None)
            assert again.returncode in (0, 8)
            made, not_made = made + (again.returncode == 8), not_made + (again.returncode == 0)
            recover()
            mini_ca("doctor")
            mini_ca("issue", "c.test", "-q")
            run("openssl", "verify", "-CAfile", "ca/root.pem", "-untrusted", "c.test.pem", "c.test.pem")
    assert made > 5 and not_made > 5


# Each can fail for want of room, and nothing may be half done then.
CAN_FAIL = ("openat", "write", "fsync", "fchmod", "rename", "renameat2")


@pytest.mark.parametrize("name", ["issue", "renew", "revoke"])
def test_a_full_disk_changes_nothing(place, traced, name):
    """All or nothing also where calls fail: what mini-ca says is what happened."""
    fresh(place)
    calls = system_calls(COMMANDS[name])
    failed = 0
    for call in CAN_FAIL:
        for number in range(1, calls.get(call, 0) + 1):
            fresh(place)
            before = {top: sorted(os.listdir(top)) for top in (".", "ca")}
            index = open("ca/index.jsonl").read()
            done = run("strace", "-f", "-o", "/dev/null", "-e",
                       f"inject={call}:error=ENOSPC:when={number}", "mini-ca", *COMMANDS[name], code=None)
            if done.returncode != 0:
                failed += 1
                assert {top: sorted(os.listdir(top)) for top in (".", "ca")} == before, (call, number)
                assert open("ca/index.jsonl").read() == index
            check_folder()
            mini_ca("doctor")
    assert failed > 3


def test_at_once_on_one_ca(place):
    """Two programs, and more: all succeed, no serial number twice, the chain is whole."""
    fresh(place)
    jobs = [subprocess.Popen(["mini-ca", "issue", f"{n}.test", "-q"]) for n in range(6)]
    jobs += [subprocess.Popen(["mini-ca", "revoke", "a.test", "-q"])]
    assert [job.wait(60) for job in jobs] == [0] * 7
    mini_ca("doctor")
    assert len({entry["serial"] for entry in certificates()}) == 8
    check_folder()


def test_a_copy_brought_back_goes_on_without_a_collision(place):
    """A serial counter would give numbers twice here."""
    fresh(place)
    shutil.copytree("ca", "copy")
    mini_ca("issue", "b.test", "-q")
    shutil.rmtree("ca")
    os.rename("copy", "ca")
    mini_ca("issue", "c.test", "-q")
    serial = [run("openssl", "x509", "-noout", "-serial", "-in", f).stdout
              for f in ("b.test.pem", "c.test.pem")]
    assert serial[0] != serial[1]
    mini_ca("doctor")
