"""mini-ca's commands for a CA in use: sign, renew, rekey, revoke, crl, ocsp, lint, export, show,
doctor. openssl and GnuTLS judge what they make."""

import contextlib
import json
import os
import re

import pytest
from conftest import free_port, run, running
from mini_ca_tools import ca, here, json_of, mini_ca, mode, password, text_of
from providers import need_provider

WISHES = ["-addext", "subjectAltName=DNS:web.test,IP:10.0.0.1,otherName:1.2.3.4;UTF8:x",
          "-addext", "keyUsage=digitalSignature,keyEncipherment",
          "-addext", "basicConstraints=CA:TRUE",
          "-addext", "extendedKeyUsage=serverAuth,clientAuth,codeSigning",
          "-addext", "tlsfeature=status_request", "-addext", "1.2.3.4=DER:0500"]


@pytest.fixture
def two_step_ca(here):
    mini_ca("init", "--no-password", "--intermediate")
    return here / "ca"


def public_key(certificate):
    return run("openssl", "x509", "-noout", "-pubkey", "-in", certificate).stdout


def serial_of(certificate):
    return run("openssl", "x509", "-noout", "-serial", "-in", certificate).stdout.split("=")[1].strip()


def openssl_verifies(chain, code=0, more=()):
    return run("openssl", "verify", "-x509_strict", "-CAfile", "ca/root.pem", "-untrusted", chain,
               *more, chain, code=code)


def certtool_verifies(chain, code=0, more=()):
    return run("certtool", "--verify", "--verify-profile=medium", "--load-ca-certificate",
               "ca/root.pem", "--infile", chain, *more, code=code)


def request(name="r.csr", subject="/CN=web.test/O=X", more=(), key="k.pem"):
    run("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-keyout", key, "-out", name, "-subj", subject, *more)
    return name


# ---- sign --------------------------------------------------------------------------------------

def test_sign_says_what_was_honoured_and_what_dropped(ca):
    wishes = json_of("sign", request(more=WISHES))["request"]
    honoured = {wish["what"] for wish in wishes if wish["honoured"]}
    dropped = {wish["what"]: wish["why"] for wish in wishes if not wish["honoured"]}
    assert honoured == {"subject O=X,CN=web.test", "DNS:web.test", "IP:10.0.0.1", "tlsFeature",
                        "extKeyUsage serverAuth", "extKeyUsage clientAuth"}
    assert all(dropped.values())  # a reason each
    for what in "other:", "keyUsage", "basicConstraints CA", "extKeyUsage codeSigning", "1.2.3.4":
        assert any(name.startswith(what) for name in dropped), what
    openssl_verifies("web.test.pem")
    certtool_verifies("web.test.pem")
    text = text_of("web.test.pem")
    assert "CA:FALSE" in text and "status_request" in text and "Key Encipherment" not in text
    assert "DNS:web.test, IP Address:10.0.0.1" in text
    assert public_key("web.test.pem") == run("openssl", "pkey", "-in", "k.pem", "-pubout").stdout
    assert not os.path.exists("web.test-key.pem")


def test_sign_prints_it_for_people(ca):
    made = mini_ca("sign", request(more=WISHES)).stdout
    assert re.search("honoured +DNS:web.test", made)
    assert re.search("dropped +basicConstraints CA: ", made)


def test_sign_makes_a_name_of_the_cn_of_an_old_request(ca):
    mini_ca("sign", request())
    assert "DNS:web.test" in text_of("web.test.pem")
    mini_ca("sign", request("q.csr", "/CN=Not a host"), code=2)  # no name at all then
    mini_ca("sign", request("q.csr", "/CN=Not a host"), "--san=b.test", "--out=b")
    assert "DNS:b.test" in text_of("b.pem")


def test_sign_options_win_over_the_request(ca):
    mini_ca("sign", request(more=WISHES), "--client", "--subject=CN=mine", "--san=more.test",
            "--days=5", "--out=x")
    text = text_of("x.pem")
    assert "TLS Web Client" in text and "TLS Web Server" not in text
    assert "DNS:more.test" in text and "CN = mine" in text.replace("CN=mine", "CN = mine")


def test_sign_wants_proof_of_the_key(ca, here):
    run("openssl", "req", "-in", request(), "-outform", "DER", "-out", "r.der")
    der = bytearray((here / "r.der").read_bytes())
    der[-1] ^= 1
    (here / "bad.der").write_bytes(der)
    refused = mini_ca("sign", "bad.der", code=5)
    assert "not signed with the key in it" in refused.stderr
    assert not (here / "web.test.pem").exists()
    mini_ca("sign", "r.der")


