"""Sealed messages: what cms/ makes, openssl cms opens, and the other way round.

cms_peer is cms/ with files around it and no opinions: whose message it is and whether it is fresh
are questions for hs-seal.
"""

import hashlib
import os
import shutil

import pytest
from conftest import run

PROVIDERS = ("mbedtls", "libcrypto")
KEYS = {"rsa": ("rsa:2048",), "p256": ("ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
        "p384": ("ec", "-pkeyopt", "ec_paramgen_curve:P-384"),
        "p521": ("ec", "-pkeyopt", "ec_paramgen_curve:P-521")}
EXTENSIONS = ("subjectKeyIdentifier=hash\nextendedKeyUsage=emailProtection\n"
              "keyUsage=digitalSignature,keyEncipherment,keyAgreement\n"
              "subjectAltName=email:{}@a.test\n")
MIB = 1 << 20

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl")


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """A folder with a CA and somebody for each kind of key: rsa.pem, rsa.key, ..."""
    folder = tmp_path_factory.mktemp("people")

    def openssl(*words):
        run("openssl", *words, cwd=folder)

    openssl("req", "-x509", "-newkey", *KEYS["p256"], "-nodes", "-keyout", "ca.key", "-out",
            "ca.pem", "-subj", "/CN=Mail CA", "-days", "30")
    for name, key in KEYS.items():
        (folder / "ext").write_text(EXTENSIONS.format(name))
        openssl("req", "-newkey", *key, "-nodes", "-keyout", f"{name}.key", "-out", "csr", "-subj",
                f"/CN={name}")
        openssl("x509", "-req", "-in", "csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                "-CAcreateserial", "-out", f"{name}.pem", "-days", "30", "-extfile", "ext")
    (folder / "m").write_bytes(b"meet me at noon\n" * 99)
    (folder / "empty").write_bytes(b"")
    return folder


@pytest.fixture
def desk(people, tmp_path, monkeypatch):
    """The people's folder, to read from; what is made goes to the current one."""
    monkeypatch.chdir(tmp_path)
    return people


@pytest.fixture(scope="module")
def peer(build):
    """Runs cms_peer; its facts as a dict of lists."""
    def call(*words, code=0):
        done = run(build / "tests/unit/cms/cms_peer", *words, code=code)
        facts = {}
        for line in done.stdout.splitlines():
            name, _, value = line.partition(" ")
            facts.setdefault(name, []).append(value)
        return facts

    return call


def digest(path):
    """In pieces: some are large."""
    whole = hashlib.sha256()
    with open(path, "rb") as file:
        for piece in iter(lambda: file.read(MIB), b""):
            whole.update(piece)
    return whole.hexdigest()


def sign(desk, who, content, *more, out="signed"):
    run("openssl", "cms", "-sign", "-binary", "-nodetach", "-in", desk / content, "-signer",
        desk / f"{who}.pem", "-inkey", desk / f"{who}.key", "-outform", "DER", "-out", out, *more)


def encrypt(desk, whom, *more, source="signed", out="sealed", form="DER"):
    """whom: pairs of a name and the options for that receiver."""
    receivers = []
    for name, options in whom:
        receivers += ["-recip", desk / f"{name}.pem"]
        for option in options:
            receivers += ["-keyopt", option]
    run("openssl", "cms", "-encrypt", "-binary", "-in", source, "-outform", form, "-out", out,
        *more, *receivers)


def opens(desk, who, sealed, form, content):
    """OpenSSL opens and verifies it."""
    run("openssl", "cms", "-decrypt", "-inform", form, "-in", sealed, "-recip", desk / f"{who}.pem",
        "-inkey", desk / f"{who}.key", "-out", "inner")
    run("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "inner", "-CAfile",
        desk / "ca.pem", "-out", "plain")
    assert digest("plain") == digest(desk / content)


@pytest.mark.parametrize("form", ("der", "ber", "pem", "berpem"))
@pytest.mark.parametrize("provider", PROVIDERS)
def test_openssl_opens_ours(desk, peer, provider, form):
    for sender in KEYS:
        peer("seal", provider, form, desk / f"{sender}.pem", desk / f"{sender}.key", desk / "m",
             "sealed", *(desk / f"{name}.pem" for name in KEYS))
        for receiver in KEYS if sender == "rsa" else ("rsa", "p256"):
            opens(desk, receiver, "sealed", "PEM" if "pem" in form else "DER", "m")


@pytest.mark.parametrize("form", ("der", "ber"))
def test_openssl_opens_an_empty_message(desk, peer, form):
    peer("seal", "mbedtls", form, desk / "p256.pem", desk / "p256.key", desk / "empty", "sealed",
         desk / "rsa.pem")
    opens(desk, "rsa", "sealed", "DER", "empty")


OAEP = "rsa_padding_mode:oaep"
WHOM = {
    "oaep": ("rsa", (OAEP,), "RSA-OAEP with SHA-1"),
    "oaep sha256": ("rsa", (OAEP, "rsa_oaep_md:sha256", "rsa_mgf1_md:sha256"),
                    "RSA-OAEP with SHA-256"),
    "oaep mixed": ("rsa", (OAEP, "rsa_oaep_md:sha256", "rsa_mgf1_md:sha1"),
                   "RSA-OAEP with SHA-256, MGF1 with SHA-1"),
    "pkcs1": ("rsa", (), "RSA PKCS#1 v1.5"),
    "p256": ("p256", (), "ECDH, KDF with SHA-1, aes256-wrap"),
    "p384": ("p384", ("ecdh_kdf_md:sha384",), "ECDH, KDF with SHA-384, aes256-wrap"),
    "p521": ("p521", ("ecdh_kdf_md:sha256",), "ECDH, KDF with SHA-256, aes256-wrap"),
    "cofactor": ("p256", ("ecdh_cofactor_mode:1",), None),
}


@pytest.mark.parametrize("how", WHOM)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_we_open_openssls(desk, peer, provider, how):
    name, options, told = WHOM[how]
    sign(desk, "p256", "m")
    encrypt(desk, [(name, options)], "-aes-256-gcm")
    facts = peer("open", provider, desk / f"{name}.pem", desk / f"{name}.key", "sealed", "plain",
                 code=0 if told else 1)
    if told:
        assert told in facts["recipient"][0]
        assert digest("plain") == digest(desk / "m")
        assert facts["signature"] == ["ECDSA with SHA-256"]
    else:  # named by its number: nothing on these curves needs it
        assert facts["failed"][0].startswith("HS_E_UNSUPPORTED")


@pytest.mark.parametrize("cipher", ("aes-128-gcm", "aes-192-gcm", "aes-128-cbc", "aes-192-cbc",
                                    "aes-256-cbc"))
def test_we_open_each_cipher(desk, peer, cipher):
    for content in ("m", "empty"):
        sign(desk, "rsa", content)
        encrypt(desk, [("p256", ())], f"-{cipher}")
        facts = peer("open", "mbedtls", desk / "p256.pem", desk / "p256.key", "sealed", "plain")
        assert digest("plain") == digest(desk / content)
        assert facts["cipher"] == [cipher.upper()]
        assert facts["signature"] == ["RSA PKCS#1 v1.5 with SHA-256"]


@pytest.mark.parametrize("form", ("DER", "PEM"))
def test_we_open_what_comes_in_parts(desk, peer, form):
    sign(desk, "p384", "m", "-stream")
    encrypt(desk, [("rsa", (OAEP,)), ("p256", ())], "-aes-256-gcm", "-stream", form=form)
    for who in ("rsa", "p256"):
        facts = peer("open", "libcrypto", desk / f"{who}.pem", desk / f"{who}.key", "sealed",
                     "plain")
        assert digest("plain") == digest(desk / "m")
        assert facts["ber"] == ["1"] and facts["pem"] == [str(int(form == "PEM"))]
    assert peer("show", "mbedtls", "sealed")["kind"] == ["AuthEnvelopedData"]


def test_receivers_of_other_kinds_are_skipped(desk, peer):
    sign(desk, "p256", "m")
    encrypt(desk, [("p384", ())], "-aes-256-cbc", "-pwri_password", "correct horse", "-secretkey",
            "00" * 32, "-secretkeyid", "aabb")
    facts = peer("open", "mbedtls", desk / "p384.pem", desk / "p384.key", "sealed", "plain")
    assert digest("plain") == digest(desk / "m")
    assert {"a password", "a shared key"} <= {
        part for line in facts["recipient"] for part in line.split(", ")}
    assert peer("show", "mbedtls", "sealed")["all"] == [str(os.path.getsize("sealed"))]


def test_receivers_named_by_their_key(desk, peer):
    sign(desk, "p256", "m", "-keyid")
    encrypt(desk, [("rsa", (OAEP,)), ("p521", ())], "-aes-256-gcm", "-keyid")
    for who in ("rsa", "p521"):
        facts = peer("open", "mbedtls", desk / f"{who}.pem", desk / f"{who}.key", "sealed", "plain")
        assert digest("plain") == digest(desk / "m")
        assert facts["signer"][0].startswith("key id ")


@pytest.mark.parametrize("options, told", [
    (("-keyopt", "rsa_padding_mode:pss"), "RSA-PSS with SHA-256"),
    (("-md", "sha512"), "RSA PKCS#1 v1.5 with SHA-512"),
    (("-md", "sha384", "-keyopt", "rsa_padding_mode:pss"), "RSA-PSS with SHA-384"),
])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_signatures_of_rsa(desk, peer, provider, options, told):
    sign(desk, "rsa", "m", *options)
    facts = peer("open", provider, "-", "-", "signed", "plain")
    assert facts["kind"] == ["SignedData"]
    assert told in facts["signature"][0]
    assert digest("plain") == digest(desk / "m")
    shown = peer("show", provider, "signed")
    assert shown["all"] == [str(os.path.getsize("signed"))]


@pytest.mark.parametrize("options, status", [
    (("-md", "sha1"), "HS_E_WEAK_SIGNATURE"),
    (("-noattr",), "HS_E_CMS_ATTRIBUTES"),
    (("-nocerts",), "HS_E_CMS_NO_SIGNER"),
])
def test_signatures_that_are_refused(desk, peer, options, status):
    sign(desk, "rsa", "m", *options)
    facts = peer("open", "mbedtls", "-", "-", "signed", "plain", code=1)
    assert facts["failed"][0].split()[0] == status


def test_a_detached_signature_is_refused(desk, peer):
    run("openssl", "cms", "-sign", "-binary", "-in", desk / "m", "-signer", desk / "rsa.pem",
        "-inkey", desk / "rsa.key", "-outform", "DER", "-out", "signed")
    facts = peer("open", "mbedtls", "-", "-", "signed", "plain", code=1)
    assert facts["failed"][0].split()[0] == "HS_E_UNSUPPORTED"


def test_somebody_elses_key_opens_nothing(desk, peer):
    peer("seal", "mbedtls", "der", desk / "p256.pem", desk / "p256.key", desk / "m", "sealed",
         desk / "rsa.pem")
    facts = peer("open", "mbedtls", desk / "p384.pem", desk / "p384.key", "sealed", "plain", code=1)
    assert facts["failed"][0].split()[0] == "HS_E_CMS_NOT_FOR_ME"
    assert os.path.getsize("plain") == 0


@pytest.mark.parametrize("name", ("bob", "not a message"))
def test_what_is_no_message_is_refused(desk, peer, name):
    with open("sealed", "w", encoding="ascii") as file:
        file.write(name)
    facts = peer("open", "mbedtls", desk / "rsa.pem", desk / "rsa.key", "sealed", "plain", code=1)
    assert facts["failed"][0].split()[0] == "HS_E_CMS_FORMAT"


@pytest.mark.parametrize("form", ("der", "ber"))
def test_100_mb_in_constant_memory(desk, peer, is_sanitized, form):
    with open("big", "wb") as file:
        for i in range(100):
            file.write(bytes([i]) * MIB)
    sealed = peer("seal", "libcrypto", form, desk / "p256.pem", desk / "p256.key", "big", "sealed",
                  desk / "rsa.pem")
    opened = peer("open", "libcrypto", desk / "rsa.pem", desk / "rsa.key", "sealed", "plain")
    assert digest("plain") == digest("big")
    for facts in (sealed, opened):
        assert is_sanitized or int(facts["memory"][0]) < 16 * 1024  # KiB
    opens_large(desk, form)


def opens_large(desk, form):
    """OpenSSL, too; it needs a multiple of the message's size in memory."""
    os.replace("big", "original")
    run("openssl", "cms", "-decrypt", "-inform", "DER", "-in", "sealed", "-recip", desk / "rsa.pem",
        "-inkey", desk / "rsa.key", "-out", "inner", timeout=300)
    run("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "inner", "-CAfile",
        desk / "ca.pem", "-out", "plain", timeout=300)
    assert digest("plain") == digest("original"), form
