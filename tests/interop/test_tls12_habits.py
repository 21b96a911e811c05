"""What peers ask for in TLS 1.2 besides a handshake: versions, names, protocols, renegotiation,
a fallback, connections without the extended main secret; and a man in the middle who would have
two ends that speak TLS 1.3 believe that they do not."""

import json
import ssl
import subprocess

import libraries12
import pytest
from bulk import echo_server, exchange_much, exchange_on
from conftest import HERE
from libraries12 import LIBRARIES, need_library
from ours import hs_server
from peers import need_peer
from peers12 import CLIENTS, SERVERS, curl, gnutls_client, gnutls_server, openssl_client
from peers12 import openssl_server
from program import Program
from providers import PROVIDERS, need_provider
from test_client import told
from test_server import connection
from wire import CLIENT, DATA, SERVER, Relay

BOTH = pytest.mark.parametrize("provider", PROVIDERS)
PEERS = pytest.mark.parametrize("peer", CLIENTS)
LIBRARY = pytest.mark.parametrize("library", LIBRARIES)


# ---- versions --------------------------------------------------------------------------------


@PEERS
@pytest.mark.parametrize("ours", ["1.2", "1.2-1.3"])
def test_hs_server_speaks_what_the_client_has(pki, servers, peer, ours):
    need_peer(peer)
    server = servers(hs_server, pki.servers["p256"], tls=ours)
    since = server.mark()
    assert CLIENTS[peer](server.port, pki.root).code == 0
    assert server.told("connected", since)["version"] == "TLS 1.2"


@pytest.mark.parametrize("ours,offered,spoken", [
    ("1.2", ["-tls1_2"], "TLS 1.2"), ("1.2", [], "TLS 1.2"), ("1.3", [], "TLS 1.3"),
    ("1.2-1.3", [], "TLS 1.3"), ("1.3", ["-tls1_2"], None), ("1.2", ["-tls1_3"], None)])
def test_versions_of_hs_server(pki, servers, ours, offered, spoken):
    server = servers(hs_server, pki.servers["p256"], tls=ours)
    since = server.mark()
    seen = openssl_client(server.port, pki.root, *offered, versions="")
    assert (seen.code == 0) == (spoken is not None), seen.text
    if spoken:
        assert server.told("connected", since)["version"] == spoken
    else:
        assert server.told("failed", since)["error"]["alert_name"] == "protocol_version"


@pytest.mark.parametrize("ours,theirs,spoken", [
    ("1.2", "", "TLS 1.2"), ("1.2-1.3", "-no_tls1_3", "TLS 1.2"), ("1.2-1.3", "", "TLS 1.3"),
    ("1.3", "-no_tls1_3", None), ("1.2", "-tls1_3", None)])
def test_versions_of_hs_client(pki, servers, ours, theirs, spoken):
    server = servers(openssl_server, pki.servers["p256"], versions=theirs)
    got = told(pki, server.port, f"--tls={ours}", "--http=/", code=0 if spoken else 4)
    if spoken:
        assert got["version"] == spoken and got["http"]["status"] == 200
    else:
        assert got["error"]["alert_name"] == "protocol_version"


# ---- names and protocols ---------------------------------------------------------------------


@PEERS
def test_alpn_and_name_at_hs_server(pki, servers, peer):
    need_peer(peer)
    server = servers(hs_server, pki.servers["p256"], alpn="h3,http/1.1")
    since = server.mark()
    assert CLIENTS[peer](server.port, pki.root, alpn="spdy/3,http/1.1").alpn == "http/1.1"
    said = server.told("connected", since)
    assert (said["alpn"], said["servername"]) == ("http/1.1", "localhost")
    since = server.mark()
    assert CLIENTS[peer](server.port, pki.root, alpn="spdy/3").code != 0
    assert server.told("failed", since)["error"]["alert_name"] == "no_application_protocol"


@PEERS
@pytest.mark.parametrize("offered,chosen", [("h2,http/1.1", "http/1.1"), ("http/1.1", "http/1.1")])
def test_alpn_of_hs_client(pki, servers, peer, offered, chosen):
    need_peer(peer)
    server = servers(SERVERS[peer], pki.servers["p256"], alpn="http/1.1")
    assert told(pki, server.port, f"--alpn={offered}")["alpn"] == chosen


def test_curl_agrees_on_a_protocol(pki, servers):
    need_peer("curl")
    server = servers(hs_server, pki.servers["p256"], alpn="http/1.1")
    page = json.loads(curl(server.port, pki.root).stdout)
    assert (page["version"], page["alpn"]) == ("TLS 1.2", "http/1.1")


def test_name_of_hs_client_is_heard(pki, servers):
    server = servers(openssl_server, pki.servers["p256"], "-tlsextdebug", how=())
    since = server.mark()
    told(pki, server.port)
    server.wait_for(r"\.localhost", since=since)


