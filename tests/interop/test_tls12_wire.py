"""TLS 1.2 as others see it on the wire. With our key log tshark decrypts every record and names the
same messages as our own trace; and from the captured bytes alone, with the key log or the server's
RSA key, every secret, key and Finished is computed again by Python's hmac and cryptography."""

import hashlib
import hmac
import itertools
import shutil

import pytest
from conftest import HERE, make_leaf, run
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from ours import hs_server
from peers import need_peer
from peers12 import AEADS, CLASSIC, CLIENTS, SERVERS, openssl_client, openssl_server
from providers import PROVIDERS, need_provider
from test_wire import agree, see
from wire import ALERT, CLIENT, DATA, HANDSHAKE, SERVER, Relay, tshark_data

BOTH = pytest.mark.parametrize("provider", PROVIDERS)
WITH_TSHARK = pytest.mark.skipif(not shutil.which("tshark"), reason="tshark is not installed")
CHANGE_CIPHER_SPEC = 20


@pytest.fixture(scope="module")
def rsa(pki, tmp_path_factory):
    return make_leaf(tmp_path_factory.mktemp("classic"), pki.root, "rsa2048", "server", "decrypts",
                     use="keyEncipherment")


def client(pki, port, *words, code=0):
    return run("hs-client", f"--cacert={pki.root}", "--tls=1.2", "--http=/", *words,
               f"--connect-to={HERE}:{port}", "localhost", code=code)


# ---- tshark ----------------------------------------------------------------------------------

USUAL = ["client_hello", "server_hello", "certificate", "server_key_exchange",
         "server_hello_done", "client_key_exchange", "finished", "alert close_notify"]
SHORT = ["client_hello", "server_hello", "finished"]
CLIENT_CASES = {
    "usual": ([], {}, USUAL),
    "certified": (["identity"], {"client_ca": "root"}, ["certificate_request",
                                                        "certificate_verify"]),
    "resumed": (["session"], {}, SHORT),
    "classic": (["--profile=classic"], {"suite": CLASSIC[0]}, ["client_key_exchange"]),
}


