"""hs-client and servers that must not be believed: it says exactly why, with dates and names, the
server is sent the right alert, exit code 5, and not one byte of data."""

import json

import pytest
from conftest import HERE, Credential, run
from peers import openssl_server
from program import Program
from providers import PROVIDERS, need_provider
from wire import CLIENT, DATA, ENCRYPTED_ALERT, Relay

SECRET = "the secret that must stay here"
TEMPLATE = """cn = "{cn}"
activation_date = "{begins} 00:00:00 UTC"
expiration_date = "{ends} 00:00:00 UTC"
serial = 7
{names}
signing_key
{purpose}
"""
GOOD = {"cn": "server", "begins": "2024-01-01", "ends": "2040-01-01", "names": 'dns_name = "localhost"',
        "purpose": "tls_www_server", "root": "root"}
# what is wrong: how it differs from a good one; the alert; words that must be said
WRONG = {
    "expired": ({"begins": "2021-03-01", "ends": "2021-06-02"}, "certificate expired",
                ["expired", "2021-06-02"]),
    "not_yet_valid": ({"begins": "2038-05-06", "ends": "2039-01-01"}, "certificate expired",
                      ["not valid", "2038-05-06"]),
    "another_name": ({"names": 'dns_name = "other.example.test"'}, "certificate unknown",
                     ["localhost", "other.example.test"]),
    "name_in_cn_only": ({"names": 'dns_name = "other.example.test"', "cn": "localhost"},
                        "certificate unknown", ["localhost", "other.example.test"]),
    "another_address": ({"names": 'ip_address = "127.0.0.2"'}, "certificate unknown",
                        ["localhost", "127.0.0.2"]),
    "unknown_issuer": ({"root": "other_root"}, "unknown ca", ["CN=other-root"]),
    "for_clients": ({"purpose": "tls_www_client"}, "unsupported certificate", ["clientAuth"]),
}


@pytest.fixture(scope="module")
def wrong(pki, tmp_path_factory):
    """Credentials by what is wrong with them; certtool sets any date."""
    folder = tmp_path_factory.mktemp("wrong")
    key = pki.servers["p256"].key

    def make(name, differs):
        facts = {**GOOD, **differs}
        root = getattr(pki, facts["root"])
        template, cert = folder / f"{name}.cfg", folder / f"{name}.pem"
        template.write_text(TEMPLATE.format(**facts))
        run("certtool", "--generate-certificate", "--load-privkey", key, "--load-ca-certificate",
            root, "--load-ca-privkey", root.with_name(f"{root.stem}-key.pem"), "--template",
            template, "--outfile", cert)
        return Credential(cert, key)

    return {name: make(name, differs) for name, (differs, _, _) in {"nothing": ({}, 0, 0),
                                                                    **WRONG}.items()}


def connect(pki, port, *more, code):
    return run("hs-client", f"--cacert={pki.root}", *more, f"--connect-to={HERE}:{port}",
               "localhost", code=code, input=SECRET)


def test_with_nothing_wrong_the_data_goes(pki, servers, wrong):
    """Else the tests below would prove nothing."""
    server = servers(openssl_server, wrong["nothing"], how=())
    with Program("hs-client", f"--cacert={pki.root}", "--io", f"--connect-to={HERE}:{server.port}",
                 "localhost", stdin=-1) as client:
        client.type(SECRET)
        server.wait_for(SECRET)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("what", WRONG)
def test_says_why_and_sends_an_alert_and_nothing_else(pki, servers, wrong, what, provider):
    need_provider(provider)
    _, alert, words = WRONG[what]
    server = servers(openssl_server, wrong[what], how=())
    said = server.mark()
    with Relay(server.port) as relay:
        done = connect(pki, relay.port, "-v", "--io", f"--provider={provider}", code=5)
        relay.finish()
        after_hello = [length for kind, length in relay.records(CLIENT) if kind == DATA]
    assert "NOT TRUSTED" in done.stderr
    for word in words:
        assert word in done.stderr
    server.wait_for(f"alert {alert}", since=said)
    assert SECRET not in server.text(since=said) and done.stdout == ""
    assert after_hello == [ENCRYPTED_ALERT]


@pytest.mark.parametrize("what", WRONG)
def test_json_has_the_failed_checks(pki, servers, wrong, what):
    server = servers(openssl_server, wrong[what], how=())
    got = json.loads(connect(pki, server.port, "--json", code=5).stdout)
    assert (got["ok"], got["exit"], got["connected"], got["trusted"]) == (False, 5, False, False)
    checks = got["error"]["checks"]
    assert len(checks) == 1 and all(checks[0][key] for key in ("check", "expected", "got", "fix"))


@pytest.mark.parametrize("what", WRONG)
def test_insecure_goes_on_and_says_so(pki, servers, wrong, what):
    server = servers(openssl_server, wrong[what], how=())
    said = server.mark()
    with Program("hs-client", f"--cacert={pki.root}", "-k", "--io",
                 f"--connect-to={HERE}:{server.port}", "localhost", stdin=-1) as client:
        client.type(SECRET)
        server.wait_for(SECRET, since=said)
        client.wait_for("NOT TRUSTED", stream="err")


def test_all_that_is_wrong_is_reported(pki, wrong, tmp_path):
    """Not only the first: an expired certificate, asked for under another name."""
    with openssl_server(wrong["expired"], how=()) as server:
        done = connect(pki, server.port, "--verify-name=elsewhere.test", "--json", code=5)
    checks = [check["check"] for check in json.loads(done.stdout)["error"]["checks"]]
    assert len(checks) == 2, checks
