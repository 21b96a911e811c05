"""hs-server with OpenSSL's and GnuTLS's clients and curl: each suite, group, kind of key, with and
without a client certificate, on each provider. Both ends must tell the same."""

import json

import pytest
from conftest import HERE, run
from ours import hs_server
from peers import CLIENTS, GROUPS, SUITES, need_peer
from providers import KEYED, SIGALGS, need_provider

ASKS = b"GET /status.json HTTP/1.0\r\n\r\n"


def page_of(text):
    """The JSON document in what a client printed, which it prints more around."""
    return json.JSONDecoder().raw_decode(text[text.index("\r\n\r\n{") + 4:])[0]


def serve(servers, pki, provider, kind, wants_client):
    more = {"client_auth": "need", "cacert": pki.root} if wants_client else {}
    return servers(hs_server, pki.servers[kind], provider=provider, **more)


def expect(page, suite, group, kind, client_kind):
    assert (page["version"], page["suite"], page["group"]) == ("TLS 1.3", suite, group)
    assert page["own_sigalg"] == SIGALGS[kind]
    assert page["sigalg"] == (SIGALGS[kind] if client_kind else None)
    leaf = page["client_chain"][0]["subject"] if page["client_chain"] else None
    assert leaf == (f"CN=client {client_kind}" if client_kind else None)


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("client_auth", ["anonymous", "certified"])
@pytest.mark.parametrize("provider,kind", KEYED)
@pytest.mark.parametrize("peer", CLIENTS)
def test_both_ends_tell_the_same(pki, servers, peer, provider, kind, client_auth, suite, group):
    need_peer(peer)
    need_provider(provider)
    wants_client = client_auth == "certified"
    server = serve(servers, pki, provider, kind, wants_client)
    seen = CLIENTS[peer](server.port, pki.root, suite=suite, groups=(group,), request=ASKS,
                         identity=pki.clients[kind] if wants_client else None)
    assert (seen.code, seen.suite, seen.group, seen.trusted) == (0, suite, group, True), seen.text
    expect(page_of(seen.text), suite, group, kind, kind if wants_client else None)


CURL_GROUPS = {"x25519": "X25519", "secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("client_auth", ["anonymous", "certified"])
@pytest.mark.parametrize("provider,kind", KEYED)
def test_curl(pki, servers, provider, kind, client_auth, suite, group):
    """As in the README: curl https://localhost:PORT/ --cacert."""
    need_peer("curl")
    need_provider(provider)
    wants_client = client_auth == "certified"
    server = serve(servers, pki, provider, kind, wants_client)
    own = pki.clients[kind]
    identity = ["--cert", own.cert, "--key", own.key] if wants_client else []
    done = run("curl", "--silent", "--show-error", "--fail", "--noproxy", "*", "--cacert", pki.root,
               "--tls13-ciphers", suite, "--curves", CURL_GROUPS[group], *identity, "--resolve",
               f"localhost:{server.port}:{HERE}", f"https://localhost:{server.port}/status.json")
    expect(json.loads(done.stdout), suite, group, kind, kind if wants_client else None)
