"""Two more peers in TLS 1.2: the TLS of mbedTLS and wolfSSL, which have no programs of their own.
peer12.h says what the small ones around them do; here they are built and run."""

import contextlib
import functools
import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import run
from peers12 import OPENSSL_SUITES, openssl_suite
from program import Program

LIBRARIES = {  # header, and what to link with
    "mbedtls": ("mbedtls/ssl.h", ("-lmbedtls", "-lmbedx509", "-lmbedcrypto")),
    "wolfssl": ("wolfssl/ssl.h", ("-lwolfssl",)),
}
LACKS = {"mbedtls": ("ed25519",), "wolfssl": ()}  # kinds of keys
SUITE = {"mbedtls": str, "wolfssl": openssl_suite}  # as the library names it


@functools.lru_cache(None)
def program(library):
    """The path of its program, built at first use; None where the library is not installed."""
    header, libraries = LIBRARIES[library]
    compiler = os.environ.get("CC", "cc")
    there = subprocess.run([compiler, "-E", "-include", header, "-x", "c", os.devnull],
                           capture_output=True)
    if there.returncode != 0:
        return None
    path = Path(tempfile.mkdtemp(prefix="hs-interop-")) / f"{library}12"
    here = Path(__file__).parent
    run(compiler, "-std=c17", "-D_GNU_SOURCE", "-O1", "-Wall", "-Wextra", "-Werror", "-o", path,
        here / "peer12.c", here / f"{library}12_peer.c", *libraries)
    return path


def need_library(library):
    if program(library) is None:
        pytest.skip(f"{library}'s headers are not installed")


@dataclass(frozen=True)
class Said:
    """What the library says of a connection."""
    suite: str
    group: str  # "": it does not say
    alpn: str
    peer: str
    resumed: bool


def said(line):
    facts = json.loads(line)
    return Said(**{**facts, "suite": OPENSSL_SUITES.get(facts["suite"], facts["suite"])})


def _words(library, suite=None, groups=(), identity=None, root=None, **more):
    named = {"suite": suite and SUITE[library](suite), "groups": ",".join(groups), "root": root,
             **({"cert": identity.cert, "key": identity.key} if identity else {}), **more}
    return [f"{name}={value}" for name, value in named.items() if value]


def client(library, port, root, **how):
    """The finished program, with what is `said` of each connection and the `pages` that it got."""
    done = run(program(library), "client", port, *_words(library, root=root, name="localhost", **how),
               code=None)
    done.said = [said(line) for line in done.stdout.splitlines() if line.startswith('{"suite": "')]
    done.pages = [json.JSONDecoder().raw_decode(page)[0]
                  for page in done.stdout.split("\n\n") if page.startswith("{\n")]
    return done


@contextlib.contextmanager
def server(library, identity, client_ca=None, **how):
    """Its page (any path) and its output tell what it says of each connection."""
    words = _words(library, identity=identity, root=client_ca, **how)
    with Program(program(library), "server", "0", *words) as serving:
        serving.port = int(serving.wait_for(r'"port": (\d+)').group(1))
        yield serving
