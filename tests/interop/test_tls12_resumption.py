"""Sessions of TLS 1.2 resumed, by ticket and by id, with every peer; both ends must tell that they
were, and a session is of no use where it must not be."""

import time

import libraries12
import pytest
from bulk import exchange_much
from conftest import HERE, run
from libraries12 import LIBRARIES, need_library, said
from ours import hs_server
from peers import need_peer
from peers12 import curl, gnutls_client, gnutls_server, openssl_client, openssl_server
from providers import PROVIDERS, need_provider
from test_client import told
from test_server_matrix import ASKS, page_of

BOTH = pytest.mark.parametrize("provider", PROVIDERS)
HOW = pytest.mark.parametrize("how", ["ticket", "id"])
AUTH = pytest.mark.parametrize("client_auth", ["anonymous", "certified"])


def serve(servers, pki, provider, client_auth="anonymous", **more):
    if client_auth == "certified":
        more.update(client_auth="need", cacert=pki.root)
    return servers(hs_server, pki.servers["p256"], provider=provider, **more)


def offered(page, how):
    """Did the client of this page offer what it was to resume with?"""
    paths = {field["path"] for field in page["client_hello"]["fields"]}
    return ("extensions[session_ticket].ticket" if how == "ticket" else "legacy_session_id") in paths


def openssl_page(server, pki, *words, identity=None, code=0):
    seen = openssl_client(server.port, pki.root, *words, identity=identity, request=ASKS)
    assert seen.code == code, seen.text
    return seen, code == 0 and page_of(seen.text)


def identity_of(pki, client_auth):
    return pki.clients["p384"] if client_auth == "certified" else None


# ---- hs-server -------------------------------------------------------------------------------


@BOTH
@HOW
@AUTH
def test_openssl_client(pki, servers, tmp_path, provider, how, client_auth):
    need_provider(provider)
    server = serve(servers, pki, provider, client_auth)
    own, words = identity_of(pki, client_auth), [] if how == "ticket" else ["-no_ticket"]
    first, page = openssl_page(server, pki, *words, "-sess_out", tmp_path / "s", identity=own)
    assert not first.resumed and page["mode"] == "full"
    assert ("TLS session ticket" in first.text) == (how == "ticket")
    since = server.mark()
    # The certificate was shown the first time, and is not again.
    again, page = openssl_page(server, pki, *words, "-sess_in", tmp_path / "s")
    assert again.resumed and page["mode"] == "resumed" and offered(page, how)
    assert again.suite == first.suite and server.told("connected", since)["rtts"] == 1


@BOTH
@HOW
@AUTH
def test_gnutls_client(pki, servers, provider, how, client_auth):
    need_peer("gnutls")
    need_provider(provider)
    server = serve(servers, pki, provider, client_auth)
    seen = gnutls_client(server.port, pki.root, "--resume", request=ASKS,
                         identity=identity_of(pki, client_auth),
                         extra="" if how == "ticket" else ":%NO_TICKETS")
    page = page_of(seen.text)
    assert seen.resumed and page["mode"] == "resumed" and offered(page, how)


@BOTH
@HOW
@AUTH
@pytest.mark.parametrize("library", LIBRARIES)
def test_library_client(pki, servers, library, provider, how, client_auth):
    need_library(library)
    need_provider(provider)
    server = serve(servers, pki, provider, client_auth)
    done = libraries12.client(library, server.port, pki.root, times=3,
                              ticket=int(how == "ticket"), identity=identity_of(pki, client_auth))
    assert done.returncode == 0, done.stderr
    assert [told.resumed for told in done.said] == [False, True, True]
    assert [page["mode"] for page in done.pages] == ["full", "resumed", "resumed"]
    assert offered(done.pages[-1], how)


def test_curl(pki, servers):
    """It keeps sessions while it runs."""
    need_peer("curl")
    server = serve(servers, pki, "mbedtls")
    since = server.mark()
    curl(server.port, pki.root, "--header", "Connection: close",
         f"https://localhost:{server.port}/")
    assert [told["mode"] for told in server.events("connected", since)] == ["full", "resumed"]


@HOW
def test_much_data_in_a_resumed_connection(pki, how):
    """The keys are new ones, from the old secret and new randoms."""
    need_library("mbedtls")
    with hs_server(pki.servers["p256"], echo=True) as server:
        done = libraries12.client("mbedtls", server.port, pki.root, times=2, much=1_000_000,
                                  ticket=int(how == "ticket"))
        assert done.returncode == 0 and done.said[1].resumed, done.stderr


@HOW
@pytest.mark.parametrize("why", ["too old", "another name", "another suite"])
def test_full_after_all(pki, servers, tmp_path, how, why):
    server = serve(servers, pki, "mbedtls", **{"ticket_life": "1s"} if why == "too old" else {})
    words = [] if how == "ticket" else ["-no_ticket"]
    openssl_page(server, pki, *words, "-sess_out", tmp_path / "s")
    if why == "too old":
        time.sleep(1.1)
    if why == "another name":
        words += ["-noservername"]
    if why == "another suite":
        words += ["-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384"]
    done = run("openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-tls1_2", "-ign_eof",
               "-sess_in", tmp_path / "s", *words, input=ASKS, text=False)
    page = page_of(done.stdout.decode(errors="replace"))
    assert page["mode"] == "full" and b"\nNew, TLSv1.2" in done.stdout


