"""Certificates that are wrong each in one way (mini-ca fixtures), served under their names by
hs-server --fixtures: what hs-client says is what the manifest expects of a good client, and a table
shows whom else one can trick."""

import json
import re
import signal

import pytest
from conftest import HERE, run
from ours import hs_server
from peers import PROGRAMS, need_peer

YES, NO = "takes it", "-"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fixtures") / "set"
    run("mini-ca", "fixtures", folder)
    return folder


@pytest.fixture(scope="module")
def manifest(folder):
    return json.loads((folder / "manifest.json").read_text())["fixtures"]


@pytest.fixture(scope="module")
def server(folder):
    with hs_server(fixtures=folder) as server:
        yield server


def ours(port, folder, name, *more):
    """The verdict of hs-client, as hs_status_name."""
    done = run("hs-client", "--json", f"--cacert={folder / 'root.pem'}",
               f"--crl={folder / 'crl.pem'}", f"--servername={name}", *more, f"localhost:{port}",
               code=None)
    seen = json.loads(done.stdout)
    return seen["error"]["status"] if seen["error"] else seen["verdict"]


# Each takes the certificate for that name, or not. They are not given the list of revoked
# certificates: gnutls-cli takes lists of anchors alone, s_client and curl want one of every CA.
def openssl(port, folder, name):
    done = run("openssl", "s_client", "-connect", f"{HERE}:{port}", "-servername", name,
               "-verify_hostname", name, "-CAfile", folder / "root.pem",
               "-verify_return_error", code=None)
    return done.returncode == 0


def gnutls(port, folder, name):
    done = run("gnutls-cli", "--x509cafile", folder / "root.pem", "--sni-hostname", name,
               "--verify-hostname", name, "-p", port, HERE, code=None, input="")
    return "The certificate is trusted" in done.stdout


def curl(port, folder, name):
    done = run("curl", "--silent", "--cacert", folder / "root.pem", "--connect-to",
               f"{name}:443:{HERE}:{port}", f"https://{name}/", code=None)
    return done.returncode == 0


OTHERS = {"openssl": openssl, "gnutls": gnutls, "curl": curl}


def test_hs_client_says_what_the_manifest_expects(server, folder, manifest):
    seen = {one["name"]: ours(server.port, folder, one["name"]) for one in manifest}
    assert seen == {one["name"]: one["status"] for one in manifest}


def test_the_same_in_tls12(server, folder, manifest):
    seen = {one["name"]: ours(server.port, folder, one["name"], "--tls=1.2") for one in manifest}
    assert seen == {one["name"]: one["status"] for one in manifest}


def test_who_accepts_what(server, folder, manifest, capsys):
    """Others have rules of their own; what is good everybody must take, and what has the wrong
    name, date, issuer or signature nobody."""
    for name in PROGRAMS:
        need_peer(name)
    table = [" ".join([f"{'':24} {'expected':12}", *(
        f"{who:10}" for who in ("hs-client", *OTHERS))])]
    for one in manifest:
        name, expect = one["name"], one["expect"]
        mine = ours(server.port, folder, name) == "HS_OK"
        taken = {who: ask(server.port, folder, name) for who, ask in OTHERS.items()}
        table.append(" ".join([f"{name:24} {expect:12}", *(
            f"{YES if yes else NO:10}" for yes in (mine, *taken.values()))]))
        if expect == "ok":
            assert mine and all(taken.values()), name
        if expect in ("date", "issuer") or name in ("wrong-name.test", "bad-signature.test"):
            assert not mine and not any(taken.values()), name
    with capsys.disabled():
        print("\n" + "\n".join(table))


def test_unknown_names_get_the_first(server, folder, manifest):
    done = run("hs-client", "--json", f"--cacert={folder / 'root.pem'}", "--servername=nobody.test",
               f"localhost:{server.port}", code=5)
    assert f"certificate is for {manifest[0]['name']}" in json.loads(done.stdout)["error"]["text"]


def test_names_are_found_whatever_their_case(server, folder):
    assert ours(server.port, folder, "Expired.TEST") == "HS_E_CERT_EXPIRED"


def test_a_set_made_anew_is_read_on_sighup(folder, tmp_path):
    new = tmp_path / "set"
    run("mini-ca", "fixtures", new)
    with hs_server(fixtures=new) as server:
        assert ours(server.port, new, "good.test") == "HS_OK"
        run("mini-ca", "fixtures", new)
        assert ours(server.port, new, "good.test") == "HS_E_UNKNOWN_ISSUER"
        since = server.mark()
        server.signal(signal.SIGHUP)
        assert server.told("reload", since)["ok"]
        assert ours(server.port, new, "good.test") == "HS_OK"
        (new / "good.test.pem").unlink()
        since = server.mark()
        server.signal(signal.SIGHUP)
        assert not server.told("reload", since)["ok"]
        assert ours(server.port, new, "good.test") == "HS_OK"


def test_a_folder_without_a_manifest_is_a_fault(tmp_path):
    done = run("hs-server", f"--fixtures={tmp_path}", f"{HERE}:0", code=1)
    assert "mini-ca fixtures" in done.stderr
    (tmp_path / "manifest.json").write_text('{"fixtures": [{"name": "a.test"}]}')
    done = run("hs-server", f"--fixtures={tmp_path}", f"{HERE}:0", code=2)
    assert "without name, cert or key" in done.stderr
    (tmp_path / "manifest.json").write_text("[")
    done = run("hs-server", f"--fixtures={tmp_path}", f"{HERE}:0", code=2)
    assert "names no certificates" in done.stderr


def test_the_whole_of_a_bad_path_is_told_on_demand(server, folder):
    words = [f"--cacert={folder / 'root.pem'}", "--no-time"]

    def told(level, name):
        done = run("hs-client", level, *words, f"--servername={name}", f"localhost:{server.port}",
                   code=5)
        return " ".join(done.stderr.split())

    long = told("-vv", "too-deep.test")
    for subject in ("too-deep.test", "below-short", "short", "root"):
        assert re.search(rf"\[\d\] CN=(mini-ca fixtures: )?{subject}, ECDSA", long), subject
    assert "FAIL path_length" in long and "ok signature" in long
    long = told("-vv", "missing-issuer.test")
    assert "dead end CN=missing-issuer.test" in long
    assert "dead end" not in told("-v", "missing-issuer.test")
    done = run("hs-client", "--json", *words, "--servername=missing-issuer.test",
               f"localhost:{server.port}", code=5)
    ends = json.loads(done.stdout)["error"]["dead_ends"]
    assert ends[0]["path"] == "CN=missing-issuer.test" and "its issuer" in ends[0]["why"]
