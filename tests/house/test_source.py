"""How the C reads: functions fit a screen, lines fit the page, clang-format has nothing to say."""

import re
import shutil
import subprocess

import pytest
from house import LAYERS, PUBLIC, ROOT, c_files

FOLDERS = LAYERS + (PUBLIC, "bench", "tests")
LONGEST_FUNCTION = 70
LONGEST_LINE = 100
FORMAT_VERSION = 14

# In this format a function's first line starts in column 0 and its body ends with a lone `}`;
# tables begin with `= {`, types with their keyword.
STARTS = re.compile(r"^[a-zA-Z_][^;=]*\(")
TYPES = re.compile(r"^(typedef|struct|union|enum|extern \"C\")\b[^(]*$")


def functions(text):
    """(name line, number of lines) of each function in a formatted source."""
    start = None
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("}"):
            if start is not None and line == "}":
                yield lines[start].strip(), number - start + 1
            start = None
        elif STARTS.match(line) and not TYPES.match(line):
            start = number


def too_long(root, folders):
    return [
        f"{path.relative_to(root)}: {size} lines: {name}"
        for path in c_files(root, folders)
        for name, size in functions(path.read_text())
        if size > LONGEST_FUNCTION
    ]


def too_wide(root, folders):
    return [
        f"{path.relative_to(root)}:{number}"
        for path in c_files(root, folders)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > LONGEST_LINE and not path.suffix == ".def"
    ]


def test_functions_fit_a_screen():
    assert too_long(ROOT, FOLDERS) == []


def test_lines_fit_the_page():
    assert too_wide(ROOT, FOLDERS) == []


def test_a_long_function_is_found(tmp_path):
    (tmp_path / "engine").mkdir()
    body = "    f();\n" * LONGEST_FUNCTION
    table = "static const int t[] = {\n" + "    1,\n" * 200 + "};\n"
    source = tmp_path / "engine" / "a.c"
    source.write_text(f"{table}static int g(int a,\n        int b)\n{{\n{body}}}\n")
    assert len(too_long(tmp_path, LAYERS)) == 1
    source.write_text(f"{table}void g(void) {{\n{body[:9 * 20]}}}\n")
    assert too_long(tmp_path, LAYERS) == []


def test_clang_format_changes_nothing():
    formatter = shutil.which("clang-format-14") or shutil.which("clang-format")
    if formatter is None:
        pytest.skip("clang-format is not installed")
    version = subprocess.run([formatter, "--version"], capture_output=True, text=True, check=True)
    if f"version {FORMAT_VERSION}." not in version.stdout:
        pytest.skip(f"clang-format {FORMAT_VERSION} decides, this is {version.stdout.strip()}")
    files = [path for path in c_files(ROOT, FOLDERS) if path.suffix != ".def"]
    check = subprocess.run([formatter, "--dry-run", *files], capture_output=True, text=True)
    changed = sorted({
        line.split(":")[0] for line in check.stderr.splitlines() if "[-Wclang-format" in line
    })
    assert [path.replace(f"{ROOT}/", "") for path in changed] == []