@HOW
def test_no_resume_gives_nothing_to_resume_with(pki, servers, tmp_path, how):
    server = serve(servers, pki, "mbedtls", no_resume=True)
    words = [] if how == "ticket" else ["-no_ticket"]
    seen, _ = openssl_page(server, pki, *words, "-sess_out", tmp_path / "s")
    assert not (tmp_path / "s").exists() and "TLS session ticket" not in seen.text


def test_sessions_under_an_id_only(pki, servers, tmp_path):
    """--tickets=0: who offers to take a ticket gets an id all the same."""
    server = serve(servers, pki, "mbedtls", tickets=0)
    first, _ = openssl_page(server, pki, "-sess_out", tmp_path / "s")
    again, page = openssl_page(server, pki, "-sess_in", tmp_path / "s")
    assert "TLS session ticket:" not in first.text and again.resumed and offered(page, "id")


def test_a_ticket_of_another_server_is_not_taken(pki, servers, tmp_path):
    """Another process has other keys; what it cannot open means a full handshake."""
    with hs_server(pki.servers["p256"]) as other:
        openssl_page(other, pki, "-sess_out", tmp_path / "s")
    seen, page = openssl_page(serve(servers, pki, "mbedtls"), pki, "-sess_in", tmp_path / "s")
    assert not seen.resumed and page["mode"] == "full" and offered(page, "ticket")


# ---- hs-client -------------------------------------------------------------------------------


def resumes(pki, server, provider, client_auth, *words):
    """Three connections, and the third resumes what came with the second."""
    own = pki.clients["p384"]
    identity = [f"--cert={own.cert}", f"--key={own.key}"] if client_auth == "certified" else []
    got = told(pki, server.port, f"--provider={provider}", "--tls=1.2", "--resume=2", "--http=/",
               *identity, *words)
    assert (got["resumed"], got["rtts"], got["http"]["status"]) == (False, 2, 200)
    assert (got["own_sigalg"] is not None) == (client_auth == "certified")
    for again in got["resumptions"]:
        assert (again["resumed"], again["mode"], again["rtts"]) == (True, "resumed", 1)
        assert again["suite"] == got["suite"] and again["http"]["status"] == 200
    return [got, *got["resumptions"]]


@BOTH
@HOW
@AUTH
def test_openssl_server(pki, servers, provider, how, client_auth):
    need_provider(provider)
    words = [] if how == "ticket" else ["-no_ticket"]
    # A server that asks for certificates resumes in a named context only.
    server = servers(openssl_server, pki.servers["p256"], *words, "-id_prefix", "test",
                     client_ca=pki.root if client_auth == "certified" else None)
    pages = [each["http"]["body"] for each in resumes(pki, server, provider, client_auth)]
    assert ["\nReused, TLSv1.2" in page for page in pages] == [False, True, True]


@BOTH
@HOW
@AUTH
def test_gnutls_server(pki, servers, provider, how, client_auth):
    need_peer("gnutls")
    need_provider(provider)
    words = [] if how == "ticket" else ["--noticket"]
    server = servers(gnutls_server, pki.servers["p256"], *words,
                     client_ca=pki.root if client_auth == "certified" else None)
    since = server.mark()
    resumes(pki, server, provider, client_auth)
    server.wait_for("This is a resumed session", since=since)


@BOTH
@HOW
@AUTH
@pytest.mark.parametrize("library", LIBRARIES)
def test_library_server(pki, servers, library, provider, how, client_auth):
    need_library(library)
    need_provider(provider)
    server = servers(libraries12.server, library, pki.servers["p256"], ticket=int(how == "ticket"),
                     client_ca=pki.root if client_auth == "certified" else None)
    pages = [said(each["http"]["body"]) for each in resumes(pki, server, provider, client_auth)]
    assert [page.resumed for page in pages] == [False, True, True]


@HOW
def test_much_data_in_a_connection_that_hs_client_resumes(pki, tmp_path, how):
    need_library("mbedtls")
    with libraries12.server("mbedtls", pki.servers["p256"], echo=1,
                            ticket=int(how == "ticket")) as server:
        for words in ([f"--session-out={tmp_path / 's'}"], [f"--session-in={tmp_path / 's'}"]):
            exchange_much("hs-client", f"--cacert={pki.root}", "--tls=1.2", "--io", *words,
                          f"--connect-to={HERE}:{server.port}", "localhost")
        server.wait_for('"resumed": true')


# ---- each with itself ------------------------------------------------------------------------


@HOW
@AUTH
@pytest.mark.parametrize("server_provider", PROVIDERS)
@BOTH
def test_hs_client_and_hs_server(pki, servers, provider, server_provider, how, client_auth):
    need_provider(provider)
    need_provider(server_provider)
    server = serve(servers, pki, server_provider, client_auth, tickets=int(how == "ticket"))
    resumes(pki, server, provider, client_auth)