@pytest.mark.parametrize("kind", ["rsa:2048", "ed25519", "rsa:1024"])
def test_sign_keys_of_other_kinds(ca, kind):
    if kind == "ed25519":
        need_provider("libcrypto")
    run("openssl", "req", "-new", "-newkey", kind, "-nodes", "-keyout", "k.pem", "-out", "r.csr",
        "-subj", "/CN=web.test")
    if kind == "rsa:1024":
        assert "key_size" in mini_ca("sign", "r.csr", code=5).stderr
        return
    mini_ca("sign", "r.csr")
    openssl_verifies("web.test.pem")


def test_sign_respects_the_limits_of_the_ca(here):
    mini_ca("init", "--no-password", "--permit=test")
    mini_ca("sign", request(subject="/CN=example.com"), code=5)
    mini_ca("sign", request())


@pytest.mark.parametrize("content", [b"", b"x", b"\x30\x03\x02\x01\x00",
                                     b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n"
                                     b"-----END CERTIFICATE REQUEST-----\n"], ids=repr)
def test_sign_of_nonsense(ca, content):
    (ca.parent / "x").write_bytes(content)
    assert mini_ca("sign", "x", code=1).stderr.startswith("mini-ca: error: ")


def test_a_key_that_only_opens_secrets(ca):
    """For hs-server --profile=classic: RFC 9846 F.10 wants it to sign nothing."""
    mini_ca("issue", "a.test", "--key-transport", code=2)
    mini_ca("issue", "a.test", "--key-transport", "--key-type=rsa2048")
    text = text_of("a.test.pem")
    assert "Key Encipherment" in text and "Digital Signature" not in text
    mini_ca("renew", "a.test.pem")
    assert "Digital Signature" not in text_of("a.test.pem")


# ---- renew, rekey ------------------------------------------------------------------------------

def test_renew_keeps_names_and_key(ca):
    mini_ca("issue", "a.test", "127.0.0.1", "--both", "--subject=CN=a.test,O=Y", "--days=3",
            "--crl-url=http://a.test/crl", "--ocsp-url=http://a.test/ocsp", "--must-staple")
    key, old = open("a.test-key.pem").read(), open("a.test.pem").read()
    public, serial = public_key("a.test.pem"), serial_of("a.test.pem")
    mini_ca("renew", "a.test.pem")
    assert open("a.test-key.pem").read() == key and open("a.test.pem").read() != old
    assert public_key("a.test.pem") == public and serial_of("a.test.pem") != serial
    openssl_verifies("a.test.pem")
    text = text_of("a.test.pem")
    for word in ("DNS:a.test, IP Address:127.0.0.1", "TLS Web Server", "TLS Web Client", "URI:http://a.test/crl",
                 "OCSP - URI:http://a.test/ocsp", "status_request"):
        assert word in text
    assert re.search("Subject: .*O ?= ?Y", text)


def test_renew_by_name_and_serial_goes_where_it_was(ca, here):
    (here / "sub").mkdir()
    mini_ca("issue", "a.test", "--out=sub/web")
    old = serial_of("sub/web.pem")
    mini_ca("renew", "a.test")
    assert serial_of("sub/web.pem") != old
    mini_ca("renew", old, "--out=beside")
    assert public_key("beside.pem") == public_key("sub/web.pem")
    mini_ca("renew", old, "--out=beside", code=8)
    mini_ca("renew", "nobody.test", code=1)


def test_renew_replaces_nothing_but_the_old_certificate(ca, here):
    """Whatever else lies where the old one was stays: above all a key in the same file."""
    mini_ca("issue", "a.test")
    both = open("a.test.pem").read() + open("a.test-key.pem").read()
    open("a.test.pem", "w").write(both)
    assert "exists" in mini_ca("renew", "a.test", code=8).stderr
    assert open("a.test.pem").read() == both
    run("openssl", "x509", "-in", "a.test.pem", "-outform", "DER", "-out", "a.der")
    before = (here / "a.der").read_bytes()
    mini_ca("renew", "a.der", code=8)
    assert (here / "a.der").read_bytes() == before
    mini_ca("renew", "a.der", "--out=new")
    mini_ca("issue", "b.test", "--cert-file=a.test.pem", "--force")
    mini_ca("renew", serial_of("new.pem").lower(), "--out=other")
    mini_ca("renew", serial_of("a.der"), code=8)  # somebody else's certificate is there now


def test_rekey_makes_a_new_key_and_never_replaces_one_silently(ca):
    mini_ca("issue", "a.test", "--key-type=p384")
    key, public = open("a.test-key.pem").read(), public_key("a.test.pem")
    refused = mini_ca("rekey", "a.test", code=8)
    assert "--force" in refused.stderr and "--out" in refused.stderr
    assert open("a.test-key.pem").read() == key
    mini_ca("rekey", "a.test", "--out=new")
    assert public_key("new.pem") != public and "P-384" in text_of("new.pem")
    mini_ca("rekey", "a.test.pem", "--force")
    assert open("a.test-key.pem").read() != key and mode("a.test-key.pem") == 0o600
    openssl_verifies("a.test.pem")


