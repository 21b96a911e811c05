"""hs-mitm between programs that we did not write, and between ours: passively nothing changes and
the summary is true; whatever is broken is noticed by the right end, and no handshake with it ever
completes as if nothing had been."""

import contextlib
import json
import os
import re
import signal
import socket
import threading
import time

import peers
import peers12
import pytest
from conftest import HERE, ROOT, free_port, run
from ours import end_well, flags, hs_server
from peers import need_peer
from program import Program

VERSIONS = ("1.3", "1.2")
CLIENTS = ("openssl", "gnutls", "curl", "ours")
SERVERS = ("openssl", "gnutls", "ours")


# ---- the three -------------------------------------------------------------------------------


@contextlib.contextmanager
def mitm(port, *words, **named):
    """hs-mitm in front of `port`; `told()`: the summary of the next connection."""
    with Program("hs-mitm", "--json", *words, *flags(**named), f"{HERE}:0",
                 f"{HERE}:{port}") as middle:
        ready = json.loads(middle.wait_for('"ev":"listening"', stream="out").string)
        middle.port = ready["port"]

        def told(event="connection", since=0, **how):
            line = middle.wait_for(f'"ev":"{event}"', stream="out", since=since, **how)
            return json.loads(line.string)

        middle.told = told
        yield middle
        end_well(middle)


def start_server(name, pki, version, versions=None, **more):
    """A server that answers GET with a page; `versions`: of more than `version`."""
    credential = pki.servers["p256"]
    if name == "ours":
        return hs_server(credential, tls=versions or version, **more)
    if name == "openssl" and versions:
        return peers.openssl_server(credential, versions="", **more)
    if name == "gnutls" and versions:
        return peers.gnutls_server(credential, "--priority", "NORMAL", **more)
    return (peers if version == "1.3" else peers12).SERVERS[name](credential, **more)


def visit(name, pki, port, version=None):
    """(exit code, the page came, what was said); version None: the client's own offer of both."""
    if name == "ours":
        words = [f"--tls={version}"] if version else []
        done = run("hs-client", "-q", f"--cacert={pki.root}", *words, "--http=/",
                   f"--connect-to={HERE}:{port}", "localhost", code=None, timeout=30)
    elif name == "curl":
        words = {"1.3": ["--tlsv1.3"], "1.2": ["--tls-max", "1.2"], None: []}[version]
        done = run("curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", 20, *words,
                   "--cacert", pki.root, f"https://localhost:{port}/", code=None, timeout=30)
    elif version:
        module = {"1.3": peers, "1.2": peers12}[version]
        seen = module.CLIENTS[name](port, pki.root)
        return seen.code, "HTTP/1" in seen.text, seen.text
    elif name == "openssl":
        seen = peers.openssl_client(port, pki.root, versions="")
        return seen.code, "HTTP/1" in seen.text, seen.text
    else:
        seen = peers.gnutls_client(port, pki.root, "--priority", "NORMAL")
        return seen.code, "HTTP/1" in seen.text, seen.text
    return done.returncode, done.returncode == 0 and bool(done.stdout), done.stdout + done.stderr


# ---- watching --------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("client", CLIENTS)
def test_it_watches(pki, client, server, version):
    need_peer(client) if client != "ours" else None
    need_peer(server) if server != "ours" else None
    with start_server(server, pki, version) as there, mitm(there.port) as middle:
        code, has_page, text = visit(client, pki, middle.port, version)
        assert (code, has_page) == (0, True), text
        told = middle.told()
    assert told["version"] == f"TLS {version}" and told["complete"] is True
    assert told["suite"].startswith("TLS_") and told["group"]
    read = told["read"]
    assert read["servername"] == "localhost"
    assert f"TLS {version}" in read["versions"]
    certificate = read["server_certificate"]
    assert certificate is None if version == "1.3" else certificate.startswith("CN=server p256")
    assert told["client"]["alert"] is None and told["server"]["alert"] is None
    assert "broken" not in told


