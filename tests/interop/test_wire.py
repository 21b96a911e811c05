"""Our traffic as Wireshark's tshark sees it: with our key log it decrypts every record, and it names
the same messages, in the same order, as our own trace; both roles."""

import json
import shutil

import jsonschema
import pytest
from conftest import HERE, ROOT, run
from ours import hs_server
from peers import CLIENTS, SERVERS, need_peer
from providers import PROVIDERS, need_provider
from wire import CLIENT, SERVER, Relay, tshark_data, tshark_messages

pytestmark = pytest.mark.skipif(not shutil.which("tshark"), reason="tshark is not installed")


def our_messages(trace, role):
    """From a trace: [(who, name)], alerts as "alert name"."""
    peer = SERVER if role == CLIENT else CLIENT
    found = []
    for line in map(json.loads, trace.read_text().splitlines()):
        who = role if line.get("dir") == "tx" else peer
        if line["ev"] == "msg":
            found.append((who, line["name"]))
        elif line["ev"] == "alert":
            found.append((who, "alert " + line["desc"]))
    return found


def follows_schema(trace):
    schema = json.loads((ROOT / "spec/hs-trace-1.schema.json").read_text())
    validator = jsonschema.Draft7Validator(schema)
    for line in trace.read_text().splitlines():
        problems = [error.message for error in validator.iter_errors(json.loads(line))]
        assert not problems, (line, problems)


def agree(relay, folder, role, expected, gave_up=False):
    """Per sender, since both send at once; `expected` must be among them. Who gave up reads no
    more of what was on its way."""
    pcap, keys, trace = folder / "wire.pcap", folder / "keys", folder / "trace.jsonl"
    relay.finish()
    relay.write_pcap(pcap)
    theirs, own = tshark_messages(pcap, keys), our_messages(trace, role)
    for who in (CLIENT, SERVER):
        seen, told = ([name for sender, name in messages if sender == who]
                      for messages in (theirs, own))
        if gave_up and who != role:
            seen = seen[:len(told)]
        assert told == seen and told
    assert set(expected) <= {name for _, name in theirs}
    follows_schema(trace)
    return pcap, keys


def see(folder):
    return [f"--keylog={folder / 'keys'}", f"--trace={folder / 'trace.jsonl'}"]


USUAL = ["client_hello", "server_hello", "encrypted_extensions", "certificate",
         "certificate_verify", "finished"]
CLIENT_CASES = {
    "usual": ([], {}, USUAL),
    "retry": (["--shares="], {}, ["hello_retry_request"]),
    "key_update": (["--key-update"], {}, ["key_update"]),
    "certified": (["identity"], {"client_ca": "root"}, ["certificate_request"]),
    "no_compat": (["--no-compat"], {}, USUAL),
}


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("case", CLIENT_CASES)
@pytest.mark.parametrize("peer", SERVERS)
def test_hs_client(pki, servers, tmp_path, peer, case, provider):
    need_peer(peer)
    need_provider(provider)
    words, asks, expected = CLIENT_CASES[case]
    own = pki.clients["p256"]
    words = [f"--cert={own.cert}", f"--key={own.key}"] if words == ["identity"] else words
    server = servers(SERVERS[peer], pki.servers["p256"],
                     **{name: getattr(pki, root) for name, root in asks.items()})
    with Relay(server.port) as relay:
        done = run("hs-client", f"--provider={provider}", f"--cacert={pki.root}", "--http=/",
                   *words, *see(tmp_path), f"--connect-to={HERE}:{relay.port}", "localhost")
        pcap, keys = agree(relay, tmp_path, CLIENT, expected)
    data = tshark_data(pcap, keys)
    assert b"GET / HTTP/1.1\r\n" in data and done.stdout.encode() in data.replace(b"\r\n", b"\n")


def test_hs_client_distrusts(pki, servers, tmp_path):
    """Our alert, encrypted, is decrypted there."""
    server = servers(SERVERS["openssl"], pki.servers["p256"])
    with Relay(server.port) as relay:
        run("hs-client", f"--cacert={pki.other_root}", *see(tmp_path),
            f"--connect-to={HERE}:{relay.port}", "localhost", code=5)
        agree(relay, tmp_path, CLIENT, ["alert unknown_ca"], gave_up=True)


SERVER_CASES = {
    "usual": ([], {}, USUAL),
    "retry": (["--hrr=always"], {}, ["hello_retry_request"]),
    "certified": (["--client-auth=need", "root"], {"identity": "p256"}, ["certificate_request"]),
    "refused": (["--client-auth=need", "root"], {}, ["alert certificate_required"]),
}


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("case", SERVER_CASES)
@pytest.mark.parametrize("peer", CLIENTS)
def test_hs_server(pki, tmp_path, peer, case, provider):
    need_peer(peer)
    need_provider(provider)
    words, how, expected = SERVER_CASES[case]
    words = [f"--cacert={pki.root}" if word == "root" else word for word in words]
    how = {name: pki.clients[kind] for name, kind in how.items()}
    with hs_server(pki.servers["p256"], *words, *see(tmp_path), provider=provider) as server:
        with Relay(server.port) as relay:
            CLIENTS[peer](relay.port, pki.root, **how)
            server.told("failed" if case == "refused" else "closed")
            server.stop()
            pcap, keys = agree(relay, tmp_path, SERVER, expected, gave_up=case == "refused")
    assert (b"what you offered" in tshark_data(pcap, keys)) == (case != "refused")


def test_hs_client_and_hs_server(pki, tmp_path):
    """Both write a trace; all three agree."""
    (tmp_path / "server").mkdir()
    with hs_server(pki.servers["p256"], *see(tmp_path / "server")) as server:
        with Relay(server.port) as relay:
            run("hs-client", f"--cacert={pki.root}", "--http=/", "--key-update", *see(tmp_path),
                f"--connect-to={HERE}:{relay.port}", "localhost")
            server.told("closed")
            server.stop()
            agree(relay, tmp_path, CLIENT, USUAL + ["key_update", "alert close_notify"])
            agree(relay, tmp_path / "server", SERVER, USUAL + ["key_update"])
    logs = [sorted((folder / "keys").read_text().splitlines())
            for folder in (tmp_path, tmp_path / "server")]
    assert logs[0] == logs[1]
