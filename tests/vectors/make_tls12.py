#!/usr/bin/env python3
"""Makes tls12_peers.h beside this file out of TLS 1.2 handshakes of other libraries on loopback.

Usage: make_tls12.py     (needs openssl, gnutls-cli and gnutls-serv)

Randoms and keys are fresh, so each run gives other bytes of the same kind. Scenes:

  ecdhe      OpenSSL with OpenSSL: ECDHE-ECDSA, client certificate, OCSP response, ALPN, a ticket
  classic    OpenSSL with OpenSSL: RSA key transport with AES-128-GCM, without extended main secret
  gnutls     GnuTLS with GnuTLS: ECDHE-RSA, a ticket

Names: tls12_<scene>_<what>, what being a message (those that both sides send with the side's
name before it) or

  main_secret                           as the client's key log tells it
  client_finished_record, server_...    the first encrypted record: Finished
  server_key                            classic: the server's private key, PKCS#8
"""
import contextlib
import os
import re
import socket
import subprocess
import tempfile
import threading
import time

NAMES = {0: "hello_request", 1: "client_hello", 2: "server_hello", 4: "new_session_ticket",
         11: "certificate", 12: "server_key_exchange", 13: "certificate_request",
         14: "server_hello_done", 15: "certificate_verify", 16: "client_key_exchange",
         22: "certificate_status"}
CHANGE_CIPHER_SPEC, HANDSHAKE = 20, 22


def run(*args, cwd, **more):
    return subprocess.run(args, cwd=cwd, check=True, capture_output=True, **more)


def make_credentials(cwd):
    """ca, ec (a server's), client, rsa: NAME.pem and NAME.key; ocsp.der for ec."""
    ec = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30")
    rsa = ("-newkey", "rsa:2048", "-nodes", "-days", "30")

    def make(name, kind, *ca):
        run("openssl", "req", "-x509", *kind, "-subj", f"/CN={name}.test", "-keyout", f"{name}.key",
            "-out", f"{name}.pem", *ca, cwd=cwd)

    make("ca", ec)
    # req has no -CA before OpenSSL 3; leaves that are CAs do for messages.
    for name, kind in (("ec", ec), ("client", ec), ("rsa", rsa)):
        make(name, kind, "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", "0x1234")
    with open(os.path.join(cwd, "index"), "w", encoding="ascii") as index:
        index.write("V\t351231235959Z\t\t1234\tunknown\t/CN=ec.test\n")
    run("openssl", "ocsp", "-issuer", "ca.pem", "-cert", "ec.pem", "-no_nonce",
        "-reqout", "req.der", cwd=cwd)
    run("openssl", "ocsp", "-index", "index", "-rsigner", "ca.pem", "-rkey", "ca.key",
        "-CA", "ca.pem", "-reqin", "req.der", "-respout", "ocsp.der", "-ndays", "7", cwd=cwd)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def connect(port):
    for _ in range(100):
        try:
            return socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise SystemExit(f"nothing listens on port {port}")


def pass_on(source, sink, seen):
    with contextlib.suppress(OSError):  # both ends are killed in the end
        while data := source.recv(65536):
            seen += data
            sink.sendall(data)


