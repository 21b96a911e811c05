#!/usr/bin/env python3
"""Makes rfc8448_*.h beside this file out of the text of RFC 8448.

Usage: make_rfc8448.py rfc8448.txt     (https://www.rfc-editor.org/rfc/rfc8448.txt)

Every value of sections 3 to 7 that says how long it is becomes one array, whose length is
checked against what the RFC says. Names: rfc8448_<section>_<what>:

  client_x25519_private_key             keys of the key exchange
  client_hello, client_hello_2          messages as constructed; hello_retry_request by its name
  client_record_1, ..._payload          what one side sent, counted from 1 for each side
  early_secret, handshake_secret_ikm    HKDF-Extract: result, and its input
  c_hs_traffic, c_hs_traffic_hash       Derive-Secret by its label: result, transcript hash
  server_hs_key, client_ap_iv           traffic keys of the side that writes with them
  client_finished_key, ..._verify_data  Finished
  resumption_psk                        the key that goes with the ticket
  client_hello_prefix, binder, ...      of section 4: the hello up to its binders; the whole one
                                        is client_record_1_payload
"""
import os
import re
import sys

SECTIONS = {"3": "simple", "4": "resumed", "5": "retry", "6": "client_auth", "7": "compat"}
RETRY_RANDOM = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")


def lines_of(path):
    """The text without page breaks, headers and footers."""
    for line in open(path, encoding="utf-8", errors="replace"):
        line = line.rstrip("\n").replace("\f", "")
        if not re.match(r"(Thomson +Informational|RFC 8448 +TLS 1.3 Traces)", line):
            yield line


def steps_of(path):
    """(section, side, step, [(label, bytes)]) in the order of the text."""
    section, step, values = None, None, []
    label, size, digits = None, 0, ""

    def end_value():
        nonlocal label
        if label is not None:
            data = bytes.fromhex(digits)
            if len(data) != size:
                sys.exit(f"section {section}, {step}: {label} is {len(data)} bytes, not {size}")
            values.append((label, data))
        label = None

    for line in lines_of(path):
        heading = re.match(r"(\d)\.  \S", line)
        start = re.match(r"   \{(client|server)\}  (.*)", line)
        value = re.match(r"      ([A-Za-z][A-Za-z ]*) \((\d+) octets\):  ?(.*)", line)
        more = re.match(r"         ((?:[0-9a-f]{2} ?)+)$", line)
        if heading or start:
            end_value()
            if step and values:
                yield section, *step, values
            step, values = None, []
            if heading:
                section = heading.group(1)
            else:
                step = start.groups()
        elif step and value:
            end_value()
            label, size = value.group(1), int(value.group(2))
            digits = "" if "empty" in value.group(3) else value.group(3)
        elif label and more:
            digits += more.group(1)
        elif step and not values and label is None and line.startswith("   ") and line.strip():
            step = (step[0], step[1] + " " + line.strip())
    end_value()
    if step and values:
        yield section, *step, values


def snake(name):
    name = re.sub(r"([a-z])([A-Z])", r"\1_\2", name)
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def names_of(side, step, values, records):
    """(name, bytes) for what one step shows; its inputs only where nothing else has them."""
    got = dict(values)
    if m := re.match(r"create an ephemeral (\S+) key pair", step):
        group = snake(m.group(1))
        return [(f"{side}_{group}_{snake(k)}", v) for k, v in values]
    if m := re.match(r"construct an? (\w+) handshake message", step):
        message = got[m.group(1)]
        name = snake(m.group(1))
        if int.from_bytes(message[1:4], "big") != len(message) - 4:
            name += "_prefix"
        if message[6:38] == RETRY_RANDOM:
            name = "hello_retry_request"
        if name in ("certificate", "certificate_verify", "finished"):
            name = f"{side}_{name}"
        return [(name, message)]
    if re.match(r"send .* record", step):
        records[side] = records.get(side, 0) + 1
        name = f"{side}_record_{records[side]}"
        return [(name, got["complete record"]), (f"{name}_payload", got["payload"])]
    if m := re.match(r'extract secret "(\w+)"', step):
        return [(f"{m.group(1)}_secret", got["secret"]), (f"{m.group(1)}_secret_ikm", got["IKM"])]
    if m := re.match(r'derive secret for (\w+) "tls13 derived"', step):
        return [(f"derived_for_{m.group(1)}", got["expanded"])]
    if m := re.match(r'derive secret "tls13 (.*)"', step):
        return [(snake(m.group(1)), got["expanded"]), (snake(m.group(1)) + "_hash", got["hash"])]
    if step.startswith("calculate PSK binder"):
        return [("binder_hash", got["binder hash"]), ("binder_key", got["PRK"]),
                ("binder_finished_key", got["expanded"]), ("binder", got["finished"])]
    if m := re.match(r"derive (write|read) traffic keys for (early application|\w+) data", step):
        other = "server" if side == "client" else "client"
        writer = side if m.group(1) == "write" else other
        phase = {"early application": "early", "handshake": "hs", "application": "ap"}[m.group(2)]
        return [(f"{writer}_{phase}_key", got["key expanded"]),
                (f"{writer}_{phase}_iv", got["iv expanded"])]
    if step.startswith('calculate finished "tls13 finished"'):
        return [(f"{side}_finished_key", got["expanded"]),
                (f"{side}_finished_verify_data", got["finished"])]
    if step.startswith('generate resumption secret "tls13 resumption"'):
        return [("resumption_psk", got["expanded"])]
    sys.exit(f"a step that has no name: {side} {step}")


def add(arrays, name, data):
    """Under a number of its own when the name has other bytes already."""
    n, free = 1, name
    while free in arrays and arrays[free] != data:
        n += 1
        free = f"{name}_{n}"
    arrays[free] = data


def write(path, section, arrays):
    guard = f"HS_TEST_RFC8448_{SECTIONS[section].upper()}_H"
    with open(path, "w", encoding="ascii") as out:
        out.write(f"/* Values of RFC 8448 section {section}; made by make_rfc8448.py, which says "
                  "what the names mean. */\n")
        out.write(f"/* clang-format off */\n#ifndef {guard}\n#define {guard}\n\n")
        out.write("#include <stdint.h>\n")
        for name, data in arrays.items():
            out.write(f"\nstatic const uint8_t rfc8448_{SECTIONS[section]}_{name}[{len(data)}] = {{\n")
            for i in range(0, len(data), 16):
                out.write("    " + ", ".join(f"0x{b:02x}" for b in data[i:i + 16]) + ",\n")
            out.write("};\n")
        out.write("\n#endif\n")


def main():
    found = {section: {} for section in SECTIONS}
    records = {section: {} for section in SECTIONS}
    for section, side, step, values in steps_of(sys.argv[1]):
        if section in found:
            for name, data in names_of(side, step, values, records[section]):
                add(found[section], name, data)
    here = os.path.dirname(os.path.abspath(__file__))
    for section, arrays in found.items():
        write(os.path.join(here, f"rfc8448_{SECTIONS[section]}.h"), section, arrays)


main()
