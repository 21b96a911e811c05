"""What the tests that drive our programs from outside share.

HS_BUILD names the meson build folder under test (test.sh sets it). Traffic is on loopback only, and
no test touches the user's own default CA: HOME and MINI_CA_DIR lead into a temporary folder.
"""

import contextlib
import os
import pathlib
import socket
import subprocess
import time
from dataclasses import dataclass

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = "127.0.0.1"
PROGRAMS = ("hs-client", "hs-server", "hs-mitm", "hs-trace", "mini-ca")

# What a program says, shows or leaves behind is the same with every release of a crypto library:
# with the second one test.sh leaves these out (HS_ANOTHER_LIBRARY).
SAME_WITH_ANY_LIBRARY = {
    "test_bench", "test_break", "test_ca_crash", "test_chromium", "test_course", "test_diagnose",
    "test_firefox", "test_hs_trace", "test_mini_ca_commands", "test_mitm", "test_page_bundle",
    "test_page_commands", "test_pcapng", "test_status", "test_step", "test_trace_bounds",
    "test_www"}


def pytest_collection_modifyitems(config, items):
    if not os.environ.get("HS_ANOTHER_LIBRARY"):
        return
    left_out = [item for item in items if item.module.__name__ in SAME_WITH_ANY_LIBRARY]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item.module.__name__ not in SAME_WITH_ANY_LIBRARY]


@pytest.fixture(scope="session")
def build():
    """The build folder under test."""
    return pathlib.Path(os.environ.get("HS_BUILD", ROOT / "build" / "gcc")).resolve()


@pytest.fixture(scope="session")
def is_sanitized(build):
    """With address sanitizer, memory tells little (what is freed is kept) and valgrind nothing."""
    return b"__asan_init" in (build / "apps/hs-client/hs-client").read_bytes()


@pytest.fixture(scope="session", autouse=True)
def environment(build, tmp_path_factory):
    """Our programs are found by name; the user's files and wishes play no part."""
    home = tmp_path_factory.mktemp("home")
    folders = [str(build / "apps" / name) for name in PROGRAMS]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", os.pathsep.join(folders + [os.environ["PATH"]]))
        patch.setenv("HOME", str(home))
        patch.setenv("MINI_CA_DIR", str(home / "ca"))
        patch.setenv("TERM", "dumb")
        for name in ("SSLKEYLOGFILE", "NO_COLOR", "XDG_DATA_HOME"):
            patch.delenv(name, raising=False)
        yield home


def run(*command, code=0, timeout=60, **more):
    """Runs a program to its end and checks its exit code (None: any)."""
    more.setdefault("stdin", subprocess.DEVNULL if "input" not in more else None)
    if more["stdin"] is None:
        del more["stdin"]
    done = subprocess.run([str(word) for word in command], capture_output=True, timeout=timeout,
                          **{"text": True, **more})
    if code is not None and done.returncode != code:
        words = " ".join(str(word) for word in command)
        pytest.fail(f"{words}: exit {done.returncode}, not {code}\n{done.stdout}\n{done.stderr}")
    return done


def free_port():
    """A port on loopback that nobody listens on just now."""
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((HERE, 0))
        return s.getsockname()[1]


def wait_for_port(port, process=None, seconds=10):
    """Returns once somebody accepts connections there; fails if `process` ends before."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process is not None and process.poll() is not None:
            pytest.fail(f"{process.args} ended with {process.returncode} before it listened")
        with contextlib.suppress(OSError), socket.create_connection((HERE, port), timeout=1):
            return
        time.sleep(0.02)
    pytest.fail(f"nobody listens on port {port}")


@contextlib.contextmanager
def running(*command, port=None, **more):
    """A program that runs while the block does; with `port`: once it listens there."""
    more.setdefault("stdin", subprocess.DEVNULL)
    more.setdefault("stdout", subprocess.DEVNULL)
    more.setdefault("stderr", subprocess.DEVNULL)
    process = subprocess.Popen([str(word) for word in command], **more)
    try:
        if port is not None:
            wait_for_port(port, process)
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


@dataclass(frozen=True)
class Credential:
    """Two PEM files: the certificate with its chain, and the key."""
    cert: pathlib.Path
    key: pathlib.Path


@dataclass(frozen=True)
class Pki:
    """servers and clients by kind of key; `root` vouches for all, `other_root` for none."""
    folder: pathlib.Path
    root: pathlib.Path
    other_root: pathlib.Path
    servers: dict
    clients: dict


KEY_KINDS = {
    "p256": ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
    "p384": ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"),
    "rsa2048": ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
    "ed25519": ("-algorithm", "ED25519"),
}
LEAF = """basicConstraints=critical,CA:FALSE
keyUsage=critical,{use}
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
extendedKeyUsage={purpose}
subjectAltName={names}
"""
PURPOSES = {
    "server": ("serverAuth", "DNS:localhost,IP:127.0.0.1,IP:::1"),
    "client": ("clientAuth", "email:client@example.test"),
}


def make_root(folder, name):
    root = folder / f"{name}.pem"
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-keyout", folder / f"{name}-key.pem", "-out", root, "-days", "30", "-subj", f"/CN={name}",
        "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    return root


def make_leaf(folder, root, kind, purpose, subject=None, names=None, use="digitalSignature"):
    """A credential for `purpose` ("server", "client"); without names those of PURPOSES."""
    subject = subject or f"{purpose} {kind}"
    base = folder / subject.replace(" ", "-")
    leaf = Credential(folder / f"{base.name}.pem", folder / f"{base.name}-key.pem")
    extensions, request = folder / f"{base.name}.cnf", folder / f"{base.name}.csr"
    usage, default_names = PURPOSES[purpose]
    extensions.write_text(LEAF.format(use=use, purpose=usage, names=names or default_names))
    run("openssl", "genpkey", *KEY_KINDS[kind], "-out", leaf.key)
    run("openssl", "req", "-new", "-key", leaf.key, "-out", request, "-subj", f"/CN={subject}")
    run("openssl", "x509", "-req", "-in", request, "-out", leaf.cert, "-days", "20", "-CA", root,
        "-CAkey", root.with_name(f"{root.stem}-key.pem"), "-extfile", extensions)
    return leaf


@pytest.fixture(scope="session")
def pki(tmp_path_factory):
    """Credentials made with openssl, so that what is tested does not vouch for itself: for each
    kind of key a server for localhost, 127.0.0.1 and ::1, and a client."""
    folder = tmp_path_factory.mktemp("pki")
    root = make_root(folder, "root")
    return Pki(folder, root, make_root(folder, "other-root"),
               {kind: make_leaf(folder, root, kind, "server") for kind in KEY_KINDS},
               {kind: make_leaf(folder, root, kind, "client") for kind in KEY_KINDS})


@pytest.fixture(scope="module")
def servers():
    """servers(start, ...) gives the running server of that configuration, started at first use
    and kept for the tests of this file."""
    with contextlib.ExitStack() as stack:
        running_servers = {}

        def get(start, *words, **more):
            key = (start, *words, *sorted(more.items(), key=str))
            if key not in running_servers:
                running_servers[key] = stack.enter_context(start(*words, **more))
            return running_servers[key]

        yield get
