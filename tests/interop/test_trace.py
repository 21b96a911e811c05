"""Traces of real handshakes: they follow the schema, and with secrets shown they hold all that
is needed to compute every value in them again, which is done here without our own code."""
import hashlib
import hmac
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess

import jsonschema
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHOW = pathlib.Path(os.environ.get("HS_BUILD", ROOT / "build")) / "tests/unit/trace/trace_show"
SCENES = [("rfc8448", "client")] + [
    (scene, role) for scene in ("full", "retry", "name", "suites", "broken") for role in ("client", "server")]
GOOD = [(scene, role) for scene, role in SCENES if scene in ("rfc8448", "full", "retry")]
GOOD_12 = [(scene, role) for scene in ("ecdhe12", "resumed12", "classic12", "client12")
           for role in ("client", "server")]
SCENES += GOOD_12 + [("broken12", "client"), ("broken12", "server")]

pytestmark = pytest.mark.skipif(not SHOW.exists(), reason="trace_show is not built")


def show(*words):
    return subprocess.run([SHOW, *words], check=True, capture_output=True, timeout=60).stdout.decode()


def trace(scene, role, secrets="show"):
    return [json.loads(line) for line in show(scene, role, "jsonl", secrets).splitlines()]


def events(lines, ev):
    return [o for o in lines if o["ev"] == ev]


# ---- form ------------------------------------------------------------------------------------


@pytest.mark.parametrize("secrets", ["hide", "id", "show"])
@pytest.mark.parametrize("scene,role", SCENES)
def test_every_line_follows_the_schema(scene, role, secrets):
    schema = json.loads((ROOT / "spec/hs-trace-1.schema.json").read_text())
    validator = jsonschema.Draft7Validator(schema)
    lines = trace(scene, role, secrets)
    for o in lines:
        problems = [f"{list(e.absolute_path)}: {e.message}" for e in validator.iter_errors(o)]
        # known lines have no member that the schema does not tell
        unknown = set(o) - set(schema["properties"]) - set(schema["definitions"][o["ev"]]["properties"])
        assert not problems and not unknown, f"{o}\n{problems} {unknown}"
    assert lines[0]["ev"] == "trace"
    assert [o["seq"] for o in lines] == list(range(1, len(lines) + 1))
    assert all(a["t_us"] <= b["t_us"] for a, b in zip(lines, lines[1:]))
    assert len(events(lines, "done")) == 1 and len(events(lines, "closed")) == 1


@pytest.mark.parametrize("scene,role", SCENES)
def test_fields_cover_each_byte_once_and_have_unique_paths(scene, role):
    for m in events(trace(scene, role), "msg"):
        at = 0
        for f in m["fields"]:
            assert f["off"] == at, f"{m['name']}: {f}"
            at += f["len"]
        assert at == m["len"]
        paths = [f["path"] for f in m["fields"]]
        assert len(paths) == len(set(paths))


@pytest.mark.parametrize("scene,role", SCENES)
def test_parts_tell_where_a_message_lies(scene, role):
    lines = trace(scene, role)
    content = {}
    for r in events(lines, "record"):
        inside = r["plaintext"] if r["protected"] and r.get("inner_type") else r["raw"][10:]
        content[r["dir"], r["n"]] = inside
    for m in events(lines, "msg"):
        got = "".join(content[m["dir"], p["record"]][2 * p["off"]:2 * (p["off"] + p["len"])] for p in m["parts"])
        assert got == m["raw"]
        assert m["record"] == m["parts"][0]["record"]


@pytest.mark.parametrize("scene,role", SCENES)
def test_records_are_the_whole_stream(scene, role):
    lines = trace(scene, role)
    closed = events(lines, "closed")[0]
    for direction in ("tx", "rx"):
        at = 0
        for n, r in enumerate((r for r in events(lines, "record") if r["dir"] == direction), 1):
            assert (r["n"], r["stream_off"]) == (n, at)
            at += len(r["raw"]) // 2
        assert closed["bytes_" + direction] == at


@pytest.mark.parametrize("scene,role", SCENES)
def test_text_and_json_agree_on_records(scene, role):
    """The text foretells the record of what is sent; JSON Lines wait until it is known. In the text
    a quotation mark stands for the record of the message above."""
    told, last = [], None
    for line in show(scene, role, "text", "1").splitlines():
        m = re.match(r" *[0-9.]+ (->|<-) ([A-Z]\w+) +\d+ B +(?:r(\d+) (?:clear|\w+/(\d+))|\")", line)
        if m and m[2] != "ChangeCipherSpec":  # which is a record, not a message
            last = (int(m[3]), m[4] and int(m[4])) if m[3] else last
            told.append((m[2].lower(), *last))
    lines = trace(scene, role)
    seqs = {(r["dir"], r["n"]): r["aead"]["seq"] for r in events(lines, "record") if "aead" in r}
    assert told == [(m["name"].replace("_", ""), m["record"], seqs.get((m["dir"], m["record"])))
                    for m in events(lines, "msg")]


