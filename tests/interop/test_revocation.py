"""Was it revoked? OCSP responses in the handshake, revocation lists, and who heeds them: hs-client
and hs-server with what mini-ca makes, and with OpenSSL's and GnuTLS's programs at the other end."""

import base64
import json
import os
import shutil
import signal
from pathlib import Path

import pytest
from conftest import HERE, Credential, run
from ours import hs_server
from peers import gnutls_server, need_peer, openssl_server
from program import Program

VERSIONS = ("1.2", "1.3")
NAMES = ("good", "revoked", "must", "client", "lost")


@pytest.fixture(scope="module")
def ca(tmp_path_factory):
    """A CA that has issued server certificates for localhost, and revoked one; `staple(name)` is
    the response about one of them, made now."""
    folder = tmp_path_factory.mktemp("revocation")

    def mini_ca(*words, code=0):
        return run("mini-ca", "-C", folder / "ca", *words, code=code)

    class Ca:
        root, crl = folder / "ca/root.pem", folder / "ca/crl.pem"
        other = folder / "other.der"

        def __getattr__(self, name):
            if name not in NAMES:
                raise AttributeError(name)
            return Credential(folder / f"{name}.pem", folder / f"{name}-key.pem")

        def staple(self, name, *more):
            path = folder / f"{name}.der"
            mini_ca("ocsp", folder / f"{name}.pem", "--out", path, "--force", *more)
            return path

    ca = Ca()
    ca.mini_ca = mini_ca
    mini_ca("init", "--no-password")
    for name in ("good", "revoked"):
        mini_ca("issue", "localhost", HERE, f"--out={folder / name}")
    mini_ca("issue", "localhost", "--must-staple", f"--out={folder / 'must'}")
    for name in ("client", "lost"):
        mini_ca("issue", "--client", f"{name}@example.test", f"--out={folder / name}")
    for name in ("revoked", "lost"):
        mini_ca("revoke", folder / f"{name}.pem", "--reason=keyCompromise")
    mini_ca("crl")
    return ca


@pytest.fixture(scope="module")
def expired(ca, tmp_path_factory):
    """A response about `good` that held yesterday, for a minute."""
    folder = tmp_path_factory.mktemp("expired")
    yesterday = folder / "yesterday.so"
    run(os.environ.get("CC", "cc"), "-shared", "-fPIC", "-o", yesterday,
        Path(__file__).with_name("yesterday.c"))
    index, out = folder / "index.txt", folder / "response.der"
    words = run("openssl", "x509", "-in", ca.good.cert, "-noout", "-serial", "-enddate", "-subject",
                "-dateopt", "iso_8601", "-nameopt", "compat").stdout
    facts = dict(line.split("=", 1) for line in words.splitlines())
    ends = "".join(c for c in facts["notAfter"] if c.isdigit())[2:] + "Z"
    index.write_text(f"V\t{ends}\t\t{facts['serial']}\tunknown\t/CN=localhost\n")
    request = folder / "request.der"
    run("openssl", "ocsp", "-issuer", ca.root, "-cert", ca.good.cert, "-reqout", request,
        "-no_nonce")
    run("openssl", "ocsp", "-index", index, "-CA", ca.root, "-rsigner", ca.root, "-rkey",
        ca.root.with_name("root-key.pem"), "-reqin", request, "-respout", out, "-nmin", "1",
        env={**os.environ, "LD_PRELOAD": str(yesterday)})
    return out


def client(port, root, *more, code=0):
    """hs-client's JSON."""
    done = run("hs-client", "--json", f"--cacert={root}", *more, f"localhost:{port}", code=code)
    return json.loads(done.stdout)


def served(credential, staple):
    return "--cert", credential.cert, "--key", credential.key, "--ocsp", staple


# ---- our staples -----------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_a_good_staple_is_shown_and_believed(ca, version):
    with hs_server(*map(str, served(ca.good, ca.staple("good")))) as server:
        seen = client(server.port, ca.root, "--require-staple", f"--tls={version}")
        assert seen["trusted"] and seen["revoked"] == "no"
        again = client(server.port, ca.root, f"--tls={version}")
        assert again["trusted"] and again["revoked"] == "no"
        client(server.port, ca.root, "--expect=revoked=no,trusted=yes")


