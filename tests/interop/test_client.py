"""hs-client with real servers: HelloRetryRequest, ALPN, KeyUpdate, data both ways, what it tells
of a failure, and its exit codes."""

import json
import random
import socket
import stat
import subprocess
import threading
import tempfile

import pytest
from conftest import HERE, free_port, run
from bulk import echo_server, exchange_much, gnutls_echo_server
from peers import GROUPS, SERVERS, gnutls_server, need_peer, openssl_server, server_said
from program import Program
from providers import PROVIDERS, need_provider

BOTH = pytest.mark.parametrize("provider", PROVIDERS)
PEERS = pytest.mark.parametrize("peer", SERVERS)
OTHER_GROUPS = [group for group in GROUPS if group != "x25519"]


def client(pki, port, *more, code=0, **how):
    return run("hs-client", f"--cacert={pki.root}", *more, f"--connect-to={HERE}:{port}",
               "localhost", code=code, **how)


def told(pki, port, *more, code=0):
    return json.loads(client(pki, port, "--json", *more, code=code).stdout)


# ---- what was negotiated ---------------------------------------------------------------------


@BOTH
@PEERS
@pytest.mark.parametrize("group", OTHER_GROUPS)
def test_server_asks_for_another_group(pki, servers, peer, provider, group):
    """HelloRetryRequest forced by the server: it knows no group that a share was sent for."""
    need_peer(peer)
    need_provider(provider)
    server = servers(SERVERS[peer], pki.servers["p256"], groups=(group,))
    got = told(pki, server.port, f"--provider={provider}", "--shares=x25519",
               f"--groups=x25519,{group}", "--http=/")
    assert (got["hrr"], got["group"], got["rtts"]) == (True, group, 2)
    assert server_said(got["http"]["body"])[1] == group


@BOTH
@PEERS
@pytest.mark.parametrize("group", GROUPS)
def test_client_sends_no_share(pki, servers, peer, provider, group):
    """HelloRetryRequest forced by the client: it sends no share at all."""
    need_peer(peer)
    need_provider(provider)
    server = servers(SERVERS[peer], pki.servers["p256"])
    got = told(pki, server.port, f"--provider={provider}", "--shares=", f"--groups={group}",
               "--http=/")
    assert (got["hrr"], got["group"]) == (True, group)
    assert server_said(got["http"]["body"])[1] == group


@PEERS
def test_retry_with_a_client_certificate(pki, servers, peer):
    need_peer(peer)
    own = pki.clients["p384"]
    server = servers(SERVERS[peer], pki.servers["p256"], client_ca=pki.root)
    got = told(pki, server.port, "--shares=", f"--cert={own.cert}", f"--key={own.key}", "--http=/")
    assert got["hrr"] and got["own_sigalg"] == "ecdsa_secp384r1_sha384"


@PEERS
def test_no_group_in_common(pki, servers, peer):
    need_peer(peer)
    server = servers(SERVERS[peer], pki.servers["p256"], groups=("secp384r1",))
    got = told(pki, server.port, "--groups=x25519", code=4)
    assert got["error"]["from_peer"] and got["error"]["alert_name"] == "handshake_failure"


@PEERS
@pytest.mark.parametrize("offered,chosen", [("h2,http/1.1", "http/1.1"), ("http/1.1", "http/1.1"),
                                            ("h2", None)])
def test_alpn(pki, servers, peer, offered, chosen):
    need_peer(peer)
    server = servers(SERVERS[peer], pki.servers["p256"], alpn="http/1.1")
    if chosen is None and peer == "openssl":
        # RFC 7301 3.2: no protocol in common is fatal; which of them is a server's choice.
        assert told(pki, server.port, f"--alpn={offered}", code=4)["error"]["alert_name"] == (
            "no_application_protocol")
        return
    assert told(pki, server.port, f"--alpn={offered}")["alpn"] == chosen


def test_server_name_is_heard(pki, servers):
    server = servers(openssl_server, pki.servers["p256"], "-tlsextdebug", how=())
    said = server.mark()
    client(pki, server.port)
    server.wait_for("server name", since=said)
    server.wait_for(r"\.localhost", since=said)
    said = server.mark()
    client(pki, server.port, "--no-servername")
    server.wait_for("supported_groups", since=said)
    assert "server name" not in server.text(since=said)


