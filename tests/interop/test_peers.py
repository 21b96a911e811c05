"""The peers with each other: if these fail, it is the tests' tools that fail, not our programs."""

import itertools

import peers
import pytest
from peers import CLIENTS, GROUPS, SERVERS, SUITES, need_peer

PAIRS = [("openssl", "gnutls"), ("gnutls", "openssl")]


@pytest.mark.parametrize("client,server", PAIRS)
def test_what_is_asked_for_is_what_is_seen(pki, client, server):
    """Each suite and group is told by both ends under the RFC's name."""
    need_peer("openssl")
    need_peer("gnutls")
    with SERVERS[server](pki.servers["p256"]) as serving:
        for suite, group in itertools.zip_longest(SUITES, GROUPS, fillvalue=next(iter(SUITES))):
            seen = CLIENTS[client](serving.port, pki.root, suite=suite, groups=[group])
            assert (seen.code, seen.suite, seen.group, seen.trusted) == (0, suite, group, True)
            assert peers.server_said(seen.text)[0] == suite


@pytest.mark.parametrize("client,server", PAIRS)
def test_a_client_without_certificate_is_refused_where_one_is_needed(pki, client, server):
    need_peer("openssl")
    need_peer("gnutls")
    with SERVERS[server](pki.servers["p256"], client_ca=pki.root) as serving:
        refused = CLIENTS[client](serving.port, pki.root)
        assert "HTTP/1.0 200" not in refused.text
        taken = CLIENTS[client](serving.port, pki.root, identity=pki.clients["p256"])
        assert "HTTP/1.0 200" in taken.text


@pytest.mark.parametrize("client,server", PAIRS)
def test_a_foreign_root_is_not_trusted(pki, client, server):
    need_peer("openssl")
    need_peer("gnutls")
    with SERVERS[server](pki.servers["p256"]) as serving:
        seen = CLIENTS[client](serving.port, pki.other_root)
        assert seen.code != 0 and not seen.trusted and "HTTP/1.0 200" not in seen.text