def test_a_compromised_key_is_not_renewed(ca):
    mini_ca("issue", "a.test")
    mini_ca("revoke", "a.test", "--reason=keyCompromise")
    assert "rekey" in mini_ca("renew", "a.test.pem", code=5).stderr
    mini_ca("rekey", "a.test.pem", "--force")


def test_issue_from_an_old_certificate(ca, pki):
    old = pki.servers["p384"].cert
    mini_ca("issue", f"--from={old}", "more.test", "--out=n")
    text = text_of("n.pem")
    assert "DNS:localhost" in text and "DNS:more.test" in text and "P-384" in text
    assert public_key("n.pem") != public_key(old)
    openssl_verifies("n.pem")


def test_cas_are_not_renewed(two_step_ca):
    assert "init --force" in mini_ca("renew", "ca/root.pem", code=2).stderr
    mini_ca("renew", "issuing", code=2)


# ---- revoke, crl, ocsp -------------------------------------------------------------------------

def crl_check(more=()):
    return ["-crl_check", "-CRLfile", "ca/crl.pem", *more]


@pytest.mark.parametrize("more", [[], ["--intermediate"], ["--key-type=rsa2048"], ["--key-type=ed25519"]],
                         ids=["root", "issuing", "rsa", "ed25519"])
def test_revoke(here, more):
    if more == ["--key-type=ed25519"]:
        need_provider("libcrypto")
    mini_ca("init", "--no-password", *more)
    mini_ca("issue", "a.test")
    mini_ca("issue", "b.test")
    told = mini_ca("revoke", "a.test.pem", "--reason=superseded").stdout
    assert "superseded" in told and "crl.pem" in told
    assert "revoked" in openssl_verifies("a.test.pem", code=2, more=crl_check()).stderr
    openssl_verifies("b.test.pem", more=crl_check())
    certtool_verifies("b.test.pem", more=["--load-crl", "ca/crl.pem"])
    assert "revoked" in certtool_verifies("a.test.pem", code=1, more=["--load-crl", "ca/crl.pem"]).stdout
    text = run("openssl", "crl", "-noout", "-text", "-in", "ca/crl.pem").stdout
    assert serial_of("a.test.pem") in text and "Superseded" in text
    listed = json_of("list", "--revoked")["certificates"]
    assert [entry["names"] for entry in listed] == [["DNS:a.test"]]
    assert listed[0]["revoked"]["reason"] == "superseded"
    mini_ca("list", "--revoked", "--check", code=6)


def test_revoke_twice_says_so_and_changes_nothing(ca):
    mini_ca("issue", "a.test")
    mini_ca("revoke", "a.test", "--reason=keyCompromise")
    assert json_of("revoke", "a.test")["was_revoked"]
    assert json_of("list", "--revoked")["certificates"][0]["revoked"]["reason"] == "keyCompromise"
    assert mini_ca("revoke", "a.test", "--reason=boredom", code=2).stderr.count("expected one of") == 1


def test_crl_numbers_grow(ca):
    def number():
        text = run("openssl", "crl", "-noout", "-crlnumber", "-in", "ca/crl.pem").stdout
        return int(text.split("=")[1], 16)

    mini_ca("crl")
    first = number()
    mini_ca("crl", "--days=3")
    second = number()
    mini_ca("crl")
    assert first < second < number()
    mini_ca("crl", "--out=other.pem")
    mini_ca("crl", "--out=other.pem")  # a list of before may be replaced
    mini_ca("issue", "a.test")
    mini_ca("crl", "--out=a.test-key.pem", code=8)  # a key may not


def test_an_issuing_ca_is_revoked_by_the_root(two_step_ca):
    mini_ca("issue", "a.test")
    mini_ca("crl")
    mini_ca("crl", "--root")
    lists = open("ca/crl.pem").read() + open("ca/root-crl.pem").read()
    open("lists.pem", "w").write(lists)
    openssl_verifies("a.test.pem", more=["-crl_check_all", "-CRLfile", "lists.pem"])
    mini_ca("revoke", "ca/issuing.pem", "--reason=cACompromise")
    lists = open("ca/crl.pem").read() + open("ca/root-crl.pem").read()
    open("lists.pem", "w").write(lists)
    openssl_verifies("a.test.pem", code=2, more=["-crl_check_all", "-CRLfile", "lists.pem"])
    assert "revoked" in mini_ca("issue", "b.test", code=5).stderr
    mini_ca("revoke", "ca/root.pem", code=2)


