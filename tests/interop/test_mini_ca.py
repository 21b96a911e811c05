"""mini-ca from outside: what it makes is judged by openssl and GnuTLS's certtool, not by itself."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
from datetime import datetime, timedelta, timezone

import pytest
from conftest import run
from mini_ca_tools import ca, here, json_of, mini_ca, mode, password, text_of
from providers import need_provider

KINDS = {"p256": "id-ecPublicKey", "p384": "id-ecPublicKey", "rsa2048": "rsaEncryption",
         "rsa3072": "rsaEncryption", "ed25519": "ED25519"}


def openssl_verifies(root, chain, purpose="sslserver", code=0, more=()):
    return run("openssl", "verify", "-x509_strict", "-purpose", purpose, *more, "-CAfile", root,
               "-untrusted", chain, chain, code=code)


def certtool_verifies(root, chain, code=0):
    return run("certtool", "--verify", "--verify-profile=medium", "--load-ca-certificate", root,
               "--infile", chain, code=code)


# ---- what is made ------------------------------------------------------------------------------

@pytest.mark.parametrize("kind", KINDS)
def test_certificates_pass_openssl_and_gnutls(ca, kind):
    if kind == "ed25519":
        need_provider("libcrypto")
    mini_ca("issue", "localhost", "127.0.0.1", "::1", f"--key-type={kind}")
    openssl_verifies(ca / "root.pem", "localhost.pem")
    openssl_verifies(ca / "root.pem", "localhost.pem", more=("-verify_hostname", "localhost"))
    openssl_verifies(ca / "root.pem", "localhost.pem", more=("-verify_ip", "::1"))
    certtool_verifies(ca / "root.pem", "localhost.pem")
    text = text_of("localhost.pem")
    assert KINDS[kind] in text
    assert "DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1" in text
    assert "TLS Web Server Authentication" in text and "TLS Web Client" not in text
    assert ("Key Encipherment" in text) == kind.startswith("rsa")


@pytest.mark.parametrize("kind", ["p256", "p384", "rsa2048", "ed25519"])
@pytest.mark.parametrize("intermediate", [False, True], ids=["root", "issuing"])
def test_cas_of_each_kind_sign(here, kind, intermediate):
    if kind == "ed25519":
        need_provider("libcrypto")
    more = ["--intermediate"] if intermediate else []
    mini_ca("init", "--no-password", f"--key-type={kind}", *more)
    mini_ca("issue", "a.test")
    openssl_verifies("ca/root.pem", "a.test.pem")
    certtool_verifies("ca/root.pem", "a.test.pem")
    blocks = (here / "a.test.pem").read_text().count("BEGIN CERTIFICATE")
    assert blocks == 1 + intermediate


@pytest.mark.parametrize("provider", ["mbedtls", "libcrypto"])
def test_each_library_makes_them(here, provider):
    made = mini_ca("init", "--no-password", f"--provider={provider}", code=None)
    if made.returncode == 2 and "expected one of" in made.stderr:
        pytest.skip(f"{provider} is not built in")
    for kind in "p256", "p384", "rsa2048":
        mini_ca("issue", f"{kind}.test", f"--key-type={kind}", f"--provider={provider}")
        openssl_verifies("ca/root.pem", f"{kind}.test.pem")


def test_the_key_belongs_to_the_certificate(ca):
    mini_ca("issue", "a.test")
    from_key = run("openssl", "pkey", "-in", "a.test-key.pem", "-pubout").stdout
    assert run("openssl", "x509", "-in", "a.test.pem", "-noout", "-pubkey").stdout == from_key
    assert "BEGIN PRIVATE KEY" in open("a.test-key.pem").read()


def test_profiles(ca):
    mini_ca("issue", "--client", "alice@example.test")
    openssl_verifies(ca / "root.pem", "alice@example.test.pem", "sslclient")
    openssl_verifies(ca / "root.pem", "alice@example.test.pem", "sslserver", code=2)
    mini_ca("issue", "--both", "peer.test")
    openssl_verifies(ca / "root.pem", "peer.test.pem", "sslclient")
    openssl_verifies(ca / "root.pem", "peer.test.pem", "sslserver")


def test_names_of_all_kinds(ca):
    mini_ca("issue", "*.Wild.test", "https://a.test/x", "--san=DNS:b.test", "--san=10.0.0.1",
            "--san=email:a@b.test", "--out=all")
    text = text_of("all.pem")
    for name in ("DNS:*.wild.test", "URI:https://a.test/x", "DNS:b.test", "IP Address:10.0.0.1",
                 "email:a@b.test"):
        assert name in text
    openssl_verifies(ca / "root.pem", "all.pem", more=("-verify_hostname", "www.wild.test"))


def test_subject(ca):
    mini_ca("issue", "a.test", "--subject=CN=Müller,O=A\\, B")
    subject = run("openssl", "x509", "-in", "a.test.pem", "-noout", "-subject", "-nameopt",
                  "rfc2253,utf8,-esc_msb").stdout
    assert subject.strip() == "subject=CN=Müller,O=A\\, B"


def test_lifetime(ca):
    def end(file):
        line = run("openssl", "x509", "-in", file, "-noout", "-enddate").stdout.strip()
        moment = datetime.strptime(line, "notAfter=%b %d %H:%M:%S %Y %Z")
        return moment.replace(tzinfo=timezone.utc)

    now = datetime.now(timezone.utc)
    mini_ca("issue", "a.test", "--days=7")
    assert abs(end("a.test.pem") - now - timedelta(days=7)) < timedelta(minutes=5)
    date = (now + timedelta(days=40)).strftime("%Y-%m-%d")
    mini_ca("issue", "b.test", f"--not-after={date}")
    assert end("b.test.pem").strftime("%Y-%m-%d") == date
    mini_ca("issue", "c.test")
    assert abs(end("c.test.pem") - now - timedelta(days=90)) < timedelta(minutes=5)
    mini_ca("issue", "d.test", "--days=36500")  # never past the issuer
    assert end("d.test.pem") == end(ca / "root.pem")
    openssl_verifies(ca / "root.pem", "d.test.pem")


def test_an_existing_key_is_used(ca):
    mini_ca("issue", "a.test", "--key-type=p384")
    before = open("a.test-key.pem").read()
    mini_ca("issue", "b.test", "--key=a.test-key.pem")
    assert open("a.test-key.pem").read() == before
    assert not os.path.exists("b.test-key.pem")
    a, b = (run("openssl", "x509", "-in", f, "-noout", "-pubkey").stdout
            for f in ("a.test.pem", "b.test.pem"))
    assert a == b
    mini_ca("issue", "c.test", "--key=a.test.pem", code=1)
    mini_ca("issue", "c.test", "--key=/dev/null", code=1)


def test_root_has_what_a_root_needs(ca):
    text = text_of(ca / "root.pem")
    assert "CA:TRUE, pathlen:0" in text
    assert "Certificate Sign, CRL Sign" in text
    assert "X509v3 Basic Constraints: critical" in text and "Name Constraints" not in text
    run("openssl", "verify", "-x509_strict", "-check_ss_sig", "-CAfile", ca / "root.pem",
        ca / "root.pem")


def test_init_name_days_pathlen(here):
    mini_ca("init", "--no-password", "--name=Lab, CA", "--days=10", "--pathlen=3")
    text = text_of("ca/root.pem")
    assert re.search('Subject: CN ?= ?"?Lab, CA"?$', text, re.MULTILINE) and "pathlen:3" in text
    assert json_of("list")["certificates"][0]["subject"] == "CN=Lab\\, CA"


# ---- limits ----------------------------------------------------------------------------------------

def test_permitted_names(here):
    mini_ca("init", "--no-password", "--permit=localhost,.test")
    text = text_of("ca/root.pem")
    assert "X509v3 Name Constraints: critical" in text
    for line in ("DNS:localhost", "DNS:test", "IP:0.0.0.0/0.0.0.0",
                 "IP:0:0:0:0:0:0:0:0/0:0:0:0:0:0:0:0"):
        assert line in text
    mini_ca("issue", "localhost", "a.b.test", "*.test.test")
    openssl_verifies("ca/root.pem", "localhost.pem")
    certtool_verifies("ca/root.pem", "localhost.pem")
    mini_ca("issue", "--client", "alice@example.test")
    openssl_verifies("ca/root.pem", "alice@example.test.pem", "sslclient")
    for name in "example.com", "127.0.0.1", "::1", "https://a.test/", "test.example.com":
        refused = mini_ca("issue", name, code=5)
        assert "mini-ca: error: " in refused.stderr
    mini_ca("issue", "--client", "alice@example.com", code=5)
    assert sorted(f.name for f in here.glob("*.pem")) == [
        "alice@example.test-key.pem", "alice@example.test.pem", "localhost-key.pem",
        "localhost.pem"]


def test_permitted_addresses_and_excluded_names(here):
    mini_ca("init", "--no-password", "--permit=10.0.0.0/8", "--permit=test", "--exclude=bad.test")
    mini_ca("issue", "a.test", "10.1.2.3")
    openssl_verifies("ca/root.pem", "a.test.pem")
    mini_ca("issue", "x.bad.test", code=5)
    mini_ca("issue", "11.0.0.1", code=5)
    mini_ca("issue", "10.9.9.9")  # no DNS name in it: the subject must not look like one
    openssl_verifies("ca/root.pem", "10.9.9.9.pem")
    certtool_verifies("ca/root.pem", "10.9.9.9.pem")


def test_only_addresses_permitted_shuts_dns_names_out(here):
    mini_ca("init", "--no-password", "--permit=10.0.0.0/8")
    mini_ca("issue", "10.1.2.3")
    openssl_verifies("ca/root.pem", "10.1.2.3.pem")
    certtool_verifies("ca/root.pem", "10.1.2.3.pem")
    mini_ca("issue", "a.test", code=5)


def test_the_throw_away_ca(here):
    made = mini_ca("issue", "localhost", "127.0.0.1", "::1", "a.test")
    assert "throw-away" in made.stderr and "throw-away" in made.stdout
    text = text_of("ca/root.pem")
    assert "throw-away" in text and "X509v3 Name Constraints: critical" in text
    for line in "DNS:localhost", "DNS:test", "IP:127.0.0.0/255.0.0.0":
        assert line in text
    end = run("openssl", "x509", "-in", "ca/root.pem", "-noout", "-checkend", str(91 * 86400),
              code=1)
    assert "will expire" in end.stdout
    assert mode("ca/root-key.pem") == 0o600
    assert "ENCRYPTED" not in open("ca/root-key.pem").read()
    openssl_verifies("ca/root.pem", "localhost.pem")
    certtool_verifies("ca/root.pem", "localhost.pem")
    for name in "example.com", "10.0.0.1", "localhost.example.com":
        mini_ca("issue", name, code=5)
    assert "throw-away" not in mini_ca("issue", "b.test").stderr  # made once


def test_no_throw_away_ca_for_names_it_cannot_vouch_for(here):
    refused = mini_ca("issue", "example.com", code=5)
    assert "throw-away" in refused.stderr and "mini-ca init" in refused.stderr
    assert not os.path.exists("ca")


# ---- files -----------------------------------------------------------------------------------------

def test_permissions(here):
    os.umask(0o022)
    mini_ca("init", "--no-password", "--intermediate")
    mini_ca("issue", "a.test")
    assert mode("ca") == 0o700
    for file in "ca/root-key.pem", "ca/issuing-key.pem", "a.test-key.pem", "ca/index.jsonl":
        assert mode(file) == 0o600
    for file in "ca/root.pem", "ca/issuing.pem", "a.test.pem":
        assert mode(file) == 0o644


def test_nothing_is_overwritten_without_force(ca):
    root = (ca / "root.pem").read_bytes()
    refused = mini_ca("init", "--no-password", code=8)
    assert "root.pem exists" in refused.stderr and "--force" in refused.stderr
    assert (ca / "root.pem").read_bytes() == root
    mini_ca("issue", "a.test")
    before = open("a.test.pem").read(), open("a.test-key.pem").read()
    refused = mini_ca("issue", "a.test", code=8)
    assert "a.test.pem exists" in refused.stderr
    os.remove("a.test.pem")  # the key alone is enough to stop
    assert "a.test-key.pem exists" in mini_ca("issue", "a.test", code=8).stderr
    assert open("a.test-key.pem").read() == before[1]
    assert not os.path.exists("a.test.pem")
    mini_ca("issue", "a.test", "--force")
    assert open("a.test-key.pem").read() != before[1]
    openssl_verifies(ca / "root.pem", "a.test.pem")


def test_force_makes_a_new_ca_without_the_old_issuing_one(here):
    mini_ca("init", "--no-password", "--intermediate")
    mini_ca("init", "--no-password", "--force")
    mini_ca("issue", "a.test")
    openssl_verifies("ca/root.pem", "a.test.pem")


def test_out_and_file_options(ca, here):
    (here / "sub").mkdir()
    mini_ca("issue", "a.test", "--out=sub/web")
    assert (here / "sub/web.pem").exists() and (here / "sub/web-key.pem").exists()
    mini_ca("issue", "a.test", "--cert-file=c.crt", "--key-file=k.key")
    assert (here / "c.crt").exists() and mode("k.key") == 0o600
    mini_ca("issue", "*.a.test", "::1")
    assert (here / "_wildcard.a.test.pem").exists()
    mini_ca("issue", "a.test", "--out=nowhere/web", code=1)
    mini_ca("issue", "a.test", "--out=sub/", code=2)
    mini_ca("issue", "b.test", "--key-file=ok.key", "--cert-file=no/such", code=1)
    assert not (here / "ok.key").exists()  # no key without its certificate
    assert not list(here.rglob("*.??????"))  # nor temporary files


def test_dry_run_writes_nothing(here):
    mini_ca("init", "--no-password", "--dry-run", "--permit=test")
    assert "throw-away" in mini_ca("issue", "a.test", "--dry-run").stdout
    assert list(here.iterdir()) == []


def test_the_folder_can_be_given_before_and_after_the_command(here):
    mini_ca("-C", "one", "init", "--no-password")
    mini_ca("init", "--no-password", "-C", "two")
    assert (here / "one/root.pem").exists() and (here / "two/root.pem").exists()
    assert not (here / "ca").exists()


def test_many_at_once_make_one_ca_and_a_whole_index(here):
    jobs = [subprocess.Popen(["mini-ca", "issue", f"{n}.test", "-q"]) for n in range(8)]
    assert [job.wait(60) for job in jobs] == [0] * 8
    for n in range(8):
        openssl_verifies("ca/root.pem", f"{n}.test.pem")
    entries = json_of("list")["certificates"]
    assert len(entries) == 9 and len({entry["serial"] for entry in entries}) == 9


# ---- passwords -------------------------------------------------------------------------------------

def test_the_key_is_encrypted_and_opens_with_its_password_only(here, password):
    mini_ca("init", f"--password-file={password}")
    assert "BEGIN ENCRYPTED PRIVATE KEY" in open("ca/root-key.pem").read()
    run("openssl", "pkey", "-in", "ca/root-key.pem", "-passin", f"file:{password}", "-noout")
    mini_ca("issue", "a.test", f"--password-file={password}")
    openssl_verifies("ca/root.pem", "a.test.pem")
    wrong = here / "wrong"
    wrong.write_text("incorrect horse\n")
    wrong.chmod(0o600)
    refused = mini_ca("issue", "b.test", f"--password-file={wrong}", code=9)
    assert "password does not open" in refused.stderr and "root-key.pem" in refused.stderr
    assert not (here / "b.test-key.pem").exists()


def test_no_password_and_no_terminal(here, password):
    refused = mini_ca("init", code=9, start_new_session=True)
    assert "--password-file" in refused.stderr and "--no-password" in refused.stderr
    assert not (here / "ca/root.pem").exists()
    mini_ca("init", f"--password-file={password}")
    refused = mini_ca("issue", "a.test", code=9, start_new_session=True)
    assert "root-key.pem" in refused.stderr and "--password-file" in refused.stderr


def test_the_password_can_come_through_a_descriptor(here):
    read, write = os.pipe()
    os.write(write, b"through a pipe\nthe rest is not ours\n")
    os.close(write)
    run("mini-ca", "init", f"--password-fd={read}", pass_fds=[read])
    os.close(read)
    run("openssl", "pkey", "-in", "ca/root-key.pem", "-passin", "pass:through a pipe", "-noout")
    mini_ca("init", "--force", "--password-fd=99", code=1)


def on_terminal(command, answers):
    """Runs a program on a terminal of its own, answers its questions; (exit code, screen)."""
    pid, terminal = pty.fork()
    if pid == 0:
        try:
            os.execvp(command[0], command)
        finally:
            os._exit(127)
    screen, answers = b"", list(answers)
    while select.select([terminal], [], [], 30)[0]:
        try:
            chunk = os.read(terminal, 4096)
        except OSError:  # the program has ended
            break
        screen += chunk
        if answers and screen.endswith(b": "):
            os.write(terminal, answers.pop(0))
    else:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), screen.decode()


def test_the_terminal_is_asked_twice_without_echo(here):
    code, screen = on_terminal(["mini-ca", "init"], [b"s3cret\n", b"s3cret\n"])
    assert code == 0 and "s3cret" not in screen
    run("openssl", "pkey", "-in", "ca/root-key.pem", "-passin", "pass:s3cret", "-noout")
    code, screen = on_terminal(["mini-ca", "issue", "a.test"], [b"s3cret\n"])
    assert code == 0 and "s3cret" not in screen and "Password for" in screen
    code, screen = on_terminal(["mini-ca", "issue", "b.test"], [b"wrong\n"])
    assert code == 9 and not (here / "b.test.pem").exists()


def test_two_different_answers_make_nothing(here):
    code, screen = on_terminal(["mini-ca", "init"], [b"one\n", b"two\n"])
    assert code == 9 and "differ" in screen
    assert not (here / "ca/root.pem").exists()


def test_interrupted_while_asking(here):
    code, _ = on_terminal(["mini-ca", "init"], [b"\x03"])
    assert code == 130


def test_an_issuing_ca_works_without_the_root_key(here, password):
    mini_ca("init", "--intermediate", f"--password-file={password}")
    os.remove("ca/root-key.pem")
    mini_ca("issue", "a.test", f"--password-file={password}")
    openssl_verifies("ca/root.pem", "a.test.pem")


def test_a_key_that_is_not_the_cas(ca, here):
    run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out",
        ca / "root-key.pem")
    refused = mini_ca("issue", "a.test", code=9)
    assert "root-key.pem" in refused.stderr and "does not belong" in refused.stderr


# ---- show, list, verify ------------------------------------------------------------------------------

def test_show_says_what_openssl_says(ca):
    mini_ca("issue", "a.test", "127.0.0.1")
    shown = json_of("show", "a.test.pem")["certificates"][0]
    serial = run("openssl", "x509", "-in", "a.test.pem", "-noout", "-serial").stdout
    sha256 = run("openssl", "x509", "-in", "a.test.pem", "-noout", "-fingerprint", "-sha256").stdout
    assert shown["serial"] == serial.strip().split("=")[1].lower()
    assert shown["sha256"] == sha256.strip().split("=")[1].replace(":", "").lower()
    assert shown["names"] == ["DNS:a.test", "IP:127.0.0.1"]
    text = mini_ca("show", "a.test.pem").stdout
    for word in ("CN=a.test", shown["serial"], shown["sha256"], "ECDSA P-256", "serverAuth",
                 "DNS:a.test, IP:127.0.0.1", "digitalSignature"):
        assert word in text
    assert len(mini_ca("show", "-v", "a.test.pem").stdout) > len(text)


def test_show_finds_by_name_and_serial(ca):
    mini_ca("issue", "a.test", "--days=3")
    mini_ca("issue", "a.test", "--force")
    latest = json_of("show", "a.test.pem")["certificates"][0]
    assert json_of("show", "A.test")["certificates"][0] == latest
    assert json_of("show", latest["serial"].upper())["certificates"][0] == latest
    missing = mini_ca("show", "nobody.test", code=1)
    assert "nobody.test" in missing.stderr


def test_show_keys_der_and_bundles(ca, password):
    mini_ca("issue", "a.test", "--key-type=rsa2048")
    assert "RSA 2048" in mini_ca("show", "a.test-key.pem").stdout
    assert "PRIVATE" not in mini_ca("show", "a.test-key.pem", "-v").stdout
    run("openssl", "x509", "-in", "a.test.pem", "-outform", "DER", "-out", "a.der")
    assert "CN=a.test" in mini_ca("show", "a.der").stdout
    run("openssl", "pkey", "-in", "a.test-key.pem", "-outform", "DER", "-out", "k.der")
    assert "RSA 2048" in mini_ca("show", "k.der").stdout
    run("openssl", "pkey", "-in", "a.test-key.pem", "-aes256", "-passout", f"file:{password}",
        "-out", "locked.pem")
    assert "encrypted" in mini_ca("show", "locked.pem").stdout
    opened = mini_ca("show", "locked.pem", f"--password-file={password}").stdout
    assert "RSA 2048, encrypted" in opened
    both = open("a.test.pem").read() + open(ca / "root.pem").read()
    assert "Certificate 2 of 2" in mini_ca("show", "-", input=both).stdout


def test_show_reads_the_system_bundle():
    bundle = "/etc/ssl/certs/ca-certificates.crt"
    if not os.path.exists(bundle):
        pytest.skip("this system has no bundle")
    shown = json_of("show", bundle)["certificates"]
    assert len(shown) == open(bundle).read().count("BEGIN CERTIFICATE")


@pytest.mark.parametrize("content", [b"", b"hello", b"0\x82\xff\xff", b"0\x03\x02\x01\x00",
                                     b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                                     b"-----BEGIN CERTIFICATE-----\n"], ids=repr)
def test_show_of_nonsense(here, content):
    (here / "x").write_bytes(content)
    shown = mini_ca("show", "x", code=1)
    assert shown.stdout == "" and shown.stderr.startswith("mini-ca: error: ")


HOSTILE = "\x1b]0;x\x07</script>\n0.1 ok trust"


def test_foreign_names_cannot_move_the_cursor(here):
    """DECISIONS S6: a name from elsewhere is escaped in every rendering."""
    (here / "req.cnf").write_bytes(
        b"[req]\nprompt=no\nutf8=yes\nstring_mask=utf8only\ndistinguished_name=dn\n"
        b"[dn]\nCN=PLACEHOLDER0123456789abcdefghijklm\n")
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-keyout", "k.pem", "-outform", "DER", "-out", "c.der", "-config", "req.cnf")
    name = HOSTILE.encode().ljust(len("PLACEHOLDER0123456789abcdefghijklm"), b"!")
    der = (here / "c.der").read_bytes().replace(b"PLACEHOLDER0123456789abcdefghijklm", name)
    assert name in der
    (here / "c.der").write_bytes(der)
    for words in ("show", "c.der"), ("show", "-v", "c.der"), ("verify", "c.der"):
        done = mini_ca(*words, code=None)
        for stream in done.stdout, done.stderr:
            assert "\x1b" not in stream and "\x07" not in stream
            assert not re.search(r"^0\.1 ok trust", stream, re.MULTILINE)
        assert "CN=\\x1b]0\\;x\\x07" in done.stdout
    document = mini_ca("show", "c.der", "--json").stdout
    assert "\x1b" not in document and "\x07" not in document
    (here / HOSTILE.replace("/", "_")).write_text("x")
    assert "\x1b" not in mini_ca("show", HOSTILE.replace("/", "_"), code=1).stderr


def test_list_and_check(ca):
    mini_ca("issue", "short.test", "--days=3")
    mini_ca("issue", "long.test", "--days=300")
    assert "short.test" in mini_ca("list").stdout and "long.test" in mini_ca("list").stdout
    expiring = mini_ca("list", "--expiring=30d", "--check", code=6).stdout
    assert "short.test" in expiring and "long.test" not in expiring
    mini_ca("list", "--expiring=1d", "--check")
    mini_ca("list", "--check")
    mini_ca("list", "--expiring=30d")
    assert [e["names"] for e in json_of("list", "--expiring=30d")["certificates"]] == [
        ["DNS:short.test"]]


def test_list_without_a_ca(here):
    missing = mini_ca("list", code=1)
    assert "there is no CA in" in missing.stderr and "init" in missing.stderr


def test_verify_prints_path_and_checks(ca):
    mini_ca("issue", "a.test")
    good = mini_ca("verify", "a.test.pem", "--host=a.test")
    assert "CN=a.test" in good.stdout and "mini-ca root" in good.stdout
    assert re.search(r"^ok +validity +0", good.stdout, re.MULTILINE)
    assert good.stdout.rstrip().endswith("trusted")
    document = json_of("verify", "a.test.pem", "--host=a.test")
    assert document["ok"] and all(row["ok"] for row in document["checks"])
    assert [c["subject"] for c in document["path"]][0] == "CN=a.test"


@pytest.mark.parametrize("options, check, word", [
    (["--host=b.test"], "name", "b.test"),
    (["--at=2099-01-01"], "validity", "expired"),
    (["--at=2001-01-01"], "validity", "not valid"),
    (["--purpose=client"], "ext_key_usage", ""),
])
def test_verify_names_the_check_that_fails(ca, options, check, word):
    mini_ca("issue", "a.test")
    bad = mini_ca("verify", "a.test.pem", *options, code=5)
    assert re.search(rf"^FAIL {check} +0", bad.stdout, re.MULTILINE)
    assert word in bad.stdout and "not trusted" in bad.stdout
    document = json_of("verify", "a.test.pem", *options, code=5)
    assert not document["ok"]
    failed = [row for row in document["checks"] if not row["ok"]]
    assert check in {row["check"] for row in failed}
    assert all(row["expected"] and row["got"] for row in failed)


def test_verify_knows_whom_it_trusts(ca, pki):
    cert = pki.servers["p256"].cert
    unknown = mini_ca("verify", cert, code=5)
    assert "not trusted" in unknown.stdout
    mini_ca("verify", cert, f"--cacert={pki.root}", "--host=localhost")
    mini_ca("verify", cert, f"--cafile={pki.other_root}", f"--cacert={pki.root}")
    mini_ca("verify", cert, f"--cacert={pki.other_root}", code=5)
    for kind, server in pki.servers.items():
        if kind == "ed25519":
            need_provider("libcrypto")
        mini_ca("verify", server.cert, f"--cacert={pki.root}", "--host=127.0.0.1")
        mini_ca("verify", pki.clients[kind].cert, f"--cacert={pki.root}", "--purpose=client")


# ---- the command line ----------------------------------------------------------------------------------

@pytest.mark.parametrize("words, said", [
    ([], "COMMAND is missing"),
    (["isue", "a.test"], "did you mean issue?"),
    (["frobnicate"], "there are init, issue, sign, "),
    (["issue"], "NAME is missing"),
    (["issue", "-days", "3", "a.test"], "did you mean --days?"),
    (["issue", "a.test", "--dayz=3"], "did you mean --days?"),
    (["issue", "a.test", "--days=0"], "'0' is not between 1 and 36500"),
    (["issue", "a.test", "--days=1", "--not-after=2030-01-01"], "give one"),
    (["issue", "a.test", "--not-after=2020-01-01"], "in the past"),
    (["issue", "a.test", "--not-after=2030-02-30"], "is not a date"),
    (["issue", "a.test", "--key-type=dsa"], "expected one of p256, p384, rsa2048, rsa3072, ed25519"),
    (["issue", "a..test"], "not a DNS name"),
    (["issue", "b\u00fccher.test"], "xn--"),
    (["issue", "a@b.test"], "--client"),
    (["issue", "a.test", "--subject=nonsense"], "--subject"),
    (["issue", "a.test", "--key-type"], "needs a value"),
    (["init", "--permit=10.0.0.1/8"], "10.0.0.0/8"),
    (["init", "--intermediate", "--pathlen=0", "--no-password"], "--pathlen"),
    (["init", "--provider=wolf", "--no-password"], "expected one of mbedtls"),
    (["list", "--expiring=30"], "not a duration"),
    (["verify"], "FILE is missing"),
    (["verify", "a", "b"], "one word too many"),
    (["list", "--color=blue"], "expected one of auto, always, never"),
])
def test_usage_errors(here, words, said):
    refused = mini_ca(*words, code=2)
    assert said in refused.stderr
    assert refused.stdout == ""
    assert refused.stderr.count("\n") == 1
    assert list(here.iterdir()) == []


def test_help_and_version_go_to_stdout(here):
    for command in [], ["init"], ["issue"], ["list"], ["show"], ["verify"]:
        short, full = mini_ca(*command, "-h"), mini_ca(*command, "--help")
        assert short.stderr == full.stderr == ""
        assert short.stdout.startswith("Usage: mini-ca") and len(full.stdout) > len(short.stdout)
        assert "  mini-ca " in full.stdout  # an example
        assert max(len(line) for line in full.stdout.splitlines()) <= 100
    assert re.fullmatch(r"mini-ca \d+\.\d+\.\d+\n", mini_ca("--version").stdout)


def test_quiet_json_and_colour(ca):
    done = mini_ca("issue", "a.test", "-q")
    assert done.stdout == "" and done.stderr == ""
    document = json_of("issue", "b.test")
    assert document["ok"] and document["file"] == "b.test.pem"
    assert document["key_file"] == "b.test-key.pem" and document["names"] == ["DNS:b.test"]
    failed = mini_ca("issue", "b.test", "--json", code=8)
    assert json.loads(failed.stdout) == {
        "ok": False, "exit": 8, "error": "b.test.pem exists",
        "hint": "--force overwrites it; or choose another name"}
    assert "\x1b[" not in mini_ca("issue", "c.test").stdout
    assert "\x1b[" in mini_ca("issue", "d.test", "--color=always").stdout
    code, screen = on_terminal(["env", "TERM=xterm", "mini-ca", "issue", "e.test"], [])
    assert code == 0 and "\x1b[" in screen
    for quiet in ["TERM=dumb"], ["TERM=xterm", "NO_COLOR=1"]:
        code, screen = on_terminal(["env", *quiet, "mini-ca", "issue", "f.test", "--force"], [])
        assert code == 0 and "\x1b[" not in screen


def test_what_it_suggests_works(ca):
    """The commands under Next name files that exist."""
    out = mini_ca("issue", "localhost").stdout
    for option in "--cert=", "--key=", "--cacert=":
        assert os.path.exists(re.search(re.escape(option) + r"(\S+)", out).group(1))


def test_a_full_disk_is_an_error(ca):
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    with open("/dev/full", "w") as full:
        done = subprocess.run(["mini-ca", "list"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and "could not be written" in done.stderr


def test_a_closed_pipe_ends_it_quietly(ca):
    process = subprocess.Popen(["mini-ca", "show", str(ca / "root.pem"), "-v"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.wait(20) in (0, 1, -signal.SIGPIPE)
    assert b"Sanitizer" not in process.stderr.read()


if sys.platform != "linux":
    pytest.skip("terminals and /dev/full are tested on Linux", allow_module_level=True)
