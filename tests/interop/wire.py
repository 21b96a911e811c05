"""What goes over the wire: a relay on loopback that keeps every byte, and looks at them."""

import contextlib
import re
import socket
import struct
import threading
import xml.etree.ElementTree as xml

from conftest import HERE, run

ALERT, HANDSHAKE, DATA = 21, 22, 23
CLIENT, SERVER = "client", "server"
ENCRYPTED_ALERT = 2 + 1 + 16  # alert, content type, tag


class Relay:
    """Listens on a port of its own and passes one connection on to `target`, each chunk as
    edit(who sent it, bytes) has it."""

    def __init__(self, target, edit=lambda who, data: data):
        self.chunks = []  # (who sent it, bytes), in order
        self._target, self._edit = target, edit
        self._lock = threading.Lock()
        self._listener = socket.create_server((HERE, 0))
        self.port = self._listener.getsockname()[1]
        self._sockets = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.close()

    def _serve(self):
        with contextlib.suppress(OSError):
            client, _ = self._listener.accept()
            server = socket.create_connection((HERE, self._target))
            self._sockets = [client, server]
            back = threading.Thread(target=self._pump, args=(server, client, SERVER), daemon=True)
            back.start()
            self._pump(client, server, CLIENT)
            back.join()

    def _pump(self, source, sink, who):
        with contextlib.suppress(OSError):
            while True:
                data = source.recv(65536)
                if not data:
                    break
                with self._lock:
                    self.chunks.append((who, data))
                sink.sendall(self._edit(who, data))
            sink.shutdown(socket.SHUT_WR)

    def finish(self):
        """Waits until both ends have closed."""
        self._thread.join(10)
        assert not self._thread.is_alive(), "the connection through the relay does not end"

    def close(self):
        self._listener.close()
        for each in self._sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._thread.join(5)

    def sent(self, who):
        with self._lock:
            return b"".join(data for sender, data in self.chunks if sender == who)

    def records(self, who):
        """[(content type, length)] as they went over the wire."""
        data, found = self.sent(who), []
        while data:
            kind, _, length = struct.unpack(">BHH", data[:5])
            found.append((kind, length))
            data = data[5 + length:]
        return found

    def write_pcap(self, path):
        """The connection as IPv4 packets with invented addresses: ports 40000 (client) and 443."""
        with self._lock:
            chunks = list(self.chunks)
        at = {CLIENT: 1, SERVER: 1}
        with open(path, "wb") as out:
            out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
            time = 0
            for who, data in chunks:
                for start in range(0, len(data), 16000):
                    part = data[start:start + 16000]
                    other = SERVER if who == CLIENT else CLIENT
                    packet = _ip(who, part, at[who], at[other])
                    time += 1
                    out.write(struct.pack("<IIII", time // 1000, time % 1000 * 1000, len(packet),
                                          len(packet)) + packet)
                    at[who] += len(part)


def _ip(who, data, sequence, acknowledged):
    ports = (40000, 443) if who == CLIENT else (443, 40000)
    ends = (b"\x0a\0\0\1", b"\x0a\0\0\2") if who == CLIENT else (b"\x0a\0\0\2", b"\x0a\0\0\1")
    tcp = struct.pack(">HHIIBBHHH", *ports, sequence & 0xFFFFFFFF, acknowledged & 0xFFFFFFFF,
                      5 << 4, 0x18, 65535, 0, 0)
    return struct.pack(">BBHHHBBH", 0x45, 0, 40 + len(data), 0, 0, 64, 6, 0) + b"".join(ends) + (
        tcp + data)


# ---- tshark ----------------------------------------------------------------------------------


def tshark(pcap, keylog, *words):
    # With the data not looked into: an HTTP body without a length hides what follows it.
    return run("tshark", "-r", pcap, "-o", f"tls.keylog_file:{keylog}", "-d", "tcp.port==443,tls",
               "-o", "tls.desegment_ssl_application_data:FALSE", "--disable-protocol", "http",
               *words, timeout=120).stdout


def tshark_messages(pcap, keylog):
    """What tshark makes of it with the key log: [(who, "client_hello")], alerts as
    "alert close_notify"."""
    messages = []
    for packet in xml.fromstring(tshark(pcap, keylog, "-T", "pdml")).iter("packet"):
        port = packet.find(".//field[@name='tcp.srcport']").get("show")
        who = SERVER if port == "443" else CLIENT
        for field in packet.iter("field"):
            if field.get("name") == "tls.handshake":
                messages.append((who, _name(field.get("showname"))))
            elif field.get("name") == "tls.alert_message.desc":
                messages.append((who, "alert " + _name(field.get("showname"))))
    return messages


def tshark_data(pcap, keylog):
    """The application data as tshark decrypts it, both directions."""
    shown = tshark(pcap, keylog, "-q", "-z", "follow,tls,raw,0")
    return b"".join(bytes.fromhex(line.strip()) for line in shown.splitlines()
                    if re.fullmatch(r"\t?[0-9a-f]+", line))


def _name(shown):
    """'Handshake Protocol: Client Hello' and 'Description: Close Notify (0)' as the RFC writes."""
    words = re.sub(r" \(.*", "", shown.split(": ", 1)[1])
    return words.lower().replace(" ", "_")