def test_what_is_said_is_what_the_ends_say(pki):
    with hs_server(pki.servers["p256"], alpn="h2,http/1.1") as server, mitm(server.port) as middle:
        for version in VERSIONS:
            mark = middle.mark()
            done = run("hs-client", "--json", f"--cacert={pki.root}", f"--tls={version}",
                       "--alpn=http/1.1", "--groups=secp384r1,secp256r1",
                       f"--connect-to={HERE}:{middle.port}", "localhost")
            ours, told = json.loads(done.stdout), middle.told(since=mark)
            assert [told[key] for key in ("version", "suite", "group", "hrr", "resumed")] == [
                ours[key] for key in ("version", "suite", "group", "hrr", "resumed")]
            assert told["read"]["protocols"] == "http/1.1"
            # TLS 1.3 encrypts what the server chose
            assert told["read"]["alpn"] == (None if version == "1.3" else "http/1.1")


def test_a_client_certificate_names_its_owner_in_12_only(pki):
    own = pki.clients["p256"]
    with hs_server(pki.servers["p256"], client_auth="need", cacert=pki.root) as server, mitm(
            server.port) as middle:
        for version in VERSIONS:
            mark = middle.mark()
            run("hs-client", "-q", f"--cacert={pki.root}", f"--tls={version}", f"--cert={own.cert}",
                f"--key={own.key}", f"--connect-to={HERE}:{middle.port}", "localhost")
            seen = middle.told(since=mark)["read"]["client_certificate"]
            assert seen is None if version == "1.3" else seen.startswith("CN=client p256")


def test_a_resumed_session_is_seen(pki):
    with hs_server(pki.servers["p256"]) as server, mitm(server.port) as middle:
        run("hs-client", "-q", f"--cacert={pki.root}", "--tls=1.2", "--resume",
            f"--connect-to={HERE}:{middle.port}", "localhost")
        middle.wait_for('"conn":"c2"', stream="out")
        told = [json.loads(line) for line in middle.text("out").splitlines()
                if '"ev":"connection"' in line]
    assert sorted(each["resumed"] for each in told) == [False, True]


def pump(sock, data, got):
    """Sends `data` and keeps what comes, until the other end's end."""
    def send():
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
    sender = threading.Thread(target=send)
    sender.start()
    while chunk := sock.recv(65536):
        got += chunk
    sender.join()


def records(n):
    """Well formed records around random bytes, of every length class."""
    sizes = [1, 17, 4096, 16384, 16640] * n
    return b"".join(b"\x17\x03\x03" + size.to_bytes(2, "big") + os.urandom(size) for size in sizes)


@pytest.mark.parametrize("data", [lambda: records(20), lambda: os.urandom(1_000_000),
                                  lambda: b"\x16\x03\x01\x40"], ids=["records", "no TLS", "a cut"])
@pytest.mark.parametrize("words", [(), ("--break=drop=Finished",)], ids=["passive", "breaking"])
def test_bytes_are_what_they_were(data, words):
    """Both ways at once, a megabyte and more: also while it would break something else."""
    up, down, got_up, got_down = data(), data(), bytearray(), bytearray()
    with socket.create_server((HERE, 0)) as listener:
        def serve():
            conn, _ = listener.accept()
            with conn:
                pump(conn, down, got_up)
        server = threading.Thread(target=serve)
        server.start()
        with mitm(listener.getsockname()[1], *words) as middle:
            with socket.create_connection((HERE, middle.port)) as conn:
                conn.settimeout(20)
                pump(conn, up, got_down)
            server.join(20)
    assert bytes(got_down) == down
    assert bytes(got_up) == up


