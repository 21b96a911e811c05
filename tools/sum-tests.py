#!/usr/bin/python3
"""Counts the tests of a results folder and closes with `N passed, N failed[, N skipped]`.

    tools/sum-tests.py build/results

Reads, as test.sh leaves them there:
  X.testlog.json   meson's log of each test program (one JSON object a line)
  X.tests.json     meson's list of the same programs, which knows who has to speak TAP
  X.xml            pytest's JUnit file
  X.passed, X.failed, X.skipped   what built, did not build, or was not run, and why: a line each

A program that crashed, hung or ran no test counts as a failure. Exit code 0: nothing failed.
"""

import json
import pathlib
import re
import sys
import xml.etree.ElementTree as ET

TAP_LINE = re.compile(r"^(not )?ok\b\s*\d*\s*-?\s*(.*)$")
TAP_PLAN = re.compile(r"^1\.\.(\d+)", re.MULTILINE)
TAP_SKIP = re.compile(r"^(.*?)#\s*skip\S*\s*(.*)$", re.IGNORECASE)


class Tally:
    def __init__(self):
        self.passed = 0
        self.failed = []
        self.skipped = []


def add_tap(tally, program, output, exit_code, timed_out):
    """One test program that speaks TAP: each of its tests counts."""
    planned = seen = 0
    failed_before = len(tally.failed)
    remark = ""
    for line in output.splitlines():
        plan, test = TAP_PLAN.match(line), TAP_LINE.match(line)
        if plan:
            planned += int(plan.group(1))
        elif test:
            seen += 1
            skip = TAP_SKIP.match(test.group(2))
            if skip:
                name = (skip.group(1) + skip.group(2)).strip()
                tally.skipped.append((f"{program}: {name}", remark))
            elif test.group(1):
                tally.failed.append((f"{program}: {test.group(2)}", ""))
            else:
                tally.passed += 1
        remark = "" if plan or test else line.lstrip("# ")
    if timed_out:
        tally.failed.append((program, "timed out"))
    elif seen == 0:
        tally.failed.append((program, "ran no test"))
    elif seen < planned:
        tally.failed.append((program, f"stopped after {seen} of {planned} tests (exit code {exit_code})"))
    elif exit_code != 0 and len(tally.failed) == failed_before:
        tally.failed.append((program, f"exit code {exit_code} although no test failed"))


def add_program(tally, program, exit_code, timed_out):
    """One test program that only has an exit code (77: skipped)."""
    if timed_out:
        tally.failed.append((program, "timed out"))
    elif exit_code == 77:
        tally.skipped.append((program, ""))
    elif exit_code != 0:
        tally.failed.append((program, f"exit code {exit_code}"))
    else:
        tally.passed += 1


def add_meson(tally, log_file):
    configuration = log_file.name[: -len(".testlog.json")]
    list_file = log_file.with_name(configuration + ".tests.json")
    protocols = {test["name"]: test["protocol"] for test in json.loads(list_file.read_text())}
    for line in log_file.read_text().splitlines():
        run = json.loads(line)
        name = run["name"].split(" / ")[-1]
        program = f"{configuration}: {name}"
        timed_out = run["result"] == "TIMEOUT"
        output = run.get("stdout", "")
        if protocols.get(name) == "tap" or TAP_PLAN.search(output):
            add_tap(tally, program, output, run["returncode"], timed_out)
        else:
            add_program(tally, program, run["returncode"], timed_out)


def add_pytest(tally, file):
    cases = list(ET.parse(file).iter("testcase"))
    if not cases:
        tally.failed.append((file.stem, "ran no test"))
    for case in cases:
        name = f"{file.stem}: {case.get('classname')}.{case.get('name')}"
        skipped = case.find("skipped")
        problem = case.find("failure")
        if problem is None:
            problem = case.find("error")
        if problem is not None:
            first_line = (problem.get("message") or "").partition("\n")[0]
            tally.failed.append((name, first_line))
        elif skipped is not None:
            tally.skipped.append((name, skipped.get("message") or ""))
        else:
            tally.passed += 1


def add_notes(tally, folder):
    for ending, rows in (("failed", tally.failed), ("skipped", tally.skipped)):
        for file in sorted(folder.glob("*." + ending)):
            rows += [(line, "") for line in file.read_text().splitlines()]
    tally.passed += sum(len(f.read_text().splitlines()) for f in folder.glob("*.passed"))


def collect(folder):
    tally = Tally()
    for file in sorted(folder.glob("*.testlog.json")):
        add_meson(tally, file)
    for file in sorted(folder.glob("*.xml")):
        add_pytest(tally, file)
    add_notes(tally, folder)
    if not (tally.passed or tally.failed or tally.skipped):
        tally.failed.append((str(folder), "no results"))
    return tally


def main(folder):
    tally = collect(pathlib.Path(folder))
    for title, rows in (("Skipped", tally.skipped), ("Failed", tally.failed)):
        if rows:
            print(f"\n{title}:")
        for name, why in rows:
            print(f"  {name}" + (f": {why}" if why else ""))
    line = f"{tally.passed} passed, {len(tally.failed)} failed"
    if tally.skipped:
        line += f", {len(tally.skipped)} skipped"
    print("\n" + line)
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
