"""What the tests of mini-ca share: a folder to work in, a CA in it, and ways to ask."""

import json
import os
import stat

import pytest
from conftest import run


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The current folder, and the one of the CA."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MINI_CA_DIR", str(tmp_path / "ca"))
    return tmp_path


@pytest.fixture
def ca(here):
    """A CA for any name, its key not encrypted."""
    mini_ca("init", "--no-password")
    return here / "ca"


@pytest.fixture
def password(here):
    file = here / "password"
    file.write_text("correct horse\n")
    file.chmod(0o600)
    return file


def mini_ca(*words, code=0, **more):
    return run("mini-ca", *words, code=code, **more)


def json_of(*words, code=0):
    return json.loads(mini_ca(*words, "--json", code=code).stdout)


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def text_of(certificate):
    return run("openssl", "x509", "-noout", "-text", "-in", certificate).stdout