def record(server, client, cwd):
    """(what the client sent, what the server sent). In the commands PORT stands for the port."""
    port = free_port()
    with socket.create_server(("127.0.0.1", 0)) as tap:
        replace = lambda args, to: [a.replace("PORT", str(to)) for a in args]
        quiet = {"cwd": cwd, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        serving = subprocess.Popen(replace(server, port), stdin=subprocess.PIPE, **quiet)
        upstream = connect(port)
        asking = subprocess.Popen(replace(client, tap.getsockname()[1]), stdin=subprocess.PIPE,
                                  **quiet)
        downstream, _ = tap.accept()
        sent = bytearray(), bytearray()
        ways = [threading.Thread(target=pass_on, args=args, daemon=True) for args in
                ((downstream, upstream, sent[0]), (upstream, downstream, sent[1]))]
        for way in ways:
            way.start()
        time.sleep(1.5)  # long after the handshake
        for end in (asking, serving):
            end.kill()
            end.wait()
    return sent


def messages_of(side, stream):
    """(name, bytes): the messages in clear, then the record behind ChangeCipherSpec."""
    clear, changed = b"", False
    while stream:
        kind, size = stream[0], int.from_bytes(stream[3:5], "big")
        whole, stream = bytes(stream[:5 + size]), stream[5 + size:]
        if changed:
            yield f"{side}_finished_record", whole
            break
        changed = kind == CHANGE_CIPHER_SPEC
        if kind == HANDSHAKE:
            clear += whole[5:]
    while clear:
        size = 4 + int.from_bytes(clear[1:4], "big")
        name = NAMES[clear[0]]
        yield (f"{side}_{name}" if name == "certificate" else name), clear[:size]
        clear = clear[size:]


def main_secret(path):
    with open(path, encoding="ascii") as log:
        return bytes.fromhex(re.search(r"^CLIENT_RANDOM \w+ (\w+)", log.read(), re.M).group(1))


def scenes(cwd):
    serve = ["openssl", "s_server", "-accept", "PORT", "-tls1_2", "-quiet"]
    ask = ["openssl", "s_client", "-connect", "127.0.0.1:PORT", "-tls1_2", "-quiet", "-keylogfile",
           "keys"]
    yield "ecdhe", record(
        serve + ["-cert", "ec.pem", "-key", "ec.key", "-status_file", "ocsp.der", "-alpn", "h2",
                 "-Verify", "1", "-CAfile", "ca.pem"],
        ask + ["-cert", "client.pem", "-key", "client.key", "-cert_chain", "ca.pem", "-status",
               "-alpn", "h2,http/1.1", "-servername", "ec.test"], cwd), {}
    config = os.path.join(cwd, "no-ems.cnf")
    with open(config, "w", encoding="ascii") as out:
        out.write("openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n"
                  "[c]\nOptions = -ExtendedMasterSecret,-SessionTicket\n")
    os.environ["OPENSSL_CONF"] = config
    key = run("openssl", "pkcs8", "-topk8", "-nocrypt", "-in", "rsa.key", "-outform", "DER",
              cwd=cwd).stdout
    yield "classic", record(serve + ["-cert", "rsa.pem", "-key", "rsa.key"],
                            ask + ["-cipher", "AES128-GCM-SHA256"], cwd), {"server_key": key}
    del os.environ["OPENSSL_CONF"]
    only = "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ECDHE-RSA"
    os.environ["SSLKEYLOGFILE"] = "keys"
    yield "gnutls", record(["gnutls-serv", "-q", "--echo", "-p", "PORT", "--priority", only,
                            "--x509keyfile", "rsa.key", "--x509certfile", "rsa.pem"],
                           ["gnutls-cli", "--insecure", "--priority", only, "-p", "PORT",
                            "127.0.0.1"], cwd), {}


def write_array(out, name, data):
    out.write(f"\nstatic const uint8_t tls12_{name}[{len(data)}] = {{\n")
    for i in range(0, len(data), 16):
        out.write("    " + ", ".join(f"0x{b:02x}" for b in data[i:i + 16]) + ",\n")
    out.write("};\n")


def main():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tls12_peers.h")
    with tempfile.TemporaryDirectory() as cwd, open(path, "w", encoding="ascii") as out:
        make_credentials(cwd)
        out.write("/* TLS 1.2 between other libraries; made by make_tls12.py, which says what the "
                  "names mean. */\n")
        out.write("/* clang-format off */\n#ifndef HS_TEST_TLS12_PEERS_H\n"
                  "#define HS_TEST_TLS12_PEERS_H\n\n#include <stdint.h>\n")
        for scene, (client, server), more in scenes(cwd):
            for name, data in [*messages_of("client", client), *messages_of("server", server),
                               *more.items()]:
                write_array(out, f"{scene}_{name}", data)
            write_array(out, f"{scene}_main_secret", main_secret(os.path.join(cwd, "keys")))
            os.remove(os.path.join(cwd, "keys"))
        out.write("\n#endif\n")


main()
