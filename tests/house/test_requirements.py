"""spec/requirements.csv and spec/tls12.md: the tests they name exist, and tests that name a row are
named by it."""

import csv
import re

import pytest
from house import ROOT

STATUSES = ("tested", "free", "open", "later", "outside")
# "9846-4.2.2-02, -03" in a comment or a table of a test.
MENTION = re.compile(r"\b9846-([0-9A-F]+(?:\.[0-9]+)*)-(\d\d)((?:, -\d\d)*)")


def read_rows():
    with open(ROOT / "spec" / "requirements.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


ROWS = read_rows()


def named_by(row):
    return [tuple(test.split(":")) for test in row["tests"].split()]


def is_a_test(file, name):
    """A cmocka test that is in a list to be run, or a pytest function."""
    text = (ROOT / file).read_text(encoding="utf-8")
    if file.endswith(".py"):
        return f"def {name}(" in text
    return re.search(rf"cmocka_unit_test\w*\({name}\b", text) is not None


def mentions(text):
    for section, first, more in MENTION.findall(text):
        for number in [first, *re.findall(r"\d\d", more)]:
            yield f"9846-{section}-{number}"


def test_rows_are_in_order():
    assert len(ROWS) == 593
    assert len({row["id"] for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert row["status"] in STATUSES, row["id"]
        assert (row["status"] == "tested") == bool(row["tests"]), row["id"]
        assert row["status"] in ("tested", "open") or row["note"], row["id"]


def test_named_tests_exist():
    missing = {
        f"{file}:{name}" for row in ROWS for file, name in named_by(row)
        if not (ROOT / file).is_file() or not is_a_test(file, name)}
    assert not missing


def test_tests_named_in_pages_exist():
    text = (ROOT / "spec" / "tls12.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w./]+):(\w+)`", text)
    assert named
    assert [name for name in named if not is_a_test(*name)] == []


@pytest.mark.parametrize("folder", ["state", "badinput", "fault", "vectors"])
def test_a_row_that_a_test_names_knows_it(folder):
    files = {row["id"]: {file for file, _ in named_by(row)} for row in ROWS}
    unknown = []
    for path in sorted((ROOT / "tests" / folder).glob("*.c")):
        name = str(path.relative_to(ROOT))
        unknown += [f"{name} names {row}" for row in mentions(path.read_text(encoding="utf-8"))
                    if name not in files.get(row, ())]
    assert not unknown
