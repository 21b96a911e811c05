"""A full handshake with a page and a client certificate, both programs under valgrind: no use of
what was not written, no memory lost."""

import shutil

import pytest
from conftest import run
from program import Program
from providers import PROVIDERS, need_provider

VALGRIND = ("valgrind", "--quiet", "--error-exitcode=99", "--leak-check=full",
            "--show-leak-kinds=definite,indirect,possible",
            "--errors-for-leak-kinds=definite,indirect,possible")


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed")
@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("kind", ["p256", "rsa2048"])
def test_a_full_handshake_is_clean(pki, provider, kind):
    need_provider(provider)
    us, them = pki.servers[kind], pki.clients[kind]
    with Program(*VALGRIND, "hs-server", f"--provider={provider}", f"--cert={us.cert}",
                 f"--key={us.key}", f"--cacert={pki.root}", "--client-auth=need", "--accept=1",
                 "--handshake-timeout=60s", "0") as server:
        port = server.wait_for(r"listening on 127\.0\.0\.1:(\d+)", seconds=60).group(1)
        page = run(*VALGRIND, "hs-client", "-vv", f"--provider={provider}", f"--cacert={pki.root}",
                   f"--cert={them.cert}", f"--key={them.key}", "--timeout=60s", "--http",
                   f"localhost:{port}", timeout=90)
        assert "version       TLS 1.3" in page.stdout
        assert server.wait(60) == 0, server.text()
