"""TLS 1.2 with mbedTLS's own TLS and with wolfSSL, both roles: each suite and kind of key, the
groups in turn, with and without a client certificate, on each provider; ALPN; much data."""

import itertools

import libraries12
import pytest
from bulk import MUCH, exchange_much
from conftest import HERE, run
from libraries12 import LIBRARIES, need_library, said
from ours import hs_server
from peers import GROUPS
from peers12 import SCHEMES, groups_for
from providers import PROVIDERS, need_provider
from test_client_matrix import get
from test_tls12_matrix import AUTH, PROVIDED, expect, serve

CASES = [(library, *one, group) for library in LIBRARIES
         for one, group in zip(PROVIDED, itertools.cycle(GROUPS))
         if one[1] not in libraries12.LACKS[library]]
EACH = pytest.mark.parametrize("library,provider,kind,suite,group", CASES)
LIBRARY = pytest.mark.parametrize("library", LIBRARIES)
BOTH = pytest.mark.parametrize("provider", PROVIDERS)


@EACH
@AUTH
def test_hs_server(pki, servers, client_auth, library, provider, kind, suite, group):
    need_library(library)
    need_provider(provider)
    is_certified = client_auth == "certified"
    server = serve(servers, pki, provider, kind, is_certified)
    done = libraries12.client(library, server.port, pki.root, suite=suite,
                              groups=groups_for(kind, group),
                              identity=pki.clients[kind] if is_certified else None)
    assert done.returncode == 0, done.stderr
    told = done.said[0]
    assert (told.suite, told.resumed) == (suite, False) and told.group in ("", group)
    expect(done.pages[0], suite, group, kind, is_certified)


@EACH
@AUTH
def test_hs_client(pki, servers, client_auth, library, provider, kind, suite, group):
    need_library(library)
    need_provider(provider)
    is_certified = client_auth == "certified"
    groups = groups_for(kind, group)
    server = servers(libraries12.server, library, pki.servers[kind], groups=groups,
                     client_ca=pki.root if is_certified else None)
    own = pki.clients[kind]
    identity = [f"--cert={own.cert}", f"--key={own.key}"] if is_certified else []
    got = get(server, pki, provider, f"--suites={suite}", "--groups=" + ",".join(groups), *identity)
    assert (got["version"], got["suite"]) == ("TLS 1.2", suite)
    # wolfSSL's server prefers the curve of its certificate.
    assert got["group"] == group or library == "wolfssl" and got["group"] in groups
    assert (got["mode"], got["trusted"]) == ("full", True) and got["sigalg"]
    assert (got["own_sigalg"] in SCHEMES[kind]) == is_certified
    told = said(got["http"]["body"])
    assert (told.suite, told.resumed) == (suite, False) and told.group in ("", got["group"])
    if kind != "ed25519":  # whose names wolfSSL 5.5 does not tell
        assert told.peer == (f"CN=client {kind}" if is_certified else "")


@LIBRARY
def test_alpn_with_hs_server(pki, servers, library):
    need_library(library)
    server = servers(hs_server, pki.servers["p256"], alpn="h3,http/1.1")
    done = libraries12.client(library, server.port, pki.root, alpn="spdy/3,http/1.1")
    assert done.said[0].alpn == "http/1.1"
    since = server.mark()
    assert libraries12.client(library, server.port, pki.root, alpn="spdy/3").returncode != 0
    assert server.told("failed", since)["error"]["alert_name"] == "no_application_protocol"


@LIBRARY
def test_alpn_with_hs_client(pki, servers, library):
    need_library(library)
    server = servers(libraries12.server, library, pki.servers["p256"], alpn="h3,http/1.1")
    got = get(server, pki, "mbedtls", "--alpn=http/1.1,h2")
    assert got["alpn"] == said(got["http"]["body"]).alpn == "http/1.1"


@LIBRARY
def test_hs_server_without_a_needed_client_certificate(pki, servers, library):
    """RFC 5246 7.4.6: the refusal is handshake_failure."""
    need_library(library)
    server = serve(servers, pki, "mbedtls", "p256", True)
    since = server.mark()
    assert libraries12.client(library, server.port, pki.root).returncode != 0
    assert server.told("failed", since)["error"]["alert_name"] == "handshake_failure"


@LIBRARY
def test_hs_client_has_no_certificate_for_a_server_that_needs_one(pki, servers, library):
    need_library(library)
    server = servers(libraries12.server, library, pki.servers["p256"], client_ca=pki.root)
    since = server.mark()
    get(server, pki, "mbedtls", code=4)
    server.wait_for('"failed": true', since=since)


@LIBRARY
def test_neither_trusts_a_foreign_root(pki, servers, library):
    need_library(library)
    server = servers(hs_server, pki.servers["p256"])
    since = server.mark()
    assert libraries12.client(library, server.port, pki.other_root).returncode != 0
    assert server.told("failed", since)["error"]["from_peer"]
    peer = servers(libraries12.server, library, pki.servers["p256"])
    since = peer.mark()
    run("hs-client", f"--cacert={pki.other_root}", f"--connect-to={HERE}:{peer.port}", "localhost",
        code=5)
    peer.wait_for('"failed": true', since=since)


@BOTH
@LIBRARY
def test_ten_megabytes_each_way_with_hs_server(pki, library, provider):
    need_library(library)
    need_provider(provider)
    with hs_server(pki.servers["p256"], provider=provider, echo=True) as server:
        done = libraries12.client(library, server.port, pki.root, much=MUCH)
        assert done.returncode == 0, done.stderr
        closed = server.told("closed")
        assert closed["app_rx"] == closed["app_tx"] >= MUCH


@BOTH
@LIBRARY
def test_ten_megabytes_each_way_with_hs_client(pki, library, provider):
    need_library(library)
    need_provider(provider)
    with libraries12.server(library, pki.servers["p256"], echo=1) as server:
        exchange_much("hs-client", f"--provider={provider}", f"--cacert={pki.root}", "--io",
                      f"--connect-to={HERE}:{server.port}", "localhost")
