"""The peers: OpenSSL's and GnuTLS's programs and curl, in one vocabulary.

Everything is named as the RFC does (TLS_AES_128_GCM_SHA256, secp256r1); the tables below say what
each program calls it. A peer's view of a handshake comes back as a Seen, read from what it prints.
"""

import contextlib
import functools
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import HERE, free_port, run
from program import Program

SUITES = {
    "TLS_AES_128_GCM_SHA256": "AES-128-GCM",
    "TLS_AES_256_GCM_SHA384": "AES-256-GCM",
    "TLS_CHACHA20_POLY1305_SHA256": "CHACHA20-POLY1305",
}
GROUPS = {  # OpenSSL's option, GnuTLS's priority and what they print of it
    "x25519": ("X25519", "GROUP-X25519"),
    "secp256r1": ("P-256", "GROUP-SECP256R1"),
    "secp384r1": ("P-384", "GROUP-SECP384R1"),
    "secp521r1": ("P-521", "GROUP-SECP521R1"),
}
REQUEST = b"GET / HTTP/1.0\r\n\r\n"


@dataclass(frozen=True)
class Seen:
    """What a peer says of the connection; None: it did not say."""
    code: int
    text: str
    suite: str = None
    group: str = None
    alpn: str = None
    trusted: bool = None


def _found(pattern, text):
    match = re.search(pattern, text, re.M)
    return match and match.group(1)


def _named(table, value):
    """The RFC's name of what a peer calls by one of its own names."""
    for name, others in table.items():
        known = (others,) if isinstance(others, str) else others
        if value and value.lower() in [name.lower(), *(other.lower() for other in known)]:
            return name
    return value


@functools.lru_cache(None)
def version(program):
    """(3, 0, 11) of what `program version` or `--version` prints first."""
    word = "version" if program == "openssl" else "--version"
    text = run(program, word).stdout
    return tuple(int(part) for part in re.search(r"(\d+)\.(\d+)\.(\d+)", text).groups())


# ---- OpenSSL ---------------------------------------------------------------------------------


def openssl_options(suite=None, groups=(), alpn=None, sigalgs=None, identity=None,
                    versions="-tls1_3"):
    words = versions.split()
    if suite:
        words += ["-ciphersuites", suite]
    if groups:
        words += ["-groups", ":".join(GROUPS[group][0] for group in groups)]
    if alpn:
        words += ["-alpn", alpn]
    if sigalgs:
        words += ["-sigalgs", sigalgs]
    if identity:
        words += ["-cert", identity.cert, "-key", identity.key]
    return words


def openssl_client(port, root, *more, host="localhost", request=REQUEST, seconds=20, **offer):
    """openssl s_client; ends when the server does."""
    done = run("openssl", "s_client", "-connect", f"{HERE}:{port}", "-servername", host,
               "-verify_hostname", host, "-CAfile", root, "-verify_return_error", "-ign_eof",
               *openssl_options(**offer), *more, code=None, input=request, text=False,
               timeout=seconds)
    text = (done.stdout + done.stderr).decode(errors="replace")
    # "Server Temp Key: ECDH, secp384r1, 384 bits"; 3.5 has "Negotiated TLS1.3 group: X25519" too
    group = _found(r"^Negotiated TLS1.3 group: (\S+)", text) or _found(
        r"Temp Key: (?:ECDH, )?([\w-]+),", text)
    return Seen(done.returncode, text, _found(r"^New, TLSv1\.3, Cipher is (\S+)", text),
                _named({**GROUPS, "secp256r1": ("P-256", "prime256v1")}, group),
                _found(r"^ALPN protocol: (.+)", text), "Verify return code: 0 (ok)" in text)


@contextlib.contextmanager
def openssl_server(identity, *more, how=("-www",), client_ca=None, need=True, **offer):
    """openssl s_server; with client_ca it asks for a client certificate."""
    words = list(how)
    if client_ca:
        words += ["-Verify" if need else "-verify", "4", "-CAfile", client_ca,
                  "-verify_return_error"]
    # Its loop ends or spins when standard input ends, so that is a pipe left open.
    with Program("openssl", "s_server", "-accept", f"{HERE}:0", "-cert", identity.cert, "-key",
                 identity.key, *words, *openssl_options(**offer), *more,
                 stdin=subprocess.PIPE) as server:
        server.port = int(server.wait_for(r"^ACCEPT 127\.0\.0\.1:(\d+)").group(1))
        yield server


