"""The classic profile, RSA key transport, with OpenSSL, GnuTLS and mbedTLS's own TLS: both roles,
both suites, on each provider, with and without a client certificate, full and resumed."""

import libraries12
import pytest
from conftest import make_leaf
from libraries12 import need_library, said
from ours import hs_server
from peers import need_peer
from peers12 import CLASSIC, CLIENTS, SERVERS, openssl_client, openssl_server, server_said
from providers import PROVIDERS, need_provider
from test_client import told
from test_server_matrix import ASKS, page_of
from test_tls12_habits import MARK, and_no_mark, only_tls_1_2
from test_tls12_matrix import AUTH
from wire import SERVER, Relay

BOTH = pytest.mark.parametrize("provider", PROVIDERS)
EACH = pytest.mark.parametrize("suite", CLASSIC)
PEERS = pytest.mark.parametrize("peer", CLIENTS)
PROFILE = "--profile=classic"


@pytest.fixture(scope="module")
def rsa(pki, tmp_path_factory):
    """A key that decrypts and does nothing else (RFC 9846 F.10)."""
    return make_leaf(tmp_path_factory.mktemp("classic"), pki.root, "rsa2048", "server", "decrypts",
                     use="keyEncipherment")


def serve(servers, pki, rsa, provider, client_auth="anonymous", **more):
    if client_auth == "certified":
        more.update(client_auth="need", cacert=pki.root)
    return servers(hs_server, rsa, PROFILE, provider=provider, **more)


def expect(page, suite, mode="full"):
    assert (page["version"], page["suite"], page["mode"]) == ("TLS 1.2", suite, mode)
    assert page["group"] is None and page["own_sigalg"] is None


# ---- hs-server -------------------------------------------------------------------------------


@BOTH
@EACH
@AUTH
@PEERS
def test_hs_server(pki, servers, rsa, peer, client_auth, suite, provider):
    need_peer(peer)
    need_provider(provider)
    is_certified = client_auth == "certified"
    server = serve(servers, pki, rsa, provider, client_auth)
    seen = CLIENTS[peer](server.port, pki.root, suite=suite, request=ASKS,
                         identity=pki.clients["p256"] if is_certified else None)
    assert (seen.code, seen.suite, seen.group, seen.trusted) == (0, suite, None, True), seen.text
    page = page_of(seen.text)
    expect(page, suite)
    assert bool(page["client_chain"]) == is_certified


@BOTH
@EACH
@AUTH
@pytest.mark.parametrize("how", ["ticket", "id"])
def test_hs_server_with_mbedtls(pki, servers, rsa, how, client_auth, suite, provider):
    need_library("mbedtls")
    need_provider(provider)
    server = serve(servers, pki, rsa, provider, client_auth)
    done = libraries12.client("mbedtls", server.port, pki.root, suite=suite, times=2,
                              ticket=int(how == "ticket"),
                              identity=pki.clients["p256"] if client_auth == "certified" else None)
    assert done.returncode == 0, done.stderr
    assert [(told.suite, told.resumed) for told in done.said] == [(suite, False), (suite, True)]
    for page, mode in zip(done.pages, ("full", "resumed"), strict=True):
        expect(page, suite, mode)


def test_openssl_client_resumes(pki, servers, rsa, tmp_path):
    server = serve(servers, pki, rsa, "libcrypto")
    for words, mode in (("-sess_out", "full"), ("-sess_in", "resumed")):
        seen = openssl_client(server.port, pki.root, words, tmp_path / "s", suite=CLASSIC[0],
                              request=ASKS)
        expect(page_of(seen.text), CLASSIC[0], mode)


# ---- hs-client -------------------------------------------------------------------------------


