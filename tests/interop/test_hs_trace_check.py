"""hs-trace check, diff and decode on what our programs write: a trace is right as it is, one digit
that is changed is found at its line, and two views of a connection are the same but for what
somebody between them changed."""

import contextlib
import json
import re
import shutil
import socket
import threading

import pytest
from conftest import HERE, free_port, run, running
from ours import hs_server
from providers import PROVIDERS
from test_classic import leaf

# What a connection is made with: of the server, of the client.
SCENES = {
    "tls13": ([], []),
    "tls12": (["--tls=1.2"], []),
    "x25519": (["--groups=x25519"], ["--groups=x25519"]),
    "retry": (["--groups=secp384r1"], ["--groups=x25519,secp384r1"]),
    "aes256": ([], ["--suites=TLS_AES_256_GCM_SHA384"]),
    "aes128-12": (["--tls=1.2"], ["--suites=TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"]),
}


def traced(pki, folder, server=(), client=(), own="p256", secrets="show", through=None, code=0,
           auth=None):
    """One connection; the traces of its client and its server."""
    paths = folder / "client.jsonl", folder / "server.jsonl"
    with hs_server(pki.servers[own] if isinstance(own, str) else own, *server, f"--trace={paths[1]}", f"--secrets={secrets}") as s:
        port = s.port if through is None else through(s.port)
        run("hs-client", "-q", f"--cacert={pki.root}", "--http=/", f"--connect-to={HERE}:{port}",
            f"--trace={paths[0]}", f"--secrets={secrets}", *client, "localhost", code=code)
        s.told("closed") if code == 0 else s.wait_for("\"ev\":\"(closed|failed)\"", stream="out")
    return paths


def check(*words, code=0):
    """The result of `hs-trace check --json`."""
    return json.loads(run("hs-trace", "check", "--json", *words, code=code).stdout)


def gaps(result):
    return [gap["what"] for f in result["files"] for c in f["connections"] for gap in c["not_checked"]]


# ---- check ------------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", ["mbedtls", "libcrypto"])
@pytest.mark.parametrize("scene", SCENES)
def test_what_our_programs_write_is_right(pki, tmp_path, scene, provider):
    server, client = SCENES[scene]
    paths = traced(pki, tmp_path, server, [*client, f"--provider={provider}"])
    result = check(f"--provider={provider}", *paths)
    assert result["ok"] and gaps(result) == []
    for f in result["files"]:
        done = f["connections"][0]["checked"]
        assert done["Finished"] == 2 and done["signatures"] >= 1
        assert done["records opened with their key"] >= 5
        assert done["bytes of application data"] > 100


@pytest.mark.parametrize("own,lacks", [("rsa2048", False), ("p384", False), ("ed25519", True)])
def test_signatures_of_all_kinds(pki, tmp_path, own, lacks):
    # of a hybrid group no private value can be told
    paths = traced(pki, tmp_path, ["--provider=libcrypto"],
                   ["--provider=libcrypto", "--groups=x25519"], own=own)
    assert gaps(check("--provider=libcrypto", *paths)) == []
    assert bool(gaps(check("--provider=mbedtls", *paths))) == lacks


def test_client_certificates(pki, tmp_path):
    own = pki.clients["p256"]
    for version in ("1.2", "1.3"):
        paths = traced(pki, tmp_path, ["--client-auth=need", f"--cacert={pki.root}", f"--tls={version}"],
                       [f"--cert={own.cert}", f"--key={own.key}"])
        result = check(*paths)
        assert gaps(result) == []
        signatures = [f["connections"][0]["checked"]["signatures"] for f in result["files"]]
        assert min(signatures) >= 3  # both proofs, and one in the path that was verified


def test_rsa_key_transport_needs_the_servers_key(pki, tmp_path):
    """Whoever has it opens the secret, which is why this key exchange was retired."""
    words = ["--profile=classic", "--tls=1.2"]
    own = leaf(tmp_path, pki, "keyEncipherment", "decrypts")
    paths = traced(pki, tmp_path, words, words, own=own)
    assert gaps(check(*paths)) == ["the encrypted secret: only the server's key opens it (--key)"] * 2
    for provider in PROVIDERS:
        assert gaps(check(f"--key={own.key}", f"--provider={provider}", *paths)) == []
    other = check(f"--key={pki.servers['rsa2048'].key}", *paths, code=5)
    assert all("RSAES" in f["lines"][0]["text"] for f in other["files"])
    run("hs-trace", "check", f"--key={tmp_path}/none", paths[0], code=1)


