"""What mini-ca makes is accepted by others, and what it makes wrong on purpose is not.

Judges: OpenSSL, GnuTLS, NSS (vfychain, as Chromium and Firefox build on it) and mbedTLS (a few
lines of C around mbedtls_x509_crt_verify). Debian packages no X.509 linter (looked for certlint,
x509lint, zlint, pkilint: none in 12), so lint is ours alone, see test_mini_ca_commands.py.
"""

import json
import os
import re
import shutil

import pytest
from conftest import free_port, run, running
from mini_ca_tools import here, mini_ca

MBEDTLS_JUDGE = r"""
#include <mbedtls/x509_crt.h>
#include <stdio.h>
int main(int argc, char **argv) {
    mbedtls_x509_crt chain, root;
    uint32_t flags = 0;
    char text[1024] = "";
    mbedtls_x509_crt_init(&chain);
    mbedtls_x509_crt_init(&root);
    if (argc != 4 || mbedtls_x509_crt_parse_file(&root, argv[1]) != 0) {
        puts("the root does not parse");
        return 3;
    }
    if (mbedtls_x509_crt_parse_file(&chain, argv[2]) != 0) {
        puts("the chain does not parse");
        return 3;
    }
    int r = mbedtls_x509_crt_verify(&chain, &root, NULL, argv[3][0] ? argv[3] : NULL, &flags, NULL,
                                    NULL);
    mbedtls_x509_crt_verify_info(text, sizeof text, "", flags);
    fputs(text, stdout);
    mbedtls_x509_crt_free(&chain);
    mbedtls_x509_crt_free(&root);
    return r != 0;
}
"""


