"""hs-server --status: what visitors see of their own connection, by curl and by Python's OpenSSL;
--status-all: what those on this machine see of others. Browsers: test_chromium.py, tests/browser."""

import concurrent.futures
import contextlib
import hashlib
import json
import re
import shutil
import socket
import time

import pytest
from conftest import HERE, run
from ours import hs_server
from program import Program
from web import Talk, curl

PAGE = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
TRACE = re.compile(r'<script type="application/x-ndjson" class="hs-trace"[^>]*>\n(.*?)</script>', re.S)


def traces(page):
    """The JSON Lines of each connection in a page."""
    return [[json.loads(line) for line in block.splitlines()] for block in TRACE.findall(page)]


@pytest.fixture(scope="module")
def status(pki):
    with hs_server(pki.servers["p256"], alpn="http/1.1") as server:
        yield server


@pytest.fixture(scope="module")
def everyone(pki):
    with hs_server(pki.servers["p256"], "--status-all", alpn="http/1.1", workers=2) as server:
        yield server


# ---- who gets which form ---------------------------------------------------------------------


def test_curl_gets_text(pki, status):
    page = curl(pki, status, "/", "--fail").stdout
    for words in ("TLS 1.3", "TLS_AES_", "x25519", "localhost", "http/1.1", "cipher_suites",
                  "key_share", "JA4 t13d", "JA3 "):
        assert words in page


@pytest.mark.parametrize("path,header", [("/json", None), ("/status.json", None),
                                         ("/", "Accept: application/json")])
def test_programs_get_json(pki, status, path, header):
    words = ["--header", header] if header else []
    page = json.loads(curl(pki, status, path, *words, "--fail").stdout)
    assert (page["version"], page["alpn"], page["servername"]) == ("TLS 1.3", "http/1.1",
                                                                   "localhost")
    at = 0
    for field in page["client_hello"]["fields"]:
        assert field["off"] == at
        at += field["len"]
    assert at == page["client_hello"]["len"]


def test_browsers_get_the_page(pki, status):
    with Talk(pki, status) as talk:
        code, headers, page = talk.get("/", PAGE)
    assert code == 200 and headers["content-type"] == "text/html; charset=utf-8"
    (lines,) = traces(page)
    assert lines[0]["secrets"] == "hide" and lines[0]["peer"].startswith(HERE)
    assert {"msg", "record", "derive", "done"} <= {line["ev"] for line in lines}
    assert "<noscript>" in page and len(page) < 400_000


def test_the_page_may_not_be_kept_framed_or_added_to(pki, status):
    with Talk(pki, status) as talk:
        _, headers, page = talk.get("/", PAGE)
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert policy.removesuffix("; frame-ancestors 'none'") in page  # it says so itself as well
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("path,kind", [("/", "text/html"), ("/json", "application/json"),
                                       ("/trace.jsonl", "application/jsonl"),
                                       ("/text", "text/plain")])
def test_head_has_the_length_and_no_body(pki, status, path, kind):
    done = curl(pki, status, path, "--head", "--fail", "--header", f"Accept: {PAGE}")
    assert f"Content-Type: {kind}" in done.stdout and "Cache-Control: no-store" in done.stdout
    assert int(re.search(r"Content-Length: (\d+)", done.stdout)[1]) > 1000
    assert done.stdout.endswith("\n\n")


def test_a_browsers_other_questions_are_answered_at_once(pki, status):
    with Talk(pki, status) as talk:
        talk.send(b"GET /favicon.ico HTTP/1.1\r\nHost: x\r\n\r\n")
        assert talk.answer(has_body=False)[0] == 204
        assert talk.get("/nothing", PAGE)[0] == 404
        assert talk.get("/", PAGE)[0] == 200  # all on one connection


def test_the_same_page_each_time(pki, status):
    """The trace ends where the server's first answer begins: the page is not about itself."""
    with Talk(pki, status) as talk:
        first, second = talk.get("/?a", PAGE)[2], talk.get("/?b", PAGE)[2]
    assert first == second


@pytest.mark.parametrize("how", ["--tls=1.3", "--tls=1.2", "--hrr=always"])
def test_after_the_fact_it_is_the_same_page(pki, how, tmp_path):
    with hs_server(pki.servers["p256"], how) as server, Talk(pki, server) as talk:
        page, lines = talk.get("/", PAGE)[2], talk.get("/trace.jsonl")[2]
    (tmp_path / "t.jsonl").write_text(lines)
    assert run("hs-trace", "html", tmp_path / "t.jsonl").stdout == page