@PEERS
def test_the_name_chooses_the_certificate(pki, servers, peer):
    """Two keys: the suites that the client has choose among the certificates of a name."""
    need_peer(peer)
    server = servers(hs_server, pki.servers["p256"], pki.servers["rsa2048"])
    for kind, suite in (("p256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
                        ("rsa2048", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")):
        seen = CLIENTS[peer](server.port, pki.root, suite=suite)
        assert (seen.code, seen.suite) == (0, suite), seen.text
        assert f"CN=server {kind}" in seen.text.replace("CN = ", "CN=")  # OpenSSL before 3.2


# ---- renegotiation, refused ------------------------------------------------------------------


def test_openssl_client_asks_to_renegotiate(pki, servers):
    """The refusal is a warning (RFC 5246 7.2.2); that this client gives up then is its choice."""
    server = servers(hs_server, pki.servers["p256"], echo=True)
    with Program("openssl", "s_client", "-connect", f"{HERE}:{server.port}", "-CAfile", pki.root,
                 "-tls1_2", "-msg", stdin=subprocess.PIPE) as client:
        client.wait_for("Verify return code: 0")
        client.type("R")
        client.wait_for("RENEGOTIATING")
        client.wait_for("<<< .*Alert.*warning no_renegotiation")


def test_gnutls_client_asks_to_renegotiate(pki, servers):
    """It asks some twenty times, and each time it is told."""
    need_peer("gnutls")
    server = servers(hs_server, pki.servers["p256"], echo=True)
    seen = gnutls_client(server.port, pki.root, "--rehandshake")
    assert "Received alert [100]: No renegotiation is allowed" in seen.text


def test_refusing_to_renegotiate_hs_server_keeps_the_data(pki):
    """mbedTLS's client reads on, but neither writes nor says goodbye while it waits."""
    need_library("mbedtls")
    with hs_server(pki.servers["p256"], "-v", echo=True) as server:
        done = libraries12.client("mbedtls", server.port, pki.root, much=1, renegotiate=1)
        assert done.returncode == 0, done.stderr
        assert server.told("failed")["error"]["status"] == "HS_E_TRUNCATED"
        server.wait_for(r"alert sent .* no_renegotiation")


@BOTH
def test_refusing_to_renegotiate_hs_client_goes_on(pki, provider):
    need_library("mbedtls")
    need_provider(provider)
    with libraries12.server("mbedtls", pki.servers["p256"], echo=1, renegotiate=1) as server, Program(
            "hs-client", f"--provider={provider}", f"--cacert={pki.root}", "-v", "--io",
            f"--connect-to={HERE}:{server.port}", "localhost", stdin=subprocess.PIPE) as ours:
        for word in ("first", "second", "third"):
            ours.type(word)
            ours.wait_for(f"^{word}$", stream="out")
        ours.process.stdin.close()
        assert ours.wait() == 0
        assert "<- HelloRequest" in ours.text("err") and "no_renegotiation" in ours.text("err")


@pytest.mark.parametrize("command", ["r", "R"])
def test_openssl_server_asks_hs_client_to_renegotiate(pki, command):
    with openssl_server(pki.servers["p256"], "-msg", how=()) as server, Program(
            "hs-client", f"--cacert={pki.root}", "-v", "--io", f"--connect-to={HERE}:{server.port}",
            "localhost", stdin=subprocess.PIPE) as ours:
        ours.wait_for("handshake complete")
        server.type(command)
        server.wait_for("<<< .*Alert.*warning no_renegotiation")


# ---- a fallback ------------------------------------------------------------------------------


def test_fallback_is_refused(pki, servers):
    """RFC 7507 3: TLS 1.2 by way of a fallback, though both have TLS 1.3."""
    server = servers(hs_server, pki.servers["p256"])
    since = server.mark()
    seen = openssl_client(server.port, pki.root, "-fallback_scsv")
    assert seen.code != 0 and "inappropriate fallback" in seen.text
    assert server.told("failed", since)["error"]["alert_name"] == "inappropriate_fallback"


def test_fallback_to_the_best_that_we_speak_is_fine(pki, servers):
    server = servers(hs_server, pki.servers["p256"], tls="1.2")
    assert openssl_client(server.port, pki.root, "-fallback_scsv").code == 0


# ---- without the extended main secret --------------------------------------------------------


def without_ems(name, port, root):
    """A client that does not offer it; its exit code."""
    if name == "gnutls":
        need_peer("gnutls")
        return gnutls_client(port, root, extra=":%NO_SESSION_HASH").code
    need_library(name)
    return libraries12.client(name, port, root, no_ems=1).returncode


@pytest.mark.parametrize("name", ["gnutls", *LIBRARIES])
def test_hs_server_requires_the_extended_main_secret(pki, servers, name):
    server = servers(hs_server, pki.servers["p256"])
    since = server.mark()
    assert without_ems(name, server.port, pki.root) != 0
    error = server.told("failed", since)["error"]
    assert (error["status"], error["alert_name"]) == ("HS_E_NO_EMS", "handshake_failure")


@pytest.mark.parametrize("name", ["gnutls", "mbedtls"])  # wolfSSL's server always has it
def test_hs_client_requires_the_extended_main_secret(pki, servers, name):
    need_peer("gnutls") if name == "gnutls" else need_library(name)
    server = (servers(gnutls_server, pki.servers["p256"], extra=":%NO_SESSION_HASH")
              if name == "gnutls" else
              servers(libraries12.server, name, pki.servers["p256"], no_ems=1))
    error = told(pki, server.port, code=4)["error"]
    assert (error["status"], error["alert_name"]) == ("HS_E_NO_EMS", "handshake_failure")


def test_no_extensions_at_all(pki, servers):
    """GnuTLS can send a ClientHello without any: refused, and no crash."""
    need_peer("gnutls")
    server = servers(hs_server, pki.servers["rsa2048"])
    since = server.mark()
    assert gnutls_client(server.port, pki.root, extra=":%NO_EXTENSIONS").code != 0
    assert server.told("failed", since)["error"]["alert_name"] in (
        "handshake_failure", "missing_extension")


# ---- a man in the middle ---------------------------------------------------------------------

SUPPORTED_VERSIONS, UNKNOWN = b"\x00\x2b", b"\x7f\x1c"
MARK = b"DOWNGRD\x01"


def only_tls_1_2(who, data):
    """In the ClientHello's supported_versions TLS 1.3 becomes something unknown."""
    if who != CLIENT or data[:1] != b"\x16" or data[5:6] != b"\x01":
        return data
    at = data.index(SUPPORTED_VERSIONS + b"\x00")
    end = at + 4 + int.from_bytes(data[at + 2:at + 4], "big")
    assert b"\x03\x04" in data[at + 5:end]
    return data[:at + 5] + data[at + 5:end].replace(b"\x03\x04", UNKNOWN) + data[end:]


def and_no_mark(who, data):
    """... and the mark in the server's random is taken away, too."""
    if who == SERVER:
        return data.replace(MARK, bytes(len(MARK)))
    return only_tls_1_2(who, data)


@PEERS
def test_hs_client_sees_the_mark(pki, servers, peer):
    need_peer(peer)
    both = {"openssl": {"versions": ""}, "gnutls": {"extra": ":+VERS-TLS1.3"}}[peer]
    server = servers(SERVERS[peer], pki.servers["p256"], **both)
    assert told(pki, server.port)["version"] == "TLS 1.3"
    with Relay(server.port, only_tls_1_2) as relay:
        error = told(pki, relay.port, code=4)["error"]
    assert (error["status"], error["alert_name"]) == ("HS_E_DOWNGRADE", "illegal_parameter")


@PEERS
def test_hs_server_sets_the_mark(pki, servers, peer):
    need_peer(peer)
    both = {"openssl": {"versions": ""}, "gnutls": {"extra": ":+VERS-TLS1.3"}}[peer]
    server = servers(hs_server, pki.servers["p256"])
    assert CLIENTS[peer](server.port, pki.root, **both).code == 0
    with Relay(server.port, only_tls_1_2) as relay:
        since = server.mark()
        assert CLIENTS[peer](relay.port, pki.root, **both).code != 0
        error = server.told("failed", since)["error"]
        assert error["from_peer"] and error["alert_name"] == "illegal_parameter"
        assert MARK in relay.sent(SERVER)


def test_no_mark_for_who_has_no_better_version(pki, servers):
    server = servers(hs_server, pki.servers["p256"], tls="1.2")
    with Relay(server.port) as relay:
        assert openssl_client(relay.port, pki.root, versions="").code == 0
        assert MARK not in relay.sent(SERVER)


@BOTH
def test_a_mark_taken_away_breaks_the_servers_signature(pki, servers, provider):
    """The randoms are signed with the server's share: RFC 8422 5.4."""
    need_provider(provider)
    server = servers(openssl_server, pki.servers["p256"], versions="")
    with Relay(server.port, and_no_mark) as relay:
        error = told(pki, relay.port, f"--provider={provider}", code=4)["error"]
    assert (error["status"], error["alert_name"]) == ("HS_E_BAD_SIGNATURE", "decrypt_error")


@BOTH
def test_a_mark_taken_away_at_hs_server(pki, servers, provider):
    need_provider(provider)
    server = servers(hs_server, pki.servers["p256"], provider=provider)
    with Relay(server.port, and_no_mark) as relay:
        since = server.mark()
        assert openssl_client(relay.port, pki.root, versions="").code != 0
        assert server.told("failed", since)["error"]["from_peer"]


# ---- other habits ----------------------------------------------------------------------------

OPENSSL_CLIENT = {
    "records of 512 bytes": ["-max_send_frag", "512"],
    "max_fragment_length": ["-maxfraglen", "1024"],
    "asks for ocsp": ["-status"],
    "asks for scts": ["-serverinfo", "18"],
    "every suite": ["-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"],
    "asks for srtp": ["-use_srtp", "SRTP_AES128_CM_SHA1_80"],
    "no encrypt-then-mac": ["-no_etm"],
    "old renegotiation": ["-legacy_renegotiation"],
}
GNUTLS_CLIENT = {
    "records of 512 bytes": (["--recordsize=512"], ""),
    "no name": (["--disable-sni"], ""),
    "all that it has": ([], ":+VERS-ALL:-VERS-TLS1.3:+GROUP-ALL:+CIPHER-ALL:+SIGN-ALL"),
    "renegotiation as it was": ([], ":%UNSAFE_RENEGOTIATION"),
    "no safe renegotiation": ([], ":%DISABLE_SAFE_RENEGOTIATION"),
}


@pytest.mark.parametrize("habit", OPENSSL_CLIENT)
def test_openssl_client(pki, servers, habit):
    server = servers(hs_server, pki.servers["p256"])
    seen = openssl_client(server.port, pki.root, *OPENSSL_CLIENT[habit])
    assert seen.code == 0 and "HTTP/1.1 200" in seen.text, seen.text


@pytest.mark.parametrize("habit", GNUTLS_CLIENT)
def test_gnutls_client(pki, servers, habit):
    need_peer("gnutls")
    server = servers(hs_server, pki.servers["p256"])
    words, extra = GNUTLS_CLIENT[habit]
    seen = gnutls_client(server.port, pki.root, *words, extra=extra)
    assert seen.code == 0 and "HTTP/1.1 200" in seen.text, seen.text


OPENSSL_SERVER = {
    "records of 512 bytes": ["-max_send_frag", "512"],
    "no tickets": ["-no_ticket"],
    "no sessions": ["-no_ticket", "-no_cache"],
    "its own order of suites": ["-serverpref", "-prioritize_chacha"],
    "no curve but one": ["-named_curve", "P-384"],
}


@BOTH
@pytest.mark.parametrize("habit", OPENSSL_SERVER)
def test_openssl_server(pki, servers, habit, provider):
    need_provider(provider)
    server = servers(openssl_server, pki.servers["rsa2048"], *OPENSSL_SERVER[habit])
    got = told(pki, server.port, f"--provider={provider}", "--http=/")
    assert got["version"] == "TLS 1.2" and "s_server" in got["http"]["body"]


def test_record_limit_is_kept_by_gnutls(pki, servers):
    """RFC 8449: in TLS 1.2 the limit is for the plaintext, without nonce and tag."""
    need_peer("gnutls")
    server = servers(gnutls_server, pki.servers["p256"])
    with Relay(server.port) as relay:
        got = told(pki, relay.port, "--record-limit=512", "--http=/",
                   "--suites=TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
        relay.finish()
        longest = max(length for kind, length in relay.records(SERVER) if kind == DATA)
    assert "GnuTLS" in got["http"]["body"] and 256 < longest <= 512 + 8 + 16


def test_hs_server_keeps_gnutls_limit(pki, servers):
    need_peer("gnutls")
    server = servers(hs_server, pki.servers["p256"])
    with Relay(server.port) as relay:
        assert gnutls_client(relay.port, pki.root, "--recordsize=512").code == 0
        relay.finish()
        longest = max(length for kind, length in relay.records(SERVER) if kind == DATA)
    assert longest <= 512 + 8 + 16


# ---- data ------------------------------------------------------------------------------------


@BOTH
@PEERS
def test_ten_megabytes_each_way_with_hs_client(pki, peer, provider):
    need_peer(peer)
    need_provider(provider)
    own = pki.servers["p256"]
    with (echo_server(own, ssl.TLSVersion.TLSv1_2) if peer == "openssl" else
          gnutls_server(own, "--crlf", how=("--echo",))) as server:
        exchange_much("hs-client", f"--provider={provider}", f"--cacert={pki.root}", "--tls=1.2",
                      "--io", f"--connect-to={HERE}:{server.port}", "localhost")


@BOTH
def test_ten_megabytes_each_way_with_hs_server(pki, servers, provider):
    """Python's OpenSSL, both ways at once."""
    need_provider(provider)
    server = servers(hs_server, pki.servers["p256"], provider=provider, tls="1.2", echo=True)
    with connection(pki, server) as tls:
        assert tls.version() == "TLSv1.2" and exchange_on(tls)