@PEERS
@BOTH
def test_key_update_both_ways(pki, servers, peer, provider):
    need_peer(peer)
    need_provider(provider)
    server = servers(SERVERS[peer], pki.servers["p256"])
    got = told(pki, server.port, f"--provider={provider}", "--key-update", "--http=/")
    assert got["key_update_answered"] and got["http"]["status"] == 200


@BOTH
def test_key_update_asked_for_by_the_server(pki, provider):
    """s_server's command K sends a KeyUpdate that asks for ours."""
    need_provider(provider)
    with openssl_server(pki.servers["p256"], how=()) as server, Program(
            "hs-client", f"--provider={provider}", f"--cacert={pki.root}", "-v", "--io",
            f"--connect-to={HERE}:{server.port}", "localhost", stdin=subprocess.PIPE) as ours:
        ours.wait_for("handshake complete")
        server.type("K")
        ours.wait_for("<- KeyUpdate")
        ours.wait_for("-> KeyUpdate")
        server.type("from the server")
        ours.wait_for("^from the server$", stream="out")
        ours.type("from the client")
        server.wait_for("from the client")


# ---- data ------------------------------------------------------------------------------------

@BOTH
@PEERS
def test_ten_megabytes_each_way(pki, peer, provider):
    need_peer(peer)
    need_provider(provider)
    start = {"openssl": echo_server, "gnutls": gnutls_echo_server}[peer]
    with start(pki.servers["p256"]) as server:
        exchange_much("hs-client", f"--provider={provider}", f"--cacert={pki.root}", "--io",
                      f"--connect-to={HERE}:{server.port}", "localhost")


# ---- what it leaves behind -------------------------------------------------------------------


def test_json_is_one_document_and_complete(pki, servers):
    server = servers(openssl_server, pki.servers["p256"])
    got = told(pki, server.port, "--http=/")
    assert (got["ok"], got["exit"], got["error"]) == (True, 0, None)
    assert got["chain"][0]["subject"] == "CN=server p256" and "localhost" in got["chain"][0]["names"]
    assert got["bytes"]["app_rx"] > 1000 and got["time_us"]["total"] > 0


@pytest.mark.parametrize("level", ["-v", "-vv", "-vvv"])
def test_text_trace_goes_to_stderr_and_hides_secrets(pki, servers, level):
    server = servers(openssl_server, pki.servers["p256"], how=("-www",))
    done = client(pki, server.port, level, "--http=/")
    for words in ("ClientHello", "ServerHello", "EncryptedExtensions", "CertificateVerify",
                  "handshake complete"):
        assert words in done.stderr and words not in done.stdout
    assert done.stdout.startswith("<HTML>")


@pytest.mark.parametrize("how", ["flag", "environment"])
def test_key_log_is_private_and_added_to(pki, servers, tmp_path, monkeypatch, how):
    server, log = servers(openssl_server, pki.servers["p256"]), tmp_path / "keys"
    words = [f"--keylog={log}"] if how == "flag" else []
    if how == "environment":
        monkeypatch.setenv("SSLKEYLOGFILE", str(log))
    for count in (1, 2):
        client(pki, server.port, *words)
        labels = [line.split()[0] for line in log.read_text().splitlines()]
        assert labels.count("CLIENT_TRAFFIC_SECRET_0") == count
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert set(labels) >= {"CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET",
                           "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0",
                           "EXPORTER_SECRET"}


def test_key_log_is_openssls(pki, tmp_path):
    """Both ends of one connection log the same secrets."""
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    with openssl_server(pki.servers["p256"], "-keylogfile", theirs) as server:
        client(pki, server.port, f"--keylog={ours}", "--http=/")

    def lines(path):
        return {line for line in path.read_text().splitlines() if line and line[0] != "#"}
    assert lines(ours) and lines(ours) <= lines(theirs)


def test_files_are_not_written_through_a_link(pki, servers, tmp_path):
    server = servers(openssl_server, pki.servers["p256"])
    (tmp_path / "link").symlink_to(tmp_path / "target")
    done = client(pki, server.port, f"--keylog={tmp_path / 'link'}", code=1)
    assert "symbolic link" in done.stderr and not (tmp_path / "target").exists()


# ---- expectations and pins -------------------------------------------------------------------


