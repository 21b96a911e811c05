"""The openssl commands on the page and in the text: each is run, and gives the trace's value."""

import json
import re
import shutil
import subprocess
from collections import Counter

import pytest

from conftest import HERE, ROOT, make_leaf, run
from ours import hs_server

COMMANDS = ROOT / "trace" / "html" / "commands.js"
# The module has no imports, so that it and these lines are one module.
LIST = """
import { readFileSync } from 'node:fs';
const all = readFileSync(process.argv[2], 'utf8').trim().split('\\n').map((l) => JSON.parse(l));
const out = [];
for (const name of new Set(all.map((e) => e.conn))) {
    const events = all.filter((e) => e.conn === name), book = makeBook(events);
    for (const e of events.filter((e) => ['derive', 'check', 'transcript', 'record'].includes(e.ev)
                                  && (e.ev !== 'record' || e.protected))) {
        const c = commandFor(book, e);
        out.push({ seq: e.seq, ev: e.ev, what: e.name ?? e.what ?? e.through, fn: e.fn ?? e.ev,
                   want: e.value ?? e.expected ?? e.plaintext ?? (e.path ? 'OK' : 'Verified OK'),
                   ...c });
    }
}
console.log(JSON.stringify(out));
"""


@pytest.fixture(scope="module")
def node():
    found = shutil.which("node")
    if found is None:
        pytest.skip("node is not installed (Debian: apt install nodejs)")
    for tool in ("xxd", "bash", "openssl"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    return found


def commands_of(node, trace, folder):
    script = folder / "list.mjs"
    script.write_text(COMMANDS.read_text() + LIST)
    return json.loads(run(node, script, trace).stdout)


def outcome(command, key):
    """What the command writes. `key`: the file of the server's key."""
    done = subprocess.run(["bash", "-c", command.replace("server-key.pem", str(key))],
                          capture_output=True, text=True, timeout=20, check=False)
    return done.stdout.strip() or done.stderr


def connect(folder, pki, server, server_words, client_words):
    """The client's and the server's trace of a connection, secrets shown, and what -vvv wrote."""
    mine, theirs = folder / "client.jsonl", folder / "server.jsonl"
    with hs_server(server, "--secrets=show", f"--trace={theirs}", *server_words) as at:
        done = run("hs-client", f"--cacert={pki.root}", "--secrets=show", f"--trace={mine}", "-vvv",
                   "--explain", "--http=/", f"--connect-to={HERE}:{at.port}", *client_words,
                   "localhost")
        at.told("closed")
    return mine, theirs, done.stderr


# name: kind of server key, words for hs-server, words for hs-client
CONNECTIONS = {
    "1.3 SHA-256": ("p256", [], ["--suites=TLS_AES_128_GCM_SHA256", "--key-update"]),
    "1.3 SHA-384": ("p384", [], ["--suites=TLS_AES_256_GCM_SHA384", "--groups=secp384r1"]),
    "1.3 ChaCha20": ("rsa2048", [], ["--suites=TLS_CHACHA20_POLY1305_SHA256", "--groups=x25519"]),
    "1.3 retry": ("p256", ["--hrr=always"], ["--groups=secp521r1"]),
    "1.3 client": ("p256", ["--client-auth=need", "--cacert={root}"],
                   ["--cert={client.cert}", "--key={client.key}"]),
    "1.2": ("rsa2048", ["--tls=1.2"], ["--groups=x25519"]),
    "1.2 SHA-384": ("rsa2048", ["--tls=1.2"],
                    ["--suites=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"]),
    "1.2 of randoms": ("p256", ["--tls=1.2", "--extended-main-secret=off"],
                       ["--extended-main-secret=off"]),
    "1.2 resumed": ("p256", ["--tls=1.2"], ["--resume=2"]),
    "classic": ("decrypts", ["--tls=1.2", "--profile=classic"], ["--profile=classic"]),
}
# What is derived, hashed, signed and decrypted in each: all of it has a command.
FULL_13 = {"HKDF-Extract": 3, "HKDF-Expand-Label": 15, "check": 3, "record": 5}
LEAST = {
    **{name: FULL_13 for name in CONNECTIONS if name.startswith("1.3")},
    **{name: {"PRF": 4, "part": 4, "check": 3, "record": 4} for name in CONNECTIONS
       if name.startswith("1.2")},
    "1.2 resumed": {"PRF": 10, "part": 12, "check": 5, "record": 12},
    "classic": {"RSAES-PKCS1-v1_5": 1, "PRF": 4, "part": 4, "check": 2, "record": 4},
}


@pytest.fixture(scope="module")
def server_for(pki, tmp_path_factory):
    """For each kind of key, and for RSA key transport one that signs nothing."""
    folder = tmp_path_factory.mktemp("decrypts")
    root = folder / "root.pem"
    for name in ("root.pem", "root-key.pem"):
        shutil.copy(pki.folder / name, folder / name)
    decrypts = make_leaf(folder, root, "rsa2048", "server", use="keyEncipherment")
    return {**pki.servers, "decrypts": decrypts}


@pytest.fixture(scope="module", params=CONNECTIONS)
def traced(request, pki, server_for, tmp_path_factory):
    """(name, server, client.jsonl, server.jsonl, text) of one connection."""
    kind, server_words, client_words = CONNECTIONS[request.param]
    names = {"root": pki.root, "client": pki.clients["p256"]}
    folder = tmp_path_factory.mktemp("traced")
    files = connect(folder, pki, server_for[kind], [w.format(**names) for w in server_words],
                    [w.format(**names) for w in client_words])
    return request.param, server_for[kind], *files


@pytest.mark.parametrize("side", ["client", "server"])
def test_each_command_gives_the_value(node, traced, tmp_path, side):
    name, server, *files = traced
    commands = commands_of(node, files[side == "server"], tmp_path)
    counts = Counter(c["fn"] for c in commands if "text" in c)
    least = LEAST[name]
    missing = {c["what"]: c["why"] for c in commands if "why" in c}
    assert not missing
    assert side == "server" or all(counts[fn] >= n for fn, n in least.items()), counts
    for c in commands:
        got = outcome(c["text"], server.key)
        if c["ev"] == "record":  # TLS 1.3 ends in the type of the content, and perhaps padding
            assert got.startswith(c["want"]) and len(got) - len(c["want"]) < 3, c
        else:
            assert got == c["want"], c


def test_commands_in_the_text(traced):
    """-vvv --explain --secrets=show prints commands too, each below its value."""
    *_, text = traced
    lines = text.splitlines()
    found = [i for i, line in enumerate(lines) if line.lstrip().startswith("$ openssl")]
    assert len(found) >= 4
    for i in found:
        want = re.fullmatch(r"[ 0-9a-f]+", lines[i - 1])
        got = outcome(lines[i].lstrip(" $"), None)
        assert want and got.replace(":", "").lower() == want.string.replace(" ", ""), lines[i]


def test_no_command_without_the_secrets(node, pki, tmp_path):
    """What is hidden stays hidden: the reason stands where the command would be."""
    mine = tmp_path / "hidden.jsonl"
    with hs_server(pki.servers["p256"]) as at:
        run("hs-client", f"--cacert={pki.root}", f"--trace={mine}", f"--connect-to={HERE}:{at.port}",
            "localhost")
    commands = {c["what"]: c for c in commands_of(node, mine, tmp_path)}
    for name in ("ecdhe", "handshake_secret", "server_handshake_key", "CH"):
        assert "does not show" in commands[name]["why"], commands[name]
    assert "text" in commands["certificate_verify"]


EVIL = "x'; touch evil; '$(touch evil)`touch evil`\n touch evil"
FOREIGN = {
    "HKDF-Expand-Label": {"name": "n", "hash": "SHA-256", "len": 32,
                          "inputs": {"secret": "0", "label": "key", "context": "H()"},
                          "input_values": {"context": "00"}},
    "HKDF-Extract": {"name": "n", "hash": "SHA-256", "len": 32, "inputs": {"salt": "0", "ikm": "0"}},
    "PRF": {"name": "n", "hash": "SHA-256", "len": 12,
            "inputs": {"secret": "0", "label": "key expansion", "seed": "s"},
            "input_values": {"seed": "00"}},
    "part": {"name": "n", "hash": "SHA-256", "len": 4, "inputs": {"from": "0", "offset": "0"}},
    "x25519": {"name": "n", "len": 32, "inputs": {"private": "p", "public": "q"},
               "input_values": {"private": "00" * 32, "public": "00" * 32}},
    "RSAES-PKCS1-v1_5": {"name": "n", "len": 48, "inputs": {"ciphertext": "c"},
                         "input_values": {"ciphertext": "00"}},
}


def spoiled(value):
    """Copies of an event, in each another one of its words replaced."""
    for key in value:
        if isinstance(value[key], dict):
            yield from ({**value, key: inner} for inner in spoiled(value[key]))
        else:
            yield {**value, key: EVIL}


def test_foreign_words_stay_out_of_commands(node, tmp_path):
    """A trace may be made up, and people paste commands into a shell."""
    trace = tmp_path / "evil.jsonl"
    for fn, event in FOREIGN.items():
        lines = [{"ev": "derive", "fn": fn, "conn": "c", "role": "client", **event}]
        lines += [{"ev": "derive", "fn": fn, "conn": "c", "role": "client", **bad}
                  for bad in spoiled(event)]
        trace.write_text("\n".join(map(json.dumps, lines)))
        good, *others = commands_of(node, trace, tmp_path)
        assert "text" in good, good
        assert not any("touch" in c.get("text", "") for c in others)