def test_the_trace_is_an_observers(pki, tmp_path):
    trace, capture = tmp_path / "t.jsonl", tmp_path / "t.pcapng"
    with hs_server(pki.servers["p256"]) as server, mitm(
            server.port, "-vv", trace=trace, pcapng=capture) as middle:
        for version in VERSIONS:
            assert visit("ours", pki, middle.port, version)[0] == 0
            middle.told()
    events = [json.loads(line) for line in trace.read_text().splitlines()]
    assert {each["role"] for each in events} == {"observer"}
    for conn, names in (("c1", ["client_hello", "server_hello"]),
                        ("c2", ["client_hello", "server_hello", "certificate",
                                "server_key_exchange", "server_hello_done",
                                "client_key_exchange"])):
        own = [each for each in events if each["conn"] == conn]
        assert [each["name"] for each in own if each["ev"] == "msg"][:6] == names
        assert [each["ok"] for each in own if each["ev"] == "done"] == [True]
        for each in own:
            if each["ev"] == "msg":
                assert sum(part["len"] for part in each["parts"]) == each["len"]
                assert each["record"] == each["parts"][0]["record"]
        hidden = [each for each in own if each["ev"] == "record" and each["protected"]]
        assert hidden and all("plaintext" not in each for each in hidden)
    # What was in clear is not hidden: with zeros Wireshark could not make keys of a recording.
    hello = next(each for each in events if each.get("name") == "client_hello")
    assert "hidden" not in hello and not re.search("(00){32}", hello["raw"])
    text = middle.text("err")
    assert "role=observer" in text and "seems complete" in text
    assert re.search(r"<- record \d+ +\d+ B encrypted", text)
    assert capture.stat().st_size > 2000


def test_the_trace_fits_its_schema(pki, tmp_path):
    jsonschema = pytest.importorskip("jsonschema")
    trace = tmp_path / "t.jsonl"
    schema = json.loads((ROOT / "spec" / "hs-trace-1.schema.json").read_text())
    with hs_server(pki.servers["p256"]) as server, mitm(
            server.port, "--break=tamper=ServerHello", trace=trace) as middle:
        for version in VERSIONS:
            visit("ours", pki, middle.port, version)
            middle.told()
    check = jsonschema.Draft7Validator(schema)
    for line in trace.read_text().splitlines():
        assert not list(check.iter_errors(json.loads(line))), line


def test_after_the_fact_it_reads_the_same(pki, tmp_path):
    trace = tmp_path / "t.jsonl"
    with hs_server(pki.servers["p256"]) as server, mitm(
            server.port, "-vv", "--secrets=show", "--break=keyshare", trace=trace) as middle:
        visit("ours", pki, middle.port, "1.2")
        middle.told()
    live = [line.removeprefix("c1 ") for line in middle.text("err").splitlines()
            if line.startswith("c1 ")]
    again = run("hs-trace", "text", "-vv", "--secrets=show", trace).stdout.splitlines()
    assert again == live


# ---- breaking: who notices -------------------------------------------------------------------