def test_sessions_that_are_resumed(pki, tmp_path):
    path = tmp_path / "server.jsonl"
    with hs_server(pki.servers["p256"], "--tls=1.2", f"--trace={path}", "--secrets=show") as server:
        run("hs-client", "-q", f"--cacert={pki.root}", "--http=/", f"--connect-to={HERE}:{server.port}",
            "--resume", "localhost")
        server.told("closed")
    result = check(path)
    assert gaps(result) == [] and len(result["files"][0]["connections"]) == 2


def test_hidden_secrets_are_said_to_be(pki, tmp_path):
    paths = traced(pki, tmp_path, secrets="id")
    result = check(*paths)
    assert result["ok"]
    assert {"values: secrets are hidden", "records: their keys are hidden"} <= set(gaps(result))
    for f in result["files"]:  # what is public proves itself all the same
        assert f["connections"][0]["checked"]["signatures"] >= 1


def test_a_redacted_trace_cannot_be_checked(pki, tmp_path):
    """What it holds was replaced on purpose; its head says so."""
    path = tmp_path / "c.jsonl"
    with hs_server(pki.servers["p256"]) as server:
        run("hs-client", "-q", f"--cacert={pki.root}", "--http=/", f"--connect-to={HERE}:{server.port}",
            f"--trace={path}", "--redact", "localhost")
    assert "redact" in gaps(check(path))[0]
    assert "nothing to check" in run("hs-trace", "check", path).stdout


def change(line, pattern):
    """The line with the first digit behind `pattern` changed."""
    at = re.search(pattern, line).end()
    return line[:at] + ("0" if line[at] != "0" else "1") + line[at + 1:]


@pytest.mark.parametrize("ev,pattern,words", [
    ("derive", r'"name":"client_handshake_traffic_secret".*"value":"', "is not what HKDF-Expand-Label"),
    ("derive", r'"name":"ecdhe".*"private":"', "ecdhe is not what"),
    ("derive", r'"name":"main_secret".*"id":"', "fingerprint"),
    ("transcript", r'"value":"', "transcript hash"),
    ("check", r'"what":"certificate_verify".*"signed_content":"2020', "signed_content"),
    ("check", r'"what":"finished".*"got":"', "got is not"),
    ("record", r'"protected":true.*"raw":"17030[0-9a-f]{9}', "does not open"),
    ("record", r'"plaintext":"', "plaintext is not"),
    ("msg", r'"name":"certificate_verify".*"raw":"0f00', "raw is not what the record"),
    ("secret", r'"value":"', "is not the"),
])
def test_a_changed_digit_is_found_at_its_line(pki, tmp_path, ev, pattern, words):
    path, _ = traced(pki, tmp_path)
    lines = path.read_text().splitlines()
    at = next(i for i, line in enumerate(lines)
              if f'"ev":"{ev}"' in line and re.search(pattern, line))
    lines[at] = change(lines[at], pattern)
    path.write_text("\n".join(lines) + "\n")
    done = run("hs-trace", "check", path, code=5)
    assert f"{path}: line {at + 1}: " in done.stdout.splitlines()[0]
    assert words in done.stdout.splitlines()[0]
    assert {fault["line"] for fault in check(path, code=5)["files"][0]["lines"]} == {at + 1}


def test_what_is_no_trace_is_refused(tmp_path):
    path = tmp_path / "x"
    path.write_text("hello\n")
    assert "line 1: not a line of a trace" in run("hs-trace", "check", path, code=1).stderr
    path.write_text('{"a":1}\n')
    assert "no trace in it" in run("hs-trace", "check", path, code=1).stderr
    run("hs-trace", "check", code=2)


# ---- diff -------------------------------------------------------------------------------------


def diff(*paths, code=6):
    return json.loads(run("hs-trace", "diff", "--json", *paths, code=code).stdout)


@pytest.mark.parametrize("secrets", ["show", "hide", "id"])
@pytest.mark.parametrize("scene", ["tls13", "tls12", "retry"])
def test_two_views_are_the_same(pki, tmp_path, scene, secrets):
    server, client = SCENES[scene]
    paths = traced(pki, tmp_path, server, client, secrets=secrets)
    result = diff(*paths, code=0)
    assert result["same"] and result["pairs"][0]["found"] == []
    assert result["pairs"][0]["equal"]["messages"] >= 7
    assert (result["pairs"][0]["equal"]["secrets"] > 8) == (secrets != "hide")
    assert "no difference" in run("hs-trace", "diff", *paths).stdout