# ---- GnuTLS ----------------------------------------------------------------------------------


def gnutls_priority(suite=None, groups=(), **_):
    words = ["NORMAL", "-VERS-ALL", "+VERS-TLS1.3"]
    if suite:
        words += ["-CIPHER-ALL", "+" + SUITES[suite]]
    if groups:
        words += ["-GROUP-ALL", *("+" + GROUPS[group][1] for group in groups)]
    return ":".join(words)


def gnutls_options(alpn=None, identity=None, **offer):
    words = ["--priority", gnutls_priority(**offer)]
    for name in alpn.split(",") if alpn else ():
        words += ["--alpn", name]
    if identity:
        words += ["--x509certfile", identity.cert, "--x509keyfile", identity.key]
    return words


def gnutls_client(port, root, *more, host="localhost", request=REQUEST, seconds=20, **offer):
    """gnutls-cli; ends when the server does."""
    done = run("gnutls-cli", "--x509cafile", root, "--sni-hostname", host, "--verify-hostname",
               host, *gnutls_options(**offer), *more, "-p", port, HERE, code=None, input=request,
               text=False, timeout=seconds)
    text = (done.stdout + done.stderr).decode(errors="replace")
    return Seen(done.returncode, text, *_gnutls_description(text),
                _found(r"Application protocol: (\S+)", text),
                "The certificate is trusted" in text)


def _gnutls_description(text):
    """suite and group of (TLS1.3-X.509)-(ECDHE-X25519)-(ECDSA-SECP256R1-SHA256)-(AES-256-GCM)"""
    group = _found(r"\(TLS1\.3[^)]*\)-\((?:ECDHE|DHE|HYBRID)-([^)]+)\)", text)
    suite = _found(r"\(TLS1\.3.*\)-\(([\w-]+)\)(?:$|<)", text)
    return _named(SUITES, suite), _named(GROUPS, group)


@functools.lru_cache(None)
def on_loopback():
    """The environment in which a server listens on loopback whatever it asks for."""
    folder = Path(tempfile.mkdtemp(prefix="hs-interop-"))
    library = folder / "loopback.so"
    run(os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1", "-D_GNU_SOURCE", "-o", library,
        Path(__file__).with_name("loopback.c"), "-ldl")
    return {**os.environ, "LD_PRELOAD": str(library)}


@contextlib.contextmanager
def gnutls_server(identity, *more, how=("--http",), client_ca=None, need=True, **offer):
    """gnutls-serv; with client_ca it asks for a client certificate and verifies it."""
    words = ["--disable-client-cert"]
    if client_ca:
        words = ["--x509cafile", client_ca, "--verify-client-cert"]
        words += ["--require-client-cert"] if need else []
    port = free_port()  # it cannot choose one itself
    with Program("gnutls-serv", "-p", port, "--x509certfile", identity.cert, "--x509keyfile",
                 identity.key, *how, *words, *gnutls_options(**offer), *more,
                 env=on_loopback(), stdin=subprocess.PIPE) as server:
        server.wait_for(r"listening on IPv4 .* port \d+\.\.\.done")
        server.port = port
        yield server


# ---- both ------------------------------------------------------------------------------------

CLIENTS = {"openssl": openssl_client, "gnutls": gnutls_client}
SERVERS = {"openssl": openssl_server, "gnutls": gnutls_server}
PROGRAMS = {"openssl": ("openssl",), "gnutls": ("gnutls-cli", "gnutls-serv"), "curl": ("curl",)}


def need_peer(name):
    """Skips, saying why, where a peer is not installed."""
    missing = [program for program in PROGRAMS.get(name, (name,)) if not shutil.which(program)]
    if missing:
        pytest.skip(f"{' and '.join(missing)} is not installed")


def server_said(page):
    """suite and group that a peer's own page names (s_server -www, gnutls-serv --http)."""
    if "TLS1.3-" in page:
        return _gnutls_description(page)
    return _found(r"Cipher is (\S+)", page), _named(GROUPS, _found(r"^Shared groups: (\S+)", page))
