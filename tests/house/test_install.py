"""What gets installed can be used by a program that knows pkg-config only."""

import os
import subprocess

import pytest
from house import ROOT, build_folder

ENGINE_USER = """
#include <handshake/handshake.h>
#include <stdio.h>
int main(void) {
    hs_provider *p = NULL;
    hs_status st = hs_provider_new(NULL, &p);
    puts(st == HS_OK ? hs_provider_name(p) : hs_status_text(st));
    hs_provider_unref(p);
    return st != HS_OK;
}
"""

UV_USER = """
#include <handshake/uv.h>
#include <stdio.h>
int main(void) {
    hs_uv_loop *loop = NULL;
    int st = hs_uv_loop_new(uv_default_loop(), &loop);
    hs_uv_loop_free(loop);
    puts(st == 0 ? "done" : uv_strerror(st));
    return st;
}
"""
TRACE_USER = """
#include <handshake/render.h>
#include <stdio.h>
static void print(void *ctx, const char *p, size_t n) {
    fwrite(p, 1, n, ctx);
}
int main(void) {
    hs_render_options o = {.size = sizeof o, .write = print, .ctx = stdout};
    hs_render *r = NULL;
    hs_status st = hs_keylog_new(&o, &r);
    hs_render_free(r);
    puts(st == HS_OK ? "done" : hs_status_text(st));
    return st != HS_OK;
}
"""

KEYS_USER = """
#include <handshake/keys.h>
#include <stdio.h>
int main(void) {
    hs_keys_options o = {.size = sizeof o, .name = "/hs-test-of-nobody"};
    hs_keys *keys = NULL;
    hs_status st = hs_keys_open(&o, &keys, NULL);
    puts(st == HS_E_KEYS_MISSING ? "done" : hs_status_text(st));
    hs_keys_close(keys);
    return st != HS_E_KEYS_MISSING;
}
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder that stands for / after `meson install`, and where the libraries are in it."""
    root = tmp_path_factory.mktemp("installed")
    subprocess.run(["meson", "install", "-C", build_folder(), "--no-rebuild", "--quiet",
                    "--destdir", root], check=True, stdout=subprocess.DEVNULL)
    libraries = next(root.rglob("libhandshake.so")).parent
    return root, libraries


def pkg_config(installed, *arguments):
    root, libraries = installed
    environment = dict(os.environ, PKG_CONFIG_PATH=str(libraries / "pkgconfig"),
                       PKG_CONFIG_SYSROOT_DIR=str(root), PKG_CONFIG_ALLOW_SYSTEM_CFLAGS="1")
    run = subprocess.run(["pkg-config", *arguments], env=environment, check=True,
                         capture_output=True, text=True)
    # Only our own paths lie below that folder: what the distribution has is where it always is.
    return [word if os.path.exists(word[2:]) else word.replace(str(root), "")
            for word in run.stdout.split()]


def build_and_run(installed, tmp_path, compiler, source, package, *options):
    program, file = tmp_path / "program", tmp_path / "program.c"
    file.write_text(source)
    flags = pkg_config(installed, "--cflags", "--libs", *options, package)
    run = subprocess.run([*compiler, file, "-o", program, "-xnone", *flags],
                         capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return subprocess.run([program], env=dict(os.environ, LD_LIBRARY_PATH=str(installed[1])),
                          capture_output=True, text=True, timeout=20)


@pytest.mark.parametrize("compiler", [("gcc", "-xc"), ("clang", "-xc++")], ids=" ".join)
def test_a_program_over_libhandshake(installed, tmp_path, compiler):
    run = build_and_run(installed, tmp_path, compiler, ENGINE_USER, "libhandshake")
    assert (run.returncode, run.stdout) == (0, "mbedtls\n")


def test_a_program_over_the_static_library(installed, tmp_path):
    for shared in installed[1].glob("libhandshake*.so*"):
        shared.rename(shared.with_name("hidden-" + shared.name))
    try:
        run = build_and_run(installed, tmp_path, ("gcc", "-xc"), ENGINE_USER, "libhandshake", "--static")
    finally:
        for shared in installed[1].glob("hidden-*"):
            shared.rename(shared.with_name(shared.name[len("hidden-"):]))
    assert (run.returncode, run.stdout) == (0, "mbedtls\n")


@pytest.mark.parametrize("package, source", [
    ("libhandshake-uv", UV_USER),
    ("libhandshake-trace", TRACE_USER),
    ("libhandshake-keys", KEYS_USER),
], ids=["uv", "trace", "keys"])
def test_a_program_over_the_libraries_beside_it(installed, tmp_path, package, source):
    run = build_and_run(installed, tmp_path, ("gcc", "-xc"), source, package)
    assert (run.returncode, run.stdout) == (0, "done\n")


@pytest.mark.parametrize("library", ["libhandshake.so", "libhandshake-uv.so", "libhandshake-trace.so",
                                     "libhandshake-keys.so"])
def test_only_public_symbols_are_exported(installed, library):
    run = subprocess.run(["nm", "-D", "--defined-only", "--format=just-symbols",
                          installed[1] / library], capture_output=True, text=True, check=True)
    symbols = run.stdout.split()
    assert symbols
    assert [name for name in symbols if not name.startswith("hs_") or name.startswith("hs__")] == []


def test_every_public_header_is_installed(installed):
    folder = next(installed[0].rglob("include/handshake"))
    there = {path.name for path in folder.iterdir()}
    expected = {path.name for path in (ROOT / "include" / "handshake").iterdir()} - {"meson.build"}
    assert there == expected