def test_hs_client_reads_it(pki, status):
    done = run("hs-client", f"--cacert={pki.root}", "--http=/status.json", "--alpn=http/1.1",
               f"--connect-to={HERE}:{status.port}", "localhost")
    assert json.loads(done.stdout)["alpn"] == "http/1.1" and done.stderr == ""


@pytest.mark.parametrize("how", ["--tls=1.2", "--hrr=always", "--no-resume"])
def test_whatever_the_handshake_was(pki, how):
    with hs_server(pki.servers["p256"], how) as server, Talk(pki, server) as talk:
        (lines,) = traces(talk.get("/", PAGE)[2])
        version = json.loads(talk.get("/json")[2])["version"]
    assert [line["version"] for line in lines if line["ev"] == "done" and line["ok"]] == [version]
    names = [line["name"] for line in lines if line["ev"] == "msg"]
    assert ("hello_retry_request" in names) == (how == "--hrr=always")


# ---- fingerprints ----------------------------------------------------------------------------


def values(page, path):
    """The numbers of a list of the hello, as the JSON has them."""
    pattern = re.compile(re.escape(path) + r"\[\d+\]$")
    found = [field["value"] for field in page["client_hello"]["fields"] if pattern.match(field["path"])]
    return [int(re.search(r"\((\d+)\)$|^0x([0-9a-f]+)$", text)[1] or "0") if "(" in text
            else int(text, 16) for text in found]


def ja4_of(page):
    """JA4 made anew, from the list of fields."""
    types = [field["value"] for field in page["client_hello"]["fields"]
             if field["path"].endswith(".extension_type")]
    types = [int(text[text.rindex("(") + 1:-1]) if "(" in text else int(text, 16) for text in types]
    suites = values(page, "cipher_suites")
    schemes = values(page, "extensions[signature_algorithms].supported_signature_algorithms")
    no_grease = [[n for n in all_ if n & 0x0f0f != 0x0a0a or n >> 8 != n & 0xff]
                 for all_ in (suites, types, schemes)]
    suites, types, schemes = ([f"{n:04x}" for n in all_] for all_ in no_grease)
    start = (f"t13{'d' if '0000' in types else 'i'}{len(suites):02}{len(types):02}"
             f"{page['alpn'][0]}{page['alpn'][-1]}")
    rest = sorted(name for name in types if name not in ("0000", "0010"))
    parts = [",".join(sorted(suites)), ",".join(rest) + "_" + ",".join(schemes)]
    return "_".join([start, *(hashlib.sha256(part.encode()).hexdigest()[:12] for part in parts)])


def test_ja4_is_what_the_fields_say(pki, status):
    page = json.loads(curl(pki, status, "/json", "--http1.1", "--fail").stdout)
    assert page["ja4"] == ja4_of(page)
    start, suites, rest = page["ja4_raw"].split("_", 2)
    assert [hashlib.sha256(part.encode()).hexdigest()[:12] for part in (suites, rest)] == \
        page["ja4"].split("_")[1:]


def test_ja3_is_the_hash_of_its_text(pki, status):
    page = json.loads(curl(pki, status, "/json", "--fail").stdout)
    assert hashlib.md5(page["ja3_full"].encode(), usedforsecurity=False).hexdigest() == page["ja3"]


@pytest.mark.skipif(not shutil.which("tshark"), reason="tshark is not installed")
def test_ja3_is_the_one_of_tshark(pki, tmp_path):
    capture = tmp_path / "c.pcapng"
    with hs_server(pki.servers["p256"], pcapng=capture) as server:
        page = json.loads(curl(pki, server, "/json", "--fail").stdout)
    told = run("tshark", "-r", capture, "-o", "tcp.try_heuristic_first:TRUE", "-Y",
               "tls.handshake.type == 1", "-T", "fields", "-e", "tls.handshake.ja3_full", "-e",
               "tls.handshake.ja3", timeout=120).stdout.split()
    assert told == [page["ja3_full"], page["ja3"]]


def test_the_page_has_them_too(pki, status):
    with Talk(pki, status, alpn=["http/1.1"]) as talk:
        page, facts = talk.get("/", PAGE)[2], json.loads(talk.get("/json")[2])
    notes = [line["text"] for line in traces(page)[0] if line["ev"] == "note"]
    assert f"fingerprints: JA4 {facts['ja4']}, JA3 {facts['ja3']}" in notes


# ---- what nobody gets ------------------------------------------------------------------------


