"""TLS 1.2 with OpenSSL, GnuTLS and curl, both roles: each suite, group, kind of key, with and
without a client certificate, on each provider. Both ends must tell the same."""

import itertools
import json

import pytest
from conftest import HERE, run
from ours import hs_server
from peers import GROUPS, need_peer
from peers12 import CLIENTS, KEYED_SUITES, SCHEMES, SERVERS, curl, groups_for, openssl_suite
from peers12 import server_said
from providers import LACKS, PROVIDERS, need_provider
from test_client_matrix import get, shows_client
from test_server_matrix import ASKS, CURL_GROUPS, page_of

PROVIDED = [(provider, kind, suite) for provider in PROVIDERS for kind, suite in KEYED_SUITES
            if kind not in LACKS[provider]]
EACH_SUITE = pytest.mark.parametrize("provider,kind,suite", PROVIDED)
EACH_GROUP = pytest.mark.parametrize("group", GROUPS)
AUTH = pytest.mark.parametrize("client_auth", ["anonymous", "certified"])


def serve(servers, pki, provider, kind, wants_client):
    more = {"client_auth": "need", "cacert": pki.root} if wants_client else {}
    return servers(hs_server, pki.servers[kind], provider=provider, prefer="client", **more)


def expect(page, suite, group, kind, is_certified):
    assert (page["version"], page["suite"], page["group"]) == ("TLS 1.2", suite, group)
    assert (page["mode"], page["hrr"]) == ("full", False)
    assert page["own_sigalg"] in SCHEMES[kind]
    leaf = page["client_chain"][0]["subject"] if page["client_chain"] else None
    assert leaf == (f"CN=client {kind}" if is_certified else None)
    assert (page["sigalg"] is not None) == is_certified


@EACH_GROUP
@EACH_SUITE
@AUTH
@pytest.mark.parametrize("peer", CLIENTS)
def test_hs_server(pki, servers, peer, client_auth, provider, kind, suite, group):
    need_peer(peer)
    need_provider(provider)
    is_certified = client_auth == "certified"
    server = serve(servers, pki, provider, kind, is_certified)
    seen = CLIENTS[peer](server.port, pki.root, suite=suite, groups=groups_for(kind, group),
                         request=ASKS, identity=pki.clients[kind] if is_certified else None)
    page = page_of(seen.text)
    assert (seen.code, seen.suite, seen.trusted) == (0, suite, True), seen.text
    assert seen.group == group and not seen.resumed
    expect(page, suite, group, kind, is_certified)


@EACH_GROUP
@EACH_SUITE
@AUTH
@pytest.mark.parametrize("peer", SERVERS)
def test_hs_client(pki, servers, peer, client_auth, provider, kind, suite, group):
    need_peer(peer)
    need_provider(provider)
    is_certified = client_auth == "certified"
    server = servers(SERVERS[peer], pki.servers[kind],
                     client_ca=pki.root if is_certified else None)
    own = pki.clients[kind]
    identity = [f"--cert={own.cert}", f"--key={own.key}"] if is_certified else []
    groups = groups_for(kind, group)
    got = get(server, pki, provider, f"--suites={suite}", "--groups=" + ",".join(groups), *identity)
    assert (got["version"], got["suite"], got["mode"]) == ("TLS 1.2", suite, "full")
    assert got["group"] == group and got["trusted"] and got["sigalg"]
    assert (got["own_sigalg"] in SCHEMES[kind]) == is_certified
    page = got["http"]["body"]
    assert server_said(page) == (suite, group)
    if peer == "openssl":
        assert shows_client(page, own) == is_certified


@AUTH
@pytest.mark.parametrize("provider,kind,suite,group", [
    (*one, group) for one, group in zip(PROVIDED, itertools.cycle(GROUPS))])
def test_curl(pki, servers, client_auth, provider, kind, suite, group):
    need_peer("curl")
    need_provider(provider)
    is_certified = client_auth == "certified"
    server = serve(servers, pki, provider, kind, is_certified)
    own = pki.clients[kind]
    identity = ["--cert", own.cert, "--key", own.key] if is_certified else []
    names = ":".join(CURL_GROUPS[each] for each in groups_for(kind, group))
    page = json.loads(curl(server.port, pki.root, "--fail", "--ciphers", openssl_suite(suite),
                           "--curves", names, *identity).stdout)
    expect(page, suite, group, kind, is_certified)