@pytest.mark.parametrize("version", VERSIONS)
def test_openssl_sees_our_staple(ca, version):
    with hs_server(*map(str, served(ca.good, ca.staple("good")))) as server:
        done = run("openssl", "s_client", "-connect", f"{HERE}:{server.port}", "-CAfile", ca.root,
                   f"-tls{version.replace('.', '_')}", "-status", "-verify_return_error")
        assert "OCSP Response Status: successful (0x0)" in done.stdout
        assert "Cert Status: good" in done.stdout
        quiet = run("openssl", "s_client", "-connect", f"{HERE}:{server.port}", "-CAfile", ca.root,
                    f"-tls{version.replace('.', '_')}")
        assert "OCSP" not in quiet.stdout  # who does not ask gets none


@pytest.mark.parametrize("version", VERSIONS)
def test_gnutls_believes_our_staple(ca, version):
    need_peer("gnutls")
    with hs_server(*map(str, served(ca.good, ca.staple("good")))) as server:
        done = run("gnutls-cli", "--ocsp", "--x509cafile", ca.root, "--verify-hostname=localhost",
                   "--priority", f"NORMAL:-VERS-ALL:+VERS-TLS{version}", "-p", server.port, HERE,
                   input="", code=None)
        said = done.stdout + done.stderr
        assert "The certificate is trusted" in said, said
        assert "OCSP status request" in said, said


@pytest.mark.parametrize("version", VERSIONS)
def test_a_revoked_certificate_is_refused_by_its_own_staple(ca, version):
    with hs_server(*map(str, served(ca.revoked, ca.staple("revoked")))) as server:
        server.wait_for("was revoked on", stream="err")  # it is told when it starts
        seen = client(server.port, ca.root, f"--tls={version}", code=5)
        assert seen["error"]["status"] == "HS_E_CERT_REVOKED"
        assert seen["error"]["alert_name"] == "certificate_revoked"
        assert "keyCompromise" in seen["error"]["text"]
        loose = client(server.port, ca.root, f"--tls={version}", "-k")
        assert loose["revoked"] == "yes" and not loose["trusted"]
        client(server.port, ca.root, f"--tls={version}", "-k", "--expect=revoked=no", code=6)


def test_without_a_staple_only_who_insists_refuses(ca):
    with hs_server(ca.good) as server:
        assert client(server.port, ca.root)["revoked"] is None
        seen = client(server.port, ca.root, "--require-staple", code=5)
        assert seen["error"]["status"] == "HS_E_REVOCATION_UNKNOWN"
        assert "--crl" in seen["error"]["checks"][0]["fix"]
        assert client(server.port, ca.root, "--require-staple", f"--crl={ca.crl}")["revoked"] == "no"


def test_what_promises_a_staple_must_have_one(ca):
    with hs_server(ca.must) as server:
        server.wait_for("must-staple", stream="err")
        seen = client(server.port, ca.root, code=5)
        assert seen["error"]["status"] == "HS_E_STAPLE_MISSING"
    with hs_server(*map(str, served(ca.must, ca.staple("must")))) as server:
        assert client(server.port, ca.root)["trusted"]


def test_a_pin_does_not_replace_the_staple(ca):
    """With --pin hs-client judges the chain itself."""
    with hs_server(*map(str, served(ca.revoked, ca.staple("revoked")))) as server:
        loose = client(server.port, ca.root, "-k")
        pin = f"--pin=sha256:{loose['chain'][0]['sha256']}"
        seen = client(server.port, ca.root, pin, code=5)
        assert seen["error"]["status"] == "HS_E_CERT_REVOKED"
    with hs_server(*map(str, served(ca.good, ca.staple("good")))) as server:
        pin = f"--pin=sha256:{client(server.port, ca.root)['chain'][0]['sha256']}"
        assert client(server.port, ca.root, pin, "--require-staple")["trusted"]
        wrong = f"--pin=sha256:{'0' * 64}"
        seen = client(server.port, ca.root, wrong, code=5)
        assert seen["error"]["status"] == "HS_E_PIN"


# ---- files that hs-server does not take ------------------------------------------------------


def refused(*words):
    done = run("hs-server", *words, f"{HERE}:0", code=None)
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    return done.returncode, lines[0]