def test_a_visitor_sees_its_own_connection_only(pki, everyone):
    """Two at once, on a server that keeps all of them."""
    with Talk(pki, everyone, alpn=["first-one", "http/1.1"]) as one, \
            Talk(pki, everyone, alpn=["second-one", "http/1.1"]) as two:
        for form in (PAGE, "*/*", "application/json"):
            pages = [talk.get("/", form)[2] for talk in (one, two)]
            assert "first-one" in pages[0] and "second-one" not in pages[0]
            assert "second-one" in pages[1] and "first-one" not in pages[1]


def test_no_secrets_whatever_the_flags(pki, tmp_path):
    keys, trace = tmp_path / "keys", tmp_path / "t.jsonl"
    with hs_server(pki.servers["p256"], "-vvv", "--status-all", secrets="show", keylog=keys,
                   trace=trace) as server:
        with Talk(pki, server) as talk:
            pages = [talk.get("/what-was-asked", form)[2] for form in ("*/*",)]
            pages += [talk.get(path, PAGE)[2] for path in ("/", "/text", "/json", "/trace.jsonl",
                                                           "/all", "/all.json")]
            one = json.loads(talk.get("/all.json")[2])[0]["id"]
            pages += [talk.get(f"/c/{one}{ending}", PAGE)[2] for ending in ("", ".jsonl")]
    secrets = {line.split()[2] for line in keys.read_text().splitlines()}
    shown = [json.loads(line) for line in trace.read_text().splitlines()]
    secrets |= {line["value"] for line in shown if line["ev"] == "derive"}
    secrets |= {line["plaintext"] for line in shown if line.get("inner_type") == 23}
    secrets |= {line["bytes"] for line in shown if line["ev"] == "appdata"}
    assert len(secrets) > 20
    for page in pages:
        assert not [secret for secret in secrets if len(secret) > 8 and secret in page]
        assert "what-was-asked" not in page and b"what-was-asked".hex() not in page


HOSTILE = ["</script><script>alert(1)</script>", "\x1b]0;x\x07", "'\"><img src=x onerror=alert(1)>",
           "<!--", "\n    0.1 ok trust"]


def test_names_from_the_wire_stay_text(pki, everyone):
    with Talk(pki, everyone, alpn=[*HOSTILE, "http/1.1"]) as talk:
        for path in ("/", "/all"):
            page = talk.get(path, PAGE)[2]
            body = page[page.index("</style>"):]
            for name in ("<script>alert", "<img", "<!--", "\x1b", "\x07"):
                assert name not in body
        text = talk.get("/text")[2]
        assert "\x1b" not in text and "\n    0.1 ok" not in text
        fields = json.loads(talk.get("/json")[2])["client_hello"]["fields"]
    assert any("<img src=x" in field["value"] for field in fields)


@pytest.mark.parametrize("name", ["<b>bold</b>", "a\"b'c&d"])
def test_a_server_name_from_the_wire_stays_text(pki, name):
    with hs_server(pki.servers["p256"], "--status-all") as server:
        run("openssl", "s_client", "-connect", f"{HERE}:{server.port}", "-servername", name,
            "-ign_eof", input="GET / HTTP/1.0\r\n\r\n")
        with Talk(pki, server) as talk:
            page = talk.get("/all", PAGE)[2]
            assert json.loads(talk.get("/all.json")[2])[1]["servername"] == name
    assert "<b>bold" not in page and "a\"b'c" not in page


# ---- bounds ----------------------------------------------------------------------------------


def test_a_hello_whose_trace_is_too_long(pki, status):
    """Its fields would fill megabytes: text then, with a line that says why."""
    with Talk(pki, status, alpn=["http/1.1", *["x"] * 20_000]) as talk:
        code, headers, page = talk.get("/", PAGE)
        assert (code, headers["content-type"]) == (200, "text/plain; charset=utf-8")
        assert page.endswith("No page: The trace of this connection is too long to be kept in "
                             "memory.\n")
        assert talk.get("/trace.jsonl")[0] == 404


def memory(server):
    """Resident, in bytes."""
    text = open(f"/proc/{server.pid}/status", encoding="ascii").read()
    return int(re.search(r"VmRSS:\s+(\d+) kB", text)[1]) * 1024


