"""--profile=classic by its flags: which key does what, what is said, what is refused (DECISIONS S1);
and --compare, which puts it beside TLS 1.3."""

import re

import pytest
from conftest import HERE, Credential, make_leaf, run
from ours import hs_server
from peers12 import openssl_client, openssl_server
from program import Program
from providers import PROVIDERS, need_provider
from test_client import client, told

CLASSIC = "--profile=classic"
KEY_TRANSPORT = "TLS_RSA_WITH_AES_128_GCM_SHA256"


def leaf(folder, pki, usage, subject, like=None):
    """An RSA server with this keyUsage; `like`: with the key of that one."""
    own = make_leaf(folder, pki.root, "rsa2048", "server", subject=subject)
    extensions = own.cert.with_suffix(".cnf")
    extensions.write_text(re.sub("keyUsage=.*", f"keyUsage=critical,{usage}",
                                 extensions.read_text(), count=1))
    key, request = like.key if like else own.key, own.cert.with_suffix(".csr")
    run("openssl", "req", "-new", "-key", key, "-out", request, "-subj", f"/CN={subject}")
    run("openssl", "x509", "-req", "-in", request, "-out", own.cert, "-days", "20", "-CA", pki.root,
        "-CAkey", pki.root.with_name(f"{pki.root.stem}-key.pem"), "-extfile", extensions)
    return Credential(own.cert, key)


@pytest.fixture(scope="module")
def rsa(pki, tmp_path_factory):
    folder = tmp_path_factory.mktemp("classic")
    decrypts = leaf(folder, pki, "keyEncipherment", "decrypts")
    return {"decrypts": decrypts,
            "signs": leaf(folder, pki, "digitalSignature", "signs"),
            "twin": leaf(folder, pki, "digitalSignature", "twin", like=decrypts),
            "both": leaf(folder, pki, "digitalSignature,keyEncipherment", "both")}


# ---- hs-client -------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("kind", ["decrypts", "both"])
def test_client_makes_the_secret(pki, servers, rsa, provider, kind):
    """A certificate for nothing else is good enough, and the only suites offered are the two."""
    need_provider(provider)
    server = servers(openssl_server, rsa[kind], versions="")
    got = told(pki, server.port, CLASSIC, f"--provider={provider}", "--http=/")
    assert (got["version"], got["suite"], got["trusted"]) == ("TLS 1.2", KEY_TRANSPORT, True)
    assert got["group"] is None and got["sigalg"] is None and got["rtts"] == 2
    assert got["http"]["status"] == 200


def test_client_names_other_suites(pki, servers, rsa):
    server = servers(openssl_server, rsa["both"], versions="")
    client(pki, server.port, CLASSIC, "--suites=AES256-GCM-SHA384",
           "--expect=suite=TLS_RSA_WITH_AES_256_GCM_SHA384,version=1.2")
    client(pki, server.port, CLASSIC, "--suites=TLS_AES_128_GCM_SHA256,AES128-GCM-SHA256",
           "--expect=version=1.3")


def test_client_asks_for_it_or_does_not_offer_it(pki, servers, rsa):
    server = servers(openssl_server, rsa["both"], "-cipher", "AES128-GCM-SHA256")
    assert told(pki, server.port, code=4)["error"]["alert_name"] == "handshake_failure"


def test_key_that_may_not_decrypt(pki, servers, rsa):
    server = servers(openssl_server, rsa["signs"], "-cipher", "AES128-GCM-SHA256")
    got = told(pki, server.port, CLASSIC, code=None)
    assert not got["ok"]


# ---- hs-server -------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", PROVIDERS)
def test_server_without_a_certificate(tmp_path, monkeypatch, provider):
    """Two of its own: RSA for key transport and nothing else, ECDSA for the rest."""
    need_provider(provider)
    monkeypatch.setenv("MINI_CA_DIR", str(tmp_path / "ca"))
    with Program("hs-server", CLASSIC, f"--provider={provider}", f"{HERE}:0") as server:
        to = server.wait_for(r"try: hs-client (localhost:\d+)").group(1)
        run("hs-client", CLASSIC, f"--expect=suite={KEY_TRANSPORT},key=RSA 2048,trusted=yes", to)
        run("hs-client", "--expect=version=1.3,key=ECDSA P-256,trusted=yes", to)
        run("hs-client", "--tls=1.2", "--expect=key=ECDSA P-256,trusted=yes", to)
        shown = run("hs-client", CLASSIC, "--http=/", to).stdout
        assert "keys by       RSA key transport" in shown and "reads this page" in shown
        port = int(to.partition(":")[2])
        text = openssl_client(port, tmp_path / "ca" / "root.pem", "-cipher", "AES128-GCM-SHA256",
                              "-showcerts").text
    (tmp_path / "leaf.pem").write_text(re.search("-----BEGIN CERT.*?END CERTIFICATE-----\n", text,
                                                 re.S).group(0))
    usage = run("openssl", "x509", "-in", tmp_path / "leaf.pem", "-noout", "-ext", "keyUsage").stdout
    assert "Key Encipherment" in usage and "Digital Signature" not in usage