CLIENT, SERVER, EITHER = ("client",), ("server",), ("client", "server")
KEYS = ("bad_record_mac", "decrypt_error")
TWICE = ("illegal_parameter", "decode_error", "unsupported_extension")
# WHAT: by whom, with which alerts where they can be read; None: no alert, the connection ends.
BROKEN = {
    "1.3": {
        "tamper=ClientHello": (CLIENT, KEYS),
        "tamper=ServerHello": (CLIENT, KEYS),
        "tamper=ServerHello,0": (EITHER, ("unexpected_message",)),
        "drop=ServerHello": (CLIENT, ("unexpected_message",)),
        "repeat=ClientHello": (EITHER, ("unexpected_message",)),
        "repeat=ServerHello": (CLIENT, ("unexpected_message", "illegal_parameter")),
        "swap=ServerHello": (CLIENT, ("unexpected_message",)),
        "strip=server_name": (CLIENT, KEYS),
        "strip=key_share": (EITHER, ("missing_extension", "illegal_parameter")),
        "strip=supported_groups": (EITHER, ("missing_extension", "handshake_failure", *KEYS)),
        "strip=signature_algorithms": (SERVER, ("missing_extension", "handshake_failure")),
        "server:strip=supported_versions": (CLIENT, ("illegal_parameter", "protocol_version")),
        "version": (CLIENT, ("illegal_parameter", "protocol_version")),
        "client:version": (SERVER, ("protocol_version", "internal_error", "handshake_failure")),
        "suite": (CLIENT, ("illegal_parameter", "handshake_failure")),
        "group": (CLIENT, ("illegal_parameter", "handshake_failure", *KEYS)),
        "compression": (CLIENT, ("illegal_parameter", "decode_error")),
        "client:compression": (SERVER, ("illegal_parameter", "handshake_failure",
                                        "decode_error", *KEYS)),
        "unasked-extension": (CLIENT, ("unsupported_extension", *KEYS)),
        "twice": (CLIENT, (*TWICE, None)),
        "client:twice": (SERVER, TWICE),
        "bad-point": (EITHER, ("illegal_parameter", "decode_error", "internal_error", *KEYS)),
        "server:bad-point": (CLIENT, ("illegal_parameter", "decode_error", "internal_error",
                                      "handshake_failure", *KEYS)),
        "content-type": (CLIENT, ("unexpected_message", *KEYS)),
        "session-id": (CLIENT, ("illegal_parameter",)),
        "keyshare": (CLIENT, KEYS),
        "server:keyshare": (CLIENT, KEYS),
        "flip": (CLIENT, KEYS),
        "replay-record": (CLIENT, KEYS),
        "forge": (CLIENT, KEYS),
        "truncate": (EITHER, None),
        "alert": (CLIENT, None),
        "alert=255": (CLIENT, None),
        "oversize": (CLIENT, ("record_overflow",)),
        "garbage": (CLIENT, ("unexpected_message", "protocol_version", "decode_error", None)),
        "ccs": (SERVER, ("unexpected_message",)),
    },
    "1.2": {
        "tamper=ClientHello": (CLIENT, KEYS),
        "tamper=ServerHello": (CLIENT, KEYS),
        "tamper=Certificate": (CLIENT, ("bad_certificate", "unknown_ca", *KEYS)),
        "tamper=ServerKeyExchange": (CLIENT, KEYS),
        "tamper=ClientKeyExchange": (SERVER, ("illegal_parameter", *KEYS)),
        "drop=Certificate": (CLIENT, ("unexpected_message",)),
        "drop=ServerKeyExchange": (CLIENT, ("unexpected_message", "handshake_failure")),
        "drop=ClientKeyExchange": (SERVER, ("unexpected_message",)),
        "repeat=ServerHello": (CLIENT, ("unexpected_message",)),
        "swap=Certificate": (CLIENT, ("unexpected_message",)),
        "strip=server_name": (SERVER, KEYS),
        "strip=extended_main_secret": (SERVER, ("handshake_failure", *KEYS)),
        "server:strip=extended_main_secret": (EITHER, ("handshake_failure", *KEYS)),
        "version": (CLIENT, ("protocol_version", "illegal_parameter")),
        "suite": (CLIENT, ("illegal_parameter", "handshake_failure")),
        "ems": (SERVER, ("handshake_failure", *KEYS)),
        "server:ems": (EITHER, ("handshake_failure", *KEYS)),
        "group": (CLIENT, ("illegal_parameter", "handshake_failure", *KEYS)),
        "compression": (CLIENT, ("illegal_parameter", "handshake_failure")),
        "unasked-extension": (EITHER, ("unsupported_extension", *KEYS)),
        "twice": (EITHER, (*TWICE, *KEYS, None)),
        "client:twice": (SERVER, TWICE),
        "client:bad-point": (SERVER, ("illegal_parameter", "decode_error", "handshake_failure",
                                      "internal_error", *KEYS)),
        "certificate": (CLIENT, ("bad_certificate", "unknown_ca", "certificate_unknown", *KEYS)),
        "keyshare": (SERVER, KEYS),
        "server:keyshare": (CLIENT, KEYS),
        "truncate": (EITHER, None),
        "alert": (CLIENT, None),
        "oversize": (CLIENT, ("record_overflow",)),
        "server:ccs=2": (CLIENT, ("unexpected_message",)),
        "ccs": (SERVER, ("unexpected_message",)),
    },
}
LATE = ("replay-record", "server:ccs=2")
# (who, version, what): why it is otherwise there
OTHERWISE = {
    ("ours", "1.3", "swap=ServerHello"): "a ChangeCipherSpec before ServerHello means nothing",
    ("gnutls", "1.3", "content-type"): "GnuTLS does not look at an encrypted record's outer type",
    ("gnutls", "1.3", "ccs"): "GnuTLS ignores a ChangeCipherSpec before ClientHello as well",
}
BREAKS = [(version, what) for version, table in BROKEN.items() for what in table]


