"""Each public header stands alone: it compiles as the first and only one, as C17 and as C++."""

import shutil
import subprocess

import pytest
from house import PUBLIC, ROOT

HEADERS = sorted(path.name for path in (ROOT / PUBLIC).glob("*.h"))
# _GNU_SOURCE: libuv's own header wants POSIX types, which a bare -std=c17 hides.
WAYS = [
    ("gcc", "-xc", "-std=c17", "-D_GNU_SOURCE"),
    ("clang", "-xc", "-std=c17", "-D_GNU_SOURCE"),
    ("clang", "-xc++", "-std=c++11"),
]


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
@pytest.mark.parametrize("header", HEADERS)
def test_header_stands_alone(header, way):
    if shutil.which(way[0]) is None:
        pytest.skip(f"{way[0]} is not installed")
    run = subprocess.run(
        [*way, "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", f"-I{ROOT}/include", "-"],
        input=f"#include <handshake/{header}>\n", capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
