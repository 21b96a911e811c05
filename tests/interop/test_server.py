"""hs-server with real clients: HelloRetryRequest, ALPN, names, KeyUpdate, client certificates, data
both ways, forwarding, limits, signals, exit codes and what it tells."""

import contextlib
import json
import random
import re
import signal
import socket
import ssl
import stat
import subprocess
import threading
import time

import pytest
from bulk import exchange_much, exchange_on
from conftest import HERE, KEY_KINDS, free_port, make_leaf, run
from ours import hs_server
from peers import CLIENTS, GROUPS, need_peer, openssl_client
from program import Program
from providers import PROVIDERS, SIGALGS, need_provider
from wire import CLIENT, DATA, SERVER, Relay

BOTH = pytest.mark.parametrize("provider", PROVIDERS)
PEERS = pytest.mark.parametrize("peer", CLIENTS)


def connection(pki, server, **more):
    """One TLS connection by Python's OpenSSL."""
    context = ssl.create_default_context(cafile=str(pki.root))
    if "identity" in more:
        context.load_cert_chain(more["identity"].cert, more["identity"].key)
    return context.wrap_socket(socket.create_connection((HERE, server.port), timeout=10),
                               server_hostname=more.get("name", "localhost"))


def echoes(tls, data=b"are you there?"):
    tls.sendall(data)
    got = b""
    while len(got) < len(data):
        piece = tls.recv(65536)
        assert piece, "the connection ended"
        got += piece
    return got == data


# ---- what was negotiated ---------------------------------------------------------------------


@BOTH
@PEERS
@pytest.mark.parametrize("group", [group for group in GROUPS if group != "x25519"])
def test_server_asks_for_another_group(pki, servers, peer, provider, group):
    """HelloRetryRequest: the client's share is for a group that the server does not take."""
    need_peer(peer)
    need_provider(provider)
    server = servers(hs_server, pki.servers["p256"], provider=provider, groups=group)
    since, more = server.mark(), ["--single-key-share"] if peer == "gnutls" else []
    seen = CLIENTS[peer](server.port, pki.root, *more, groups=("x25519", group))
    assert (seen.code, seen.group, seen.trusted) == (0, group, True), seen.text
    assert server.told("connected", since)["hrr"]


@BOTH
@PEERS
def test_always_a_retry(pki, servers, peer, provider):
    need_peer(peer)
    need_provider(provider)
    server = servers(hs_server, pki.servers["p256"], provider=provider, hrr="always")
    since = server.mark()
    assert CLIENTS[peer](server.port, pki.root).code == 0
    assert server.told("connected", since)["hrr"]


@PEERS
def test_retry_with_a_client_certificate(pki, servers, peer):
    need_peer(peer)
    server = servers(hs_server, pki.servers["p256"], hrr="always", client_auth="need",
                     cacert=pki.root)
    since = server.mark()
    assert CLIENTS[peer](server.port, pki.root, identity=pki.clients["rsa2048"]).code == 0
    told = server.told("connected", since)
    assert told["hrr"] and told["client"] == "CN=client rsa2048"


@PEERS
def test_no_group_in_common(pki, servers, peer):
    need_peer(peer)
    server = servers(hs_server, pki.servers["p256"], groups="secp384r1")
    since = server.mark()
    assert CLIENTS[peer](server.port, pki.root, groups=("x25519",)).code != 0
    error = server.told("failed", since)["error"]
    assert error["alert_name"] == "handshake_failure" and not error["from_peer"]


@PEERS
def test_alpn(pki, servers, peer):
    need_peer(peer)
    server = servers(hs_server, pki.servers["p256"], alpn="h3,http/1.1")
    assert CLIENTS[peer](server.port, pki.root, alpn="spdy/3,http/1.1").alpn == "http/1.1"
    since = server.mark()
    assert CLIENTS[peer](server.port, pki.root, alpn="spdy/3").code != 0
    assert server.told("failed", since)["error"]["alert_name"] == "no_application_protocol"


