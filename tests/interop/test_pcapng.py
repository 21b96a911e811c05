"""Captures that hs-client and hs-server write themselves, opened by tshark with nothing else at
hand: no key log file, no port told."""

import json
import shutil
import stat

import pytest
from conftest import HERE, run
from ours import hs_server
from program import Program

pytestmark = pytest.mark.skipif(not shutil.which("tshark"), reason="tshark is not installed")

MESSAGES = {
    "1.3": "1 2 8 11 15 20 20",
    "1.2": "1 2 11 12 14 16 20 20",
}


def client(pki, port, *words):
    return run("hs-client", "-q", f"--cacert={pki.root}", "--http=/", f"--connect-to={HERE}:{port}",
               *words, "localhost")


def tshark(path, *words):
    # Ports are random here, and one of another protocol must not decide what it is.
    options = ["tcp.try_heuristic_first:TRUE", "tcp.check_checksum:TRUE", "ip.check_checksum:TRUE"]
    return run("tshark", "-r", path, *[word for option in options for word in ("-o", option)],
               *words, timeout=120).stdout


def fields(path, *names, only=""):
    words = [word for name in names for word in ("-e", name)]
    chosen = ["-Y", only] if only else []
    return tshark(path, *chosen, "-T", "fields", *words).split()


def messages(path):
    return " ".join(",".join(fields(path, "tls.handshake.type")).split(","))


def data(path, of):
    shown = tshark(path, "--disable-protocol", "http", "-q", "-z", f"follow,tls,raw,{of}")
    return b"".join(bytes.fromhex(line.strip()) for line in shown.splitlines()
                    if line.strip() and set(line.strip()) <= set("0123456789abcdef"))


@pytest.mark.parametrize("version", MESSAGES)
@pytest.mark.parametrize("ours", ["client", "server"])
def test_tshark_reads_all_of_it(pki, tmp_path, version, ours):
    """With --secrets=show the keys are inside: every message, and the data."""
    path = tmp_path / "c.pcapng"
    see = [f"--pcapng={path}", "--secrets=show"]
    with hs_server(pki.servers["p256"], *(see if ours == "server" else [])) as server:
        client(pki, server.port, f"--tls={version}", *(see if ours == "client" else []))
        server.told("closed")
    # Wireshark 4.4 takes TLS 1.2's keys out of a capture, but not in time to show Finished.
    read = messages(path)
    assert read == MESSAGES[version] or (version == "1.2" and read == MESSAGES[version][:-6])
    text = data(path, 0)
    assert b"GET / HTTP/1.1\r\n" in text and b"what you offered" in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_packets_are_sound(pki, tmp_path):
    """Checksums, sequence numbers, and a beginning and an end, as real ones have them."""
    path = tmp_path / "c.pcapng"
    with hs_server(pki.servers["p256"]) as server:
        client(pki, server.port, f"--pcapng={path}")
    assert set(fields(path, "tcp.checksum.status", "ip.checksum.status")) == {"1"}
    assert fields(path, "_ws.expert.message", only="tcp.analysis.flags") == []
    assert len(fields(path, "frame.number", only="tcp.flags.syn == 1")) == 2
    assert len(fields(path, "frame.number", only="tcp.flags.fin == 1")) == 2


@pytest.mark.parametrize("words", [[], ["--secrets=id"]], ids=["hide", "id"])
def test_secrets_stay_out_unless_shown(pki, tmp_path, words):
    path, keys = tmp_path / "c.pcapng", tmp_path / "keys"
    with hs_server(pki.servers["p256"]) as server:
        client(pki, server.port, f"--pcapng={path}", f"--keylog={keys}", *words)
    assert messages(path) == "1 2"
    raw = path.read_bytes()
    for line in keys.read_text().splitlines():
        secret = line.split()[2]
        assert secret.encode() not in raw and bytes.fromhex(secret) not in raw


def test_connections_share_a_file(pki, tmp_path):
    path = tmp_path / "s.pcapng"
    with hs_server(pki.servers["p256"], f"--pcapng={path}", "--secrets=show") as server:
        for _ in range(3):
            client(pki, server.port)
        server.stop()
    assert messages(path) == " ".join([MESSAGES["1.3"]] * 3)
    assert all(b"what you offered" in data(path, of) for of in range(3))


def test_over_ipv6(pki, tmp_path):
    path, own = tmp_path / "c.pcapng", pki.servers["p256"]
    with Program("hs-server", "--json", f"--cert={own.cert}", f"--key={own.key}",
                 "[::1]:0") as server:
        port = json.loads(server.wait_for('"ev":"listening"', stream="out").string)["port"]
        run("hs-client", "-q", f"--cacert={pki.root}", "--http=/", f"--pcapng={path}",
            "--secrets=show", f"--connect-to=[::1]:{port}", "localhost")
    assert set(fields(path, "ipv6.src")) == {"::1"}
    assert set(fields(path, "tcp.checksum.status")) == {"1"}
    assert messages(path) == MESSAGES["1.3"]


def test_a_failure_is_in_it(pki, tmp_path):
    """The alert is the last word, and what came before it is readable."""
    path = tmp_path / "c.pcapng"
    with hs_server(pki.servers["p256"]) as server:
        run("hs-client", "-q", f"--cacert={pki.root}", f"--pcapng={path}", "--secrets=show",
            "--verify-name=other.test", f"--connect-to={HERE}:{server.port}", "localhost", code=5)
    assert messages(path) == "1 2 8 11 15 20"
    assert fields(path, "tls.alert_message.desc") == ["46"]