@pytest.mark.parametrize("who", ["openssl", "gnutls", "ours"])
@pytest.mark.parametrize("version,what", BREAKS)
def test_it_is_noticed(pki, who, version, what):
    """Between two programs of one kind: the end that has to notice does, and nobody goes on."""
    need_peer(who) if who != "ours" else None
    if (who, version, what) in OTHERWISE:
        pytest.skip(OTHERWISE[who, version, what])
    by, alerts = BROKEN[version][what]
    with start_server(who, pki, version) as server, mitm(
            server.port, f"--break={what}", idle_timeout="5s") as middle:
        code, has_page, text = visit(who, pki, middle.port, version)
        told = middle.told()
    assert told["broken"] and not told["broken"].startswith("nothing"), told
    assert code != 0 and not has_page, (told, text)
    # What is read only when both Finished have gone by looks complete from outside.
    assert told["complete"] is False or what in LATE
    assert told["noticed"]["by"] in (by if what not in LATE else (*by, None)), told
    if told["noticed"]["how"] == "alert":
        assert told[told["noticed"]["by"]]["alert_name"] in (alerts or ()), told
    elif told["noticed"]["how"] == "end":
        assert alerts is None or None in alerts, told


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("client", CLIENTS)
def test_downgrade_is_noticed_by_its_mark(pki, client, server):
    """Both could speak TLS 1.3: the server marks its random (RFC 9846 4.2.3), and the client says
    illegal_parameter before anything is sent."""
    need_peer(client) if client != "ours" else None
    need_peer(server) if server != "ours" else None
    with start_server(server, pki, None, versions="1.2-1.3") as there, mitm(
            there.port, "--break=downgrade") as middle:
        code, has_page, text = visit(client, pki, middle.port)
        told = middle.told()
    assert code != 0 and not has_page, text
    assert told["version"] == "TLS 1.2" and told["complete"] is False
    assert (told["noticed"]["by"], told["client"]["alert_name"]) == ("client", "illegal_parameter")


@pytest.mark.parametrize("client", CLIENTS)
def test_downgrade_to_a_server_of_12_is_left_to_finished(pki, client):
    """No mark where the server has no TLS 1.3, but both have hashed another ClientHello."""
    need_peer(client) if client != "ours" else None
    with start_server("openssl", pki, "1.2") as there, mitm(
            there.port, "--break=downgrade") as middle:
        code, has_page, text = visit(client, pki, middle.port)
        told = middle.told()
    assert code != 0 and not has_page, text
    assert told["noticed"]["by"] == "server" and told["server"]["alert_name"] in KEYS


def test_a_delay_is_no_tampering(pki):
    with hs_server(pki.servers["p256"]) as server, mitm(
            server.port, "--break=delay=ServerHello") as middle:
        began = time.monotonic()
        code, has_page, text = visit("ours", pki, middle.port, "1.3")
        assert (code, has_page) == (0, True), text
        assert time.monotonic() - began > 1.9
        told = middle.told()
    assert told["complete"] and told["noticed"]["by"] is None