def test_revoke_needs_the_password(here, password):
    mini_ca("init", f"--password-file={password}")
    mini_ca("issue", "a.test", f"--password-file={password}")
    mini_ca("revoke", "a.test", code=9, start_new_session=True)
    assert json_of("list", "--revoked")["certificates"] == []
    mini_ca("revoke", "a.test", f"--password-file={password}")


@pytest.mark.parametrize("more", [[], ["--intermediate"], ["--key-type=rsa2048"]],
                         ids=["root", "issuing", "rsa"])
def test_ocsp(here, more):
    mini_ca("init", "--no-password", *more)
    issuer = "ca/issuing.pem" if more == ["--intermediate"] else "ca/root.pem"
    mini_ca("issue", "a.test")
    mini_ca("issue", "b.test")
    mini_ca("revoke", "a.test", "--reason=keyCompromise")
    for name, status in ("a.test", "revoked"), ("b.test", "good"):
        mini_ca("ocsp", f"{name}.pem")
        said = run("openssl", "ocsp", "-respin", f"{name}-ocsp.der", "-issuer", issuer, "-cert",
                   f"{name}.pem", "-CAfile", "ca/root.pem", "-verify_other", issuer, "-no_nonce")
        assert f"{name}.pem: {status}" in said.stdout and "Response verify OK" in said.stderr
        run("ocsptool", "--verify-response", "--load-issuer", issuer, "--load-signer", issuer,
            "--load-response", f"{name}-ocsp.der")
    mini_ca("ocsp", "b.test", "--days=1")  # an answer of before may be replaced
    mini_ca("ocsp", "b.test", "--out=b.test-key.pem", code=8)
    assert "PRIVATE" in open("b.test-key.pem").read()


def verdict(*words):
    done = mini_ca("verify", *words, "--json", code=None)
    report = json.loads(done.stdout)
    assert (done.returncode == 0) == report["ok"]
    return report["status"]


def test_verify_heeds_lists(ca, here):
    mini_ca("issue", "a.test")
    mini_ca("issue", "b.test")
    mini_ca("revoke", "a.test")
    assert verdict("a.test.pem") == "HS_E_CERT_REVOKED"  # the CA's own list, by itself
    assert verdict("b.test.pem") == "HS_OK"
    assert verdict("a.test.pem", "--cacert=ca/root.pem") == "HS_OK"
    assert verdict("a.test.pem", "--cacert=ca/root.pem", "--crl=ca/crl.pem") == "HS_E_CERT_REVOKED"
    (here / "x.pem").write_text("nonsense")
    mini_ca("verify", "a.test.pem", "--crl=x.pem", code=1)


def test_verify_heeds_staples(ca):
    for name in "a.test", "b.test":
        mini_ca("issue", name, "--must-staple")
    mini_ca("revoke", "a.test")
    for name in "a.test", "b.test":
        mini_ca("ocsp", name)
    trust = "--cacert=ca/root.pem"
    assert verdict("a.test.pem", trust, "--staple=a.test-ocsp.der") == "HS_E_CERT_REVOKED"
    assert verdict("b.test.pem", trust, "--staple=b.test-ocsp.der") == "HS_OK"
    assert verdict("b.test.pem", trust, "--staple=a.test-ocsp.der") != "HS_OK"
    assert verdict("b.test.pem", trust, "--staple=/dev/null") != "HS_OK"


def test_verify_by_the_rules_of_the_web(ca, here):
    """What mini-ca makes keeps them; others' need not."""
    mini_ca("issue", "a.test")
    assert verdict("a.test.pem", "--profile=web", "--host=a.test") == "HS_OK"
    root = openssl_certificate("basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign", "r.pem",
                               subject="/CN=R")
    os.rename("ck.pem", "rk.pem")
    (here / "e").write_text("subjectAltName=DNS:a.test\n")
    run("openssl", "x509", "-req", "-in", request(subject="/CN=a.test"), "-CA", root, "-CAkey", "rk.pem",
        "-extfile", "e", "-out", "plain.pem", "-days", "9")
    assert verdict("plain.pem", f"--cacert={root}", "--profile=private") == "HS_OK"
    assert verdict("plain.pem", f"--cacert={root}", "--profile=web") != "HS_OK"


# ---- lint --------------------------------------------------------------------------------------

def openssl_certificate(extensions, name="c.pem", more=(), subject="/CN=a.test"):
    config = f"[req]\ndistinguished_name=dn\nprompt=no\n[dn]\nCN=x\n[e]\n{extensions}\n"
    open("c.cnf", "w").write(config)
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-keyout", "ck.pem", "-out", name, "-subj", subject, "-config", "c.cnf", "-extensions", "e",
        "-days", "30", *more)
    return name


GOOD = ("subjectAltName=DNS:a.test\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n"
        "basicConstraints=critical,CA:FALSE")


