"""hs-client --diagnose at servers with real restrictions: what it says helps is typed, and helps."""

import contextlib
import json
import shlex
import socket
import threading
import time

import peers
import peers12
import pytest
from conftest import HERE, free_port, make_leaf, run
from ours import hs_server
from peers import need_peer


def diagnose(pki, port, *words, host="localhost", root=None):
    """(what it found, how the first attempt failed), of a client that was refused."""
    where = () if host == HERE else (f"--connect-to={HERE}:{port}",)
    done = run("hs-client", "--json", "--diagnose", f"--cacert={root or pki.root}", *where, *words,
               f"{host}:{port}", code=4, timeout=60)
    told = json.loads(done.stdout)
    assert told["ok"] is False and told["exit"] == 4
    assert 0 <= told["diagnose"]["connections"] <= 24
    return told["diagnose"], told["error"]


def typed(command):
    """What it tells to type, typed."""
    words = shlex.split(command)
    assert words[0] == "hs-client" and "--diagnose" not in words
    return json.loads(run(*words).stdout)


def agreed(pki, port, *words, changes, **more):
    found, error = diagnose(pki, port, *words, **more)
    assert found["accepted"] and found["changes"] == changes, found
    told = typed(found["command"])
    assert told["ok"] is True
    return told, error


# ---- one restriction, one change -------------------------------------------------------------


@pytest.mark.parametrize("server,start", [
    ("openssl", lambda pki: peers12.openssl_server(pki.servers["p256"])),
    ("gnutls", lambda pki: peers12.gnutls_server(pki.servers["p256"])),
    ("ours", lambda pki: hs_server(pki.servers["p256"], tls="1.2"))])
def test_only_tls12(pki, server, start):
    need_peer(server) if server != "ours" else None
    with start(pki) as there:
        told, error = agreed(pki, there.port, "--tls=1.3", changes=["--tls=1.2"])
        assert told["version"] == "TLS 1.2"
        assert error["from_peer"] and error["alert_name"] in ("protocol_version",
                                                              "handshake_failure")


@pytest.mark.parametrize("server,start", [
    ("openssl", lambda pki: peers.openssl_server(pki.servers["p256"])),
    ("ours", lambda pki: hs_server(pki.servers["p256"], tls="1.3"))])
def test_only_tls13(pki, server, start):
    need_peer(server) if server != "ours" else None
    with start(pki) as there:
        told, _ = agreed(pki, there.port, "--tls=1.2", changes=["--tls=1.3"])
        assert told["version"] == "TLS 1.3"


@pytest.mark.parametrize("server", ["openssl", "gnutls", "ours"])
@pytest.mark.parametrize("spelling", [("--groups=x25519",), ("--curves", "x25519")])
def test_only_p384(pki, server, spelling):
    """The option is replaced in the command by whatever name it was given."""
    need_peer(server) if server != "ours" else None
    start = (hs_server(pki.servers["p256"], groups="secp384r1") if server == "ours" else
             peers.SERVERS[server](pki.servers["p256"], groups=("secp384r1",)))
    with start as there:
        told, _ = agreed(pki, there.port, *spelling, changes=["--groups=secp384r1"])
        assert told["group"] == "secp384r1"


def test_only_rsa_pss(pki):
    with peers.openssl_server(pki.servers["rsa2048"]) as there:
        found, _ = diagnose(pki, there.port, "--sigalgs=ecdsa_secp256r1_sha256")
        change, = found["changes"]
        # The chain is signed with ECDSA: a server may want to see that offered, too.
        assert change in ("--sigalgs=rsa_pss_rsae_sha256", "without --sigalgs")
        assert typed(found["command"])["sigalg"].startswith("rsa_pss")


@pytest.mark.parametrize("version", ["1.3", "1.2"])
def test_only_chacha(pki, version):
    with hs_server(pki.servers["p256"], tls=version,
                   suites="TLS_CHACHA20_POLY1305_SHA256" if version == "1.3" else
                   "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256") as there:
        told, _ = agreed(pki, there.port, "--suites=TLS_AES_128_GCM_SHA256,"
                         "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                         changes=["--suites=TLS_CHACHA20_POLY1305_SHA256" if version == "1.3" else
                                  "--suites=TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"])
        assert "CHACHA20" in told["suite"]


def test_another_protocol(pki):
    with peers.openssl_server(pki.servers["p256"], alpn="http/1.1") as there:
        told, error = agreed(pki, there.port, "--alpn=h2", changes=["--alpn=http/1.1"])
        assert told["alpn"] == "http/1.1" and error["alert_name"] == "no_application_protocol"


def test_classic_only(pki, tmp_path):
    credential = make_leaf(tmp_path, pki.root, "rsa2048", "server", use="keyEncipherment")
    with hs_server(credential, profile="classic", tls="1.2") as there:
        told, _ = agreed(pki, there.port, changes=["--profile=classic"])
        assert told["suite"].startswith("TLS_RSA_")


@pytest.mark.parametrize("server,start", [
    ("gnutls", lambda pki: peers12.gnutls_server(pki.servers["p256"], extra=":%NO_SESSION_HASH")),
    ("ours", lambda pki: hs_server(pki.servers["p256"], tls="1.2", extended_main_secret="off"))])
def test_no_extended_main_secret(pki, server, start):
    """Here it is we who refuse; the change is what the peer would have to be allowed."""
    need_peer(server) if server != "ours" else None
    with start(pki) as there:
        told, error = agreed(pki, there.port, changes=["--extended-main-secret=optional"])
        assert told["extended_main_secret"] is False and not error["from_peer"]


