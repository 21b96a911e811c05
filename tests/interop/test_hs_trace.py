"""hs-trace: what it makes of a trace is what the programs made live, byte for byte; and how it
behaves as a program."""

import json
import os
import pty
import re
import stat
import subprocess

import jsonschema
import pytest
from conftest import HERE, ROOT, run
from ours import hs_server
from test_course import run_lesson


@pytest.fixture(scope="module", autouse=True)
def path(build):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{build / 'apps/hs-trace'}{os.pathsep}{os.environ['PATH']}")
        yield


# What the client is given, what the server is given, and how the client ends. {pki}: its files.
ROOT_OPTION = "--cacert={root}"
SCENES = {
    "1.3": ([ROOT_OPTION, "--http=/"], [], 0),
    "hrr": ([ROOT_OPTION, "--shares=", "--http=/", "--alpn=http/1.1"], [], 0),
    "1.2": ([ROOT_OPTION, "--tls=1.2", "--http=/"], [], 0),
    "1.2 with AES": ([ROOT_OPTION, "--tls=1.2", "--suites=TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"],
                     [], 0),
    "resumed 1.3": ([ROOT_OPTION, "--resume", "--http=/"], [], 0),
    "resumed 1.2": ([ROOT_OPTION, "--resume", "--tls=1.2"], [], 0),
    "client certificate": ([ROOT_OPTION, "--cert={client_cert}", "--key={client_key}"],
                           ["--client-auth=need", ROOT_OPTION], 0),
    "client certificate in 1.2": ([ROOT_OPTION, "--cert={client_cert}", "--key={client_key}",
                                   "--tls=1.2"], ["--client-auth=need", ROOT_OPTION], 0),
    "key update": ([ROOT_OPTION, "--key-update", "--http=/"], [], 0),
    "not trusted": (["--cacert={other_root}"], [], 5),
    "another name": ([ROOT_OPTION, "--verify-name=other.test"], [], 5),
    "ignored": (["-k"], [], 0),
    "no version": ([ROOT_OPTION, "--tls=1.2"], ["--tls=1.3"], 4),
    "no group": ([ROOT_OPTION, "--groups=x25519"], ["--groups=secp384r1"], 4),
    "no certificate": ([ROOT_OPTION], ["--client-auth=need", ROOT_OPTION], 4),
    "no certificate in 1.2": ([ROOT_OPTION, "--tls=1.2"], ["--client-auth=need", ROOT_OPTION], 4),
}
CLASSIC = ([ROOT_OPTION, "--profile=classic", "--tls=1.2", "--http=/"],
           ["--profile=classic", "--tls=1.2"], 0)
SEE = [["-v"], ["-vv", "--secrets=show"], ["-vvv"], ["-vvv", "--secrets=show", "--explain"],
       ["-vv", "--secrets=hide", "--no-time", "--explain"], ["-v", "--secrets=id"]]


def fill(words, pki):
    own = pki.clients["p256"]
    return [word.format(root=pki.root, other_root=pki.other_root, client_cert=own.cert,
                        client_key=own.key) for word in words]


def live(pki, folder, scene, see, credential):
    """Runs the two; for each {what it wrote by kind}."""
    words, server_words, code = scene
    files = {who: {kind: folder / f"{who}.{kind}" for kind in ("jsonl", "pcapng", "keys", "html")}
             for who in ("client", "server")}
    options = {who: [*see, f"--trace={f['jsonl']}", f"--pcapng={f['pcapng']}", f"--html={f['html']}",
                     f"--keylog={f['keys']}"] for who, f in files.items()}
    with hs_server(credential, *fill(server_words, pki), *options["server"]) as server:
        done = run("hs-client", *options["client"], *fill(words, pki),
                   f"--connect-to={HERE}:{server.port}", "localhost", code=None)
        # a client may be done before it hears that its certificate was missed
        assert done.returncode == code or scene[1][:1] == ["--client-auth=need"], done.stderr
        for _ in range(2 if "--resume" in words else 1):
            server.told("closed" if code == 0 else "failed" if server_failed(done) else "closed")
        server.stop()
        texts = {"client": done.stderr, "server": server.text("err") + "\n"}
    return {who: {**{kind: path.read_bytes() for kind, path in f.items()},
                  "text": rendered(texts[who]), "path": f["jsonl"]} for who, f in files.items()}