@pytest.mark.parametrize("extensions, check", [
    (GOOD.replace("DNS:a.test", "DNS:b.test"), "common_name"),
    (GOOD.replace("subjectAltName=DNS:a.test", ""), "names"),
    (GOOD.replace("digitalSignature", "digitalSignature,keyEncipherment"), "key_encipherment"),
    (GOOD.replace("digitalSignature", "digitalSignature,keyCertSign"), "ca_fields"),
    (GOOD.replace("critical,digitalSignature", "digitalSignature"), "key_usage_critical"),
    (GOOD.replace("extendedKeyUsage=serverAuth", ""), "purpose"),
    (GOOD.replace("serverAuth", "serverAuth,anyExtendedKeyUsage"), "purposes"),
    (GOOD.replace("DNS:a.test", "DNS:a.test,DNS:*.com"), "wildcard"),
    (GOOD.replace("DNS:a.test", "DNS:a.test,DNS:a b"), "dns_names"),
    (GOOD.replace("DNS:a.test", "DNS:a.test,DNS:a.test"), "duplicate_names"),
    (GOOD + "\n1.2.3.4=critical,DER:0500", "critical_extension"),
    (GOOD.replace("CA:FALSE", "CA:TRUE"), "ca_signs"),
    (GOOD + "\nnameConstraints=critical,permitted;DNS:test", "ca_fields"),
])
def test_lint_finds(here, extensions, check):
    found = json_of("lint", openssl_certificate(extensions), code=None)["certificates"][0]["findings"]
    assert check in [row["check"] for row in found]
    assert all(row["expected"] and row["fix"] and row["rule"] for row in found)


def test_lint_is_content_with_what_is_good(here):
    assert json_of("lint", openssl_certificate(GOOD))["certificates"][0]["findings"] == []
    long = json_of("lint", openssl_certificate(GOOD, more=["-days", "500"]))
    assert [row["check"] for row in long["certificates"][0]["findings"]] == ["lifetime_public"]


def test_lint_errors_and_warnings_have_their_exit_codes(here):
    assert "error" in mini_ca("lint", openssl_certificate(GOOD.replace("digitalSignature",
                              "digitalSignature,keyEncipherment")), code=5).stdout
    assert "warning" in mini_ca("lint", openssl_certificate(GOOD.replace("critical,digital",
                                "digital"))).stdout
    assert "ok" in mini_ca("lint", "-v", "c.pem").stdout


def test_what_mini_ca_makes_is_clean(two_step_ca):
    for words in ("a.test",), ("--client", "a@b.test"), ("--both", "c.test", "::1"), \
            ("r.test", "--key-type=rsa2048"), ("10.0.0.1",):
        mini_ca("issue", *words, "--out=x", "--force")
        assert json_of("lint", "x.pem")["errors"] == 0
        assert all(c["findings"] == [] for c in json_of("lint", "x.pem")["certificates"])
    for file in "root.pem", "issuing.pem":
        assert json_of("lint", two_step_ca / file)["certificates"][0]["findings"] == []


def test_long_lives_are_warned_of(ca):
    assert "398 days" in mini_ca("issue", "a.test", "--days=400").stderr
    assert "825 days" in mini_ca("issue", "b.test", "--days=900").stderr
    assert mini_ca("issue", "c.test", "--days=397").stderr == ""
    assert mini_ca("issue", "--client", "d@d.test", "--days=900").stderr == ""


# ---- export ------------------------------------------------------------------------------------

def test_export_p12(two_step_ca, password):
    mini_ca("issue", "a.test")
    made = mini_ca("export", "a.test", "--p12", f"--password-file={password}", code=None)
    if made.returncode == 1 and "built without libcrypto" in made.stderr:
        pytest.skip(made.stderr.strip())
    assert mode("a.test.p12") == 0o600
    info = run("openssl", "pkcs12", "-in", "a.test.p12", "-passin", f"file:{password}", "-info", "-noenc")
    assert "AES-256-CBC" in info.stderr and "sha256" in info.stderr
    assert info.stdout.count("BEGIN CERTIFICATE") == 3
    key = re.search("-----BEGIN PRIVATE KEY.*END PRIVATE KEY-----", info.stdout, re.DOTALL)[0]
    assert run("openssl", "pkey", "-pubout", input=key).stdout == public_key("a.test.pem")
    listed = run("certtool", "--p12-info", "--inder", "--infile", "a.test.p12", "--password",
                 "correct horse")
    assert listed.stdout.count("BEGIN CERTIFICATE") == 3
    run("openssl", "pkcs12", "-in", "a.test.p12", "-passin", "pass:wrong", "-noout", code=1)
    mini_ca("export", "a.test", "--p12", f"--password-file={password}", code=8)
    mini_ca("export", "a.test", "--p12", "--out=x.p12", code=9, start_new_session=True)
    assert not os.path.exists("x.p12")


