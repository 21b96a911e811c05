"""hs-client with the servers of OpenSSL and GnuTLS: each suite, group, kind of key, with and
without a client certificate, on each provider. Both ends must tell the same."""

import json

import pytest
from conftest import HERE, run
from peers import GROUPS, SERVERS, SUITES, need_peer, server_said
from providers import KEYED, SIGALGS, need_provider


def get(server, pki, provider, *more, code=0):
    """hs-client reads the server's page about itself; what it tells, and the page."""
    done = run("hs-client", "--json", "--http=/", f"--provider={provider}", f"--cacert={pki.root}",
               *more, f"--connect-to={HERE}:{server.port}", "localhost", code=code)
    return json.loads(done.stdout)


def shows_client(page, credential):
    """Did the server see this client certificate, going by its page?"""
    return credential.cert.read_text().split("-----")[2].strip() in page


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("client_auth", ["anonymous", "certified"])
@pytest.mark.parametrize("provider,kind", KEYED)
@pytest.mark.parametrize("peer", SERVERS)
def test_both_ends_tell_the_same(pki, servers, peer, provider, client_auth, kind, suite, group):
    need_peer(peer)
    need_provider(provider)
    wants_client = client_auth == "certified"
    server = servers(SERVERS[peer], pki.servers[kind],
                     client_ca=pki.root if wants_client else None)
    own = pki.clients[kind]
    identity = [f"--cert={own.cert}", f"--key={own.key}"] if wants_client else []
    got = get(server, pki, provider, f"--suites={suite}", f"--groups={group}", *identity)

    assert (got["version"], got["suite"], got["group"]) == ("TLS 1.3", suite, group)
    assert got["sigalg"] == SIGALGS[kind] and not got["hrr"] and got["trusted"]
    assert got["own_sigalg"] == (SIGALGS[kind] if wants_client else None)
    page = got["http"]["body"]
    assert server_said(page) == (suite, group)
    if peer == "openssl":
        assert shows_client(page, own) == wants_client
