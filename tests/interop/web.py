"""HTTP over TLS to hs-server: by curl, and by Python's OpenSSL, which sends any bytes."""

import socket
import ssl

from conftest import HERE, run


def curl(pki, server, path, *more, code=0, **how):
    return run("curl", "--silent", "--show-error", "--noproxy", "*", "--path-as-is", "--cacert",
               pki.root, "--resolve", f"localhost:{server.port}:{HERE}", *more,
               f"https://localhost:{server.port}{path}", code=code, **how)


class Talk:
    """A TLS connection of Python's (OpenSSL) on which any bytes can be sent."""

    def __init__(self, pki, server, alpn=()):
        context = ssl.create_default_context(cafile=str(pki.root))
        if alpn:
            context.set_alpn_protocols(alpn)
        self.tls = context.wrap_socket(socket.create_connection((HERE, server.port), timeout=10),
                                       server_hostname="localhost")

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.tls.close()

    def send(self, data):
        self.tls.sendall(data)

    def answer(self, has_body=True):
        """status, {header: value}, body"""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = self.tls.recv(1)
            assert byte, f"the connection ended within {head!r}"
            head += byte
        first, *lines = head.decode().split("\r\n")[:-2]
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        body, left = b"", int(headers["content-length"]) if has_body else 0
        while len(body) < left:
            body += self.tls.recv(left - len(body))
        return int(first.split()[1]), headers, body

    def get(self, path, accept="*/*"):
        """status, {header: value}, text"""
        self.send(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\n\r\n".encode())
        status, headers, body = self.answer()
        return status, headers, body.decode()

    def is_ended(self):
        """Has the server closed, with close_notify? Else this waits until the timeout."""
        return self.tls.recv(1) == b""
