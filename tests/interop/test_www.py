"""hs-server --www by curl, and by requests no browser would send."""

import contextlib
import os

import pytest
from ours import hs_server
from peers import openssl_client
from web import Talk, curl

INDEX, NOTES = "<p>index of the root</p>\n", "some notes\n"
OUTSIDE = "what lies outside"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """root/ with what may be read, and a secret beside it."""
    top = tmp_path_factory.mktemp("www")
    root = top / "root"
    (root / "sub").mkdir(parents=True)
    (root / "index.html").write_text(INDEX)
    (root / "notes.txt").write_text(NOTES)
    (root / "empty.bin").write_text("")
    (root / "with space.txt").write_text("spaced\n")
    (root / "big.bin").write_bytes(os.urandom(1 << 20) * 10)
    (root / "sub" / "page.html").write_text("<p>sub</p>\n")
    (top / "secret.txt").write_text(OUTSIDE)
    (root / "link.txt").symlink_to(top / "secret.txt")
    (root / "out").symlink_to(top)
    os.mkfifo(root / "pipe")
    return root


@pytest.fixture(scope="module")
def www(pki, folder):
    with hs_server(pki.servers["p256"], www=folder) as server:
        yield server


# ---- files -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path,body,kind", [
    ("/", INDEX, "text/html; charset=utf-8"),
    ("/index.html", INDEX, "text/html; charset=utf-8"),
    ("/notes.txt", NOTES, "text/plain; charset=utf-8"),
    ("/notes.txt?query=1", NOTES, "text/plain; charset=utf-8"),
    ("/sub/page.html", "<p>sub</p>\n", "text/html; charset=utf-8"),
    ("/%6eotes.txt", NOTES, "text/plain; charset=utf-8"),
    ("/with%20space.txt", "spaced\n", "text/plain; charset=utf-8"),
    ("/empty.bin", "", "application/octet-stream"),
])
def test_get(pki, www, path, body, kind):
    done = curl(pki, www, path, "--fail", "--write-out", "|%{http_code} %{content_type}")
    assert done.stdout == f"{body}|200 {kind}"


def test_big_file_is_whole(pki, www, folder, tmp_path):
    curl(pki, www, "/big.bin", "--fail", "--output", tmp_path / "got")
    assert (tmp_path / "got").read_bytes() == (folder / "big.bin").read_bytes()


@pytest.mark.parametrize("path,length", [("/notes.txt", len(NOTES)), ("/big.bin", 10 << 20)])
def test_head_has_the_length_and_no_body(pki, www, path, length):
    done = curl(pki, www, path, "--head", "--fail")
    assert f"content-length: {length}" in done.stdout.lower() and done.stdout.endswith("\n\n")


@pytest.mark.parametrize("path", ["/nothing", "/sub/nothing", "/notes.txt/", "/notes.txt/x",
                                  "/sub/", "/pipe"])
def test_not_there(pki, www, path):
    done = curl(pki, www, path, "--write-out", "%{http_code}")
    assert done.stdout.endswith("404")


def test_folder_without_slash_is_moved(pki, www):
    done = curl(pki, www, "/sub", "--write-out", "%{http_code} %{redirect_url}")
    assert done.stdout.endswith(f"301 https://localhost:{www.port}/sub/")


@pytest.mark.parametrize("path", [
    "/../secret.txt", "/sub/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt",
    "/sub/..%2f..%2fsecret.txt", "/.%2e/secret.txt", "//../secret.txt", "/./../secret.txt",
    "/..\\secret.txt", "/%252e%252e/secret.txt", "/link.txt", "/out/secret.txt",
    "/../root/../secret.txt", "/secret.txt%00.html", "/..%00/secret.txt",
])
def test_no_way_out(pki, www, path):
    done = curl(pki, www, path, "--write-out", "|%{http_code}")
    assert OUTSIDE not in done.stdout and done.stdout.rsplit("|", 1)[1] in ("400", "404")