def server_failed(done):
    return done.returncode in (4, 5)


def rendered(text):
    """What the programs say besides is not of the trace: of a failure, all up to the last line."""
    told, error, rest = text.partition("hs-client: error: ")
    lines = [line for line in told.splitlines() if not re.match(r"hs-(client|server): |[<>*]( |$)", line)]
    return lines + re.findall(r"^ *[0-9.]* ?-- closed .*", rest, flags=re.M) if error else lines


def after(command, path, *words):
    return run("hs-trace", command, *words, path, text=False).stdout


def check_same(files, see):
    secrets = [word for word in see if word.startswith("--secrets=")]
    for who, f in files.items():
        text = after("text", f["path"], *see).decode()
        assert text.splitlines() == f["text"], who
        assert after("pcapng", f["path"], *secrets) == f["pcapng"], who
        words = [word for word in see if word in ("--explain", "--no-time")]
        assert after("html", f["path"], *secrets, *words) == f["html"], who
        if "--secrets=show" in see:
            assert after("keylog", f["path"]) == f["keys"], who


@pytest.mark.parametrize("see", SEE, ids=" ".join)
@pytest.mark.parametrize("scene", SCENES)
def test_after_the_fact_is_as_live(pki, tmp_path, scene, see):
    check_same(live(pki, tmp_path, SCENES[scene], see, pki.servers["p256"]), see)


@pytest.fixture(scope="module")
def transport(pki, tmp_path_factory):
    """A server's certificate for key transport."""
    from conftest import make_leaf
    return make_leaf(tmp_path_factory.mktemp("classic"), pki.root, "rsa2048", "server",
                     use="keyEncipherment")


@pytest.mark.parametrize("see", SEE[1::2], ids=" ".join)
def test_classic_after_the_fact_is_as_live(pki, tmp_path, transport, see):
    check_same(live(pki, tmp_path, CLASSIC, see, transport), see)


# ---- more than one connection, and what is asked for -------------------------------------------------


@pytest.fixture(scope="module")
def traces(pki, tmp_path_factory):
    """One of a client with secrets, one of a server without; the latter of three connections."""
    folder = tmp_path_factory.mktemp("traces")
    client, server_trace = folder / "client.jsonl", folder / "server.jsonl"
    with hs_server(pki.servers["p256"], f"--trace={server_trace}") as server:
        for _ in range(3):
            run("hs-client", "-q", f"--cacert={pki.root}", "--http=/", f"--trace={client}",
                "--secrets=show", f"--connect-to={HERE}:{server.port}", "localhost")
        server.stop()
    return client, server_trace


def test_connections_of_a_file_are_told_apart(traces):
    lines = run("hs-trace", "text", traces[1]).stdout.splitlines()
    assert {line.split()[0] for line in lines} == {"c1", "c2", "c3"}
    assert sum("# hs-trace/1 role=server" in line for line in lines) == 3


def test_several_files_and_standard_input(traces):
    client, server = traces
    both = run("hs-trace", "text", client, server).stdout
    assert both == run("hs-trace", "text", client).stdout + run("hs-trace", "text", server).stdout
    assert run("hs-trace", "text", "-", input=client.read_text()).stdout in both
    page = run("hs-trace", "html", client, server).stdout
    assert page.count("<!doctype html>") == 1 and page.count('type="application/x-ndjson"') >= 4


def test_more_secrets_than_there_are_is_said(traces):
    _, server = traces
    plain = run("hs-trace", "text", "-vvv", server)
    asked = run("hs-trace", "text", "-vvv", "--secrets=show", server)
    assert asked.stdout == plain.stdout and "secrets=id" in asked.stdout and plain.stderr == ""
    assert asked.stderr == (f"hs-trace: warning: {server} was made with --secrets=id: there is no "
                            "more to show\n")
    failed = run("hs-trace", "keylog", server, code=1)
    assert failed.stdout == "" and "holds no secrets" in failed.stderr and "--secrets=show" in failed.stderr