def test_views_of_two_connections_are_not_mixed_up(pki, tmp_path):
    a, b = tmp_path / "a", tmp_path / "b"
    a.mkdir(), b.mkdir()
    one, two = traced(pki, a), traced(pki, b)
    both = tmp_path / "both.jsonl"
    both.write_text(two[1].read_text() + one[1].read_text())
    assert diff(one[0], both, code=0)["same"]
    assert "is not in the other file" in run("hs-trace", "diff", one[0], both).stdout


class Tamperer:
    """Between a client and a server; `edit(by_server, data)` may change what goes by."""

    def __init__(self, edit):
        self.edit = edit

    def __call__(self, port):
        self.listener = socket.create_server((HERE, 0))
        self.target = port
        threading.Thread(target=self.serve, daemon=True).start()
        return self.listener.getsockname()[1]

    def serve(self):
        client, _ = self.listener.accept()
        server = socket.create_connection((HERE, self.target))
        self.listener.close()
        pump = threading.Thread(target=self.carry, args=(client, server, False), daemon=True)
        pump.start()
        self.carry(server, client, True)

    def carry(self, source, target, by_server):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(self.edit(by_server, data))
            target.shutdown(socket.SHUT_WR)


def flip_once(by_server, at):
    """Flips a bit of the first data from one side."""
    done = []

    def edit(from_server, data):
        if from_server == by_server and not done:
            done.append(True)
            data = data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]
        return data
    return Tamperer(edit)


def findings(result, what):
    return [f for f in result["pairs"][0]["found"] if f["what"] == what]


def test_a_suite_changed_on_the_way_is_found(pki, tmp_path):
    """The first suite of ClientHello: 5 bytes of record, 4 of message, version, random, session id."""
    at = 5 + 4 + 2 + 32 + 1 + 32 + 2 + 1
    paths = traced(pki, tmp_path, through=flip_once(False, at), code=4)
    result = diff(*paths)
    [field] = findings(result, "field")
    assert "cipher_suites[0] of client_hello, at byte 73" in field["text"]
    assert field["a"].startswith("client line 3: 0x130") and field["b"].startswith("server line ")
    assert field["a"].split(": ")[1] != field["b"].split(": ")[1]
    assert "that of CH" in findings(result, "transcript")[0]["text"]
    assert "number 1 of the client" in findings(result, "record")[0]["text"]
    assert findings(result, "secrets")
    alert = findings(result, "alert")[0]
    assert "client line" in alert["a"] and "fatal" in alert["a"]


def test_a_random_changed_on_the_way_is_found(pki, tmp_path):
    """client_random no longer matches: each file has one connection, so these are compared."""
    paths = traced(pki, tmp_path, through=flip_once(False, 5 + 4 + 2 + 7), code=4)
    result = diff(*paths)
    assert findings(result, "client_random")
    assert "random of client_hello, at byte 6" in findings(result, "field")[0]["text"]


def test_a_bit_of_the_server_hello_is_found(pki, tmp_path):
    paths = traced(pki, tmp_path, through=flip_once(True, 5 + 4 + 2 + 7), code=4)
    result = diff(*paths)
    assert "random of server_hello, at byte 6" in findings(result, "field")[0]["text"]
    assert "that of CH SH" in findings(result, "transcript")[0]["text"]


def test_ciphertext_changed_on_the_way_is_found(pki, tmp_path):
    """The messages are the same as far as both know them; a record is not."""
    paths = traced(pki, tmp_path, through=flip_once(True, -1), code=4)
    result = diff(*paths)
    assert findings(result, "record") and not findings(result, "field")
    alert = findings(result, "alert")[0]
    assert "bad_record_mac" in alert["a"]