def test_expectations_met(pki, servers):
    server = servers(openssl_server, pki.servers["rsa2048"], alpn="h2")
    client(pki, server.port, "--alpn=h2", "--groups=x25519", "--suites=TLS_AES_128_GCM_SHA256",
           "--expect=version=1.3,group=x25519,alpn=h2,suite=TLS_AES_128_GCM_SHA256",
           "--expect=sigalg=rsa_pss_rsae_sha256,hrr=no,trusted=yes")


def test_expectation_not_met_sends_nothing(pki, servers):
    server = servers(openssl_server, pki.servers["p256"])
    done = client(pki, server.port, "--expect=group=secp521r1", "--groups=x25519", "--http=/",
                  code=6)
    assert "expected group=secp521r1, got x25519" in done.stderr and "HTML" not in done.stdout


def test_pin(pki, servers):
    server = servers(openssl_server, pki.servers["p256"])
    good = told(pki, server.port)["chain"][0]["sha256"]
    client(pki, server.port, f"--pin=sha256:{good}")
    bad = client(pki, server.port, "--pin=sha256:" + "00" * 32, code=5)
    assert "not the one that was pinned" in bad.stderr and good in bad.stderr


# ---- failures and their exit codes -----------------------------------------------------------


@PEERS
def test_server_wants_a_certificate_and_gets_none(pki, servers, peer):
    """The alert comes after our handshake is done, and is told all the same."""
    need_peer(peer)
    server = servers(SERVERS[peer], pki.servers["p256"], client_ca=pki.root)
    got = told(pki, server.port, "--http=/", code=4)
    assert got["error"]["from_peer"] and got["error"]["alert_name"] in (
        "certificate_required", "handshake_failure")


def test_server_does_not_know_our_issuer(pki, servers, tmp_path):
    own = pki.clients["p256"]
    server = servers(openssl_server, pki.servers["p256"], client_ca=pki.other_root)
    got = told(pki, server.port, f"--cert={own.cert}", f"--key={own.key}", "--http=/", code=4)
    assert got["error"]["from_peer"] and got["error"]["alert_name"] == "unknown_ca"


def test_key_of_another_certificate(pki):
    done = client(pki, 1, f"--cert={pki.clients['p256'].cert}", f"--key={pki.clients['p384'].key}",
                  code=9)
    assert "key" in done.stderr


def test_versions_without_one_in_common(pki, servers):
    server = servers(openssl_server, pki.servers["p256"])
    got = told(pki, server.port, "--tls=1.2", code=4)
    assert got["error"]["alert_name"] == "protocol_version"


def test_nobody_listens(pki):
    done = client(pki, free_port(), code=3)
    assert "connection refused" in done.stderr.lower()


class Plain:
    """A server that does `act(connection)` with its one connection."""

    def __init__(self, act):
        self._listener = socket.create_server((HERE, 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, args=(act,), daemon=True)

    def _serve(self, act):
        with self._listener.accept()[0] as connection:
            act(connection)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *what):
        self._listener.close()
        self._thread.join(10)


def answer(data):
    def act(connection):
        connection.recv(4096)
        connection.sendall(data)
        while connection.recv(4096):
            pass
    return act