def test_export_p12_for_old_programs(ca, password):
    mini_ca("issue", "--client", "a@b.test")
    made = mini_ca("export", "a@b.test", "--p12", "--legacy", f"--password-file={password}", code=None)
    if made.returncode == 1 and "built without libcrypto" in made.stderr:
        pytest.skip(made.stderr.strip())
    info = run("openssl", "pkcs12", "-in", "a@b.test.p12", "-passin", f"file:{password}", "-info", "-noout")
    assert "3-KeyTripleDES" in info.stderr and "MAC: sha1" in info.stderr


def test_export_p12_without_the_key(ca, here, password):
    mini_ca("issue", "a.test")
    os.rename("a.test-key.pem", "elsewhere.pem")
    refused = mini_ca("export", "a.test", "--p12", f"--password-file={password}", code=1)
    assert "--key" in refused.stderr or "libcrypto" in refused.stderr
    mini_ca("issue", "b.test")
    mini_ca("export", "a.test", "--p12", "--key=b.test-key.pem", f"--password-file={password}",
            code=9 if "--key" in refused.stderr else 1)


def test_export_forms(two_step_ca):
    mini_ca("issue", "a.test")
    chain = mini_ca("export", "a.test", "--fullchain").stdout
    assert chain == open("a.test.pem").read()
    assert chain.startswith(mini_ca("export", "a.test").stdout)
    mini_ca("export", "a.test.pem", "--der", "--out=a.der")
    run("openssl", "x509", "-inform", "DER", "-in", "a.der", "-noout")
    mini_ca("export", "a.test", "--der", "--out=a.der", code=8)
    mini_ca("export", code=2)
    mini_ca("export", "a.test", "--legacy", code=2)


def test_export_as_an_index_of_openssl(ca):
    mini_ca("issue", "a.test")
    mini_ca("issue", "b.test", "--subject=CN=b.test,O=B,C=DE")
    mini_ca("revoke", "b.test", "--reason=keyCompromise")
    open("index.txt", "w").write(mini_ca("export", "--openssl-index").stdout)
    open("ca.cnf", "w").write("[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\n"
                              "certificate=ca/root.pem\nprivate_key=ca/root-key.pem\n"
                              "default_md=sha256\ndefault_crl_days=3\n")
    # openssl ca reads it: the list it makes of it has our revoked one.
    run("openssl", "ca", "-config", "ca.cnf", "-gencrl", "-out", "theirs.pem")
    theirs = run("openssl", "crl", "-in", "theirs.pem", "-noout", "-text").stdout
    assert serial_of("b.test.pem") in theirs and "Key Compromise" in theirs
    assert serial_of("a.test.pem") not in theirs
    said = run("openssl", "ca", "-config", "ca.cnf", "-status", serial_of("a.test.pem"), code=None)
    assert "Valid (V)" in said.stdout + said.stderr
    assert "/C=DE/O=B/CN=b.test" in open("index.txt").read()


# ---- show --------------------------------------------------------------------------------------

def test_show_a_request(ca):
    shown = json_of("show", request(more=WISHES))["requests"][0]
    assert shown["proof_ok"] and shown["key"] == "ECDSA P-256"
    assert "DNS:web.test" in shown["names"]
    text = mini_ca("show", "-v", "r.csr").stdout
    assert "codeSigning" in text and "the sender has the private key" in text


def test_show_lists_and_answers(ca):
    mini_ca("issue", "a.test")
    mini_ca("revoke", "a.test", "--reason=superseded")
    mini_ca("ocsp", "a.test")
    serial = serial_of("a.test.pem").lower()
    run("openssl", "crl", "-in", "ca/crl.pem", "-outform", "DER", "-out", "crl.der")
    for file in "ca/crl.pem", "crl.der":
        entries = json_of("show", file)["lists"][0]["revoked"]
        assert [(e["serial"], e["reason"]) for e in entries] == [(serial, "superseded")]
        assert serial in mini_ca("show", file).stdout
    answer = json_of("show", "a.test-ocsp.der")["answers"][0]["singles"][0]
    assert (answer["serial"], answer["status"]) == (serial, "revoked")
    assert "superseded" in mini_ca("show", "-v", "a.test-ocsp.der").stdout


def test_show_all_lists_of_a_file(two_step_ca, here):
    mini_ca("crl")
    mini_ca("crl", "--root")
    (here / "all.pem").write_text(open("ca/crl.pem").read() + open("ca/root-crl.pem").read())
    assert len(json_of("show", "all.pem")["lists"]) == 2


