"""tools/sum-tests.py: nothing that went wrong is counted as passed, or not at all."""

import json
import subprocess
import sys

import pytest
from house import ROOT


def closing_line(folder):
    run = subprocess.run([sys.executable, ROOT / "tools" / "sum-tests.py", folder],
                         capture_output=True, text=True)
    return run.stdout.splitlines()[-1], run.returncode


def meson_run(folder, output, returncode=0, result="OK", protocol="tap"):
    (folder / "gcc.tests.json").write_text(json.dumps([{"name": "t", "protocol": protocol}]))
    (folder / "gcc.testlog.json").write_text(json.dumps(
        {"name": "unit / t", "stdout": output, "returncode": returncode, "result": result}) + "\n")


@pytest.mark.parametrize("output, returncode, result, expected", [
    ("1..2\nok 1 - a\nok 2 - b\n", 0, "OK", "2 passed, 0 failed"),
    ("1..2\nok 1 - a\nnot ok 2 - b\n", 1, "ERROR", "1 passed, 1 failed"),
    ("1..2\nok 1 - a\nnot ok 2 # SKIP b\n", 0, "FAIL", "1 passed, 0 failed, 1 skipped"),
    ("1..2\nok 1 - a\nok 2 - b # SKIP no IPv6\n", 0, "OK", "1 passed, 0 failed, 1 skipped"),
    ("1..1\nok 1 - a\n1..1\nok 1 - b\n", 0, "ERROR", "2 passed, 0 failed"),
    ("1..3\nok 1 - a\n", -11, "ERROR", "1 passed, 1 failed"),
    ("1..1\nok 1 - a\n", 23, "ERROR", "1 passed, 1 failed"),
    ("1..1\nok 1 - a\n", -15, "TIMEOUT", "1 passed, 1 failed"),
    ("", 0, "SKIP", "0 passed, 1 failed"),
])
def test_a_program_that_speaks_tap(tmp_path, output, returncode, result, expected):
    meson_run(tmp_path, output, returncode, result)
    assert closing_line(tmp_path) == (expected, int("0 failed" not in expected))


@pytest.mark.parametrize("returncode, expected", [
    (0, "1 passed, 0 failed"),
    (77, "0 passed, 0 failed, 1 skipped"),
    (1, "0 passed, 1 failed"),
])
def test_a_program_with_an_exit_code_only(tmp_path, returncode, expected):
    meson_run(tmp_path, "", returncode, protocol="exitcode")
    assert closing_line(tmp_path)[0] == expected


def test_a_program_that_turns_out_to_speak_tap(tmp_path):
    meson_run(tmp_path, "1..2\nok 1 - a\nok 2 - b\n", protocol="exitcode")
    assert closing_line(tmp_path)[0] == "2 passed, 0 failed"


def test_the_line_before_a_skipped_test_is_its_reason(tmp_path):
    meson_run(tmp_path, "1..1\nthere is no IPv6 here\nnot ok 1 # SKIP a\n")
    run = subprocess.run([sys.executable, ROOT / "tools" / "sum-tests.py", tmp_path],
                         capture_output=True, text=True)
    assert "  gcc: t: a: there is no IPv6 here\n" in run.stdout


def test_pytest_files_and_notes_count(tmp_path):
    (tmp_path / "gcc.interop.xml").write_text(
        "<testsuites><testsuite><testcase classname='c' name='a'/>"
        "<testcase classname='c' name='b'><failure message='x'/></testcase>"
        "<testcase classname='c' name='c'><error message='y'/></testcase>"
        "<testcase classname='c' name='d'><skipped message='z'/></testcase></testsuite></testsuites>")
    (tmp_path / "gcc.passed").write_text("gcc: builds without a warning\n")
    (tmp_path / "clang.failed").write_text("clang: does not build\n")
    (tmp_path / "mbedtls-3.6.skipped").write_text("mbedtls-3.6: no mirror\n")
    assert closing_line(tmp_path) == ("2 passed, 3 failed, 2 skipped", 1)


def test_a_suite_without_tests_and_an_empty_folder_fail(tmp_path):
    assert closing_line(tmp_path) == ("0 passed, 1 failed", 1)
    (tmp_path / "gcc.interop.xml").write_text("<testsuites><testsuite/></testsuites>")
    assert closing_line(tmp_path) == ("0 passed, 1 failed", 1)