@pytest.mark.parametrize("version", ["1.2", "1.3"])
@pytest.mark.parametrize("what,hash_,words", [
    ("tamper=ClientHello", "that of CH", "the transcript hash of CH "),
    ("finished", None, "verify_data is not that of this handshake"),
])
def test_what_the_lab_breaks_is_told(pki, tmp_path, version, what, hash_, words):
    """The end that breaks it hashed something else than it sent: its own trace shows it."""
    if "--break" not in run("hs-client", "--help").stdout:
        pytest.skip("built without the lab")
    paths = traced(pki, tmp_path, [f"--tls={version}"], [f"--break={what}"], code=4)
    first = run("hs-trace", "check", paths[0], code=5).stdout.splitlines()[0]
    assert words in first
    result = diff(*paths, code=None)
    assert [hash_ in f["text"] for f in findings(result, "transcript")] == ([True] if hash_ else [])
    assert findings(result, "alert")


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_an_observer_sees_the_same(pki, tmp_path, version):
    """hs-mitm between the two, who changes nothing: what is in clear is the same in all views."""
    path, port = tmp_path / "observer.jsonl", free_port()

    def between(target):
        observer = stack.enter_context(running("hs-mitm", f"--trace={path}", f"{HERE}:{port}",
                                               f"{HERE}:{target}", port=port))
        assert observer.poll() is None
        return port

    with contextlib.ExitStack() as stack:
        client, server = traced(pki, tmp_path, [f"--tls={version}"], through=between)
    lines = path.read_text().splitlines()
    conns = [json.loads(line)["conn"] for line in lines if '"type":1,' in line]
    path.write_text("\n".join(line for line in lines if f'"conn":"{conns[-1]}"' in line) + "\n")
    for views in ((client, path), (path, server)):
        result = diff(*views, code=0)
        assert result["pairs"][0]["equal"]["messages"] >= 2
        assert result["pairs"][0]["equal"]["records"] >= 8
    assert check(path)["ok"]


def test_a_refusal_without_tampering_is_no_difference(pki, tmp_path):
    """The client does not know the root: it says so, and what it did not read is no difference."""
    paths = traced_untrusted(pki, tmp_path)
    result = diff(*paths, code=0)
    [alert] = findings(result, "alert")
    assert "unknown_ca" in alert["a"] and "received" in alert["b"]


def traced_untrusted(pki, folder):
    paths = folder / "client.jsonl", folder / "server.jsonl"
    with hs_server(pki.servers["p256"], f"--trace={paths[1]}") as server:
        run("hs-client", "-q", f"--cacert={pki.other_root}", f"--connect-to={HERE}:{server.port}",
            f"--trace={paths[0]}", "localhost", code=5)
    return paths


def test_strangers_have_nothing_in_common(pki, tmp_path):
    path = tmp_path / "server.jsonl"
    with hs_server(pki.servers["p256"], f"--trace={path}") as server:
        for _ in range(2):
            run("hs-client", "-q", f"--cacert={pki.root}", f"--connect-to={HERE}:{server.port}",
                "--http", "localhost")
        server.told("closed")
    other = tmp_path / "o"
    other.mkdir()
    assert "no connection in common" in run("hs-trace", "diff", path, traced(pki, other)[0],
                                            code=1).stderr


# ---- decode -----------------------------------------------------------------------------------


def records(path, direction="tx"):
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return [line["raw"] for line in lines if line["ev"] == "record" and line["dir"] == direction]


def test_records_of_a_trace_decode_as_its_text_has_them(pki, tmp_path):
    """Each byte with its name and note, as in `text -vvv`."""
    path, _ = traced(pki, tmp_path)
    out = run("hs-trace", "decode", *records(path)[:1]).stdout
    text = run("hs-trace", "text", "-vvv", "--secrets=show", "--no-time", path).stdout
    fields = [line for line in out.splitlines() if re.match("[0-9a-f]{4}  ", line)]
    assert len(fields) > 50 and "client_hello(1)" in out
    for line in fields:
        assert line in text
    assert run("hs-trace", "decode", "-", input="\n".join(records(path))).stdout.startswith(out)


def test_forms_of_input_are_the_same(pki, tmp_path):
    path, _ = traced(pki, tmp_path)
    raw = bytes.fromhex("".join(records(path, "rx")))
    binary = tmp_path / "records.bin"
    binary.write_bytes(raw)
    want = run("hs-trace", "decode", binary).stdout
    assert "ServerHello" in want and "encrypted" in want
    for tool in (["xxd"], ["hexdump", "-Cv"], ["od", "-An", "-v", "-tx1"], ["base64"]):
        if shutil.which(tool[0]):
            dump = run(*tool, binary).stdout
            assert run("hs-trace", "decode", "-", input=dump).stdout == want, tool


def test_certificates_go_to_mini_ca(pki):
    own = pki.servers["p256"]
    assert "mini-ca show" in run("hs-trace", "decode", own.cert, code=4).stderr
    assert "mini-ca show" in run("hs-trace", "decode", own.key, code=4).stderr
    assert "HTTP" in run("hs-trace", "decode", "-", code=4, input="GET / HTTP/1.1\r\n\r\n").stderr
    run("hs-trace", "decode", "xyz", code=2)
    run("hs-trace", "decode", "16030100", code=4)