def test_secrets_stay_hidden_unless_asked_for(traces):
    client, _ = traces
    values = {o["value"] for o in map(json.loads, client.open()) if o["ev"] == "secret"}
    assert len(values) == 5
    for words in (["text", "-vvv"], ["html"], ["jsonl"], ["text", "-vvv", "--secrets=hide"]):
        told = run("hs-trace", *words, client).stdout
        assert not any(value in told for value in values), words
    raw = run("hs-trace", "pcapng", client, text=False).stdout
    assert not any(value.encode() in raw for value in values)
    assert all(value in run("hs-trace", "text", "-vvv", "--secrets=show", client).stdout for value in values)


def test_every_line_follows_the_schema(pki, tmp_path, traces):
    schema = json.loads((ROOT / "spec/hs-trace-1.schema.json").read_text())
    validator = jsonschema.Draft7Validator(schema)
    files = list(traces)
    for i, name in enumerate(("hrr", "client certificate in 1.2", "resumed 1.2", "not trusted")):
        folder = tmp_path / str(i)
        folder.mkdir()
        told = live(pki, folder, SCENES[name], ["--secrets=show"] if i % 2 else ["-q"], pki.servers["p256"])
        files += [f["path"] for f in told.values()]
    for path in files:
        redacted = run("hs-trace", "jsonl", "--redact", path).stdout
        for line in [*path.read_text().splitlines(), *redacted.splitlines()]:
            o = json.loads(line)
            problems = [f"{list(e.absolute_path)}: {e.message}" for e in validator.iter_errors(o)]
            unknown = set(o) - set(schema["properties"]) - set(schema["definitions"][o["ev"]]["properties"])
            assert not problems and not unknown, f"{line[:300]}\n{problems} {unknown}"


def test_a_redacted_trace_names_nobody_in_any_rendering(traces):
    client, _ = traces
    for words in (["text", "-vvv", "--explain"], ["html"], ["jsonl"]):
        told = run("hs-trace", *words, "--redact", client).stdout
        data = told[told.rindex("</head>"):] if words == ["html"] else told
        for name in ("localhost", "127.0.0.1", "server p256", "CN=root"):
            assert name not in data, (words, name)
    lines = run("hs-trace", "jsonl", "--redact", client).stdout
    assert json.loads(lines.splitlines()[0])["redacted"] is True
    again = run("hs-trace", "jsonl", "--secrets=hide", "-", input=lines).stdout
    assert again == lines  # it stays one
    assert "leave one of them out" in run("hs-trace", "text", "--redact", "--secrets=show", client,
                                          code=2).stderr


# ---- as a program ---------------------------------------------------------------------------------------


def test_the_manual_page_is_true(tmp_path):
    """Every command in docs/hs-trace.md is run as it stands there."""
    run_lesson((ROOT / "docs/hs-trace.md").read_text(), tmp_path, os.environ["PATH"])


def test_names_lists_the_short_forms():
    lines = run("hs-trace", "--names").stdout.splitlines()
    assert lines[0].split() == ["RFC", "9846", "text"]
    assert ["client_handshake_traffic_secret", "client_hs"] in [line.split() for line in lines]


def test_output_is_made_anew_for_its_owner(traces, tmp_path):
    out = tmp_path / "out.txt"
    out.write_text("x" * 100_000)
    out.chmod(0o600)
    run("hs-trace", "text", traces[0], "-o", out)
    assert out.read_text() == run("hs-trace", "text", traces[0]).stdout
    out.unlink()
    run("hs-trace", "pcapng", traces[0], f"--output={out}")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    link = tmp_path / "link"
    link.symlink_to(out)
    assert "a symbolic link is not followed" in run("hs-trace", "text", traces[0], "-o", link, code=1).stderr


def test_the_trace_is_not_overwritten(traces, tmp_path):
    copy = tmp_path / "t.jsonl"
    copy.write_bytes(traces[0].read_bytes())
    failed = run("hs-trace", "text", copy, "-o", copy, code=2)
    assert "would overwrite the trace" in failed.stderr
    assert copy.read_bytes() == traces[0].read_bytes()