@BOTH
def test_key_update_asked_for_by_openssl(pki, provider):
    """s_client's command K: new keys both ways, and the data goes on."""
    need_provider(provider)
    with hs_server(pki.servers["p256"], provider=provider, echo=True) as server, Program(
            "openssl", "s_client", "-connect", f"{HERE}:{server.port}", "-CAfile", pki.root,
            "-msg", stdin=subprocess.PIPE) as client:
        client.wait_for("Verify return code: 0")
        for word in ("first", "second"):
            since = client.mark()
            client.type("K")
            client.wait_for("<<< .*KeyUpdate", since=since)
            client.type(word)
            client.wait_for(f"^{word}$", since=since)


@BOTH
def test_key_update_asked_for_by_gnutls(pki, provider):
    need_peer("gnutls")
    need_provider(provider)
    with hs_server(pki.servers["p256"], "-v", provider=provider, echo=True) as server, Program(
            "gnutls-cli", "--x509cafile", pki.root, "--inline-commands", "-p", server.port,
            "--sni-hostname=localhost", "--verify-hostname=localhost", HERE,
            stdin=subprocess.PIPE) as client:
        client.wait_for("Simple Client Mode")
        client.type("^rekey^")
        server.wait_for("<- KeyUpdate")
        client.type("with new keys")
        client.wait_for("^with new keys$")


@pytest.mark.parametrize("tls,client,version", [
    ("1.2", "1.2-1.3", "TLS 1.2"), ("1.3", "1.2-1.3", "TLS 1.3"), ("1.2-1.3", "1.2", "TLS 1.2"),
    ("1.2-1.3", "1.2-1.3", "TLS 1.3"), ("1.2", "1.3", None), ("1.3", "1.2", None)])
def test_versions(pki, servers, tls, client, version):
    """As OpenSSL and as hs-client see it; None: an alert that says why."""
    server = servers(hs_server, pki.servers["p256"], tls=tls)
    only = {"1.2": "-tls1_2", "1.3": "-tls1_3", "1.2-1.3": ""}[client]
    since = server.mark()
    seen = openssl_client(server.port, pki.root, versions=only)
    if version:
        assert seen.code == 0 and server.told("connected", since)["version"] == version
    else:
        assert server.told("failed", since)["error"]["alert_name"] == "protocol_version"
    done = run("hs-client", f"--cacert={pki.root}", f"--tls={client}",
               f"--connect-to={HERE}:{server.port}", "--json", "localhost",
               code=0 if version else 4)
    got = json.loads(done.stdout)
    assert (got["version"] if version else got["error"]["alert_name"]) == (
        version or "protocol_version")