def test_a_response_is_about_the_certificate_before_it(ca, tmp_path):
    code, line = refused(*served(ca.good, ca.staple("revoked")))
    assert code == 5 and "is not about the certificate in" in line
    junk = tmp_path / "junk"
    junk.write_bytes(b"0\x03\x02\x01\x00, or so")
    code, line = refused(*served(ca.good, junk))
    assert code == 2 and "not an OCSP response" in line
    code, line = refused(*served(ca.good, ca.good.cert))
    assert code == 2 and "not an OCSP response" in line
    code, line = refused("--ocsp", junk, "--cert", ca.good.cert, "--key", ca.good.key)
    assert code == 2 and "behind the --cert" in line


def test_responses_go_with_their_certificates(ca, tmp_path):
    """The first has none; PEM is fine, too."""
    pem = tmp_path / "response.pem"
    text = base64.encodebytes(ca.staple("good").read_bytes()).decode()
    pem.write_text(f"-----BEGIN OCSP RESPONSE-----\n{text}-----END OCSP RESPONSE-----\n")
    words = ["--cert", ca.must.cert, "--key", ca.must.key, *served(ca.good, pem)]
    with hs_server(*map(str, words)) as server:
        assert client(server.port, ca.root, "-k")["revoked"] is None
    words = [*served(ca.good, pem), "--cert", ca.must.cert, "--key", ca.must.key]
    with hs_server(*map(str, words)) as server:
        assert client(server.port, ca.root)["revoked"] == "no"


def test_a_fresh_response_is_read_on_sighup(ca, tmp_path):
    staple = tmp_path / "staple.der"
    shutil.copy(ca.staple("good"), staple)
    with hs_server(*map(str, served(ca.good, staple))) as server:
        first = client(server.port, ca.root)
        assert first["revoked"] == "no"
        shutil.copy(ca.staple("revoked"), staple)  # of another: refused, the old one stays
        since = server.mark()
        server.signal(signal.SIGHUP)
        assert not server.told("reload", since)["ok"]
        assert client(server.port, ca.root)["revoked"] == "no"


# ---- others' staples -------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_a_staple_of_openssl_is_believed(ca, version):
    tls = f"-tls{version.replace('.', '_')}"
    words = (tls, "-status_file", ca.staple("good"))
    with Program("openssl", "s_server", "-accept", f"{HERE}:0", "-cert", ca.good.cert, "-key",
                 ca.good.key, "-www", *words, stdin=-1) as server:
        port = int(server.wait_for(r"^ACCEPT 127\.0\.0\.1:(\d+)").group(1))
        assert client(port, ca.root, "--require-staple")["revoked"] == "no"


def test_a_bad_staple_of_openssl_is_refused(ca, tmp_path):
    for name, status in (("revoked", "HS_E_OCSP"), ("broken", "HS_E_OCSP")):
        response = tmp_path / name
        response.write_bytes(ca.staple("good" if name == "broken" else name).read_bytes())
        if name == "broken":  # a bit of its signature
            bytes_ = bytearray(response.read_bytes())
            bytes_[-1] ^= 1
            response.write_bytes(bytes(bytes_))
        with openssl_server(ca.good, "-status_file", response) as server:
            seen = client(server.port, ca.root, code=5)
            assert seen["error"]["status"] == status
            assert seen["error"]["alert_name"] == "bad_certificate_status_response"