def test_show_a_pkcs12_file(ca, password):
    mini_ca("issue", "a.test")
    run("openssl", "pkcs12", "-export", "-in", "a.test.pem", "-inkey", "a.test-key.pem", "-passout",
        f"file:{password}", "-out", "a.p12")
    shown = mini_ca("show", "a.p12", f"--password-file={password}", code=None)
    if shown.returncode == 1 and "built without libcrypto" in shown.stderr:
        pytest.skip(shown.stderr.strip())
    assert "CN=a.test" in shown.stdout and "Private key" in shown.stdout
    wrong = password.with_name("wrong")
    wrong.write_text("wrong\n")
    wrong.chmod(0o600)
    mini_ca("show", "a.p12", f"--password-file={wrong}", code=9)


@pytest.mark.parametrize("what", ["certificate", "request", "list", "answer"])
def test_show_names_every_byte(ca, what):
    """With -vvv each byte stands there once, in order, as dumped by hand."""
    mini_ca("issue", "a.test", "--must-staple", "--crl-url=http://a.test/c")
    mini_ca("revoke", "a.test")
    mini_ca("ocsp", "a.test", "--out=answer.der")
    run("openssl", "x509", "-in", "a.test.pem", "-outform", "DER", "-out", "certificate.der")
    run("openssl", "req", "-in", request(more=WISHES), "-outform", "DER", "-out", "request.der")
    run("openssl", "crl", "-in", "ca/crl.pem", "-outform", "DER", "-out", "list.der")
    shown = mini_ca("show", "-vvv", f"{what}.der").stdout
    rows = re.findall(r"^  ([0-9a-f]{4})  ((?:[0-9a-f]{2} ?)+)", shown, re.MULTILINE)
    at, content = 0, b""
    for off, bytes_ in rows:
        assert int(off, 16) == at
        content += bytes.fromhex(bytes_)
        at = len(content)
    assert content == open(f"{what}.der", "rb").read()


def test_show_what_a_server_sends(two_step_ca):
    mini_ca("issue", "localhost", "127.0.0.1")
    port = free_port()
    with running("hs-server", "--cert=localhost.pem", "--key=localhost-key.pem", str(port), port=port):
        for host in "localhost", "127.0.0.1":
            shown = json_of("show", f"{host}:{port}")["certificates"]
            assert [c["names"] for c in shown] == [["DNS:localhost", "IP:127.0.0.1"], []]
    with contextlib.ExitStack() as stack:
        port = free_port()
        stack.enter_context(running("openssl", "s_server", "-cert", "localhost.pem", "-key",
                                    "localhost-key.pem", "-accept", f"127.0.0.1:{port}", "-quiet",
                                    port=port))
        assert "CN=localhost" in mini_ca("show", f"127.0.0.1:{port}").stdout
    mini_ca("show", f"127.0.0.1:{free_port()}", code=3)


# ---- doctor ------------------------------------------------------------------------------------

def test_doctor_is_content(two_step_ca):
    mini_ca("issue", "a.test")
    mini_ca("revoke", "a.test")
    assert "all is well" in mini_ca("doctor").stdout
    assert mini_ca("doctor", "-q").stdout == ""


def failing(code=5):
    report = json_of("doctor", code=code)
    return [(row["check"], row["fix"]) for row in report["checks"] if not row["ok"]]


def test_doctor_sees_open_files_and_repairs_them(ca):
    mini_ca("issue", "a.test")
    for file in "ca/root-key.pem", "a.test-key.pem":
        os.chmod(file, 0o644)
    os.chmod("ca", 0o755)
    assert [check for check, _ in failing()] == ["rights"] * 3
    mini_ca("doctor", "--repair")
    assert mode("ca") == 0o700 and mode("a.test-key.pem") == mode("ca/root-key.pem") == 0o600
    mini_ca("doctor")


def test_doctor_sees_a_changed_index(ca):
    mini_ca("issue", "a.test")
    mini_ca("issue", "b.test")
    lines = open("ca/index.jsonl").read().splitlines(keepends=True)
    open("ca/index.jsonl", "w").writelines(lines[:1] + lines[2:])
    assert [check for check, _ in failing()] == ["index"]
    assert "doctor" in mini_ca("issue", "c.test").stderr  # works on, and says so


def test_doctor_sees_a_serial_number_twice(ca):
    mini_ca("issue", "a.test")
    lines = open("ca/index.jsonl").read().splitlines(keepends=True)
    open("ca/index.jsonl", "w").writelines(lines + lines[-1:])
    assert [check for check, _ in failing()] == ["index", "serials"]


def test_doctor_sees_a_list_that_lacks_one(ca):
    mini_ca("issue", "a.test")
    mini_ca("crl")
    old = open("ca/crl.pem").read()
    mini_ca("revoke", "a.test")
    open("ca/crl.pem", "w").write(old)
    assert [check for check, _ in failing()] == ["list"]
    mini_ca("crl")
    mini_ca("doctor")
    os.remove("ca/crl.pem")
    assert [check for check, _ in failing()] == ["list"]