def test_the_wrong_name(pki):
    with hs_server(pki.servers["p256"], strict_sni=True) as there:
        agreed(pki, there.port, "--servername=wrong.test", "--verify-name=localhost",
               changes=["without --servername"])


def test_a_name_is_needed(pki):
    need_peer("gnutls")
    with peers.gnutls_server(pki.servers["p256"], "--sni-hostname", "localhost",
                             "--sni-hostname-fatal") as there:
        found, _ = diagnose(pki, there.port, "--servername=other.test", "--verify-name=localhost")
        assert found["changes"] == ["without --servername"]


# ---- several at once, and none ---------------------------------------------------------------


def test_two_changes_and_no_third(pki):
    with peers12.openssl_server(pki.servers["p256"], groups=("secp384r1", "secp256r1")) as there:
        found, _ = diagnose(pki, there.port, "--tls=1.3", "--groups=x25519", "--alpn=h2",
                            "--record-limit=512")
        assert [change.split("=")[0] for change in found["changes"]] == ["--tls", "--groups"]
        assert typed(found["command"])["version"] == "TLS 1.2"


@pytest.mark.parametrize("server", ["openssl", "gnutls", "ours"])
@pytest.mark.parametrize("version", ["1.3", "1.2"])
def test_a_certificate_of_ours_is_needed(pki, server, version):
    need_peer(server) if server != "ours" else None
    module = peers if version == "1.3" else peers12
    start = (hs_server(pki.servers["p256"], tls=version, client_auth="need", cacert=pki.root)
             if server == "ours" else module.SERVERS[server](pki.servers["p256"],
                                                             client_ca=pki.root))
    with start as there:
        found, _ = diagnose(pki, there.port)
        assert found["needs_certificate"] and not found["accepted"] and found["command"] is None
        done = run("hs-client", "--diagnose", f"--cacert={pki.root}",
                   f"--connect-to={HERE}:{there.port}", "localhost", code=4, timeout=60)
        assert "asks for a certificate of ours" in done.stdout and "--cert=F" in done.stdout


@contextlib.contextmanager
def listener(answer):
    """Somebody who is no TLS server: answers each connection with `answer` and counts them."""
    with socket.create_server((HERE, 0)) as s:
        s.settimeout(0.1)
        stop, seen = threading.Event(), []

        def serve():
            while not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    conn, _ = s.accept()
                    seen.append(conn)
                    if answer is not None:
                        conn.settimeout(5)
                        with contextlib.suppress(OSError):
                            conn.recv(4096)
                            conn.sendall(answer)
                            conn.close()
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield s.getsockname()[1], seen
        finally:
            stop.set()
            thread.join()
            for conn in seen:
                conn.close()


@pytest.mark.parametrize("answer", [b"\x15\x03\x03\x00\x02\x02\x28", b"HTTP/1.1 400 Bad\r\n\r\n",
                                    b"", b"\x15\x03\x03\x00\x02\x02\x46"])
def test_nothing_helps(pki, answer):
    """Refused whatever is offered: it says so, and stops after a bounded number."""
    with listener(answer) as (port, seen):
        words = ("--tls=1.3", "--groups=x25519", "--suites=TLS_AES_128_GCM_SHA256", "--alpn=h2",
                 "--sigalgs=rsa_pss_rsae_sha256", "--shares=", "--record-limit=512", "--no-compat",
                 "--servername=other.test")
        found, _ = diagnose(pki, port, *words)
        assert not found["accepted"] and found["changes"] == [] and found["command"] is None
        assert found["connections"] == len(seen) - 1 <= 24
        text = run("hs-client", "--diagnose", f"--connect-to={HERE}:{port}", "localhost",
                   code=4).stdout
        assert "nothing that was tried" in text


def test_silence_is_bounded_too(pki):
    """Connections that hang: the whole search ends in time, and the first failure's exit stays."""
    with listener(None) as (port, _):
        began = time.monotonic()
        run("hs-client", "--diagnose", "--timeout=1s", f"--connect-to={HERE}:{port}", "localhost",
            code=124)
        assert time.monotonic() - began < 10  # a timeout is no refusal


# ---- what is no refusal ----------------------------------------------------------------------


def test_what_we_do_not_trust_is_no_refusal(pki):
    with hs_server(pki.servers["p256"]) as there:
        done = run("hs-client", "--diagnose", f"--cacert={pki.other_root}",
                   f"--connect-to={HERE}:{there.port}", "localhost", code=5)
        assert "diagnose" not in done.stdout
        told = json.loads(run("hs-client", "--json", "--diagnose", f"--cacert={pki.root}",
                              f"--connect-to={HERE}:{there.port}", "localhost").stdout)
        assert "diagnose" not in told
    done = run("hs-client", "--diagnose", f"localhost:{free_port()}", code=3)
    assert "diagnose" not in done.stdout


def test_it_is_accepted_whatever_the_certificate(pki):
    """The restriction is found although the certificate is not trusted either."""
    with hs_server(pki.servers["p256"], groups="secp384r1") as there:
        found, _ = diagnose(pki, there.port, "--groups=x25519", root=pki.other_root)
        assert found["changes"] == ["--groups=secp384r1"]


@pytest.mark.parametrize("words", [("--compare=1.2,1.3",), ("--break=finished",), ("--io",)])
def test_what_it_does_not_go_with(words):
    assert "--diagnose goes with none" in run("hs-client", "--diagnose", *words, "localhost:1",
                                              code=2).stderr