def get(pki, port, suite, provider, client_auth="anonymous", *more):
    own = pki.clients["p256"]
    words = [f"--cert={own.cert}", f"--key={own.key}"] if client_auth == "certified" else []
    got = told(pki, port, PROFILE, f"--suites={suite}", f"--provider={provider}", "--http=/",
               "--resume", *words, *more)
    assert (got["version"], got["suite"], got["mode"]) == ("TLS 1.2", suite, "full")
    assert got["group"] is None and got["sigalg"] is None and got["trusted"]
    assert (got["own_sigalg"] is not None) == (client_auth == "certified")
    assert got["resumptions"][0]["resumed"]
    return got["http"]["body"]


@BOTH
@EACH
@AUTH
@PEERS
def test_hs_client(pki, servers, rsa, peer, client_auth, suite, provider):
    need_peer(peer)
    need_provider(provider)
    words = ("-id_prefix", "test") if peer == "openssl" else ()
    server = servers(SERVERS[peer], rsa, *words, suite=suite,
                     client_ca=pki.root if client_auth == "certified" else None)
    page = get(pki, server.port, suite, provider, client_auth)
    assert server_said(page)[0] == suite


@BOTH
@EACH
@AUTH
def test_hs_client_with_mbedtls(pki, servers, rsa, client_auth, suite, provider):
    need_library("mbedtls")
    need_provider(provider)
    server = servers(libraries12.server, "mbedtls", rsa, suite=suite,
                     client_ca=pki.root if client_auth == "certified" else None)
    page = said(get(pki, server.port, suite, provider, client_auth))
    assert (page.suite, page.resumed) == (suite, False)
    assert page.peer == ("CN=client p256" if client_auth == "certified" else "")


# ---- refused ---------------------------------------------------------------------------------


def test_not_spoken_unless_asked_for(pki, servers, rsa):
    server = servers(hs_server, pki.servers["rsa2048"])
    seen = openssl_client(server.port, pki.root, suite=CLASSIC[0])
    assert seen.code != 0
    peer = servers(openssl_server, rsa, suite=CLASSIC[0])
    assert told(pki, peer.port, code=4)["error"]["alert_name"] == "handshake_failure"


@BOTH
def test_a_mark_taken_away_breaks_the_keys(pki, servers, rsa, provider):
    """No signature covers the randoms here, but Finished and all keys do."""
    need_provider(provider)
    own = pki.servers["p256"]
    server = servers(hs_server, rsa, own, PROFILE, provider=provider)
    with Relay(server.port, and_no_mark) as relay:
        since = server.mark()
        seen = openssl_client(relay.port, pki.root, "-cipher", "AES128-GCM-SHA256", versions="")
        assert seen.code != 0 and MARK not in seen.text.encode()
        error = server.told("failed", since)["error"]
    assert error["alert_name"] == "bad_record_mac" and not error["from_peer"]


def test_the_mark_is_seen(pki, servers, rsa):
    server = servers(hs_server, rsa, pki.servers["p256"], PROFILE)
    with Relay(server.port, only_tls_1_2) as relay:
        seen = openssl_client(relay.port, pki.root, "-cipher", "AES128-GCM-SHA256", versions="")
        assert seen.code != 0 and MARK in relay.sent(SERVER)


@BOTH
def test_hs_client_finds_out_without_a_mark(pki, servers, tmp_path_factory, provider):
    need_provider(provider)
    both = make_leaf(tmp_path_factory.mktemp("both"), pki.root, "rsa2048", "server", "both",
                     use="digitalSignature,keyEncipherment")
    server = servers(openssl_server, both, "-cipher", "AES128-GCM-SHA256", versions="")
    suites = f"--suites=TLS_AES_128_GCM_SHA256,{CLASSIC[0]}"
    assert told(pki, server.port, PROFILE, suites)["version"] == "TLS 1.3"
    with Relay(server.port, and_no_mark) as relay:
        error = told(pki, relay.port, PROFILE, suites, f"--provider={provider}", code=4)["error"]
    # The server is the first to read something protected.
    assert error["from_peer"] and error["alert_name"] in ("bad_record_mac", "decrypt_error")
