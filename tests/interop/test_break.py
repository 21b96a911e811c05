"""Breaking on purpose: hs-client --break at OpenSSL's and GnuTLS's servers, hs-server --break under
their clients and curl: they refuse it as we would, and we say what was done and who noticed. Then
our programs with each other, in the words that a person reads; and what --break says of itself.

Who notices what between our own two ends, in every combination, is in tests/lab."""

import json
import re
import shutil

import peers
import peers12
import pytest
from conftest import HERE, ROOT, run
from ours import flags, hs_server
from peers import need_peer

PEERS = ("openssl", "gnutls")
SERVERS = {"1.3": peers.SERVERS, "1.2": peers12.SERVERS}
CLIENTS = {"1.3": peers.CLIENTS, "1.2": peers12.CLIENTS}
BY_US = "by us"  # the peer's answer shows us, who broke it, that it went wrong


def hs_client(pki, port, what, *words, code=None, **named):
    """What hs-client --break says as JSON."""
    named.setdefault("timeout", "4s")
    done = run("hs-client", "--json", f"--break={what}", f"--cacert={pki.root}", *words,
               *flags(**named), f"--connect-to={HERE}:{port}", "localhost", code=code)
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def one_of(alert, peer):
    return alert[PEERS.index(peer)] if isinstance(alert, tuple) else alert


# ---- our client breaks it ----------------------------------------------------------------------

# {break: the peer's alert}; where OpenSSL and GnuTLS differ: both, in that order.
# OpenSSL 3.5 and GnuTLS 3.8 have come to the RFC's alert.
OF_NEWER_PEERS = {"compression": "illegal_parameter", "bad-point": "illegal_parameter"}
CLIENT_13 = {
    "drop=Finished": "bad_record_mac",
    "repeat=Finished": "unexpected_message",
    "tamper=ClientHello": BY_US,
    "tamper=Finished": "decrypt_error",
    "strip=server_name": BY_US,
    "strip=key_share": "missing_extension",
    "version": "protocol_version",
    "compression": ("decode_error", "illegal_parameter"),
    "twice": ("illegal_parameter", "unsupported_extension"),
    "keyshare": BY_US,
    "bad-point": ("illegal_parameter", "internal_error"),
    "replay-hello": BY_US,
    "finished": "decrypt_error",
    "flip=3": "bad_record_mac",
    "drop-record=3": "bad_record_mac",
    "replay-record=3": "bad_record_mac",
    "content-type": "unexpected_message",
    "oversize": "record_overflow",
    "clear": ("unexpected_message", "bad_record_mac"),
    "zeros": ("unexpected_message", "bad_record_mac"),
    "hasty-data": "unexpected_message",
    "ccs": "unexpected_message",
    "garbage": "unexpected_message",
    "heartbeat": "unexpected_message",
}
CLIENT_12 = {
    "drop=ClientKeyExchange": "unexpected_message",
    "repeat=ClientHello": "unexpected_message",
    "swap=ClientKeyExchange": "unexpected_message",
    "tamper=ClientHello": BY_US,
    "strip=server_name": "bad_record_mac",
    "version": "protocol_version",
    "keyshare": "bad_record_mac",
    "ems": BY_US,  # they would go on without it, we do not
    "finished": "decrypt_error",
    "flip=4": "bad_record_mac",
    "drop-record=2": "unexpected_message",
    "content-type=4": "bad_record_mac",
    "record-version=4": "protocol_version",
    "oversize": "record_overflow",
    "clear": "bad_record_mac",
    "hasty-data": "unexpected_message",
    "ccs": "unexpected_message",
    "garbage": "unexpected_message",
    "heartbeat": "unexpected_message",
}
CLIENT_CASES = [(version, what) for version, cases in (("1.3", CLIENT_13), ("1.2", CLIENT_12))
                for what in cases]


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize("version,what", CLIENT_CASES)
def test_their_server_refuses_what_our_client_breaks(pki, servers, peer, version, what):
    need_peer(peer)
    alert = one_of({"1.3": CLIENT_13, "1.2": CLIENT_12}[version][what], peer)
    server = servers(SERVERS[version][peer], pki.servers["p256"])
    got = hs_client(pki, server.port, what, "--http=/", tls=version)
    assert got["exit"] == 4 and not got.get("http"), got
    assert got["lab"] == {"break": what, "happened": True,
                          "noticed_by": "we" if alert == BY_US else "peer"}
    assert got["error"]["from_peer"] is (alert != BY_US)
    if alert != BY_US:
        assert got["error"]["alert_name"] in (alert, OF_NEWER_PEERS.get(what))


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize("version", ["1.3", "1.2"])
@pytest.mark.parametrize("what,alert", [("signature", "decrypt_error"),
                                        ("scheme", "illegal_parameter"),
                                        ("certificate", None), ("forged-certificate", None),
                                        ("empty-certificate", None)])
