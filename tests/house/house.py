"""What the tests of the house share: where the tree is, and its C files by layer."""

import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
LAYERS = ("crypto", "proto", "pki", "cms", "engine", "net", "trace", "shm", "apps")
PUBLIC = "include/handshake"


def build_folder():
    """The meson build folder under test; test.sh names it."""
    return pathlib.Path(os.environ.get("HS_BUILD", ROOT / "build" / "gcc"))


def c_files(root, folders):
    """Every .c, .h and .def file below these folders of a tree, sorted."""
    found = []
    for folder in folders:
        for ending in ("*.c", "*.h", "*.def"):
            found += (root / folder).rglob(ending)
    return sorted(found)
