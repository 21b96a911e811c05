"""Firefox, headless, on the status page: it sees its own handshake, in a page that works."""

import json
import re

import pytest
from conftest import run
from firefox import PROGRAM, firefox
from ours import hs_server
from test_chromium import Issued

pytestmark = pytest.mark.skipif(not PROGRAM, reason="firefox is not installed")


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    return Issued(tmp_path_factory.mktemp("ca"), [])


@pytest.fixture(scope="module")
def browser(own, tmp_path_factory):
    with firefox(tmp_path_factory.mktemp("firefox"), own.root) as started:
        yield started


@pytest.mark.parametrize("version", ["1.3", "1.2"])
def test_it_sees_its_own_handshake(own, browser, version):
    with hs_server(own, f"--tls={version}", "--status-all") as server:
        browser.visit(f"https://localhost:{server.port}/")
        assert browser.ask("return document.title").startswith(f"TLS {version} with 127.0.0.1")
        shown = browser.ask("return document.querySelector('.offer-prints code').textContent")
        assert re.fullmatch(r"t1[23]d\d{4}h2_[0-9a-f]{12}_[0-9a-f]{12}", shown)
        suites = browser.ask("return [...document.querySelectorAll('.offer-entry a')]"
                             ".map((a) => a.textContent)")
        assert "TLS_AES_128_GCM_SHA256" in suites and "x25519" in suites and "h2" in suites
        assert browser.ask("return document.querySelectorAll('main section').length") > 5
        browser.visit(f"https://localhost:{server.port}/json")
        programs = json.loads(run("curl", "-s", "--cacert", own.root,
                                  f"https://localhost:{server.port}/all.json").stdout)
    assert shown in [one["ja4"] for one in programs]


def test_a_click_selects(own, browser):
    with hs_server(own) as server:
        browser.visit(f"https://localhost:{server.port}/")
        assert browser.ask("document.querySelector('[data-item=\"msg-1\"]').click();"
                           "return location.hash") == "#msg-1"
        assert browser.ask("return document.querySelectorAll('.is-selected').length") > 0


def test_the_list_leads_to_a_page(own, browser):
    with hs_server(own, "--status-all") as server:
        run("hs-client", f"--cacert={own.root}", f"--connect-to=127.0.0.1:{server.port}",
            "localhost")
        browser.visit(f"https://localhost:{server.port}/all")
        links = browser.ask("return [...document.querySelectorAll('.recent a[href^=\"/c/\"]')]"
                            ".map((a) => a.href)")
        assert len(links) >= 2
        browser.visit(links[-1])
        assert browser.ask("return document.querySelector('.who').textContent").startswith(
            "127.0.0.1")


def test_it_refuses_a_root_that_it_does_not_know(browser, tmp_path):
    other = Issued(tmp_path, [])
    with hs_server(other) as server:
        with pytest.raises(RuntimeError, match="insecure certificate"):
            browser.visit(f"https://localhost:{server.port}/")
        told = json.dumps(server.told("failed"))
    assert "unknown_ca" in told or "bad_certificate" in told or "certificate_unknown" in told