def test_doctor_sees_keys_that_do_not_fit(two_step_ca, here):
    run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out",
        "ca/issuing-key.pem")
    assert [check for check, _ in failing()] == ["key"]
    os.remove("ca/issuing-key.pem")
    assert [check for check, _ in failing()] == ["key"]


def test_doctor_does_not_miss_a_root_key_that_is_kept_elsewhere(two_step_ca):
    os.remove("ca/root-key.pem")
    mini_ca("doctor")


def test_doctor_and_encrypted_keys(here, password):
    mini_ca("init", f"--password-file={password}")
    assert "encrypted" in mini_ca("doctor").stdout
    assert "belongs to it" in mini_ca("doctor", f"--password-file={password}").stdout


def test_doctor_without_a_ca(here):
    assert "init" in mini_ca("doctor", code=1).stderr


# ---- all of them -------------------------------------------------------------------------------

def commands():
    return re.findall(r"there are (.*);", mini_ca("nonsense", code=2).stderr)[0].replace(" and ", ", ").split(", ")


def test_help_names_every_command(here):
    text = mini_ca("--help").stdout
    for name in commands():
        assert re.search(rf"^  .*\b{name}\b", text, re.MULTILINE), name


def test_every_command_has_help(here):
    for name in commands():
        assert mini_ca(name, "--help").stdout.startswith(f"Usage: mini-ca {name}")
        assert mini_ca(name, "-h").stdout.startswith(f"Usage: mini-ca {name}")
        assert "try 'mini-ca" in mini_ca(name, "--no-such-option", code=2).stderr


def test_json_is_one_document_everywhere(ca):
    mini_ca("issue", "a.test")
    request()
    for words in (["list"], ["lint", "a.test"], ["show", "a.test"], ["verify", "a.test.pem"], ["doctor"],
                  ["trust"], ["crl"], ["ocsp", "a.test"], ["revoke", "a.test"], ["export", "a.test"],
                  ["export", "--openssl-index"], ["export", "a.test", "--out=x.pem"],
                  ["fixtures", "f"], ["sign", "r.csr"], ["renew", "a.test"]):
        assert json_of(*words)["ok"] is True, words
        if words[0] in WRITES:
            assert json_of(*words, "--dry-run", "--force")["ok"] is True, words
    mini_ca("export", "a.test", "--der", "--json", code=2)


def test_dry_runs_change_nothing(ca, here):
    mini_ca("issue", "a.test")
    request()

    def state():
        return {path: path.read_bytes() for path in here.rglob("*") if path.is_file()}

    before = state()
    for words in (["crl"], ["ocsp", "a.test"], ["revoke", "a.test"], ["fixtures", "f"], ["sign", "r.csr"],
                  ["renew", "a.test"], ["rekey", "a.test", "--force"], ["issue", "b.test"],
                  ["export", "a.test", "--out=x.pem"], ["trust", "--apply"]):
        mini_ca(*words, "--dry-run")
        assert state() == before, words


# What the command line was promised to have.
CERTIFICATE = "--server --client --both --days --not-after --san --subject --must-staple --crl-url --ocsp-url "
PROMISED = {
    "init": "--intermediate --name --days --permit --exclude --pathlen --no-password --password-file",
    "issue": CERTIFICATE + "--key-type --key --out --cert-file --key-file --from",
    "sign": CERTIFICATE + "--out --cert-file",
    "renew": CERTIFICATE + "--out --cert-file",
    "rekey": CERTIFICATE + "--key-type --key --out --cert-file --key-file",
    "revoke": "--reason --password-file",
    "crl": "--days --password-file",
    "ocsp": "--days --password-file",
    "list": "--expiring --revoked --check",
    "show": "--password-file",
    "lint": "",
    "verify": "--host --purpose --at --cacert --crl",
    "export": "--p12 --legacy --fullchain --der --openssl-index --password-file",
    "trust": "--apply --remove",
    "fixtures": "",
    "doctor": "",
    "completion": "",
}
WRITES = {"init", "issue", "sign", "renew", "rekey", "crl", "ocsp", "export", "fixtures"}


def test_no_promised_option_is_missing(here):
    assert set(PROMISED) == set(commands())
    for name, options in PROMISED.items():
        text = mini_ca(name, "--help").stdout
        wanted = options.split() + "--json --quiet --verbose --color --directory".split()
        wanted += ["--force", "--dry-run"] if name in WRITES else []
        for option in wanted:
            assert re.search(rf"{option}\b", text), f"{name} {option}"
        assert max(len(line) for line in text.splitlines()) <= 100