def test_an_old_hello_opens_nothing(pki):
    """The server answers a ClientHello that it has seen before; its sender has other keys now."""
    for version in VERSIONS:
        with hs_server(pki.servers["p256"]) as server, mitm(
                server.port, "--break=replay-hello") as middle:
            assert visit("ours", pki, middle.port, version)[0] == 0
            mark = middle.mark()
            code, has_page, _ = visit("ours", pki, middle.port, version)
            told = middle.told(since=mark)
            assert code == 4 and not has_page
            assert told["noticed"]["by"] == "client" and "replay-hello" in told["broken"]


@pytest.mark.parametrize("who", ["openssl", "gnutls", "ours"])
def test_somebody_elses_certificate(pki, who):
    """Without its key: the signature in ServerKeyExchange fits another one."""
    need_peer(who) if who != "ours" else None
    with start_server(who, pki, "1.2") as server, mitm(
            server.port, f"--break=certificate={pki.servers['p384'].cert}") as middle:
        code, has_page, _ = visit(who, pki, middle.port, "1.2")
        told = middle.told()
    assert code != 0 and not has_page
    assert told["noticed"]["by"] == "client"


def test_in_13_there_is_no_certificate_to_swap(pki):
    with hs_server(pki.servers["p256"]) as server, mitm(
            server.port, "--break=certificate", cert=pki.servers["p384"].cert) as middle:
        assert visit("ours", pki, middle.port, "1.3")[0] == 0
        told = middle.told()
    assert told["broken"] is None and told["complete"] is True


# ---- ending TLS ------------------------------------------------------------------------------


@pytest.mark.parametrize("client", CLIENTS)
def test_ended_tls_is_believed_only_with_its_root(pki, tmp_path, client):
    """The client believes `root`, and what it is shown is from `other-root`."""
    from conftest import make_leaf
    need_peer(client) if client != "ours" else None
    own = make_leaf(tmp_path, pki.other_root, "p256", "server")
    with hs_server(pki.servers["p256"]) as server, mitm(
            server.port, cert=own.cert, key=own.key) as middle:
        code, has_page, text = visit(client, pki, middle.port)
        told = middle.told("terminated")
        assert code != 0 and not has_page, text
        assert told["server"]["ok"] and not told["client"]["ok"] and told["client"]["error"]
        believer = type(pki)(pki.folder, pki.other_root, pki.root, pki.servers, pki.clients)
        mark = middle.mark()
        code, has_page, text = visit(client, believer, middle.port)
        told = middle.told("terminated", since=mark)
        assert (code, has_page) == (0, True), text
        assert told["client"]["ok"] and told["client"]["data"] and told["server"]["data"]


def test_ended_tls_asks_for_what_the_client_asks(pki):
    own = pki.servers["p384"]
    with hs_server(pki.servers["p256"], alpn="http/1.1") as server, mitm(
            server.port, cert=own.cert, key=own.key) as middle:
        done = run("hs-client", "--json", f"--cacert={pki.root}", "--alpn=h2,http/1.1",
                   f"--connect-to={HERE}:{middle.port}", "localhost")
        assert json.loads(done.stdout)["alpn"] == "http/1.1"
        told = server.told("connected")
        assert (told["alpn"], told["servername"]) == ("http/1.1", "localhost")


def test_the_root_of_the_default_ca_is_not_for_this(tmp_path, monkeypatch):
    monkeypatch.setenv("MINI_CA_DIR", str(tmp_path / "ca"))
    run("mini-ca", "init", "--no-password")
    root, key = tmp_path / "ca" / "root.pem", tmp_path / "ca" / "root-key.pem"
    done = run("hs-mitm", f"--cert={root}", f"--key={key}", "0", "localhost:1", code=2)
    assert "not for a man in the middle" in done.stderr


# ---- bounds ----------------------------------------------------------------------------------