def test_an_old_staple_is_refused(ca, expired):
    """hs-server says so when it starts, and hs-client does not believe it."""
    with hs_server(*map(str, served(ca.good, expired))) as server:
        server.wait_for("out of date since", stream="err")
        seen = client(server.port, ca.root, code=5)
        assert seen["error"]["status"] == "HS_E_OCSP"
        assert "out of date" in seen["error"]["text"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_staple_of_gnutls_is_believed(ca, version):
    need_peer("gnutls")
    with gnutls_server(ca.good, f"--ocsp-response={ca.staple('good')}", "--priority",
                       f"NORMAL:-VERS-ALL:+VERS-TLS{version}") as server:
        assert client(server.port, ca.root, "--require-staple")["revoked"] == "no"


# ---- lists -----------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_a_list_names_whom_to_refuse(ca, version):
    with hs_server(ca.revoked) as server:
        more = (f"--crl={ca.crl}", f"--tls={version}")
        assert client(server.port, ca.root, f"--tls={version}")["trusted"]  # nobody has told it
        seen = client(server.port, ca.root, *more, code=5)
        assert seen["error"]["status"] == "HS_E_CERT_REVOKED"
    with hs_server(ca.good) as server:
        assert client(server.port, ca.root, *more)["revoked"] == "no"


def test_a_list_that_is_none_is_a_fault(ca, tmp_path):
    done = run("hs-client", f"--cacert={ca.root}", f"--crl={ca.root}", "localhost:1", code=1)
    assert "no revocation list is in it" in done.stderr
    cut = tmp_path / "crl.der"
    cut.write_bytes(b"0\x82")
    done = run("hs-client", f"--cacert={ca.root}", f"--crl={cut}", "localhost:1", code=1)
    assert "not a well-formed revocation list" in done.stderr


@pytest.mark.parametrize("version", VERSIONS)
def test_clients_on_a_list_are_refused(ca, version):
    with hs_server(ca.good, client_auth="need", cacert=ca.root, crl=ca.crl,
                   tls=version) as server:
        def go(own, **how):
            return client(server.port, ca.root, f"--cert={own.cert}", f"--key={own.key}",
                          "--http", **how)

        go(ca.client)
        assert server.told("connected")["client_verdict"] == "HS_OK"
        seen = run("hs-client", f"--cacert={ca.root}", f"--cert={ca.lost.cert}",
                   f"--key={ca.lost.key}", "--http", f"localhost:{server.port}", code=None)
        assert seen.returncode in (4, 7) and "certificate_revoked" in seen.stderr
        failed = server.told("failed")["error"]
        assert failed["status"] == "HS_E_CERT_REVOKED"
        assert failed["checks"][0]["check"] == "revocation"
        assert "keyCompromise" in failed["text"]


def test_a_server_certificate_is_none_for_a_client(ca):
    """The purpose of a client is checked, and hs-server says why."""
    with hs_server(ca.good, client_auth="need", cacert=ca.root) as server:
        run("hs-client", f"--cacert={ca.root}", f"--cert={ca.good.cert}", f"--key={ca.good.key}",
            "--http", f"localhost:{server.port}", code=None)
        failed = server.told("failed")["error"]
        assert failed["status"] == "HS_E_EXT_KEY_USAGE"
        assert "purposes are serverAuth" in failed["text"]


def test_a_new_list_ends_old_sessions(ca, tmp_path):
    """A client that is revoked after its session was made must not come back with it."""
    crl, session = tmp_path / "crl.pem", tmp_path / "session"
    own = tmp_path / "own"
    ca.mini_ca("issue", "--client", f"late@example.test", f"--out={own}")
    shutil.copy(ca.crl, crl)
    words = [f"--cacert={ca.root}", f"--cert={own}.pem", f"--key={own}-key.pem", "--http",
             "--tls=1.2"]  # sessions of 1.3 are not built yet
    with hs_server(ca.good, client_auth="need", cacert=ca.root, crl=crl) as server:
        run("hs-client", *words, f"--session-out={session}", f"localhost:{server.port}")
        done = run("hs-client", "--json", *words, f"--session-in={session}",
                   f"localhost:{server.port}")
        assert json.loads(done.stdout)["resumed"]
        ca.mini_ca("revoke", f"{own}.pem")
        ca.mini_ca("crl")
        shutil.copy(ca.crl, crl)
        since = server.mark()
        server.signal(signal.SIGHUP)
        assert server.told("reload", since)["ok"]
        done = run("hs-client", *words, f"--session-in={session}", f"localhost:{server.port}",
                   code=None)
        assert done.returncode in (4, 7) and "certificate_revoked" in done.stderr


# ---- what is said ----------------------------------------------------------------------------


def test_the_verdict_is_a_line_and_all_of_it_on_demand(ca):
    with hs_server(*map(str, served(ca.good, ca.staple("good")))) as server:
        line = run("hs-client", "-v", "--no-time", f"--cacert={ca.root}",
                   f"localhost:{server.port}").stderr
        told = [one for one in line.splitlines() if " trust " in one]
        assert len(told) == 1 and "checks passed" in " ".join(line.split())
        assert "ok   revocation" not in line
        more = run("hs-client", "-vv", "--no-time", f"--cacert={ca.root}",
                   f"localhost:{server.port}").stderr
        assert "the OCSP response says so" in more
        for check in ("signature", "validity", "key_usage", "ext_key_usage", "name", "revocation"):
            assert f"ok   {check} " in more, check