@pytest.fixture(scope="module")
def mbedtls_judge(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mbedtls")
    (folder / "judge.c").write_text(MBEDTLS_JUDGE)
    run("gcc", folder / "judge.c", "-o", folder / "judge", "-lmbedx509", "-lmbedcrypto")
    return folder / "judge"


def split(chain):
    """The certificates of a PEM file, each in a file of its own."""
    blocks = re.findall("-----BEGIN.*?END CERTIFICATE-----\n", open(chain).read(), re.DOTALL)
    names = []
    for i, block in enumerate(blocks):
        names.append(f"{os.path.basename(chain)}.{i}")
        open(names[-1], "w").write(block)
    return names


# Each: whether it takes the chain for that name and that use.
def openssl(root, chain, name, use):
    option = {"server": "-verify_hostname"}.get(use)
    more = [option, name] if option and not name[0].isdigit() else []
    return run("openssl", "verify", "-x509_strict", "-purpose", f"ssl{use}", *more, "-CAfile", root,
               "-untrusted", chain, chain, code=None).returncode == 0


def gnutls(root, chain, name, use):
    purpose = {"server": "1.3.6.1.5.5.7.3.1", "client": "1.3.6.1.5.5.7.3.2"}[use]
    more = [f"--verify-hostname={name}"] if use == "server" else []
    return run("certtool", "--verify", "--verify-profile=medium", f"--verify-purpose={purpose}",
               *more, "--load-ca-certificate", root, "--infile", chain, code=None).returncode == 0


def nss(root, chain, name, use):
    if shutil.which("vfychain") is None:
        pytest.skip("NSS's tools are not installed")
    shutil.rmtree("nssdb", ignore_errors=True)
    os.mkdir("nssdb")
    run("certutil", "-N", "-d", "sql:nssdb", "--empty-password")
    added = run("certutil", "-A", "-d", "sql:nssdb", "-n", "root", "-t", "CT,,", "-i", root, code=None)
    if added.returncode != 0:
        return False  # a kind of key that it does not know
    done = run("vfychain", "-d", "sql:nssdb", "-u", {"server": 1, "client": 0}[use], "-pp", "-a",
               *split(chain), code=None)
    assert ("Chain is good" in done.stdout + done.stderr) == (done.returncode == 0)
    return done.returncode == 0


CAS = {
    "p256": [],
    "p384": ["--key-type=p384"],
    "rsa2048": ["--key-type=rsa2048"],
    "rsa3072-issuing": ["--key-type=rsa3072", "--intermediate"],
    "issuing": ["--intermediate"],
    "named": ["--name=CN=Müller Lab,O=Lab,C=DE", "--intermediate"],
    "limited": ["--permit=test,localhost,127.0.0.0/8"],
    "excluding": ["--exclude=bad.test", "--intermediate"],
}
LEAVES = {
    "server": (["a.test", "*.b.test", "127.0.0.1"], "a.test", "server"),
    "rsa": (["a.test", "--key-type=rsa2048"], "a.test", "server"),
    "p384": (["a.test", "--key-type=p384"], "a.test", "server"),
    "urls": (["a.test", "--crl-url=http://a.test/crl", "--ocsp-url=http://a.test/ocsp",
              "--must-staple"], "a.test", "server"),
    "subject": (["a.test", "--subject=CN=a.test,O=Müller"], "a.test", "server"),
    "client": (["--client", "alice@example.test"], "alice@example.test", "client"),
    "both": (["--both", "a.test"], "a.test", "client"),
}


@pytest.mark.parametrize("ca", CAS)
@pytest.mark.parametrize("judge", [openssl, gnutls, nss], ids=lambda judge: judge.__name__)
def test_accepted(here, ca, judge):
    mini_ca("init", "--no-password", *CAS[ca])
    for leaf, (words, name, use) in LEAVES.items():
        mini_ca("issue", *words, f"--out={leaf}", "-q")
        assert judge("ca/root.pem", f"{leaf}.pem", name, use), leaf


@pytest.mark.parametrize("ca", CAS)
def test_mbedtls(here, ca, mbedtls_judge):
    """mbedTLS does not know name constraints and refuses CAs that have them (it does not even
    parse them): DECISIONS P2, and what `init --permit` says."""
    made = mini_ca("init", "--no-password", *CAS[ca])
    limited = any(word.startswith(("--permit", "--exclude")) for word in CAS[ca])
    assert limited == ("mbedTLS" in made.stdout)
    for leaf, (words, name, use) in LEAVES.items():
        if leaf == "client":
            name = ""
        mini_ca("issue", *words, f"--out={leaf}", "-q")
        code = 3 if limited else 0
        run(mbedtls_judge, "ca/root.pem", f"{leaf}.pem", name, code=code)


@pytest.mark.parametrize("judge", [openssl, gnutls, nss], ids=lambda judge: judge.__name__)
def test_ed25519(here, judge):
    made = mini_ca("init", "--no-password", "--key-type=ed25519", "--provider=libcrypto", code=None)
    if made.returncode:
        pytest.skip("built without libcrypto")
    mini_ca("issue", "a.test", "--key-type=ed25519")
    # NSS 3.87 does not know Ed25519 certificates.
    assert judge("ca/root.pem", "a.test.pem", "a.test", "server") == (judge is not nss)


# ---- fixtures ----------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def fixtures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fixtures")
    run("mini-ca", "fixtures", folder)
    return folder, json.loads((folder / "manifest.json").read_text())


def test_the_manifest_names_all_and_keys_are_private(fixtures):
    folder, manifest = fixtures
    assert {"ok", "date", "name", "issuer", "signature", "key", "purpose", "constraints",
            "path-length", "ca", "critical", "revoked"} == {f["expect"] for f in manifest["fixtures"]}
    names = {"manifest.json", manifest["root"], manifest["crl"]}
    for fixture in manifest["fixtures"]:
        names |= {fixture["cert"], fixture["key"]}
        assert (folder / fixture["key"]).stat().st_mode & 0o777 == 0o600
        public = run("openssl", "x509", "-noout", "-pubkey", "-in", folder / fixture["cert"]).stdout
        assert run("openssl", "pkey", "-pubout", "-in", folder / fixture["key"]).stdout == public
    assert names == {path.name for path in folder.iterdir()}


def test_our_verdicts_are_those_of_the_manifest(fixtures):
    folder, manifest = fixtures
    for fixture in manifest["fixtures"]:
        done = run("mini-ca", "verify", folder / fixture["cert"], f"--host={fixture['name']}",
                   f"--cacert={folder / 'root.pem'}", f"--crl={folder / 'crl.pem'}", "--json",
                   code=0 if fixture["expect"] == "ok" else 5)
        assert json.loads(done.stdout)["status"] == fixture["status"], fixture["name"]


# Who takes what he should not; with OpenSSL 3.0 (whose verify has security level -1 unless told
# otherwise), GnuTLS 3.7 and NSS 3.87 (whose vfychain is not told the name).
TAKEN = {
    openssl: {"www.partial.test", "common-name.test", "weak-key.test", "sha1.test"},
    gnutls: {"common-name.test"},
    nss: {"wrong-name.test", "a.b.deep.test", "bare.test", "www.partial.test", "top-wildcard.test",
          "common-name.test", "sha1.test"},
}


@pytest.mark.parametrize("judge", [openssl, gnutls, nss], ids=lambda judge: judge.__name__)
def test_others_agree_but_for_what_is_known(fixtures, here, judge):
    folder, manifest = fixtures
    taken, refused = set(), set()
    for fixture in manifest["fixtures"]:
        if fixture["expect"] == "revoked":
            continue  # they are not given the list here
        verdict = judge(folder / "root.pem", folder / fixture["cert"], fixture["name"], "server")
        if verdict and fixture["expect"] != "ok":
            taken.add(fixture["name"])
        if not verdict and fixture["expect"] == "ok":
            refused.add(fixture["name"])
    print(f"{judge.__name__} takes {sorted(taken)}, refuses {sorted(refused)}")
    assert refused == set()
    assert taken <= TAKEN[judge]


def test_the_revoked_one_is_seen_with_the_list(fixtures):
    folder, _ = fixtures
    for name, code in ("revoked.test", 2), ("good.test", 0):
        run("openssl", "verify", "-CAfile", folder / "root.pem", "-untrusted", folder / f"{name}.pem",
            "-crl_check", "-CRLfile", folder / "crl.pem", folder / f"{name}.pem", code=code)


def test_fixtures_are_made_anew_but_not_over_other_things(here):
    mini_ca("fixtures", "f", "-q")
    first = (here / "f/good.test.pem").read_text()
    mini_ca("fixtures", "f", "-q")
    assert (here / "f/good.test.pem").read_text() != first
    (here / "g").mkdir()
    (here / "g/thesis.txt").write_text("x")
    mini_ca("fixtures", "g", code=8)
    assert [path.name for path in (here / "g").iterdir()] == ["thesis.txt"]


def test_staples_and_lists_in_a_handshake(here):
    """What mini-ca writes, hs-server staples and hs-client heeds."""
    mini_ca("init", "--no-password", "--intermediate")
    mini_ca("issue", "localhost", "--must-staple")
    mini_ca("ocsp", "localhost")
    mini_ca("crl")
    port = free_port()
    client = ["hs-client", "--cacert=ca/root.pem", f"localhost:{port}"]
    server = ["hs-server", "--cert=localhost.pem", "--key=localhost-key.pem", str(port)]
    with running(*server, "--ocsp=localhost-ocsp.der", port=port):
        run(*client, "--require-staple", "--crl=ca/crl.pem")
        mini_ca("revoke", "localhost")
        run(*client)  # what the server staples is from before
        run(*client, "--crl=ca/crl.pem", code=5)
    mini_ca("ocsp", "localhost")
    with running(*server, "--ocsp=localhost-ocsp.der", port=port):
        assert "revoked" in run(*client, code=5).stderr


# ---- trust, completion -------------------------------------------------------------------------

def test_trust_shows_and_touches_nothing(here, monkeypatch):
    monkeypatch.setenv("HOME", str(here / "home"))
    mini_ca("init", "--no-password")
    for words in [], ["--apply", "--dry-run"], ["--remove", "--dry-run"]:
        said = mini_ca("trust", *words).stdout
        assert "update-ca-certificates" in said and "certutil" in said
    assert not (here / "home").exists()


def test_trust_nss(here, monkeypatch):
    if shutil.which("certutil") is None:
        pytest.skip("NSS's tools are not installed")
    monkeypatch.setenv("HOME", str(here / "home"))
    mini_ca("init", "--no-password")
    mini_ca("issue", "a.test")
    mini_ca("trust", "--apply", "--store=nss")
    database = f"sql:{here}/home/.pki/nssdb"
    run("vfychain", "-d", database, "-u", 1, "-pp", "-a", "a.test.pem")
    mini_ca("trust", "--remove", "--store=nss")
    run("vfychain", "-d", database, "-u", 1, "-pp", "-a", "a.test.pem", code=1)
    assert "mini-ca" not in run("certutil", "-L", "-d", database).stdout


def test_trust_of_the_system(here, monkeypatch):
    """Its programs are played by scripts that write down how they were called."""
    for name, code in ("install", 0), ("rm", 0), ("update-ca-certificates", 0):
        script = here / "bin" / name
        script.parent.mkdir(exist_ok=True)
        script.write_text(f'#!/bin/sh\necho "{name} $*" >>{here}/calls\nexit {code}\n')
        script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{here}/bin:{os.environ['PATH']}")
    mini_ca("init", "--no-password")
    assert "any name" in mini_ca("trust", "--apply", "--store=system").stderr
    sha256 = run("openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", "ca/root.pem").stdout
    digits = sha256.split("=")[1].replace(":", "").lower()[:12]
    place = f"/usr/local/share/ca-certificates/mini-ca-{digits}.crt"
    assert (here / "calls").read_text().splitlines() == [
        f"install -m 0644 {here}/ca/root.pem {place}", "update-ca-certificates "]
    (here / "calls").unlink()
    mini_ca("trust", "--remove", "--store=system")
    assert (here / "calls").read_text().splitlines() == [
        f"rm -f {place}", "update-ca-certificates --fresh"]
    (here / "bin" / "install").write_text("#!/bin/sh\nexit 1\n")
    assert "install failed" in mini_ca("trust", "--apply", "--store=system", code=1).stderr


def completions(line):
    """What bash would offer for the last word."""
    words = line.split(" ")
    script = (f"source ./script; COMP_WORDS=({' '.join(repr(word) for word in words)}); "
              f"COMP_CWORD={len(words) - 1}; _mini_ca 2>/dev/null; echo \"${{COMPREPLY[@]}}\"")
    return run("bash", "-c", script).stdout.split()


def test_completion_for_bash(here):
    (here / "script").write_text(mini_ca("completion", "bash").stdout)
    assert completions("mini-ca re") == ["renew", "rekey", "revoke"]
    assert "--must-staple" in completions("mini-ca issue --mu")
    assert completions("mini-ca issue --key-type = rsa") == ["rsa2048", "rsa3072"]
    assert completions("mini-ca -C x revoke --reason = su") == ["superseded"]
    assert completions("mini-ca list --exp") == ["--expiring="]


@pytest.mark.parametrize("shell, check", [("bash", ["bash", "-n"]), ("zsh", ["zsh", "-n"]),
                                          ("fish", ["fish", "-n"])], ids=["bash", "zsh", "fish"])
def test_completion_is_a_script(here, shell, check):
    text = mini_ca("completion", shell).stdout
    for word in "issue", "key-type", "rsa3072", "doctor", "fixtures":
        assert word in text
    (here / "script").write_text(text)
    if shutil.which(shell):
        run(*check, "script")


def test_completion_of_no_shell(here):
    assert "bash, zsh, fish" in mini_ca("completion", "tcsh", code=2).stderr
