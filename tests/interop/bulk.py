"""Much data both ways at once, in pieces of random sizes."""

import contextlib
import hashlib
import random
import select
import socket
import ssl
import subprocess
import threading

from conftest import HERE
from peers import gnutls_server

MUCH = 10_000_000
LINE = 3999  # gnutls-cli goes line by line, so short ones take it long


def text(size=MUCH):
    """Random lines: gnutls-serv --echo speaks no other language."""
    digits = random.Random(7).randbytes(size // 2).hex()
    return "".join(f"{digits[at:at + LINE]}\n" for at in range(0, len(digits), LINE)).encode()


def in_pieces(data, seed):
    """From one byte to more than two records."""
    pieces, at = random.Random(seed), 0
    while at < len(data):
        size = pieces.choice((1, pieces.randrange(1, 300), pieces.randrange(1, 40_000)))
        yield data[at:at + size]
        at += size


def _write(pipe, data):
    for piece in in_pieces(data, 1):
        pipe.write(piece)
        pipe.flush()


def exchange_much(*command):
    """A program that sends its input to an echo server: all of it comes back, then it ends well
    when its input does."""
    data = text()
    with subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as process:
        writer = threading.Thread(target=_write, args=(process.stdin, data), daemon=True)
        writer.start()
        got = process.stdout.read(len(data))
        writer.join(60)
        process.stdin.close()
        assert process.wait(20) == 0
    assert hashlib.sha256(got).hexdigest() == hashlib.sha256(data).hexdigest()


def exchange_on(tls):
    """The same on a connection of Python's; in one thread, since an SSL object is for one."""
    data = text()
    pieces, piece, got = in_pieces(data, 5), b"", bytearray()
    tls.setblocking(False)
    while len(got) < len(data):
        piece = piece or next(pieces, b"")
        with contextlib.suppress(ssl.SSLWantWriteError, ssl.SSLWantReadError):
            piece = piece[tls.send(piece):] if piece else piece
        try:
            more = tls.recv(1 << 16)
            if not more:
                break
            got += more
        except ssl.SSLWantReadError:
            select.select([tls], [tls] if piece else [], [], 10)
    return got == data


class echo_server:
    """OpenSSL's libssl by way of Python: sends back what comes, cut anew."""

    def __init__(self, identity, oldest=ssl.TLSVersion.TLSv1_3):
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.minimum_version = oldest
        self._context.load_cert_chain(identity.cert, identity.key)
        self._listener = socket.create_server((HERE, 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *what):
        self._listener.close()
        self._thread.join(20)

    def _serve(self):
        with self._context.wrap_socket(self._listener.accept()[0], server_side=True) as tls:
            count = 0
            while True:
                data = tls.recv(1 << 16)
                if not data:
                    break
                count += 1
                for piece in in_pieces(data, count):
                    tls.sendall(piece)
            with contextlib.suppress(OSError):
                tls.unwrap()


def gnutls_echo_server(identity):
    return gnutls_server(identity, "--crlf", how=("--echo",))
