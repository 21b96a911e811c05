"""Sessions by the flags of hs-client and hs-server: --resume, --session-in, --session-out, --tickets,
--ticket-life, --no-resume; what they tell, what they leave on disk, and what ends a session."""

import json
import re
import signal
import stat
import time

import pytest
from conftest import make_leaf, run
from ours import hs_server
from peers import need_peer
from peers12 import gnutls_server, openssl_client, openssl_server
from test_client import client, told

STARTS = {"openssl": openssl_server, "gnutls": gnutls_server}
PEERS = pytest.mark.parametrize("peer", STARTS)


# ---- hs-client -------------------------------------------------------------------------------


@PEERS
def test_resume_n_times(pki, servers, peer):
    need_peer(peer)
    server = servers(STARTS[peer], pki.servers["p256"])
    got = told(pki, server.port, "--resume=3", "--tls=1.2", "--http=/")
    assert not got["resumed"] and got["rtts"] == 2 and len(got["resumptions"]) == 3
    for again in got["resumptions"]:
        assert (again["resumed"], again["rtts"], again["mode"]) == (True, 1, "resumed")
        assert again["trusted"] and again["chain"] == [] and again["group"] is None
        assert again["http"]["status"] == 200


def test_resume_by_id(pki, servers):
    server = servers(openssl_server, pki.servers["p256"], "-no_ticket")
    done = client(pki, server.port, "--resume", "--tls=1.2", "--expect=resumed=yes")
    assert "resumed by id" in done.stdout


def test_text_has_a_line_for_each(pki, servers):
    server = servers(openssl_server, pki.servers["p256"])
    done = client(pki, server.port, "--resume=2", "--tls=1.2")
    assert re.findall(r"^(again \d) +resumed by ticket, TLS 1\.2, .* 1 round trip$", done.stdout, re.M) == [
        "again 1", "again 2"]