def test_server_without_the_profile(pki, servers, rsa):
    server = servers(hs_server, rsa["both"])
    seen = openssl_client(server.port, pki.root, "-cipher", "AES128-GCM-SHA256")
    assert seen.code != 0


def test_key_transport_only(pki, rsa):
    """A client of TLS 1.3 gets 1.2 instead of a failure; it is said what is missing."""
    with hs_server(rsa["both"], CLASSIC) as server:
        server.wait_for("second --cert", stream="err")
        client(pki, server.port, CLASSIC, "--suites=TLS_AES_128_GCM_SHA256,AES128-GCM-SHA256",
               f"--expect=version=1.2,suite={KEY_TRANSPORT}")
        got = told(pki, server.port, code=4)
        assert got["error"]["from_peer"] and got["error"]["alert_name"] == "handshake_failure"


def test_each_key_has_one_use(pki, servers, rsa):
    """The key that may decrypt does not sign, even where its certificate allows both."""
    server = servers(hs_server, rsa["both"], rsa["signs"], CLASSIC)
    for words, subject in (([CLASSIC], "CN=both"), (["--tls=1.2"], "CN=signs"),
                           (["--tls=1.3"], "CN=signs")):
        assert told(pki, server.port, *words)["chain"][0]["subject"] == subject


def test_one_key_in_both_roles(rsa):
    words = [word for own in (rsa["decrypts"], rsa["twin"])
             for word in (f"--cert={own.cert}", f"--key={own.key}")]
    done = run("hs-server", CLASSIC, *words, f"{HERE}:0", code=2)
    assert "key of its own" in done.stderr


def test_no_key_for_it(pki):
    with hs_server(pki.servers["p256"], CLASSIC) as server:
        server.wait_for("no key transport", stream="err")


# ---- --compare -------------------------------------------------------------------------------


def test_compare(pki, servers, rsa):
    """Two ladders with what differs, the pages thrown away; the classic one if that is asked for."""
    server = servers(hs_server, pki.servers["p256"], rsa["decrypts"], CLASSIC)
    plain = client(pki, server.port, "--compare=1.2,1.3", "--http=/").stdout
    classic = client(pki, server.port, "--compare=1.2,1.3", CLASSIC, "--no-time").stdout
    for text in (plain, classic):
        assert re.search(r"^round trips to data +2 +1$", text, re.M)
        assert "EncryptedExtensions" in text and "what you offered" not in text
    assert "ServerKeyExchange" in plain and "application data" in plain
    assert "ServerKeyExchange" not in classic and "TLS 1.2, classic RSA" in classic


def test_compare_as_json(pki, servers):
    server = servers(hs_server, pki.servers["p256"])
    got = told(pki, server.port, "--compare=1.3,1.2", "--http=/")
    assert got["ok"] and [each["version"] for each in got["compare"]] == ["TLS 1.3", "TLS 1.2"]
    assert [each["rtts"] for each in got["compare"]] == [1, 2]


def test_compare_where_one_fails(pki, servers):
    """That the server has no TLS 1.2 is a difference, too; the exit code is that of the failure."""
    server = servers(hs_server, pki.servers["p256"], tls="1.3")
    done = client(pki, server.port, "--compare=1.2,1.3", code=4)
    assert "protocol_version" in done.stderr and "CertificateVerify" in done.stdout


@pytest.mark.parametrize("words", [["--compare=1.2"], ["--compare=1.2,1.3,1.2"],
                                   ["--compare=1.2,1.2-1.3"], ["--compare=1.2,1.3", "--tls=1.2"],
                                   ["--compare=1.2,1.3", "--io"]])
def test_usage(words):
    run("hs-client", *words, "localhost:1", code=2)