def test_their_server_refuses_our_clients_proof(pki, servers, peer, version, what, alert):
    need_peer(peer)
    own = pki.clients["p256"]
    server = servers(SERVERS[version][peer], pki.servers["p256"], client_ca=pki.root, need=True)
    got = hs_client(pki, server.port, what, "--http=/", tls=version, cert=own.cert, key=own.key)
    assert got["exit"] == 4 and not got.get("http"), got
    assert got["lab"]["noticed_by"] == "peer"
    assert alert in (None, got["error"]["alert_name"])


def test_a_downgrade_is_seen_by_the_mark_of_their_server(pki, servers):
    """OpenSSL answers in TLS 1.2 with DOWNGRD in its random; we do not go on with that."""
    server = servers(peers.openssl_server, pki.servers["p256"], versions="")
    got = hs_client(pki, server.port, "downgrade", code=4)
    assert got["error"]["status"] == "HS_E_DOWNGRADE" and got["lab"]["noticed_by"] == "we"


@pytest.mark.parametrize("peer", PEERS)
def test_a_fallback_is_refused_by_those_who_speak_more(pki, servers, peer):
    need_peer(peer)
    more = {"versions": ""} if peer == "openssl" else {}
    words = [] if peer == "openssl" else ["--priority", "NORMAL"]
    server = servers(peers.SERVERS[peer], pki.servers["p256"], *words, **more)
    got = hs_client(pki, server.port, "fallback", tls="1.2", code=4)
    assert got["error"]["alert_name"] == "inappropriate_fallback"


# docs/lab.md says so of OpenSSL 3.0 and GnuTLS 3.7; what later ones do is theirs.
KNOWN = {"openssl": (3, 0), "gnutls": (3, 7)}
PROGRAMS = {"openssl": "openssl", "gnutls": "gnutls-cli"}


def need_known(peer):
    need_peer(peer)
    if peers.version(PROGRAMS[peer])[:2] != KNOWN[peer]:
        pytest.skip("another version than the one that is described")


@pytest.mark.parametrize("peer,version,what,words", [
    ("openssl", "1.3", "hello2", ["--shares="]), ("gnutls", "1.3", "hello2", ["--shares="]),
    ("openssl", "1.3", "record-version", []), ("gnutls", "1.3", "record-version", []),
    ("gnutls", "1.2", "empty", []), ("gnutls", "1.3", "empty", [])])
def test_their_server_lets_pass(pki, servers, peer, version, what, words):
    """Not every rule is checked by everyone: then we say that no alert has come."""
    need_known(peer)
    server = servers(SERVERS[version][peer], pki.servers["p256"])
    got = hs_client(pki, server.port, what, *words, "--http=/", tls=version, code=0)
    assert got["lab"] == {"break": what, "happened": True, "noticed_by": "nobody"}


@pytest.mark.parametrize("peer,version,what", [
    ("openssl", "1.3", "unasked-extension"), ("gnutls", "1.3", "unasked-extension"),
    ("openssl", "1.2", "unasked-extension"), ("gnutls", "1.2", "unasked-extension"),
    ("openssl", "1.3", "interleave"), ("gnutls", "1.3", "interleave"),
    ("gnutls", "1.3", "session-id"), ("openssl", "1.3", "alter=ServerHello")])
