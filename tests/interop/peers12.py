"""The peers in TLS 1.2, in the vocabulary of peers.py: OpenSSL's and GnuTLS's programs and curl.

A suite of TLS 1.2 is for one kind of key, and the client's groups hold for an ECDSA certificate,
too (RFC 8422 5.1.1), so that what a test offers depends on the credential.
"""

import re
from dataclasses import dataclass

import peers
from conftest import HERE, KEY_KINDS, run
from peers import GROUPS, Seen

ECDSA, RSA = "ECDHE_ECDSA", "ECDHE_RSA"
AEADS = ("AES_128_GCM_SHA256", "AES_256_GCM_SHA384", "CHACHA20_POLY1305_SHA256")
CLASSIC = ("TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_256_GCM_SHA384")
CURVES = {"p256": "secp256r1", "p384": "secp384r1"}  # of the keys that have one
# what our end may sign with
SCHEMES = {"p256": ("ecdsa_secp256r1_sha256",), "p384": ("ecdsa_secp384r1_sha384",),
           "rsa2048": ("rsa_pss_rsae_sha256", "rsa_pkcs1_sha256"), "ed25519": ("ed25519",)}


def suite_name(kind, aead):
    return f"TLS_{RSA if kind == 'rsa2048' else ECDSA}_WITH_{aead}"


def groups_for(kind, group):
    """`group` first, and what the certificate of that kind needs."""
    curve = CURVES.get(kind, group)
    return (group,) if curve == group else (group, curve)


# Each kind of key with each AEAD: 12 suites and credentials.
KEYED_SUITES = [(kind, suite_name(kind, aead)) for kind in KEY_KINDS for aead in AEADS]


# ---- OpenSSL ---------------------------------------------------------------------------------


def openssl_suite(suite):
    """ECDHE-RSA-AES128-GCM-SHA256; RSA key transport is not named in OpenSSL's."""
    exchange, cipher = suite.removeprefix("TLS_").split("_WITH_")
    cipher = cipher.replace("AES_", "AES").replace("POLY1305_SHA256", "POLY1305").replace("_", "-")
    return cipher if exchange == "RSA" else f"{exchange.replace('_', '-')}-{cipher}"


OPENSSL_SUITES = {openssl_suite(suite): suite for _, suite in KEYED_SUITES} | {
    openssl_suite(suite): suite for suite in CLASSIC}


def openssl_words(suite=None, versions="-tls1_2", **offer):
    words = peers.openssl_options(versions=versions, **offer)
    return words + (["-cipher", openssl_suite(suite)] if suite else [])


def openssl_client(port, root, *more, **offer):
    """peers.openssl_client in TLS 1.2; also sees whether the session is an earlier one's."""
    how = {name: offer.pop(name) for name in ("host", "request", "seconds") if name in offer}
    seen = peers.openssl_client(port, root, *openssl_words(**offer), *more, versions="", **how)
    return Seen12.of(seen, suite=_openssl_suite_said(seen.text),
                     resumed="\nReused, TLSv1.2" in seen.text)


def openssl_server(identity, *more, **offer):
    how = {name: offer.pop(name) for name in ("how", "client_ca", "need") if name in offer}
    return peers.openssl_server(identity, *openssl_words(**offer), *more, versions="", **how)


def _openssl_suite_said(text):
    found = re.search(r"^(?:New|Reused), TLSv1\.[02], Cipher is (\S+)", text, re.M)
    return found and OPENSSL_SUITES.get(found.group(1), found.group(1))


def _openssl_group(name):
    return {"secp256r1": "secp256r1", "P-256": "secp256r1", **{
        theirs: name for name, (theirs, _) in GROUPS.items()}}.get(name, name)


@dataclass(frozen=True)
class Seen12(Seen):
    resumed: bool = False

    @classmethod
    def of(cls, seen, **more):
        return cls(**{**vars(seen), **more})


# ---- GnuTLS ----------------------------------------------------------------------------------

GNUTLS_AEADS = dict(zip(AEADS, peers.SUITES.values()))


def gnutls_priority(suite=None, groups=(), extra=""):
    words = ["NORMAL", "-VERS-ALL", "+VERS-TLS1.2"]
    if suite:
        exchange, aead = suite.removeprefix("TLS_").split("_WITH_")
        words += ["-CIPHER-ALL", "+" + GNUTLS_AEADS[aead], "-KX-ALL",
                  "+" + exchange.replace("_", "-")]
    if groups:
        words += ["-GROUP-ALL", *("+" + GROUPS[group][1] for group in groups)]
    return ":".join(words) + extra


def _gnutls_more(suite=None, groups=(), extra="", **offer):
    """--priority is taken once, the last one."""
    return ["--priority", gnutls_priority(suite, groups, extra)], offer


def gnutls_client(port, root, *more, **offer):
    words, rest = _gnutls_more(**offer)
    how = {name: rest.pop(name) for name in ("host", "request", "seconds") if name in rest}
    seen = peers.gnutls_client(port, root, *words, *more, **rest, **how)
    suite, group = _gnutls_said(seen.text)
    return Seen12.of(seen, suite=suite, group=group,
                     resumed="This is a resumed session" in seen.text)


def gnutls_server(identity, *more, **offer):
    words, rest = _gnutls_more(**offer)
    return peers.gnutls_server(identity, *words, *more, **rest)


def _gnutls_said(text):
    """(TLS1.2-X.509)-(ECDHE-SECP256R1)-(ECDSA-SHA256)-(AES-128-GCM), or with (RSA) in the middle."""
    found = re.findall(r"\(TLS1\.2[^)]*\)-\(([\w-]+)\)(?:-\(([\w-]+)\))?-\(([\w-]+)\)", text)
    if not found:
        return None, None
    exchange, signature, cipher = found[-1]
    group = {names[1].removeprefix("GROUP-"): name for name, names in GROUPS.items()}.get(
        exchange.removeprefix("ECDHE-"))
    aead = {known: aead for aead, known in GNUTLS_AEADS.items()}.get(cipher)
    kind = "RSA" if exchange == "RSA" else RSA if "RSA" in signature else ECDSA
    return aead and f"TLS_{kind}_WITH_{aead}", group


# ---- both ------------------------------------------------------------------------------------

CLIENTS = {"openssl": openssl_client, "gnutls": gnutls_client}
SERVERS = {"openssl": openssl_server, "gnutls": gnutls_server}


def server_said(page):
    """suite and group on the page of s_server -www or gnutls-serv --http."""
    if "(TLS1.2" in page:
        return _gnutls_said(page)
    shared = re.search(r"^Shared groups: ([\w-]+)", page, re.M)  # the client's first comes first
    return _openssl_suite_said(page), shared and _openssl_group(shared.group(1))


def curl(port, root, *more, path="/status.json", **how):
    """curl --tls-max 1.2 at hs-server, by name."""
    return run("curl", "--silent", "--show-error", "--noproxy", "*", "--tls-max", "1.2",
               "--tlsv1.2", "--cacert", root, "--resolve", f"localhost:{port}:{HERE}", *more,
               f"https://localhost:{port}{path}", **how)