@pytest.mark.parametrize("prefer,first", [("server", True), ("client", False)])
def test_whose_order_counts_in_tls_12(pki, servers, prefer, first):
    """By OpenSSL's names of the suites, and by those of the RFC."""
    server = servers(hs_server, pki.servers["p256"], tls="1.2", prefer=prefer,
                     suites="ECDHE-ECDSA-AES256-GCM-SHA384:"
                            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
    since = server.mark()
    openssl_client(server.port, pki.root, "-cipher",
                   "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384", versions="")
    assert ("AES_256" in server.told("connected", since)["suite"]) == first


# ---- which certificate -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def named(pki, tmp_path_factory):
    """Credentials for one name each."""
    folder = tmp_path_factory.mktemp("named")
    return {name: make_leaf(folder, pki.root, "p256", "server", subject=name, names=f"DNS:{name}")
            for name in ("one.test", "two.test")}


def test_certificate_by_name(pki, servers, named):
    server = servers(hs_server, *named.values())
    for name in named:
        assert f"CN={name}" in openssl_client(server.port, pki.root, host=name).text.replace(
            "CN = ", "CN=")


def test_unknown_name(pki, servers, named):
    """The first certificate, or with --strict-sni an alert."""
    default = servers(hs_server, *named.values())
    with pytest.raises(ssl.SSLCertVerificationError):
        connection(pki, default, name="three.test")
    strict = servers(hs_server, *named.values(), strict_sni=True)
    with pytest.raises(ssl.SSLError, match="(?i)unrecognized.name"):
        connection(pki, strict, name="three.test")


def test_certificate_by_what_the_client_can_verify(pki, servers):
    kinds = [kind for kind in KEY_KINDS if kind != "ed25519"]
    server = servers(hs_server, *(pki.servers[kind] for kind in kinds))
    for kind in kinds:
        since = server.mark()
        assert openssl_client(server.port, pki.root, sigalgs=SIGALGS[kind]).code == 0
        assert server.told("connected", since)["own_sigalg"] == SIGALGS[kind]


def test_throw_away_ca(tmp_path, monkeypatch):
    """No --cert: a CA is made, and the command that is printed works."""
    monkeypatch.setenv("MINI_CA_DIR", str(tmp_path / "ca"))
    with Program("hs-server", f"{HERE}:0") as server:
        command = server.wait_for(r"try: hs-client (localhost:\d+)").group(1)
        assert "throw-away" in server.text()
        run("hs-client", "--expect=trusted=yes", command)
        page = server.wait_for(r"or:  (curl --cacert .*)").group(1).split()
        assert "TLS 1.3" in run(*page, "--silent", "--fail", "--noproxy", "*").stdout


# ---- client certificates ---------------------------------------------------------------------


@BOTH
@PEERS
def test_certificate_needed_and_missing(pki, servers, peer, provider):
    need_peer(peer)
    need_provider(provider)
    server = servers(hs_server, pki.servers["p256"], provider=provider, client_auth="need",
                     cacert=pki.root)
    since = server.mark()
    seen = CLIENTS[peer](server.port, pki.root)
    assert "HTTP/1.1 200" not in seen.text
    assert server.told("failed", since)["error"]["alert_name"] == "certificate_required"
    if peer == "openssl":
        assert "certificate required" in seen.text


@BOTH
@PEERS
def test_certificate_of_an_unknown_issuer(pki, servers, peer, provider):
    need_peer(peer)
    need_provider(provider)
    server = servers(hs_server, pki.servers["p256"], provider=provider, client_auth="need",
                     cacert=pki.other_root)
    since = server.mark()
    seen = CLIENTS[peer](server.port, pki.root, identity=pki.clients["p256"])
    assert "HTTP/1.1 200" not in seen.text
    # a client may keep back a certificate that no root named by the server stands above
    assert server.told("failed", since)["error"]["alert_name"] in ("unknown_ca",
                                                                   "certificate_required")


def test_certificate_wanted(pki, servers):
    server = servers(hs_server, pki.servers["p256"], client_auth="want", cacert=pki.root)
    for identity, subject in ((None, None), (pki.clients["p384"], "CN=client p384")):
        since = server.mark()
        assert openssl_client(server.port, pki.root, identity=identity).code == 0
        assert server.told("connected", since).get("client") == subject


def test_any_certificate_with_insecure(pki, servers):
    server = servers(hs_server, pki.servers["p256"], client_auth="need", cacert=pki.other_root,
                     insecure=True)
    since = server.mark()
    assert openssl_client(server.port, pki.root, identity=pki.clients["p256"]).code == 0
    told = server.told("connected", since)
    assert told["client"] == "CN=client p256" and told["client_verdict"] != "HS_OK"


# ---- data ------------------------------------------------------------------------------------


@BOTH
def test_ten_megabytes_each_way_with_gnutls(pki, servers, provider):
    need_peer("gnutls")
    need_provider(provider)
    server = servers(hs_server, pki.servers["p256"], provider=provider, echo=True)
    exchange_much("gnutls-cli", "--logfile=/dev/null", "--x509cafile", pki.root,
                  "--sni-hostname=localhost", "--verify-hostname=localhost", "-p", server.port,
                  HERE)


@BOTH
def test_ten_megabytes_each_way_with_openssl(pki, servers, provider):
    """Records of each size from one byte up: Python writes piece by piece."""
    need_provider(provider)
    server = servers(hs_server, pki.servers["p256"], provider=provider, echo=True)
    with connection(pki, server) as tls:
        assert exchange_on(tls)


@BOTH
def test_ten_megabytes_each_way_with_hs_client(pki, servers, provider):
    need_provider(provider)
    server = servers(hs_server, pki.servers["p256"], provider=provider, echo=True)
    exchange_much("hs-client", f"--provider={provider}", f"--cacert={pki.root}", "--io",
                  f"--connect-to={HERE}:{server.port}", "localhost")


def test_small_records_both_ways(pki, servers):
    """--record-limit at both ends: no record on the wire is longer, and all data goes through."""
    server = servers(hs_server, pki.servers["p256"], echo=True, record_limit=512)
    with Relay(server.port) as relay:
        done = run("hs-client", f"--cacert={pki.root}", "--io", "--record-limit=256",
                   f"--connect-to={HERE}:{relay.port}", "localhost", input="0123456789" * 5000)
        relay.finish()
        longest = {who: max(length for kind, length in relay.records(who) if kind == DATA)
                   for who in (CLIENT, SERVER)}
    assert done.stdout == "0123456789" * 5000
    assert longest == {CLIENT: 512 + 16, SERVER: 256 + 16}


def test_half_close(pki, servers):
    """The client's close_notify first; what it sent before is still answered."""
    server = servers(hs_server, pki.servers["p256"], echo=True)
    done = run("hs-client", f"--cacert={pki.root}", "--io", f"--connect-to={HERE}:{server.port}",
               "localhost", input="the last words\n")
    assert done.stdout == "the last words\n"


# ---- --forward -------------------------------------------------------------------------------


@contextlib.contextmanager
def backend(act):
    """A plaintext server: `act` with each connection, one after the other."""
    listener = socket.create_server((HERE, 0))

    def serve():
        with contextlib.suppress(OSError):
            while True:
                with listener.accept()[0] as plain:
                    act(plain)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


def echo(plain):
    while True:
        data = plain.recv(1 << 16)
        if not data:
            return
        plain.sendall(data)


def test_forward_ten_megabytes_each_way(pki):
    with backend(echo) as port, hs_server(pki.servers["p256"], forward=f"{HERE}:{port}") as server:
        exchange_much("hs-client", f"--cacert={pki.root}", "--io",
                      f"--connect-to={HERE}:{server.port}", "localhost")


def test_forward_by_curl(pki):
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nplain\n"
    with backend(lambda plain: plain.recv(4096) and plain.sendall(answer)) as port, hs_server(
            pki.servers["p256"], forward=f"{HERE}:{port}") as server:
        done = run("curl", "--silent", "--noproxy", "*", "--cacert", pki.root, "--resolve",
                   f"localhost:{server.port}:{HERE}", f"https://localhost:{server.port}/")
    assert done.stdout == "plain\n"


def test_forward_half_close(pki):
    """The client's end reaches the backend, and the backend's answer to it the client."""
    def count(plain):
        total = 0
        while True:
            data = plain.recv(65536)
            if not data:
                break
            total += len(data)
        plain.sendall(f"{total} bytes\n".encode())

    with backend(count) as port, hs_server(pki.servers["p256"],
                                           forward=f"{HERE}:{port}") as server:
        done = run("hs-client", f"--cacert={pki.root}", "--io",
                   f"--connect-to={HERE}:{server.port}", "localhost", input="x" * 100_000)
    assert done.stdout == "100000 bytes\n"


def test_forward_backend_is_away(pki):
    with hs_server(pki.servers["p256"], forward=f"{HERE}:{free_port()}") as server:
        for _ in range(2):
            done = run("hs-client", f"--cacert={pki.root}", "--http=/",
                       f"--connect-to={HERE}:{server.port}", "localhost", code=None)
            assert done.returncode != 0 and done.stdout == ""
        assert "refused" in server.told("backend")["error"]


def test_forward_to_a_unix_socket(pki, tmp_path):
    path = str(tmp_path / "backend")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        threading.Thread(target=lambda: echo(listener.accept()[0]), daemon=True).start()
        with hs_server(pki.servers["p256"], forward=f"unix:{path}") as server:
            with connection(pki, server) as tls:
                assert echoes(tls)


# ---- limits and workers ----------------------------------------------------------------------


def test_workers_share_the_connections(pki):
    with hs_server(pki.servers["p256"], echo=True, workers=4) as server:
        with contextlib.ExitStack() as stack:
            open_ = [stack.enter_context(connection(pki, server)) for _ in range(40)]
            assert all(echoes(tls) for tls in open_)
        names = {told["conn"] for told in server.events("connected")}
        assert names == {f"c{n}" for n in range(1, 41)}


@pytest.mark.parametrize("workers", [1, 3])
def test_accept_n_then_exit(pki, workers):
    with hs_server(pki.servers["p256"], accept=3, workers=workers) as server:
        for _ in range(3):
            assert openssl_client(server.port, pki.root).code == 0
        assert server.wait() == 0


def test_full_server_ends_the_idlest(pki):
    """--max-conns: the one that was idle longest makes room, a new one is served."""
    with hs_server(pki.servers["p256"], echo=True, max_conns=2) as server:
        with connection(pki, server) as first, connection(pki, server) as second:
            assert echoes(first) and echoes(second)
            time.sleep(0.05)
            assert echoes(second)
            with connection(pki, server) as third:
                assert echoes(third) and echoes(second)
                assert first.recv(1) == b""


def test_idle_connection_is_ended(pki):
    with hs_server(pki.servers["p256"], echo=True, idle_timeout="300ms") as server:
        with connection(pki, server) as tls:
            assert echoes(tls)
            assert tls.recv(1) == b""  # close_notify, else Python tells a cut


# ---- signals ---------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("workers", [1, 3])
def test_signal_drains_then_exits(pki, number, workers):
    """The open connection gets its close_notify, and no new one is taken; exit code 0."""
    with hs_server(pki.servers["p256"], echo=True, workers=workers) as server:
        with connection(pki, server) as tls:
            assert echoes(tls)
            server.signal(number)
            server.told("stopping")
            assert tls.recv(1) == b""
            tls.unwrap()
        assert server.wait() == 0
        with pytest.raises(OSError):
            socket.create_connection((HERE, server.port), timeout=5)


def test_answer_on_its_way_is_finished(pki, tmp_path):
    """TERM in the middle of a big file: the client gets all of it."""
    (tmp_path / "big.bin").write_bytes(b"0123456789abcdef" * (1 << 19))
    with hs_server(pki.servers["p256"], www=tmp_path) as server, connection(pki, server) as tls:
        tls.sendall(b"GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n")
        got = tls.recv(1000)
        server.signal(signal.SIGTERM)
        server.told("stopping")
        while True:
            piece = tls.recv(1 << 16)
            if not piece:
                break
            got += piece
        assert len(got.partition(b"\r\n\r\n")[2]) == 1 << 23
        tls.close()
        assert server.wait() == 0


def test_second_signal_ends_at_once(pki):
    """A peer that never closes does not hold it up."""
    with hs_server(pki.servers["p256"], echo=True, drain="60s") as server:
        with socket.create_connection((HERE, server.port)) as silent:
            silent.sendall(b"\x16")
            with connection(pki, server) as tls:
                assert echoes(tls)
            server.signal(signal.SIGTERM)
            server.told("stopping")
            server.signal(signal.SIGTERM)
            assert server.wait(5) == 0


def test_drain_has_an_end(pki):
    with hs_server(pki.servers["p256"], echo=True, drain="300ms") as server:
        with socket.create_connection((HERE, server.port)) as silent:
            silent.sendall(b"\x16")
            server.signal(signal.SIGTERM)
            assert server.wait(5) == 0


def test_hup_reloads_certificates(pki, tmp_path):
    """New connections get the new certificate, the open one goes on; a bad file changes nothing."""
    own = make_leaf(tmp_path, pki.root, "p256", "server", subject="before")
    new = make_leaf(tmp_path, pki.root, "p384", "server", subject="after")
    with hs_server(own, echo=True) as server:
        with connection(pki, server) as before:
            own.cert.write_bytes(new.cert.read_bytes())
            own.key.write_bytes(new.key.read_bytes())
            server.signal(signal.SIGHUP)
            assert server.told("reload")["ok"]
            with connection(pki, server) as after:
                assert after.getpeercert()["subject"] == ((("commonName", "after"),),)
                assert echoes(after)
            own.cert.write_text("no certificate\n")
            since = server.mark()
            server.signal(signal.SIGHUP)
            assert not server.told("reload", since)["ok"]
            with connection(pki, server) as still:
                assert still.getpeercert()["subject"] == ((("commonName", "after"),),)
            assert echoes(before)


def test_usr1_prints_counters(pki):
    with hs_server(pki.servers["p256"], echo=True) as server, connection(pki, server) as tls:
        assert echoes(tls)
        server.signal(signal.SIGUSR1)
        stats = server.told("stats")
        assert (stats["open"], stats["accepted"], stats["handshakes"]) == (1, 1, 1)


# ---- what it tells ---------------------------------------------------------------------------


def test_every_line_of_json(pki):
    """One object a line, from listening to closed; standard error has none of it."""
    with hs_server(pki.servers["p256"]) as server:
        assert openssl_client(server.port, pki.root).code == 0
        server.told("closed")
        lines = [json.loads(line) for line in server.text("out").splitlines()]
    assert [line["ev"] for line in lines] == ["listening", "connected", "closed"]
    assert lines[1]["suite"].startswith("TLS_") and lines[2]["why"] == "done"
    assert lines[2]["app_rx"] > 0 and lines[2]["app_tx"] > 100


def test_trace_dir_has_a_file_for_each_connection(pki, tmp_path):
    with hs_server(pki.servers["p256"], trace_dir=tmp_path) as server:
        for _ in range(2):
            assert openssl_client(server.port, pki.root).code == 0
        server.stop()
    for number in (1, 2):
        path = tmp_path / f"c{number}.jsonl"
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        assert lines[0]["ev"] == "trace" and lines[-1]["ev"] == "closed"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_sslkeylogfile_needs_the_flag(pki, tmp_path, monkeypatch):
    """S4: the environment alone opens nothing; with --keylog it is heeded, with a warning."""
    named, flag = tmp_path / "environment", tmp_path / "flag"
    monkeypatch.setenv("SSLKEYLOGFILE", str(named))
    with hs_server(pki.servers["p256"]) as server:
        gnutls_or_openssl(pki, server)
    assert not named.exists() or b"SERVER" not in named.read_bytes()
    named.unlink(missing_ok=True)
    with hs_server(pki.servers["p256"], keylog=flag) as server:
        gnutls_or_openssl(pki, server)
        server.wait_for("SSLKEYLOGFILE", stream="err")
    assert flag.read_text() == named.read_text() != ""


def gnutls_or_openssl(pki, server):
    """curl and gnutls-cli heed SSLKEYLOGFILE themselves, s_client does not."""
    assert openssl_client(server.port, pki.root).code == 0


def test_foreign_bytes_are_printed_safely(pki):
    """A name that would clear the screen stays text."""
    with Program("hs-server", "-v", f"--cert={pki.servers['p256'].cert}",
                 f"--key={pki.servers['p256'].key}", f"{HERE}:0") as server:
        port = server.wait_for(r"listening on 127\.0\.0\.1:(\d+)").group(1)
        openssl_client(int(port), pki.root, "-alpn", "\x1b]0;x\x07,\u202e")
        server.wait_for("ClientHello")
        assert "\x1b" not in server.text() and "\u202e" not in server.text()


# ---- exit codes ------------------------------------------------------------------------------


def test_a_fault_is_one_line_of_json():
    done = run("hs-server", "--json", "--suites=TLS_NO_SUCH", "0", code=2)
    line, = done.stdout.splitlines()
    assert "TLS_NO_SUCH" in json.loads(line)["error"]


@pytest.mark.parametrize("words,code,said", [
    (["--no-such-option", "0"], 2, "--no-such-option"),
    ([], 2, "PORT"),
    (["--echo", "--status", "0"], 2, "exclude each other"),
    (["--client-auth=need", "0"], 2, "--cacert"),
    (["--suites=TLS_NO_SUCH", "0"], 2, "TLS_NO_SUCH"),
    (["-accept", "0"], 2, "--accept"),
    (["--www=/no/such/folder", "0"], 1, "/no/such/folder"),
    (["--cert=/no/such.pem", "0"], 1, "/no/such.pem"),
    (["--help"], 0, ""),
    (["--version"], 0, ""),
])
def test_exit_codes(words, code, said):
    done = run("hs-server", *words, code=code)
    assert said in done.stderr
    assert done.stdout if code == 0 else not done.stdout


def test_port_is_taken(pki):
    with socket.create_server((HERE, 0)) as taken:
        own = pki.servers["p256"]
        done = run("hs-server", f"--cert={own.cert}", f"--key={own.key}",
                   f"{HERE}:{taken.getsockname()[1]}", code=3)
    assert "address already in use" in done.stderr


def test_key_of_another_certificate(pki):
    run("hs-server", f"--cert={pki.servers['p256'].cert}", f"--key={pki.servers['p384'].key}", "0",
        code=9)


# ---- --io ------------------------------------------------------------------------------------


@pytest.fixture
def one_connection(pki, tmp_path):
    """one_connection(bytes): hs-server --io with that on standard input, output in a file."""
    with contextlib.ExitStack() as stack:
        def start(data):
            own = pki.servers["p256"]
            server = stack.enter_context(subprocess.Popen(
                ["hs-server", "--io", f"--cert={own.cert}", f"--key={own.key}", f"{HERE}:0"],
                stdin=subprocess.PIPE, stdout=stack.enter_context(open(tmp_path / "out", "wb")),
                stderr=subprocess.PIPE))
            stack.callback(server.kill)
            said = server.stderr.readline().decode()
            threading.Thread(target=feed, args=(server.stdin, data), daemon=True).start()
            return server, int(re.search(r"listening on \S+:(\d+)", said).group(1))
        yield start


def feed(pipe, data):
    with contextlib.suppress(OSError), pipe:
        pipe.write(data)


def test_io_takes_a_file(pki, one_connection, tmp_path):
    """With nothing to send it listens on until the peer ends."""
    data = random.Random(7).randbytes(3_000_000)
    server, port = one_connection(b"")
    run("hs-client", f"--cacert={pki.root}", "--io", f"--connect-to={HERE}:{port}", "localhost",
        input=data, text=False)
    assert server.wait(10) == 0 and (tmp_path / "out").read_bytes() == data


def test_io_gives_a_file(pki, one_connection):
    """All of it, also to a peer that has said its last at once."""
    data = random.Random(8).randbytes(3_000_000)
    server, port = one_connection(data)
    done = run("hs-client", f"--cacert={pki.root}", "--io", f"--connect-to={HERE}:{port}",
               "localhost", input=b"", text=False)
    assert done.stdout == data and server.wait(10) == 0


def test_io_needs_standard_output_for_itself(pki):
    run("hs-server", "--io", "--json", "0", code=2)
    run("hs-server", "--io", "--accept=2", "0", code=2)