@PEERS
def test_session_goes_through_a_file(pki, servers, tmp_path, peer):
    """It is its owner's alone, and without it the handshake is full."""
    need_peer(peer)
    server, path = servers(STARTS[peer], pki.servers["p256"]), tmp_path / "session"
    path.write_text("what was there before")
    path.chmod(0o644)
    assert not told(pki, server.port, "--tls=1.2", f"--session-out={path}")["resumed"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for words in ([f"--session-out={path}"], []):
        got = told(pki, server.port, "--tls=1.2", f"--session-in={path}", *words,
                   "--expect=resumed=yes,extended_main_secret=yes")
        assert got["resumed"] and got["trusted"]
    assert not told(pki, server.port, "--tls=1.2")["resumed"]


def test_session_file_is_not_written_through_a_link(pki, servers, tmp_path):
    server, target = servers(openssl_server, pki.servers["p256"]), tmp_path / "target"
    target.write_text("not a session")
    (tmp_path / "link").symlink_to(target)
    client(pki, server.port, "--tls=1.2", f"--session-out={tmp_path / 'link'}", code=None)
    assert target.read_text() == "not a session"


@pytest.mark.parametrize("change", [["--insecure"], ["--servername=127.0.0.1"], ["--alpn=h2"],
                                    ["--suites=ECDHE-ECDSA-AES256-GCM-SHA384"], ["--tls=1.3"]])
def test_session_of_other_circumstances(pki, servers, tmp_path, change):
    """S2: another trust, name or offer makes a full handshake, and that is said."""
    server = servers(openssl_server, pki.servers["p256"], versions="", alpn="h2")
    client(pki, server.port, "--tls=1.2", "--suites=ECDHE-ECDSA-AES128-GCM-SHA256:"
           "ECDHE-ECDSA-AES256-GCM-SHA384", f"--session-out={tmp_path / 's'}")
    words = ["--tls=1.2", *change] if change != ["--tls=1.3"] else change
    done = client(pki, server.port, f"--session-in={tmp_path / 's'}", "--json", *words)
    assert not json.loads(done.stdout)["resumed"] and "not resumed" in done.stderr


@pytest.mark.parametrize("data", [b"", b"not a session", bytes(354)])
def test_file_that_is_no_session(pki, tmp_path, data):
    (tmp_path / "s").write_bytes(data)
    done = client(pki, 1, f"--session-in={tmp_path / 's'}", code=1)
    assert "not a saved session" in done.stderr


def test_nothing_to_resume_with(pki, servers, tmp_path):
    server = servers(openssl_server, pki.servers["p256"], "-no_ticket", "-no_cache")
    done = client(pki, server.port, "--tls=1.2", f"--session-out={tmp_path / 's'}")
    assert "nothing to resume with" in done.stderr and not (tmp_path / "s").exists()
    done = client(pki, server.port, "--tls=1.2", "--resume", "--expect=resumed=yes", code=6)
    assert "expected resumed=yes, got no" in done.stderr


@pytest.mark.parametrize("words", [["--resume", "--io"], ["--resume=0"], ["--resume=x"],
                                   ["--session-in=f", "--pin=sha256:" + "00" * 32]])
def test_usage(words):
    run("hs-client", *words, "localhost:1", code=2)


# ---- hs-server -------------------------------------------------------------------------------


def resumed(pki, server, *words):
    """Does a second connection resume the first? As hs-client and as openssl sees it."""
    got = told(pki, server.port, "--tls=1.2", "--resume", *words)
    return got["resumptions"][0]["resumed"]


def test_server_resumes_unless_told_not_to(pki, servers):
    assert resumed(pki, servers(hs_server, pki.servers["p256"]))
    server = servers(hs_server, pki.servers["p256"], no_resume=True)
    assert not resumed(pki, server)
    seen = openssl_client(server.port, pki.root)
    assert "TLS session ticket" not in seen.text


def test_without_tickets_sessions_have_an_id(pki, servers, tmp_path):
    server = servers(hs_server, pki.servers["p256"], tickets=0)
    seen = openssl_client(server.port, pki.root, "-sess_out", tmp_path / "s")
    assert "TLS session ticket" not in seen.text
    assert re.search(r"Session-ID: [0-9A-F]{64}", seen.text)
    assert openssl_client(server.port, pki.root, "-sess_in", tmp_path / "s").resumed
    assert resumed(pki, server)


@pytest.mark.parametrize("tickets", [0, 1])
def test_a_session_has_an_end(pki, tmp_path, tickets):
    with hs_server(pki.servers["p256"], ticket_life="1s", tickets=tickets) as server:
        client(pki, server.port, "--tls=1.2", f"--session-out={tmp_path / 's'}")
        time.sleep(2.1)
        since = server.mark()
        client(pki, server.port, "--tls=1.2", f"--session-in={tmp_path / 's'}")
        assert not server.told("connected", since)["resumed"]


@pytest.mark.parametrize("tickets", [0, 1])
def test_workers_share_sessions(pki, tickets):
    """Wherever the kernel sends the next connection."""
    with hs_server(pki.servers["p256"], workers=3, tickets=tickets) as server:
        got = told(pki, server.port, "--tls=1.2", "--resume=12")
        assert all(again["resumed"] for again in got["resumptions"])


def test_sessions_outlive_a_reload(pki, tmp_path):
    """The same certificate loaded anew changes nothing; another one makes the handshake full."""
    own = make_leaf(tmp_path, pki.root, "p256", "server", subject="before")
    other = make_leaf(tmp_path, pki.root, "p256", "server", subject="after")
    with hs_server(own) as server:
        client(pki, server.port, "--tls=1.2", f"--session-out={tmp_path / 's'}")
        for is_same in (True, False):
            if not is_same:
                own.cert.write_bytes(other.cert.read_bytes())
                own.key.write_bytes(other.key.read_bytes())
            since = server.mark()
            server.signal(signal.SIGHUP)
            assert server.told("reload", since)["ok"]
            got = told(pki, server.port, "--tls=1.2", f"--session-in={tmp_path / 's'}")
            assert got["resumed"] == is_same


def test_the_page_tells(pki, servers):
    server = servers(hs_server, pki.servers["p256"])
    pages = client(pki, server.port, "--tls=1.2", "--resume", "--http=/").stdout
    first, again = re.findall(r"^resumed +(.*)$", pages, re.M)
    assert first == "no" and again.startswith("yes")
    assert "TLS 1.2 resumed: both ends had the main secret" in pages


@pytest.mark.parametrize("words", [["--ticket-life=8d"], ["--ticket-life=0"], ["--tickets=-1"]])
def test_server_usage(words):
    run("hs-server", *words, "0", code=2)


# ---- the extended main secret ----------------------------------------------------------------


def test_client_goes_on_without_extended_main_secret(pki, servers):
    """Where it is optional; and a session without it is of no use where it is required."""
    need_peer("gnutls")
    server = servers(gnutls_server, pki.servers["p256"], extra=":%NO_SESSION_HASH")
    client(pki, server.port, "--tls=1.2", code=4)
    done = client(pki, server.port, "--tls=1.2", "--ems=optional",
                  "--expect=extended_main_secret=no")
    assert "not bound to the whole handshake" in done.stdout


def test_server_goes_on_without_extended_main_secret(pki, servers):
    server = servers(hs_server, pki.servers["p256"], extended_main_secret="optional")
    for how, has in (("off", "no"), ("required", "yes"), ("optional", "yes")):
        client(pki, server.port, "--tls=1.2", f"--ems={how}", f"--expect=extended_main_secret={has}")
    strict = servers(hs_server, pki.servers["p256"])
    since = strict.mark()
    client(pki, strict.port, "--tls=1.2", "--ems=off", code=4)
    assert strict.told("failed", since)["error"]["status"] == "HS_E_NO_EMS"


def test_session_without_extended_main_secret(pki, servers, tmp_path):
    """It is not resumed by a client that requires it."""
    server = servers(hs_server, pki.servers["p256"], extended_main_secret="optional")
    client(pki, server.port, "--tls=1.2", "--ems=off", f"--session-out={tmp_path / 's'}")
    for how, resumed_ in (("off", "yes"), ("required", "no")):
        client(pki, server.port, "--tls=1.2", f"--ems={how}", f"--session-in={tmp_path / 's'}",
               f"--expect=resumed={resumed_}")


# ---- --key-update has no place here ----------------------------------------------------------


def test_no_key_update_in_tls_12(pki, servers):
    server = servers(openssl_server, pki.servers["p256"])
    done = client(pki, server.port, "--tls=1.2", "--key-update", code=6)
    assert "TLS 1.2" in done.stderr