@pytest.mark.parametrize("target", [b"../secret.txt", b"https://localhost/../secret.txt",
                                    b"file:///etc/passwd", b"*", b"/a b", b"\\..\\secret.txt"])
def test_odd_targets(pki, www, target):
    with Talk(pki, www) as talk:
        talk.send(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        status, _, body = talk.answer()
    assert status in (400, 404) and OUTSIDE.encode() not in body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_other_methods(pki, www, method):
    done = curl(pki, www, "/notes.txt", "--request", method, "--include")
    assert done.stdout.startswith("HTTP/1.1 405") and "Allow: GET, HEAD" in done.stdout


# ---- connections -----------------------------------------------------------------------------


def test_curl_keeps_the_connection(pki, www):
    done = curl(pki, www, "/notes.txt", f"https://localhost:{www.port}/", "--write-out",
                "%{num_connects}|")
    assert [part[-1] for part in done.stdout.split("|")[:2]] == ["1", "0"]


def test_keep_alive_and_requests_sent_ahead(pki, www):
    """Three requests in one write: three answers, in order, the last one ends it."""
    with Talk(pki, www) as talk:
        talk.send(b"GET /notes.txt HTTP/1.1\r\nHost: x\r\n\r\n"
                  b"HEAD /big.bin HTTP/1.1\r\nHost: x\r\n\r\n"
                  b"GET /none HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert talk.answer()[::2] == (200, NOTES.encode())
        assert talk.answer(has_body=False)[1]["content-length"] == str(10 << 20)
        assert talk.answer()[0] == 404
        assert talk.is_ended()


def test_requests_sent_ahead_of_a_big_answer(pki, www, folder):
    with Talk(pki, www) as talk:
        talk.send(b"GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n"
                  b"GET /notes.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert talk.answer()[2] == (folder / "big.bin").read_bytes()
        assert talk.answer()[::2] == (200, NOTES.encode())
        assert talk.is_ended()


def test_http_1_0_closes(pki, www):
    with Talk(pki, www) as talk:
        talk.send(b"GET /notes.txt HTTP/1.0\r\n\r\n")
        assert talk.answer()[2] == NOTES.encode()
        assert talk.is_ended()


@pytest.mark.parametrize("request_", [b"GET / HTTP/1.0\n\n", b"GET /\n\n", b"GET /\r\n\r\n",
                                      b"GET / HTTP/1.1\nHost: x\nConnection: close\n\n"])
def test_bare_line_ends(pki, www, request_):
    """As terse test clients send it; by s_client, as people type it."""
    seen = openssl_client(www.port, pki.root, request=request_)
    assert seen.code == 0 and INDEX.strip() in seen.text


def test_request_in_single_bytes(pki, www):
    with Talk(pki, www) as talk:
        for byte in b"GET /notes.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":
            talk.send(bytes([byte]))
        assert talk.answer()[2] == NOTES.encode()


@pytest.mark.parametrize("request_,status", [
    (b"no request at all\r\n\r\n", 400),
    (b"GET " + b"/x" * 5000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
    (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 100_000 + b"\r\n\r\n", 431),
])
def test_bad_requests_are_answered_and_ended(pki, www, request_, status):
    with Talk(pki, www) as talk:
        with contextlib.suppress(OSError):
            talk.send(request_)
        got, headers, _ = talk.answer()
        assert got == status
        assert headers["connection"] == "close"


def test_access_log_has_one_line_for_each_request(pki, folder, tmp_path):
    log = tmp_path / "access"
    with hs_server(pki.servers["p256"], www=folder, access_log=log) as server:
        curl(pki, server, "/notes.txt")
        curl(pki, server, "/%1b%5b31m%0aforged")
        server.stop()
    lines = log.read_text().splitlines()
    assert len(lines) == 2
    assert lines[0].endswith(f'"GET /notes.txt" 200 {len(NOTES)}') and "\x1b" not in lines[1]