def in_turn(peers, cases):
    """Each peer with each case, the providers by turns: tshark takes its time."""
    pairs = itertools.product(peers, cases)
    return pytest.mark.parametrize("peer,case,provider", [
        (peer, case, PROVIDERS[(at + at // len(cases)) % 2]) for at, (peer, case) in enumerate(pairs)])


@WITH_TSHARK
@in_turn(SERVERS, CLIENT_CASES)
def test_tshark_and_hs_client(pki, servers, rsa, tmp_path, peer, case, provider):
    need_peer(peer)
    need_provider(provider)
    words, asks, expected = CLIENT_CASES[case]
    own = pki.clients["p256"]
    server = servers(SERVERS[peer], rsa if case == "classic" else pki.servers["p256"],
                     **{name: pki.root if name == "client_ca" else value
                        for name, value in asks.items()})
    if words == ["identity"]:
        words = [f"--cert={own.cert}", f"--key={own.key}"]
    if words == ["session"]:
        client(pki, server.port, f"--session-out={tmp_path / 's'}")
        words = [f"--session-in={tmp_path / 's'}", "--expect=resumed=yes"]
    with Relay(server.port) as relay:
        done = client(pki, relay.port, f"--provider={provider}", *words, *see(tmp_path))
        pcap, keys = agree(relay, tmp_path, CLIENT, expected)
    data = tshark_data(pcap, keys)
    assert b"GET / HTTP/1.1\r\n" in data and done.stdout.encode() in data.replace(b"\r\n", b"\n")


@WITH_TSHARK
def test_tshark_sees_why_hs_client_gives_up(pki, servers, tmp_path):
    server = servers(openssl_server, pki.servers["p256"])
    with Relay(server.port) as relay:
        run("hs-client", f"--cacert={pki.other_root}", "--tls=1.2", *see(tmp_path),
            f"--connect-to={HERE}:{relay.port}", "localhost", code=5)
        agree(relay, tmp_path, CLIENT, ["alert unknown_ca"], gave_up=True)


SERVER_CASES = {
    "usual": ([], {}, USUAL + ["new_session_ticket"]),
    "certified": (["--client-auth=need", "root"], {"identity": "p256"}, ["certificate_request"]),
    "refused": (["--client-auth=need", "root"], {}, ["alert handshake_failure"]),
    "classic": (["--profile=classic"], {"suite": CLASSIC[1]}, ["client_key_exchange"]),
}


@WITH_TSHARK
@in_turn(CLIENTS, SERVER_CASES)
def test_tshark_and_hs_server(pki, rsa, tmp_path, peer, case, provider):
    need_peer(peer)
    need_provider(provider)
    words, how, expected = SERVER_CASES[case]
    words = [f"--cacert={pki.root}" if word == "root" else word for word in words]
    how = {name: pki.clients[value] if name == "identity" else value for name, value in how.items()}
    own = rsa if case == "classic" else pki.servers["p256"]
    with hs_server(own, *words, *see(tmp_path), provider=provider) as server:
        with Relay(server.port) as relay:
            CLIENTS[peer](relay.port, pki.root, **how)
            server.told("failed" if case == "refused" else "closed")
            server.stop()
            pcap, keys = agree(relay, tmp_path, SERVER, expected, gave_up=case == "refused")
    assert (b"what you offered" in tshark_data(pcap, keys)) == (case != "refused")


@WITH_TSHARK
def test_tshark_and_a_resumed_hs_server(pki, tmp_path):
    with hs_server(pki.servers["p256"], f"--keylog={tmp_path / 'keys'}",
                   f"--trace-dir={tmp_path}") as server:
        openssl_client(server.port, pki.root, "-sess_out", tmp_path / "s")
        with Relay(server.port) as relay:
            assert openssl_client(relay.port, pki.root, "-sess_in", tmp_path / "s").resumed
            server.stop()
            (tmp_path / "c2.jsonl").rename(tmp_path / "trace.jsonl")
            agree(relay, tmp_path, SERVER, SHORT)


def test_key_log_is_openssls(pki, tmp_path):
    """Both ends log the same main secret, for a full handshake and a resumed one."""
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    with openssl_server(pki.servers["p256"], "-keylogfile", theirs) as server:
        client(pki, server.port, f"--keylog={ours}", "--resume", "--expect=resumed=yes")
    logs = [{line for line in path.read_text().splitlines() if line[:1] not in ("", "#")}
            for path in (ours, theirs)]
    assert logs[0] == logs[1] and len(logs[0]) == 2
    assert all(line.startswith("CLIENT_RANDOM ") for line in logs[0])


# ---- computed again --------------------------------------------------------------------------


def prf(name, secret, label, seed, size):
    """RFC 5246 5."""
    seed, out, a = label + seed, b"", label + seed
    while len(out) < size:
        a = hmac.digest(secret, a, name)
        out += hmac.digest(secret, a + seed, name)
    return out[:size]


class Captured:
    """One end's bytes: handshake messages in clear, then protected records."""

    def __init__(self, data):
        clear, self.messages, self.protected = b"", [], []
        is_protected = False
        while data:
            kind, body = data[0], data[5:5 + int.from_bytes(data[3:5], "big")]
            data = data[5 + len(body):]
            if is_protected:
                self.protected.append((kind, body))
            elif kind == HANDSHAKE:
                clear += body
            is_protected |= kind == CHANGE_CIPHER_SPEC
        while clear:
            size = 4 + int.from_bytes(clear[1:4], "big")
            self.messages.append(clear[:size])
            clear = clear[size:]

    def message(self, kind):
        return next(each for each in self.messages if each[0] == kind)

    @property
    def random(self):
        return self.messages[0][6:38]


HELLO_DONE, KEY_EXCHANGE = 14, 16


class Opened:
    """A suite's keys by hand: RFC 5246 6.3, RFC 5288 3, RFC 7905 2."""

    def __init__(self, suite, main_secret, client, server):
        self.hash = "sha384" if suite.endswith("SHA384") else "sha256"
        is_chacha = "CHACHA20" in suite
        key_n, iv_n = 32 if is_chacha or "AES_256" in suite else 16, 12 if is_chacha else 4
        block = prf(self.hash, main_secret, b"key expansion", server.random + client.random,
                    2 * (key_n + iv_n))
        algorithm = ChaCha20Poly1305 if is_chacha else AESGCM
        ivs = block[2 * key_n:]
        self.main_secret = main_secret
        self._explicit = 0 if is_chacha else 8
        self._keys = {CLIENT: (algorithm(block[:key_n]), ivs[:iv_n]),
                      SERVER: (algorithm(block[key_n:2 * key_n]), ivs[iv_n:])}

    def open(self, who, captured):
        """[(content type, plaintext)]"""
        aead, iv = self._keys[who]
        found = []
        for n, (kind, body) in enumerate(captured.protected):
            explicit, sealed = body[:self._explicit], body[self._explicit:]
            nonce = iv + explicit if explicit else (
                int.from_bytes(iv, "big") ^ n).to_bytes(12, "big")
            extra = n.to_bytes(8, "big") + bytes([kind, 3, 3]) + (len(sealed) - 16).to_bytes(2, "big")
            found.append((kind, aead.decrypt(nonce, sealed, extra)))
        return found

    def finished(self, label, messages):
        """RFC 5246 7.4.9: the message with its header."""
        digest = hashlib.new(self.hash, b"".join(messages)).digest()
        return b"\x14\x00\x00\x0c" + prf(self.hash, self.main_secret, label, digest, 12)


def main_secret_of(suite, premaster, client, server):
    """RFC 7627 4: bound to all messages up to ClientKeyExchange."""
    done = next(at for at, each in enumerate(server.messages) if each[0] == HELLO_DONE)
    exchange = next(at for at, each in enumerate(client.messages) if each[0] == KEY_EXCHANGE)
    session = client.messages[:1] + server.messages[:done + 1] + client.messages[1:exchange + 1]
    name = "sha384" if suite.endswith("SHA384") else "sha256"
    digest = hashlib.new(name, b"".join(session)).digest()
    return prf(name, premaster, b"extended master secret", digest, 48)


def check(relay, suite, main_secret=None, key=None):
    """Opens all records and computes both Finished; main_secret or the server's key is given.
    Returns the application data of client and server."""
    relay.finish()
    ends = {who: Captured(relay.sent(who)) for who in (CLIENT, SERVER)}
    client, server = ends[CLIENT], ends[SERVER]
    if key:
        encrypted = client.message(KEY_EXCHANGE)[6:]
        premaster = load_pem_private_key(key.read_bytes(), None).decrypt(encrypted, PKCS1v15())
        assert premaster[:2] == b"\x03\x03" and len(premaster) == 48
        main_secret = main_secret_of(suite, premaster, client, server)
    opened = Opened(suite, main_secret, client, server)
    texts = {who: opened.open(who, ends[who]) for who in ends}
    finished = {who: texts[who][0][1] for who in ends}
    kinds = [each[0] for each in server.messages]
    first, rest = client.messages[:1], client.messages[1:]
    if HELLO_DONE in kinds:
        at = kinds.index(HELLO_DONE) + 1
        by_client = first + server.messages[:at] + rest
        by_server = by_client + [finished[CLIENT]] + server.messages[at:]
    else:
        by_server = first + server.messages
        by_client = by_server + [finished[SERVER]]
    assert finished[CLIENT] == opened.finished(b"client finished", by_client)
    assert finished[SERVER] == opened.finished(b"server finished", by_server)
    assert {kind for kind, _ in texts[CLIENT] + texts[SERVER]} == {HANDSHAKE, DATA, ALERT}
    return [b"".join(text for kind, text in texts[who] if kind == DATA) for who in (CLIENT, SERVER)]


def logged(path):
    """The main secret of the last connection."""
    label, _, secret = path.read_text().splitlines()[-1].split()
    assert label == "CLIENT_RANDOM"
    return bytes.fromhex(secret)


SUITES = [f"TLS_ECDHE_ECDSA_WITH_{aead}" for aead in AEADS]
STATE = pytest.mark.parametrize("state", ["full", "resumed"])


@BOTH
@STATE
@pytest.mark.parametrize("suite", SUITES)
def test_computed_again_for_hs_client(pki, servers, tmp_path, suite, state, provider):
    need_provider(provider)
    server = servers(openssl_server, pki.servers["p256"])
    words = [f"--suites={suite}", f"--provider={provider}", f"--keylog={tmp_path / 'keys'}"]
    if state == "resumed":
        client(pki, server.port, *words, f"--session-out={tmp_path / 's'}")
        words += [f"--session-in={tmp_path / 's'}", "--expect=resumed=yes"]
    with Relay(server.port) as relay:
        done = client(pki, relay.port, *words)
        asked, answered = check(relay, suite, logged(tmp_path / "keys"))
    assert asked.startswith(b"GET / HTTP/1.1\r\n")
    assert done.stdout.encode() in answered.replace(b"\r\n", b"\n")


@BOTH
@STATE
@pytest.mark.parametrize("suite", SUITES)
def test_computed_again_for_hs_server(pki, servers, tmp_path, suite, state, provider):
    need_provider(provider)
    server = servers(hs_server, pki.servers["p256"], provider=provider)
    words = ["-keylogfile", tmp_path / "keys"]
    if state == "resumed":
        openssl_client(server.port, pki.root, "-sess_out", tmp_path / "s", suite=suite)
        words += ["-sess_in", tmp_path / "s"]
    with Relay(server.port) as relay:
        assert openssl_client(relay.port, pki.root, *words, suite=suite).resumed == (
            state == "resumed")
        asked, answered = check(relay, suite, logged(tmp_path / "keys"))
    assert asked.startswith(b"GET /") and b"what you offered" in answered


@BOTH
@pytest.mark.parametrize("suite", CLASSIC)
def test_whoever_has_the_rsa_key_reads_hs_client(pki, servers, rsa, suite, provider):
    """The lesson of the classic profile: a recording and, later, the server's key are enough."""
    need_provider(provider)
    server = servers(openssl_server, rsa, suite=suite)
    with Relay(server.port) as relay:
        client(pki, relay.port, "--profile=classic", f"--suites={suite}", f"--provider={provider}")
        asked, answered = check(relay, suite, key=rsa.key)
    assert asked.startswith(b"GET / HTTP/1.1\r\n") and b"s_server" in answered


@BOTH
@pytest.mark.parametrize("suite", CLASSIC)
def test_whoever_has_the_rsa_key_reads_hs_server(pki, servers, rsa, suite, provider):
    need_provider(provider)
    server = servers(hs_server, rsa, "--profile=classic", provider=provider)
    with Relay(server.port) as relay:
        openssl_client(relay.port, pki.root, suite=suite)
        asked, answered = check(relay, suite, key=rsa.key)
    assert asked.startswith(b"GET /") and b"what you offered" in answered