def test_their_client_lets_pass(pki, peer, version, what):
    need_known(peer)
    with hs_server(pki.servers["p256"], f"--break={what}", tls=version) as server:
        assert CLIENTS[version][peer](server.port, pki.root).code == 0
        said = server.told("lab")
        assert (said["happened"], said["noticed_by"]) == (True, "nobody")


# ---- our server breaks it ----------------------------------------------------------------------

SERVER_13 = {
    "drop=Certificate": "unexpected_message",
    "drop=CertificateVerify": "unexpected_message",
    "repeat=Certificate": "unexpected_message",
    "swap=Certificate": "unexpected_message",
    "tamper=Finished": "decrypt_error",
    "strip=key_share": None,
    "version": "illegal_parameter",
    "suite": ("illegal_parameter", "handshake_failure"),
    "group": "illegal_parameter",
    "compression": "illegal_parameter",
    "alpn": "unsupported_extension",
    "bad-point": None,
    "finished": "decrypt_error",
    "signature": "decrypt_error",
    "scheme": "illegal_parameter",
    "forged-certificate": None,
    "empty-certificate": "decode_error",
    "oversize": "record_overflow",
    "hasty-data": "unexpected_message",
    "garbage": "unexpected_message",
}
SERVER_12 = {
    "drop=ServerKeyExchange": "unexpected_message",
    "repeat=ServerHelloDone": "unexpected_message",
    "swap=Certificate": "unexpected_message",
    "tamper=ServerHello": "decrypt_error",
    "suite": ("illegal_parameter", "handshake_failure"),
    "group": "illegal_parameter",
    "keyshare": "decrypt_error",
    "alpn": "unsupported_extension",
    "finished": "decrypt_error",
    "signature": "decrypt_error",
    "scheme": "illegal_parameter",
    "forged-certificate": None,
    "empty-certificate": "decode_error",
    "content-type": "unexpected_message",
    "oversize": "record_overflow",
    "clear": "bad_record_mac",
    "hasty-data": "unexpected_message",
    "ccs": "unexpected_message",
}
SERVER_CASES = [(version, what) for version, cases in (("1.3", SERVER_13), ("1.2", SERVER_12))
                for what in cases]


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize("version,what", SERVER_CASES)
def test_their_client_refuses_what_our_server_breaks(pki, peer, version, what):
    need_peer(peer)
    alert = one_of({"1.3": SERVER_13, "1.2": SERVER_12}[version][what], peer)
    with hs_server(pki.servers["p256"], f"--break={what}", tls=version) as server:
        assert CLIENTS[version][peer](server.port, pki.root).code != 0
        said = server.told("lab")
        assert (said["break"], said["happened"], said["noticed_by"]) == (what, True, "peer")
        error = server.events("failed")[0]["error"]
        assert error["from_peer"] and alert in (None, error["alert_name"])


# What curl says of it (OpenSSL's words), for people who look at that side.
CURL = {
    "finished": "digest check failed",
    "signature": "bad signature|signature failure",
    "scheme": "wrong signature type",
    "suite": "unknown cipher returned",
    "drop=Certificate": "unexpected message",
    "tamper=ServerHello": "bad record mac",
    "oversize": "length too long",
    "alert=unknown_ca": "alert unknown ca",
    "empty": "record too small",
    "warnings": "too many warn alerts",
}


def curl(pki, server):
    return run("curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", 10, "--cacert",
               pki.root, "--resolve", f"localhost:{server.port}:{HERE}",
               f"https://localhost:{server.port}/status.json", code=None)


@pytest.mark.parametrize("what", CURL)
def test_curl_refuses_what_our_server_breaks(pki, what):
    with hs_server(pki.servers["p256"], f"--break={what}") as server:
        done = curl(pki, server)
        assert done.returncode != 0
        if "OpenSSL" in run("curl", "--version").stdout:
            assert re.search(CURL[what], done.stderr), done.stderr
        assert server.told("lab")["happened"] is True


