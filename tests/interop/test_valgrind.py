"""A full handshake under valgrind, both of our programs: no error, no leak."""

import shutil

import pytest
from conftest import HERE, run
from program import Program
from providers import need_provider

FOUND = 99
VALGRIND = ["valgrind", "--quiet", "--vgdb=no", "--leak-check=full",
            "--show-leak-kinds=definite,indirect",
            "--errors-for-leak-kinds=definite,indirect", f"--error-exitcode={FOUND}"]


@pytest.fixture(autouse=True)
def is_possible(is_sanitized):
    if not shutil.which("valgrind"):
        pytest.skip("valgrind is not installed")
    if is_sanitized:
        pytest.skip("valgrind and address sanitizer exclude each other")


# what is done: options of the server, options of the client, exit code of the client
CASES = {
    "usual": ([], ["--http=/status.json"], 0),
    "retry_certified": (["--client-auth=need"], ["--shares=", "--key-update", "identity"], 0),
    "traced": (["-vvv", "--keylog=server.keys"],
               ["-vvv", "--json", "--show=chain,keys,timing", "--trace=client.jsonl",
                "--keylog=client.keys"], 0),
    "distrusted": ([], ["--verify-name=elsewhere.test", "-v"], 5),
    "refused": (["--client-auth=need"], ["--http=/"], 4),
    "echo": (["--echo", "--workers=2"], ["--io"], 0),
}


# Each program takes seconds to begin under valgrind, so not all cases on both.
RUNS = [("usual", "mbedtls"), ("usual", "libcrypto"), ("retry_certified", "libcrypto"),
        ("traced", "mbedtls"), ("distrusted", "mbedtls"), ("refused", "libcrypto"),
        ("echo", "mbedtls")]


@pytest.mark.parametrize("case,provider", RUNS)
def test_no_error_and_no_leak(pki, tmp_path, monkeypatch, case, provider):
    need_provider(provider)
    monkeypatch.chdir(tmp_path)
    server_words, client_words, code = CASES[case]
    own, client = pki.servers["rsa2048"], pki.clients["p256"]
    if "--client-auth=need" in server_words:
        server_words = [*server_words, f"--cacert={pki.root}"]
    if "identity" in client_words:
        client_words = [*client_words[:-1], f"--cert={client.cert}", f"--key={client.key}"]
    with Program(*VALGRIND, "hs-server", f"--provider={provider}", f"--cert={own.cert}",
                 f"--key={own.key}", "--accept=1", *server_words, f"{HERE}:0") as server:
        port = server.wait_for(r"listening on 127\.0\.0\.1:(\d+)", seconds=60).group(1)
        done = run(*VALGRIND, "hs-client", f"--provider={provider}", "--timeout=60s",
                   f"--cacert={pki.root}", *client_words, f"--connect-to={HERE}:{port}",
                   "localhost", code=None, timeout=120, input="round and round\n" * 5000)
        assert done.returncode == code, done.stderr
        assert server.wait(60) == 0, server.text()
    assert done.stdout == "round and round\n" * 5000 if case == "echo" else True