def test_many_connections_do_not_add_up(pki, is_sanitized):
    with hs_server(pki.servers["p256"], "--status-all", workers=2) as server:
        def visit(_):
            with Talk(pki, server) as talk:
                return talk.get("/", PAGE)[0]

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            assert set(pool.map(visit, range(200))) == {200}
            before = memory(server)
            assert set(pool.map(visit, range(200))) == {200}
        assert is_sanitized or memory(server) < before + (8 << 20)
        with Talk(pki, server) as talk:
            found = json.loads(talk.get("/all.json")[2])
    assert len(found) == 100 and len({one["id"] for one in found}) == 100


def test_requests_sent_ahead_do_not_pile_up_answers(pki, is_sanitized):
    """Some sixty bytes ask for hundreds of thousands."""
    request = f"GET / HTTP/1.1\r\nHost: localhost\r\nAccept: {PAGE}\r\n\r\n".encode()
    with hs_server(pki.servers["p256"]) as server, Talk(pki, server) as talk:
        assert talk.get("/", PAGE)[0] == 200
        before = memory(server)
        talk.send(request * 300)  # two thirds of what may be sent ahead
        first = talk.answer()
        time.sleep(0.5)  # nobody reads
        assert is_sanitized or memory(server) < before + (8 << 20)
        for _ in range(299):
            assert talk.answer()[2] == first[2]


def test_all_that_was_asked_before_the_end_is_answered(pki, status):
    with Talk(pki, status) as talk:
        talk.send(f"GET / HTTP/1.1\r\nHost: localhost\r\nAccept: {PAGE}\r\n\r\n".encode() * 5)
        with contextlib.suppress(OSError):  # sends close_notify, and does not wait for the other
            talk.tls.settimeout(0)
            talk.tls.unwrap()
        raw = socket.socket(fileno=talk.tls.detach())
        raw.settimeout(10)
        got, part = 0, b"x"
        while part:
            part = raw.recv(1 << 16)
            got += len(part)
        raw.close()
    assert got > 5 * 100_000


# ---- --status-all ----------------------------------------------------------------------------


def test_the_list_has_those_that_failed_with_their_reason(pki, everyone):
    run("hs-client", f"--cacert={pki.other_root}", f"--connect-to={HERE}:{everyone.port}",
        "localhost", code=5)
    with socket.create_connection((HERE, everyone.port)) as plain:
        plain.sendall(b"GET / HTTP/1.0\r\n\r\n")
        plain.recv(100)
    with Talk(pki, everyone) as talk:
        found = json.loads(talk.get("/all.json")[2])
        page = talk.get("/all", PAGE)[2]
        failed = [one for one in found if not one["ok"]]
        assert {"unknown_ca"} <= {one["error"].get("alert_name") for one in failed}
        assert any("HTTP" in one["text"] or "record" in one["text"] for one in failed)
        for one in failed:
            assert f'href="/c/{one["id"]}"' in page
        ours = next(one for one in failed if one["error"].get("alert_name") == "unknown_ca")
        (lines,) = traces(talk.get(f"/c/{ours['id']}", PAGE)[2])
    assert [line["desc"] for line in lines if line["ev"] == "alert"] == ["unknown_ca"]
    assert (lines[0]["peer"], ours["servername"]) == (ours["peer"], "localhost")


def test_each_has_its_page_and_its_trace(pki, everyone):
    with Talk(pki, everyone, alpn=["other-one", "http/1.1"]) as other, Talk(pki, everyone) as talk:
        mine = talk.get("/trace.jsonl")[2]
        found = json.loads(talk.get("/all.json")[2])
        assert other.tls.version() == "TLSv1.3" and found[0]["conn"] != found[1]["conn"]
        pages = [talk.get(f"/c/{one['id']}", PAGE)[2] for one in found[:2]]
        assert sum("other-one" in page for page in pages) == 1
        assert mine in [talk.get(f"/c/{one['id']}.jsonl")[2] for one in found[:2]]


@pytest.mark.parametrize("path", ["/c/", "/c/1", "/c/" + "0" * 32, "/c/" + "0" * 32 + ".jsonl",
                                  "/c/" + "0" * 32 + "/x", "/all/", "/allx", "/c/../all"])
def test_there_is_nothing_else(pki, everyone, path):
    with Talk(pki, everyone) as talk:
        assert talk.get(path, PAGE)[0] == 404


def test_without_it_there_is_no_list(pki, status):
    with Talk(pki, status) as talk:
        for path in ("/all", "/all.json", "/c/" + "0" * 32):
            assert talk.get(path, PAGE)[0] == 404


