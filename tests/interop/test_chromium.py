"""Chromium, headless, against hs-server with certificates of mini-ca: what it takes and what not.
Its roots are NSS's of a home folder of its own."""

import json
import shutil

import pytest
from conftest import run
from ours import hs_server

pytestmark = pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is not installed")

QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--host-resolver-rules=MAP * 127.0.0.1"]

CAS = {
    "usual": [],
    "p384": ["--key-type=p384"],
    "rsa": ["--key-type=rsa2048"],
    "issuing": ["--intermediate"],
    "limited": ["--permit=localhost,.test"],
}


class Issued:
    """A CA in a folder, and a certificate of it as hs_server takes them."""

    def __init__(self, folder, ca, *words, names=("localhost",)):
        self.root = folder / "ca" / "root.pem"
        self.cert, self.key = folder / "leaf.pem", folder / "leaf-key.pem"
        run("mini-ca", "-C", folder / "ca", "init", "--no-password", *ca)
        run("mini-ca", "-C", folder / "ca", "issue", *names, f"--out={folder / 'leaf'}", *words)


def chromium(folder, root, url):
    """What the page's script has made of it; no page of ours where an error stands in its place."""
    store = folder / "home" / ".pki" / "nssdb"
    if not store.exists():
        store.mkdir(parents=True)
        run("certutil", "-N", "-d", f"sql:{store}", "--empty-password")
        if root is not None:
            run("certutil", "-A", "-d", f"sql:{store}", "-t", "C,,", "-n", "root", "-i", root)
    return run("chromium", *QUIET, f"--user-data-dir={folder / 'profile'}", "--dump-dom", url,
               env={"HOME": str(folder / "home"), "PATH": "/usr/bin:/bin"}, timeout=90).stdout


@pytest.mark.parametrize("leaf", ["p256", "p384", "rsa2048"])
@pytest.mark.parametrize("ca", CAS)
def test_it_takes_what_mini_ca_makes(tmp_path, ca, leaf):
    own = Issued(tmp_path, CAS[ca], f"--key-type={leaf}")
    with hs_server(own) as server:
        page = chromium(tmp_path, own.root, f"https://localhost:{server.port}/")
    assert "What the client offers" in page and "<title>TLS 1.3 with" in page
    assert "GREASE" in page and "JA4" in page and "t13d" in page  # it is a browser's hello


def test_it_speaks_tls12_with_us(tmp_path):
    own = Issued(tmp_path, [])
    with hs_server(own, "--tls=1.2") as server:
        page = chromium(tmp_path, own.root, f"https://localhost:{server.port}/")
    assert "<title>TLS 1.2 with" in page


@pytest.mark.parametrize("name, trusted", [("localhost", False), ("other.test", True)],
                         ids=["unknown-root", "other-name"])
def test_it_refuses_what_is_wrong(tmp_path, name, trusted):
    own = Issued(tmp_path, [])
    with hs_server(own) as server:
        page = chromium(tmp_path, own.root if trusted else None, f"https://{name}:{server.port}/")
        told = json.dumps(server.told("failed"))
    assert "What the client offers" not in page and "certificate_unknown" in told