@pytest.mark.parametrize("peer", PEERS)
def test_the_mark_of_a_server_that_could_do_more(pki, peer):
    """DOWNGRD from a server of TLS 1.2: a client that offered 1.3 must refuse it."""
    need_peer(peer)
    words = {"openssl": ([], {"versions": ""}), "gnutls": (["--priority", "NORMAL"], {})}[peer]
    with hs_server(pki.servers["p256"], "--break=sentinel", tls="1.2") as server:
        assert peers.CLIENTS[peer](server.port, pki.root, *words[0], **words[1]).code != 0
        assert server.told("failed")["error"]["alert_name"] == "illegal_parameter"


# ---- ours and ours -----------------------------------------------------------------------------


def visit(pki, server, *words, **more):
    return run("hs-client", f"--cacert={pki.root}", "--timeout=4s", *words,
               f"--connect-to={HERE}:{server.port}", "localhost", **more)


# {break by the client: what its user reads of the other end's reason, and what the server says}
WORDS = {
    "finished": ("the peer sent the alert decrypt_error(51) after our answer to its Finished",
                 "the Finished value is wrong: both ends did not see the same handshake"),
    "drop=Finished": ("the peer sent the alert bad_record_mac(20)",
                      "a record does not decrypt under the current key"),
    "flip=3": ("the peer sent the alert bad_record_mac(20)",
               "a record does not decrypt under the current key: record 3, under "
               "client_handshake_key, sequence number 0"),
    "oversize": ("the peer sent the alert record_overflow(22)",
                 "a record is longer than allowed: 16385 bytes, allowed are 16384"),
    "garbage": ("the peer sent the alert unexpected_message(10)", "is not TLS: it begins with 7f"),
}


@pytest.mark.parametrize("what", WORDS)
def test_both_ends_say_what_happened(pki, what):
    ours, theirs = WORDS[what]
    with hs_server(pki.servers["p256"]) as server:
        said = visit(pki, server, f"--break={what}", code=4).stderr
        assert f"lab: {what}, on purpose: " in said and ours in said
        assert f"lab: {what}: the peer has noticed; to be expected: " in said
        assert theirs in server.told("failed")["error"]["text"]
        assert server.events("lab") == []  # it broke nothing itself


def test_both_traces_say_who_noticed_and_by_which_check(pki, tmp_path):
    """The one that breaks has a note and the other's alert; the other the check that failed."""
    files = [tmp_path / "client.jsonl", tmp_path / "server.jsonl"]
    with hs_server(pki.servers["p256"], "--break=finished", trace=files[1]) as server:
        visit(pki, server, f"--trace={files[0]}", code=4)
        server.told("failed")
    client, server = [[json.loads(line) for line in file.read_text().splitlines()]
                      for file in files]
    notes = [each["text"] for each in server if each["ev"] == "note" and "lab" in each["text"]]
    assert notes == ["lab: finished, on purpose: verify_data of our Finished is wrong in one bit"]
    assert not [each for each in client if each["ev"] == "note" and "lab" in each["text"]]
    check = [each for each in client if each["ev"] == "check" and each["what"] == "finished"]
    assert [each["ok"] for each in check] == [False]
    alerts = [(each["dir"], each["desc"]) for each in client + server if each["ev"] == "alert"]
    assert sorted(alerts) == [("rx", "decrypt_error"), ("tx", "decrypt_error")]


# {break by the server: what `hs-trace check` says of its trace, value by value}
LIES = {
    "finished": "verify_data is not that of this handshake",
    "tamper=ServerHello": "the transcript hash of CH SH is not that of its messages",
    "drop=Certificate": "'CH SH EE CT' are not the messages so far",
    "certificate": "the signature does not fit the key of the certificate",
    "flip=3": "the record does not open with server_handshake_key",
    "replay-record=3": None,  # the copy is not ours
    "alter=ServerHello": None,
}


@pytest.mark.parametrize("what", LIES)
def test_a_check_of_the_trace_finds_what_was_broken(pki, tmp_path, what):
    """Where the values of the one that broke it do not fit together; the other's always do."""
    files = [tmp_path / "client.jsonl", tmp_path / "server.jsonl"]
    with hs_server(pki.servers["p256"], f"--break={what}", "--secrets=show",
                   trace=files[1]) as server:
        visit(pki, server, f"--trace={files[0]}", "--secrets=show", code=None)
        server.told("lab")
    run("hs-trace", "check", files[0], code=0)
    done = run("hs-trace", "check", files[1], code=5 if LIES[what] else 0)
    assert (LIES[what] or "") in done.stdout + done.stderr
    for rendering in ("text", "html", "pcapng", "keylog"):
        for file in files:
            run("hs-trace", rendering, file, text=False)


