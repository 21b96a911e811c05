"""What real peers may do and mostly do not: small and padded records, offers of things we do not
speak, sessions and early data from elsewhere. The handshake completes and the data is whole."""

import pytest
from conftest import HERE, run
from ours import hs_server
from peers import gnutls_server, need_peer, openssl_client, openssl_server
from providers import PROVIDERS, need_provider
from wire import DATA, SERVER, Relay

OPENSSL_CLIENT = {
    "no middlebox compatibility": ["-no_middlebox"],
    "records of 512 bytes": ["-max_send_frag", "512"],
    "padded records": ["-record_padding", "1000"],
    "max_fragment_length": ["-maxfraglen", "1024"],
    "asks for ocsp": ["-status"],
    "asks for scts": ["-serverinfo", "18"],
    "tls 1.2 offered too": [],
    "many suites": ["-cipher", "ALL:COMPLEMENTOFALL"],
    "post-handshake authentication": ["-enable_pha"],
    "srtp": ["-use_srtp", "SRTP_AES128_CM_SHA1_80"],
}
GNUTLS_CLIENT = {
    "records of 512 bytes": ["--recordsize=512"],
    "no name": ["--disable-sni"],
    "post-handshake authentication": ["--post-handshake-auth"],
    "single share": ["--single-key-share"],
    "tls 1.2 offered too": ["--priority=NORMAL"],
    "all that it has": ["--priority=PERFORMANCE:+VERS-ALL:+GROUP-ALL:%COMPAT"],
}


@pytest.mark.parametrize("habit", OPENSSL_CLIENT)
def test_openssl_client(pki, servers, habit):
    server = servers(hs_server, pki.servers["p256"])
    seen = openssl_client(server.port, pki.root, *OPENSSL_CLIENT[habit], versions="")
    assert seen.code == 0 and "HTTP/1.1 200" in seen.text, seen.text


@pytest.mark.parametrize("habit", GNUTLS_CLIENT)
def test_gnutls_client(pki, servers, habit):
    need_peer("gnutls")
    server = servers(hs_server, pki.servers["p256"])
    words = GNUTLS_CLIENT[habit]
    done = run("gnutls-cli", "--x509cafile", pki.root, "--verify-hostname=localhost", *words, "-p",
               server.port, HERE, code=None, input="GET / HTTP/1.0\r\n\r\n")
    assert done.returncode == 0 and "HTTP/1.1 200" in done.stdout, done.stderr


OPENSSL_SERVER = {
    "no middlebox compatibility": ["-no_middlebox"],
    "records of 512 bytes": ["-max_send_frag", "512"],
    "padded records": ["-record_padding", "1000"],
    "no tickets": ["-num_tickets", "0"],
    "ten tickets": ["-num_tickets", "10"],
    "early data allowed": ["-max_early_data", "16384"],
    "its own order of suites": ["-serverpref", "-prioritize_chacha"],
    "tls 1.2 spoken too": [],
}


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("habit", OPENSSL_SERVER)
def test_openssl_server(pki, servers, habit, provider):
    need_provider(provider)
    server = servers(openssl_server, pki.servers["rsa2048"], *OPENSSL_SERVER[habit], versions="")
    done = run("hs-client", f"--provider={provider}", f"--cacert={pki.root}", "--http=/",
               f"--connect-to={HERE}:{server.port}", "localhost")
    assert "s_server" in done.stdout


def test_record_limit_is_kept_by_gnutls(pki, servers, tmp_path):
    """GnuTLS knows record_size_limit; s_server does not, and nothing breaks."""
    need_peer("gnutls")
    server = servers(gnutls_server, pki.servers["p256"])
    with Relay(server.port) as relay:
        done = run("hs-client", f"--cacert={pki.root}", "--http=/", "--record-limit=512",
                   f"--connect-to={HERE}:{relay.port}", "localhost")
        relay.finish()
        longest = max(length for kind, length in relay.records(SERVER) if kind == DATA)
    assert "GnuTLS" in done.stdout and longest <= 512 + 16
    run("hs-client", f"--cacert={pki.root}", "--http=/", "--record-limit=512",
        f"--connect-to={HERE}:{servers(openssl_server, pki.servers['p256']).port}", "localhost")


# ---- sessions and early data from elsewhere --------------------------------------------------


@pytest.fixture(scope="module")
def session(pki, tmp_path_factory):
    """A session of s_server's that allows early data; hs-server cannot know it."""
    path = tmp_path_factory.mktemp("session") / "session.pem"
    with openssl_server(pki.servers["p256"], "-max_early_data", "16384") as server:
        openssl_client(server.port, pki.root, "-sess_out", path)
    assert path.exists()
    return path


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("hrr", ["auto", "always"])
def test_foreign_session_is_not_taken(pki, servers, session, provider, hrr):
    """pre_shared_key with an identity that means nothing here: a full handshake."""
    need_provider(provider)
    server = servers(hs_server, pki.servers["p256"], provider=provider, hrr=hrr)
    seen = openssl_client(server.port, pki.root, "-sess_in", session)
    assert seen.code == 0 and "New, TLSv1.3" in seen.text and "Reused" not in seen.text
    assert "HTTP/1.1 200" in seen.text


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("hrr", ["auto", "always"])
def test_early_data_is_skipped(pki, servers, session, tmp_path, provider, hrr):
    """RFC 9846 4.3.10: who does not take early data skips it; none of it reaches the service."""
    need_provider(provider)
    early = tmp_path / "early"
    early.write_text("GET /early-data-was-taken HTTP/1.0\r\n\r\n" + "x" * 8000)
    server = servers(hs_server, pki.servers["p256"], provider=provider, hrr=hrr)
    seen = openssl_client(server.port, pki.root, "-sess_in", session, "-early_data", early)
    assert seen.code == 0 and "Early data was rejected" in seen.text, seen.text
    assert "HTTP/1.1 200" in seen.text and "404 Not" not in seen.text


def test_gnutls_resumption_falls_back(pki, servers):
    """gnutls-cli --resume connects twice; without a ticket the second is full as well."""
    need_peer("gnutls")
    server = servers(hs_server, pki.servers["p256"])
    since = server.mark()
    run("gnutls-cli", "--resume", "--x509cafile", pki.root, "--verify-hostname=localhost",
        "--sni-hostname=localhost", "-p", server.port, HERE, code=None,
        input="GET / HTTP/1.0\r\n\r\n")
    first = server.told("connected", since)
    assert first["mode"] == "full"