# ---- values: a second key schedule (RFC 9846 7.1, RFC 5246 8.1) ------------------------------------------------


def expand_label(name, secret, label, context, length):
    info = length.to_bytes(2, "big") + bytes([6 + len(label)]) + b"tls13 " + label
    info += bytes([len(context)]) + context
    out, block, count = b"", b"", 1
    while len(out) < length:
        block = hmac.new(secret, block + info + bytes([count]), name).digest()
        out, count = out + block, count + 1
    return out[:length]


def prf(name, secret, label, seed, length):
    seed, out = label + seed, b""
    a = seed
    while len(out) < length:
        a = hmac.new(secret, a, name).digest()
        out += hmac.new(secret, a + seed, name).digest()
    return out[:length]


def randoms(lines):
    """client_random, server_random from the hellos."""
    hellos = [m for m in events(lines, "msg") if m["name"] in ("client_hello", "server_hello")]
    return [bytes.fromhex(m["raw"])[6:38] for m in hellos]


def recompute(lines):
    """Every derived value but the key exchange's from the transcript and the values before it."""
    values, hashes, count = {}, {}, 0
    session = [s["input_values"] for s in events(lines, "derive") if "secret" in s.get("input_values", {})]
    assert not session  # a secret is told once, where it is made
    client_random, server_random = randoms(lines)[:2]
    for o in lines:
        if o["ev"] == "transcript":
            first, *rest = o["messages"].split()
            hashes[f"H({first}..{rest[-1]})" if rest else f"H({first})"] = bytes.fromhex(o["value"])
        if o["ev"] != "derive":
            continue
        name = o.get("hash", "SHA-256").replace("-", "").lower()
        size = hashlib.new(name).digest_size
        known = {"0": bytes(size), 'H("")': hashlib.new(name).digest(), '""': b"", **hashes, **values,
                 "client_random + server_random": client_random + server_random,
                 "server_random + client_random": server_random + client_random}
        inputs, value = o["inputs"], bytes.fromhex(o["value"])
        assert o["id"] == hashlib.sha256(value).hexdigest()[:8]
        if o["fn"] == "HKDF-Extract":
            assert value == hmac.new(known[inputs["salt"]], known[inputs["ikm"]], name).digest(), o["name"]
            count += 1
        elif o["fn"] == "HKDF-Expand-Label":
            assert value == expand_label(name, known[inputs["secret"]], inputs["label"].encode(),
                                         known[inputs["context"]], o["len"]), o["name"]
            count += 1
        elif o["fn"] == "PRF":
            seed = known[inputs["seed"]]
            assert bytes.fromhex(o["input_values"]["seed"]) == seed
            if inputs["secret"] in known:  # the main secret of a session that is resumed is not told
                assert value == prf(name, known[inputs["secret"]], inputs["label"].encode(), seed, o["len"])
                count += 1
        elif o["fn"] == "part":
            at = int(inputs["offset"])
            assert value == known[inputs["from"]][at:at + o["len"]]
            count += 1
        values[o["name"]] = value
    return values, count


@pytest.mark.parametrize("scene,role", GOOD)
def test_every_derived_value_follows_from_the_others(scene, role):
    _, count = recompute(trace(scene, role))
    assert count >= 18


@pytest.mark.parametrize("scene,role", GOOD_12)
def test_every_value_of_tls12_follows_from_the_others(scene, role):
    values, count = recompute(trace(scene, role))
    assert count >= (4 if scene == "resumed12" else 8)  # main secret, key block, 4 parts, 2 verify_data
    assert ("preliminary_secret" in values) == (scene != "resumed12")
    parts = [values[n] for n in ("client_write_key", "server_write_key", "client_write_IV", "server_write_IV")]
    assert b"".join(parts) == values["key_block"]


@pytest.mark.parametrize("scene,role", GOOD_12)
def test_finished_of_tls12_is_the_verify_data_told(scene, role):
    lines = trace(scene, role)
    values, _ = recompute(lines)
    seen = [m for m in events(lines, "msg") if m["name"] == "finished"]
    for m in seen:
        sender = "client" if (m["dir"] == "tx") == (role == "client") else "server"
        assert bytes.fromhex(m["raw"])[4:] == values[sender + "_verify_data"]
    assert len(seen) == 2


