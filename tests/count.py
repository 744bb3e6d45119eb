#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sums what ctest ran, from its JUnit report: GoogleTest, lit and unittest programs count by their own tests,
any other as one.

Prints the failed ones and, as its last line, "N passed, M failed"; exit code 1 when one failed or none passed.
A program that dies, or fails without naming a failed test, counts as one failed test.
"""
import os
import re
import sys
import xml.etree.ElementTree as xml


def total(pattern, text):
    return sum(int(number) for number in re.findall(pattern, text, re.MULTILINE))


def count(output, succeeded):
    """(passed, failed) of one program from what it printed and whether it succeeded."""
    if re.search(r"^\[==========\] Running", output, re.MULTILINE):
        if re.search(r"^\[==========\] \d+ tests? from .* ran\.", output, re.MULTILINE):
            passed = total(r"^\[  PASSED  \] (\d+) test", output)
            failed = total(r"^\[  FAILED  \] (\d+) tests?, listed below", output)
        else:
            passed = len(re.findall(r"^\[       OK \]", output, re.MULTILINE))
            failed = len(re.findall(r"^\[  FAILED  \]", output, re.MULTILINE)) + 1
    elif re.search(r"^Total Discovered Tests:", output, re.MULTILINE):
        passed = total(r"^ *Passed *: *(\d+)", output) + total(r"^ *Expectedly Failed *: *(\d+)", output)
        failed = total(r"^ *(?:Failed|Timed Out|Unresolved|Unexpectedly Passed) *: *(\d+)", output)
    elif re.search(r"^Ran \d+ tests? in ", output, re.MULTILINE):
        failed = total(r"^FAILED \(.*?failures=(\d+)", output) + total(r"^FAILED \(.*?errors=(\d+)", output)
        passed = total(r"^Ran (\d+) tests? in ", output) - failed - total(r"\(.*?skipped=(\d+)", output)
    else:
        passed, failed = int(succeeded), 0
    return passed, failed if succeeded or failed else 1


def skipped(output):
    """How many tests said that they cannot run here."""
    return total(r"\(.*?skipped=(\d+)", output)


def main(report):
    passed = failed = 0
    if os.path.exists(report):
        for case in xml.parse(report).getroot().iter("testcase"):
            succeeded = case.get("status") == "run"
            good, bad = count(case.findtext("system-out") or "", succeeded)
            passed, failed = passed + good, failed + bad
            if bad:
                print(f"failed: {case.get('name')} ({bad})")
            if skipped(case.findtext("system-out") or ""):
                print(f"skipped: {skipped(case.findtext('system-out'))} of {case.get('name')}")
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