@pytest.mark.parametrize("words,code,want", [
    ([], 2, "COMMAND is missing"),
    (["txt"], 2, "there is no command 'txt', did you mean text?"),
    (["text"], 2, "FILE.jsonl is missing"),
    (["text", "--json", "x"], 2, "a rendering has a form of its own"),
    (["text", "/does/not/exist"], 1, "/does/not/exist: No such file or directory"),
    (["text", "/dev/null"], 1, "/dev/null: there is no trace in it"),
    (["text", "/"], 1, "Is a directory"),
])
def test_what_is_wrong_is_said_in_one_line(words, code, want):
    failed = run("hs-trace", *words, code=code)
    assert want in failed.stderr and failed.stdout == "" and len(failed.stderr.splitlines()) == 1


def test_a_bad_line_is_named(traces, tmp_path):
    lines = traces[0].read_text().splitlines(keepends=True)
    for n, line, want in ((5, "{]\n", "not JSON: "), (8, "[]\n", "not a JSON object"),
                          (3, lines[2].replace('"raw":"01', '"raw":"0X', 1), "lower-case hex")):
        bad = tmp_path / "bad.jsonl"
        bad.write_text("".join([*lines[:n - 1], line, *lines[n:]]))
        failed = run("hs-trace", "text", bad, code=1)
        assert f"bad.jsonl: line {n}: " in failed.stderr and want in failed.stderr
        assert failed.stdout == "" or failed.stdout.startswith("# hs-trace/1")


def test_a_capture_is_not_for_a_terminal(traces):
    reader, terminal = pty.openpty()
    done = subprocess.run(["hs-trace", "pcapng", traces[0]], stdout=terminal, stderr=subprocess.PIPE,
                          text=True, timeout=20)
    os.close(terminal)
    os.close(reader)
    assert done.returncode == 2 and "-o FILE" in done.stderr


def test_a_full_disk_is_said(traces):
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full")
    with open("/dev/full", "w") as full:
        done = subprocess.run(["hs-trace", "text", "-vvv", traces[0]], stdout=full,
                              stderr=subprocess.PIPE, text=True, timeout=20)
    assert done.returncode == 1 and "hs-trace: error: " in done.stderr


# ---- memory ------------------------------------------------------------------------------------------------


def peak(*command):
    """Resident kilobytes at the most, of a program that runs to its end."""
    pid = os.posix_spawnp(command[0], [str(word) for word in command], os.environ,
                          file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    _, status, usage = os.wait4(pid, 0)
    assert status == 0
    return usage.ru_maxrss


def grow(trace, out, records):
    """A trace with that many more records of application data, as large as they get."""
    lines = [json.loads(line) for line in trace.open()]
    data = next(o for o in reversed(lines) if o["ev"] == "record" and o.get("inner_type") == 23)
    told = next(o for o in reversed(lines) if o["ev"] == "appdata")
    body, at = "ab" * 16384, lines.index(told) + 1
    big = {**data, "raw": data["raw"][:10] + body + "00" * 17, "len": 16401, "inner_len": 16384,
           "plaintext": body}
    more = [json.dumps(big), json.dumps({**told, "len": 16384, "bytes": body})]
    with out.open("w") as f:
        f.writelines(json.dumps(o) + "\n" for o in lines[:at])
        f.writelines("\n".join(more) + "\n" for _ in range(records))
        f.writelines(json.dumps(o) + "\n" for o in lines[at:])


@pytest.mark.parametrize("words", [["text", "-v"], ["text", "-vvv"], ["pcapng"], ["html"],
                                   ["jsonl", "--secrets=show"], ["keylog"]], ids=" ".join)
def test_memory_does_not_grow_with_the_trace(traces, tmp_path, words, is_sanitized):
    if is_sanitized:
        pytest.skip("with address sanitizer memory tells nothing")
    small, large = tmp_path / "small.jsonl", tmp_path / "large.jsonl"
    grow(traces[0], small, 70)  # of which a page shows the first 64
    grow(traces[0], large, 350)
    assert peak("hs-trace", *words, large) < peak("hs-trace", *words, small) + 2048