def test_a_surprise_is_told_at_the_end(pki):
    with hs_server(pki.servers["p256"], "--break=surprise", "--handshake-timeout=3s") as server:
        server.wait_for("something breaks on purpose", stream="err")
        before = server.text()
        visit(pki, server, code=None)
        said = server.told("lab")
    assert said["happened"] is True and said["break"] in {
        re.split(r"[=[]", name)[0] for name in listed("hs-server")}
    assert said["break"] not in before


def test_a_truncated_answer_is_no_answer(pki):
    """Without close_notify somebody may have cut the rest off: exit 7 where the length is open."""
    with hs_server(pki.servers["p256"], "--break=truncate", "--echo") as server:
        done = run("hs-client", f"--cacert={pki.root}", "--io", "--timeout=4s",
                   f"--connect-to={HERE}:{server.port}", "localhost", input="hello", code=7)
        assert done.stdout == "hello" and "without close_notify" in done.stderr


def test_a_stale_certificate_is_refused_for_its_date_only(environment):
    with hs_server("--break=stale-certificate") as server:
        done = run("hs-client", f"localhost:{server.port}", code=5)
        assert "certificate expired 1 day ago" in done.stderr
        assert len(re.findall("^  !! ", done.stderr, re.M)) == 1
        assert server.told("failed")["error"]["alert_name"] == "certificate_expired"
    run("hs-server", "--break=stale-certificate", "--cert=x.pem", "0", code=2)


def test_a_chain_without_its_middle_leads_nowhere(tmp_path):
    def ca(*words):
        run("mini-ca", "-C", tmp_path / "ca", *words, cwd=tmp_path)
    ca("init", "--intermediate", "--no-password", "--permit=localhost,.test,127.0.0.0/8,::1")
    ca("issue", "localhost")
    words = [f"--cert={tmp_path}/localhost.pem", f"--key={tmp_path}/localhost-key.pem"]
    for what, code in ((None, 0), ("short-chain", 5)):
        more = [f"--break={what}"] if what else []
        with hs_server(*words, *more) as server:
            run("hs-client", f"--cacert={tmp_path}/ca/root.pem", f"localhost:{server.port}",
                code=code)
            if what:
                assert server.told("failed")["error"]["alert_name"] == "unknown_ca"


def test_somebody_elses_certificate_proves_nothing(pki):
    """Even one of the same CA: its key is elsewhere."""
    other = pki.clients["p256"].cert
    with hs_server(pki.servers["p256"], f"--break=certificate={other}") as server:
        done = visit(pki, server, code=4)
        assert "the peer does not hold the key of its certificate" in done.stderr
    with hs_server(pki.servers["p256"], f"--break=certificate={other}", tls="1.2") as server:
        assert peers12.openssl_client(server.port, pki.root).code != 0
        assert server.told("failed")["error"]["alert_name"] in ("decrypt_error",
                                                                "unsupported_certificate")


def test_a_recorded_hello_is_replayed(pki, tmp_path):
    """Byte for byte that of an earlier connection; the server cannot know, and we cannot go on."""
    old, new = tmp_path / "old.jsonl", tmp_path / "new.jsonl"
    with hs_server(pki.servers["p256"]) as server:
        visit(pki, server, f"--trace={old}", "--secrets=show", code=0)
        server.told("closed")
        mark = server.mark()
        visit(pki, server, f"--break=replay-hello={old}", f"--trace={new}", "--secrets=show",
              code=4)
        assert server.told("failed", mark)["error"]["status"] == "HS_E_BAD_RECORD_MAC"

    def hello(path):
        lines = map(json.loads, path.read_text().splitlines())
        return next(each["raw"] for each in lines if each.get("name") == "client_hello")
    assert hello(old) == hello(new)