@pytest.mark.parametrize("scene,role", GOOD_12)
def test_nonce_and_additional_data_of_tls12(scene, role):
    """RFC 5246 6.2.3.3, RFC 5288 3, RFC 7905 2."""
    lines = trace(scene, role)
    values, _ = recompute(lines)
    opened = [r for r in events(lines, "record") if "aead" in r]
    for r in opened:
        a, raw = r["aead"], bytes.fromhex(r["raw"])
        seq = a["seq"].to_bytes(8, "big")
        assert bytes.fromhex(a["aad"]) == seq + raw[:3] + r["inner_len"].to_bytes(2, "big")
        iv, nonce = values[a["key"].replace("key", "IV")], bytes.fromhex(a["nonce"])
        if "AES" in a["alg"]:
            assert a["explicit_nonce"] == raw[5:13].hex() and nonce == iv + raw[5:13]
        else:
            assert "explicit_nonce" not in a
            assert nonce == bytes(x ^ y for x, y in zip(iv, bytes(4) + seq))
    assert len(opened) >= 6


@pytest.mark.parametrize("scene,role", GOOD + GOOD_12)
def test_transcript_hashes_follow_from_the_messages(scene, role):
    sent, digests, first = b"", [], None
    lines = trace(scene, role)
    name = next(o["hash"] for o in lines if o["ev"] == "transcript").replace("-", "").lower()
    for m in events(lines, "msg"):
        if m["name"] == "key_update" or (m["name"] == "new_session_ticket" and (scene, role) in GOOD):
            continue
        raw = bytes.fromhex(m["raw"])
        if m["name"] == "hello_retry_request":
            digest = hashlib.new(name, sent).digest()
            sent = bytes([254, 0, 0, len(digest)]) + digest
            digests.append(hashlib.new(name, sent).hexdigest())
        sent += raw
        digests.append(hashlib.new(name, sent).hexdigest())
    told = [o["value"] for o in events(lines, "transcript")]
    assert told == digests[:len(told)]
    assert len(told) >= len(digests) - 1  # nothing depends on the client's Finished yet


@pytest.mark.parametrize("scene,role", GOOD)
def test_finished_follows_from_key_and_transcript(scene, role):
    lines = trace(scene, role)
    values, _ = recompute(lines)
    last, seen = None, 0
    for o in lines:
        if o["ev"] == "transcript":
            last = bytes.fromhex(o["value"])
            name = o["hash"].replace("-", "").lower()
        if o["ev"] == "msg" and o["name"] == "finished":
            sender = "client" if (o["dir"] == "tx") == (role == "client") else "server"
            want = hmac.new(values[sender + "_finished_key"], last, name).hexdigest()
            assert o["raw"][8:] == want
            seen += 1
    assert seen == 2


# ---- secrets ----------------------------------------------------------------------------------------


def is_public(o):
    """verify_data goes out in Finished, a write IV's first bytes are too few to look for."""
    return o["name"].endswith("_verify_data") or len(o["value"]) < 16


@pytest.mark.parametrize("secrets", ["hide", "id"])
@pytest.mark.parametrize("scene,role", [("rfc8448", "client"), *GOOD_12])
def test_hidden_is_hidden_in_every_rendering(scene, role, secrets):
    """These scenes are the same every time, so what `show` tells is what must not appear."""
    shown = trace(scene, role)
    values = [o["value"] for o in events(shown, "derive") if not is_public(o)]
    values += [o["bytes"] for o in events(shown, "appdata")]
    for m in events(shown, "msg"):
        values += [f["val"].rstrip(".") for f in m["fields"] if f["path"] == "ticket" or "session_id" in f["path"]
                   if f["kind"] == "bytes" and f["len"] > 0]
        values += [f["val"].rstrip(".") for f in m["fields"]
                   if f["path"].startswith("extensions[session_ticket]") and f["kind"] == "bytes" and f["len"] > 0]
    assert len(values) > 5
    outputs = [show(scene, role, "jsonl", secrets)]
    outputs += [show(scene, role, "text", level, secrets, "explain") for level in "123"]
    for output in outputs:
        packed = output.replace(" ", "")
        for value in values:
            assert value not in packed and value[:24] not in packed


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl")
@pytest.mark.parametrize("scene,least", [("rfc8448", 12), ("ecdhe12", 4), ("classic12", 4)])
def test_the_openssl_commands_of_explain_compute_the_value_above(scene, least):
    lines = show(scene, "client", "text", "3", "show", "explain").splitlines()
    commands = [(lines[i - 1].strip(), line.strip()[2:]) for i, line in enumerate(lines)
                if line.strip().startswith("$ openssl kdf")]
    assert len(commands) >= least
    for value, command in commands[::3] if least > 4 else commands:
        out = subprocess.run(shlex.split(command), check=True, capture_output=True, timeout=20).stdout.decode()
        assert re.sub(r"[^0-9a-f]", "", out.lower()) == value