@pytest.mark.parametrize("listen,target", [
    ("0.0.0.0:0", "127.0.0.1:1"), ("[::]:0", "127.0.0.1:1"), ("0", "192.0.2.1:443"),
    ("0", "example.com:443"), ("0", "localhost.example.com:443"), ("unix:/tmp/x", "localhost:1"),
    ("0", "unix:/tmp/x"), ("0", "[2001:db8::1]:443"), ("0", "[::ffff:192.0.2.1]:443"),
    ("10.0.0.1:0", "localhost:1"), ("0", "0.0.0.0:443")])
def test_it_stays_on_this_machine(listen, target):
    done = run("hs-mitm", listen, target, code=2)
    assert "not on this machine" in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 2 and done.stdout == ""


@pytest.mark.parametrize("words", [
    ("--break=nonsense",), ("--break=tamper",), ("--break=tamper=Nothing",), ("--break=flip=0",),
    ("--break=flip=x",), ("--break=strip=nothing",), ("--break=downgrade=1",),
    ("--break=alert=nothing",), ("--break=finished",)])
def test_what_cannot_be_broken(words):
    done = run("hs-mitm", *words, "0", "localhost:1", code=2)
    assert "--break" in done.stderr


def test_help_lists_every_break_and_the_programs_names_for_it():
    lines = run("hs-mitm", "--break=help").stdout.splitlines()
    names = {re.match(r"  ([a-z0-9-]+)", line).group(1) for line in lines if line.startswith("  ")}
    assert names >= {what.split(":")[-1].split("=")[0] for _, what in BREAKS}
    theirs = re.findall(r'HS__LAB_BREAK\(\w+, "([a-z0-9-]+)"',
                        (ROOT / "engine" / "lab_breaks.def").read_text())
    assert names - set(theirs) == {"delay", "forge"}  # of a path, not of an end
    assert all(len(line.split(None, 1)[1]) > 20 for line in lines if line.startswith("  "))


def test_one_connection_at_a_time(pki):
    """With --max-conns=1 the second waits until the first has gone."""
    with hs_server(pki.servers["p256"]) as server, mitm(server.port, max_conns=1) as middle:
        with socket.create_connection((HERE, middle.port)):
            waiting = Program("hs-client", "-q", f"--cacert={pki.root}",
                              f"--connect-to={HERE}:{middle.port}", "localhost")
            with waiting as client:
                time.sleep(0.5)
                assert client.process.poll() is None
                middle_end = middle.mark()
        assert middle_end is not None
        assert visit("ours", pki, middle.port)[0] == 0


def test_silence_ends(pki):
    with hs_server(pki.servers["p256"]) as server, mitm(
            server.port, idle_timeout="300ms") as middle:
        with socket.create_connection((HERE, middle.port)) as conn:
            conn.settimeout(10)
            assert conn.recv(1) == b""
        assert middle.told()["version"] is None


def test_a_target_that_is_not_there():
    with mitm(free_port()) as middle:
        with socket.create_connection((HERE, middle.port)) as conn:
            conn.settimeout(10)
            with contextlib.suppress(ConnectionResetError):
                assert conn.recv(1) == b""
        middle.told()
    assert "refused" in middle.text("err")


def test_accept_ends_it(pki):
    with hs_server(pki.servers["p256"]) as server, mitm(server.port, accept=2) as middle:
        for _ in range(2):
            assert visit("ours", pki, middle.port)[0] == 0
        assert middle.wait() == 0


def test_many_at_once_and_the_end_in_the_middle(pki):
    """Sixteen clients, then a signal while connections are open: a clean end with every summary."""
    with hs_server(pki.servers["p256"]) as server, mitm(server.port) as middle:
        conns = [socket.create_connection((HERE, middle.port)) for _ in range(16)]
        for conn in conns[:8]:
            conn.sendall(b"\x16\x03\x01\x02\x00\x01")
        assert visit("ours", pki, middle.port)[0] == 0
        middle.signal(signal.SIGINT)
        assert middle.wait() == 0
        for conn in conns:
            conn.close()
    assert middle.text("out").count('"ev":"connection"') == 17