def own_address():
    """An address of this machine that is not loopback; None: it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            return None
        address = probe.getsockname()[0]
    return None if address.startswith("127.") else address


def test_the_list_is_for_this_machine_only(pki):
    address, own = own_address(), pki.servers["p256"]
    if address is None:
        pytest.skip("this machine has no address but loopback")
    with Program("hs-server", "--json", "--status-all", f"--cert={own.cert}", f"--key={own.key}",
                 "0.0.0.0:0") as server:
        port = json.loads(server.wait_for('"ev":"listening"', stream="out").string)["port"]
        words = ["curl", "--silent", "--noproxy", "*", "--cacert", pki.root, "--write-out",
                 "|%{http_code}", "--resolve"]

        def ask(where, path):
            return run(*words, f"localhost:{port}:{where}", f"https://localhost:{port}{path}").stdout

        one = json.loads(ask(HERE, "/all.json").rsplit("|", 1)[0])[0]["id"]
        for path in ("/all", "/all.json", f"/c/{one}", f"/c/{one}.jsonl"):
            assert ask(HERE, path).endswith("|200")
            refused = ask(address, path)
            assert refused.endswith("|403") and one not in refused
        assert ask(address, "/").endswith("|200")


# ---- --html, --html-dir ----------------------------------------------------------------------


def test_pages_of_both_ends_with_all_their_connections(pki, tmp_path):
    files = [tmp_path / name for name in ("server.html", "client.html")]
    with hs_server(pki.servers["p256"], tls="1.2", html=files[0], html_dir=tmp_path) as server:
        run("hs-client", f"--cacert={pki.root}", "--resume=2", f"--html={files[1]}",
            f"--connect-to={HERE}:{server.port}", "localhost")
    for path in files:
        blocks = traces(path.read_text())
        assert [block[0]["conn"] for block in blocks] == ["c1", "c2", "c3"]
        assert [line["mode"] for block in blocks for line in block if line["ev"] == "done"] == \
            ["full", "resumed", "resumed"]
        assert path.stat().st_mode & 0o777 == 0o600
    for name in ("c1", "c2", "c3"):
        own = tmp_path / f"{name}.html"
        assert [block[0]["conn"] for block in traces(own.read_text())] == [name]
        assert own.stat().st_mode & 0o777 == 0o600


def test_a_comparison_is_one_page(pki, tmp_path):
    page = tmp_path / "both.html"
    with hs_server(pki.servers["p256"]) as server:
        run("hs-client", f"--cacert={pki.root}", "--compare=1.2,1.3", f"--html={page}",
            f"--connect-to={HERE}:{server.port}", "localhost")
    done = [line for block in traces(page.read_text()) for line in block if line["ev"] == "done"]
    assert [line["version"] for line in done] == ["TLS 1.2", "TLS 1.3"]


def test_secrets_are_in_a_page_only_where_asked_for(pki, tmp_path):
    with hs_server(pki.servers["p256"]) as server:
        for how in ("hide", "show"):
            run("hs-client", f"--cacert={pki.root}", f"--html={tmp_path / how}", f"--secrets={how}",
                f"--connect-to={HERE}:{server.port}", "localhost")
    for how in ("hide", "show"):
        (lines,) = traces((tmp_path / how).read_text())
        derived = [line for line in lines if line["ev"] == "derive"]
        assert derived and all(("value" in line) == (how == "show") for line in derived)


def test_redacted_is_redacted_in_every_form(pki, tmp_path):
    page, trace = tmp_path / "p.html", tmp_path / "t.jsonl"
    with hs_server(pki.servers["p256"]) as server:
        done = run("hs-client", f"--cacert={pki.root}", "--redact", "-vv", f"--html={page}",
                   f"--trace={trace}", f"--connect-to={HERE}:{server.port}", "localhost")
    for text in (page.read_text(), trace.read_text(), done.stderr):
        assert "TLS_" in text and "localhost" not in text and "127.0.0.1" not in text
        assert "server p256" not in text


@pytest.mark.parametrize("with_", ["--secrets=id", "--secrets=show", "--keylog=k", "--pcapng=p"])
@pytest.mark.parametrize("program", ["hs-client", "hs-server"])
def test_redacting_does_not_go_with_what_tells(program, with_, tmp_path):
    done = run(program, "--redact", with_, "localhost:1", code=2, cwd=tmp_path)
    assert "--redact" in done.stderr and not list(tmp_path.iterdir())


def test_a_page_is_not_written_through_a_link(pki, tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "target")
    done = run("hs-client", f"--html={tmp_path / 'link'}", "localhost:1", code=1)
    assert "symbolic link" in done.stderr and not (tmp_path / "target").exists()