def test_a_changed_ticket_costs_a_full_handshake(pki):
    with hs_server(pki.servers["p256"], tls="1.2") as server:
        done = visit(pki, server, "--break=ticket", "--tls=1.2", "--resume", code=0)
        assert "the session was not resumed: the handshake was full" in done.stderr
        assert "lab: ticket: no alert has come" in done.stderr


def test_what_did_not_happen_is_said(pki):
    with hs_server(pki.servers["p256"]) as server:
        for what, why in (("hello2", "it takes a HelloRetryRequest"),
                          ("signature", "no certificate was asked for"),
                          ("drop=KeyUpdate", "there was no such message")):
            said = visit(pki, server, f"--break={what}", code=0).stderr
            assert f"lab: {what} did not happen: " in said and why in said


# ---- the option --------------------------------------------------------------------------------


def listed(program):
    """{name with its parameter: (version, what is done, what comes of it)} of --break=help."""
    rows = {}
    for block in run(program, "--break=help").stdout.split("\n\n")[1:-1]:
        head, *lines = block.splitlines()
        name, version = re.fullmatch(r"  --break=(\S+)(?: \((.*)\))?", head).groups()
        text, answer = " ".join(line.strip() for line in lines).split(" -> ")
        assert max(map(len, block.splitlines())) <= 96
        rows[name] = (version, text, answer)
    return rows


def test_help_lists_what_each_side_can_break():
    client, server = listed("hs-client"), listed("hs-server")
    assert {"finished", "flip=N[,BIT]", "drop=MESSAGE", "replay-hello[=FILE]"} <= client.keys()
    assert {"finished", "stale-certificate", "suite", "sentinel"} <= server.keys()
    assert "suite" not in client and "downgrade" not in server
    assert len(client) > 35 and len(server) > 35


def test_a_reader_who_has_seen_enough_is_no_fault():
    done = run("sh", "-c", "hs-client --break=help | head -n 1")
    assert done.stdout.startswith("What the client can break") and done.stderr == ""


@pytest.mark.parametrize("words,said", [
    (["--break=nonsense"], "there is no break of that name"),
    (["--break=flip"], "flip takes =N[,BIT]"),
    (["--break=suite"], "--break=suite is for the server: hs-server --break"),
    (["--break=ems"], "--break=ems is about TLS 1.2: add --tls=1.2"),
    (["--break=premaster"], "add --profile=classic"),
    (["--break=zeros", "--tls=1.2"], "--break=zeros is about TLS 1.3"),
    (["--break=certificate=/nowhere.pem"], "/nowhere.pem"),
    (["--break=replay-hello=/dev/null"], "there is no ClientHello in /dev/null"),
    (["--break=finished", "--compare=1.2,1.3"], "--break and --compare exclude each other"),
])
def test_what_cannot_be_broken_is_refused_before_connecting(words, said):
    done = run("hs-client", *words, "localhost:1", code=None)
    assert done.returncode in (1, 2) and said in done.stderr, done.stderr


def test_the_book_has_every_break():
    """docs/lab.md is for people; its table has the words of --break=help."""
    rows = dict(re.findall(r"^\| `(\S+)` \|(.+)\|$", (ROOT / "docs" / "lab.md").read_text(), re.M))
    expected = {**listed("hs-client"), **listed("hs-server")}
    assert rows.keys() == expected.keys()
    for name, (_, what, answer) in expected.items():
        assert what in rows[name] and answer in rows[name], name


# ---- what gets installed has none of it ---------------------------------------------------------


def symbols(file):
    return set(re.findall(r" [TRDB] (hs__(?:lab|config_set_lab)\w*)", run("nm", file).stdout))


def test_the_installed_library_cannot_break_anything(build):
    if not shutil.which("nm"):
        pytest.skip("no nm")
    installed = [file for file in build.glob("libhandshake*")
                 if file.is_file() and not file.is_symlink() and file.suffix != ".symbols"]
    assert len(installed) >= 4, installed
    assert {file.name: symbols(file) for file in installed if symbols(file)} == {}
    assert b"on purpose: %s" not in b"".join(file.read_bytes() for file in installed)
    assert {"hs__lab_rows", "hs__config_set_lab"} <= symbols(build / "apps/hs-client/hs-client")
