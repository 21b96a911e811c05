"""Layers: includes go one way only (ARCHITECTURE section 1).

crypto and proto know nothing of each other; pki stands on both, engine and cms on pki, net and trace
on engine, apps on all. shm stands alone: programs see its public header only. The public headers
include each other only. Crypto libraries are seen by crypto/ alone, and what does I/O or tells the
time stays out of proto/ and engine/.
"""

import re

import pytest
from house import LAYERS, PUBLIC, ROOT, c_files

GROUND = {"crypto", "proto"}
MAY_INCLUDE = {
    "crypto": set(),
    "proto": set(),
    "pki": GROUND,
    "cms": GROUND | {"pki"},
    "engine": GROUND | {"pki"},
    "net": GROUND | {"pki", "engine"},
    "trace": GROUND | {"pki", "engine"},
    "apps": GROUND | {"pki", "cms", "engine", "net", "trace"},
    "shm": set(),
    PUBLIC: set(),
}
# Headers from outside: which layers may see them. What is not listed is free.
OUTSIDE = [
    (re.compile(r"(mbedtls|psa|openssl)/"), {"crypto"}),
    (re.compile(r"uv\.h|uv/"), {"net", "apps", PUBLIC}),
    (re.compile(r"(sys|netinet|arpa)/|unistd\.h|time\.h|pthread\.h|fcntl\.h"),
     {"crypto", "pki", "net", "trace", "shm", "apps"}),
]
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)


def layer_of(root, path):
    """The layer a file of the tree belongs to; its first folder where it is in none."""
    parts = path.relative_to(root).parts
    return PUBLIC if "/".join(parts[:2]) == PUBLIC else parts[0]


def target_layer(root, source, quote, name):
    """The layer an #include leads to, or None where it leads out of the tree."""
    if name.startswith("handshake/"):
        return PUBLIC
    if (root / name).exists():
        return layer_of(root, root / name)
    beside = (source.parent / name).resolve()
    if quote == '"' and beside.exists():
        return layer_of(root, beside)
    return None


def fault(root, source, quote, name):
    layer = layer_of(root, source)
    target = target_layer(root, source, quote, name)
    if target is None:
        wrong = any(rule.match(name) and layer not in allowed for rule, allowed in OUTSIDE)
    else:
        wrong = target not in MAY_INCLUDE[layer] | {layer, PUBLIC}
    return f"{source.relative_to(root)} includes {name}" if wrong else None


def faults(root):
    root = root.resolve()
    found = []
    for source in c_files(root, LAYERS + (PUBLIC,)):
        for quote, name in INCLUDE.findall(source.read_text()):
            found.append(fault(root, source, quote, name))
    return [row for row in found if row]


def test_every_include_goes_down():
    assert faults(ROOT) == []


def test_every_layer_is_looked_at():
    seen = {layer_of(ROOT, path) for path in c_files(ROOT, LAYERS + (PUBLIC,))}
    assert seen == set(MAY_INCLUDE)


@pytest.mark.parametrize("source, included", [
    ("crypto/a.c", '"proto/b.h"'),
    ("proto/a.c", '"crypto/b.h"'),
    ("crypto/mbedtls/a.c", '"../../proto/b.h"'),
    ("pki/a.c", '"engine/b.h"'),
    ("engine/a.h", '"trace/b.h"'),
    ("engine/a.c", '"cms/b.h"'),
    ("cms/a.c", '"engine/b.h"'),
    ("net/a.c", '"trace/b.h"'),
    ("trace/a.c", '"net/b.h"'),
    ("engine/a.c", '"tests/b.h"'),
    ("include/handshake/a.h", '"engine/b.h"'),
    ("engine/a.c", "<mbedtls/aes.h>"),
    ("pki/a.c", "<openssl/evp.h>"),
    ("engine/a.c", "<uv.h>"),
    ("proto/a.c", "<time.h>"),
    ("shm/a.c", '"crypto/b.h"'),
    ("apps/hs-keyd/a.c", '"shm/b.h"'),
])
def test_an_include_that_goes_up_is_found(tmp_path, source, included):
    write(tmp_path, source, f"#include <stdint.h>\n# include {included}\n")
    for layer in LAYERS + ("tests",):
        write(tmp_path, f"{layer}/b.h", "")
    assert len(faults(tmp_path)) == 1


@pytest.mark.parametrize("source, included", [
    ("pki/a.c", '"crypto/b.h"'),
    ("engine/a.c", '"handshake/status.h"'),
    ("crypto/mbedtls/a.c", "<mbedtls/aes.h>"),
    ("net/a.c", "<uv.h>"),
    ("apps/hs-server/a.c", '"trace/b.h"'),
    ("trace/a.c", '"b.h"'),
])
def test_an_include_that_goes_down_is_allowed(tmp_path, source, included):
    write(tmp_path, source, f"#include {included}\n")
    for layer in LAYERS:
        write(tmp_path, f"{layer}/b.h", "")
    assert faults(tmp_path) == []


def write(root, name, text):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