@pytest.mark.parametrize("what,data", [
    ("http", b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"),
    ("ssh", b"SSH-2.0-OpenSSH_9.2p1\r\n"),
    ("random", bytes(random.Random(3).randbytes(500))),
    ("alert", bytes.fromhex("15030300020228")),
])
def test_server_is_not_tls(pki, what, data):
    with Plain(answer(data)) as server:
        done = client(pki, server.port, code=4)
    assert done.stdout == "" and "handshake failed" in done.stderr


def test_silent_server(pki):
    with Plain(lambda connection: connection.recv(4096) and connection.recv(4096)) as server:
        done = client(pki, server.port, "--timeout=300ms", code=124)
    assert "0.3 s" in done.stderr


def test_server_closes_before_a_word(pki):
    with Plain(lambda connection: connection.recv(4096)) as server:
        done = client(pki, server.port, code=4)
    assert "handshake failed" in done.stderr


def test_cut_without_close_notify(pki):
    """Data may be missing: exit 7, and the words say so."""
    with openssl_server(pki.servers["p256"], how=()) as server, Program(
            "hs-client", f"--cacert={pki.root}", "--io", "-v", f"--connect-to={HERE}:{server.port}",
            "localhost", stdin=subprocess.PIPE) as ours:
        ours.type("read this first")  # else the kernel sends a reset, which is another case
        server.wait_for("read this first")
        server.process.kill()
        assert ours.wait() == 7
        assert "close_notify" in ours.text("err")


def test_interrupted(pki):
    with openssl_server(pki.servers["p256"], how=()) as server, Program(
            "hs-client", f"--cacert={pki.root}", "--hold=60s", "-v",
            f"--connect-to={HERE}:{server.port}", "localhost") as ours:
        ours.wait_for("handshake complete")
        ours.signal(2)
        assert ours.wait() == 130


# ---- where to ---------------------------------------------------------------------------------


def test_unix_socket(pki):
    # s_server is at a loss with a path of more than some 30 bytes.
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, Program("openssl", "s_server", "-unix", f"{folder}/s", "-cert", pki.servers["p256"].cert, "-key",
                 pki.servers["p256"].key, "-tls1_3", "-www", stdin=subprocess.PIPE) as server:
        server.wait_for("^ACCEPT")
        done = run("hs-client", f"--cacert={pki.root}", "--http=/", f"unix:{folder}/s")
    assert "<HTML>" in done.stdout


def has_ipv6():
    with socket.socket(socket.AF_INET6) as s:
        try:
            s.bind(("::1", 0))
        except OSError:
            return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no ::1")
def test_ipv6_address(pki):
    with Program("openssl", "s_server", "-accept", "[::1]:0", "-cert", pki.servers["p256"].cert,
                 "-key", pki.servers["p256"].key, "-tls1_3", "-www",
                 stdin=subprocess.PIPE) as server:
        port = server.wait_for(r"^ACCEPT \[::1\]:(\d+)").group(1)
        done = run("hs-client", f"--cacert={pki.root}", "--json", f"[::1]:{port}")
        assert json.loads(done.stdout)["trusted"]
        assert run("hs-client", f"--cacert={pki.root}", "-4", f"[::1]:{port}", code=None).returncode


def test_reads_pages(pki, servers):
    """As a person would: the page on standard output, nothing else."""
    for start, words in ((openssl_server, "s_server"), (gnutls_server, "GnuTLS")):
        done = client(pki, servers(start, pki.servers["p256"]).port, "--http=/")
        assert words in done.stdout and done.stderr == ""


# ---- usage -----------------------------------------------------------------------------------


@pytest.mark.parametrize("words,code,said", [
    ([], 2, "HOST"),
    (["--no-such-option", "localhost"], 2, "--no-such-option"),
    (["-connect", "localhost:1"], 2, "--connect"),
    (["localhost:99999"], 2, "99999"),
    (["--suites=TLS_NO_SUCH", "localhost:1"], 2, "TLS_NO_SUCH"),
    (["--groups=x25519,nothing", "localhost:1"], 2, "nothing"),
    (["--tls=1.1", "localhost:1"], 2, "1.1"),
    (["--tls=1.3", "--profile=classic", "localhost:1"], 2, "classic"),
    (["--suites=AES128-GCM-SHA256", "localhost:1"], 2, "--profile=classic"),
    (["--expect=color=blue", "localhost:1"], 2, "color"),
    (["--http", "--io", "localhost:1"], 2, "exclude each other"),
    (["--cacert=/no/such.pem", "localhost:1"], 1, "/no/such.pem"),
    (["--help"], 0, ""),
    (["-h"], 0, ""),
    (["--version"], 0, ""),
])
def test_usage(words, code, said):
    """What is wrong and what to do on standard error; help on standard output."""
    done = run("hs-client", *words, code=code)
    assert said in done.stderr
    assert (done.stdout and not done.stderr) if code == 0 else not done.stdout


def test_spellings_of_other_tools(pki, servers):
    """What curl and openssl call it works, too."""
    server = servers(openssl_server, pki.servers["p256"])
    done = run("hs-client", f"--cafile={pki.root}", "--curves=secp384r1", "--ciphersuites",
               "TLS_AES_256_GCM_SHA384", "--connect-to", f"{HERE}:{server.port}", "--json", "--",
               "localhost")
    got = json.loads(done.stdout)
    assert (got["group"], got["suite"]) == ("secp384r1", "TLS_AES_256_GCM_SHA384")
