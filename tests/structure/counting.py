#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The sum that ./dev test prints: what each kind of test program says counts for."""
import contextlib
import io
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.environ["TENON_SOURCE_DIR"], "tests"))
import count  # noqa: E402

GOOGLETEST = """[==========] Running 3 tests from 1 test suite.
[ RUN      ] A.x
[       OK ] A.x (0 ms)
[ RUN      ] A.y
[       OK ] A.y (0 ms)
"""


class Counting(unittest.TestCase):
    def testGoogleTestThatPasses(self):
        text = GOOGLETEST + "[==========] 3 tests from 1 test suite ran. (0 ms total)\n[  PASSED  ] 3 tests.\n"
        self.assertEqual(count.count(text, True), (3, 0))

    def testGoogleTestThatFails(self):
        text = GOOGLETEST + ("[  FAILED  ] A.z (0 ms)\n[==========] 3 tests from 1 test suite ran. (0 ms total)\n"
                             "[  PASSED  ] 2 tests.\n[  FAILED  ] 1 test, listed below:\n[  FAILED  ] A.z\n")
        self.assertEqual(count.count(text, False), (2, 1))

    def testSkippedTestsAreNotPassed(self):
        text = GOOGLETEST + ("[==========] 3 tests from 1 test suite ran. (0 ms total)\n[  PASSED  ] 2 tests.\n"
                             "[  SKIPPED ] 1 test, listed below:\n[  SKIPPED ] A.z\n")
        self.assertEqual(count.count(text, True), (2, 0))

    def testGoogleTestThatDies(self):
        self.assertEqual(count.count(GOOGLETEST + "[ RUN      ] A.z\n", False), (2, 1))

    def testGoogleTestThatDiesAfterItsTests(self):
        text = GOOGLETEST + "[==========] 3 tests from 1 test suite ran. (0 ms total)\n[  PASSED  ] 3 tests.\n"
        self.assertEqual(count.count(text, False), (3, 1))

    def testLit(self):
        text = "Total Discovered Tests: 12\n  Passed           : 9 (75.00%)\n  Failed           : 2\n  Timed Out: 1\n"
        self.assertEqual(count.count(text, False), (9, 3))
        self.assertEqual(count.count("Total Discovered Tests: 12\n  Passed: 12 (100.00%)\n", True), (12, 0))

    def testUnittest(self):
        self.assertEqual(count.count("Ran 5 tests in 0.1s\n\nFAILED (failures=1, errors=2)\n", False), (2, 3))
        self.assertEqual(count.count("Ran 5 tests in 0.1s\n\nOK (skipped=1)\n", True), (4, 0))

    def testAnyOtherProgram(self):
        self.assertEqual(count.count("hello\n", True), (1, 0))
        self.assertEqual(count.count("hello\n", False), (0, 1))

    def summary(self, cases):
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as out:
            path = os.path.join(folder, "tests.xml")
            with open(path, "w") as report:
                report.write(f"<testsuite>{cases}</testsuite>")
            code = count.main(path)
        return code, out.getvalue().splitlines()[-1]

    def testTheLastLineAndTheExitCode(self):
        good = '<testcase name="a" status="run"><system-out>hi</system-out></testcase>'
        bad = '<testcase name="b" status="fail"><failure message=""/><system-out></system-out></testcase>'
        self.assertEqual(self.summary(good), (0, "1 passed, 0 failed"))
        self.assertEqual(self.summary(good + bad), (1, "1 passed, 1 failed"))
        self.assertEqual(self.summary(""), (1, "0 passed, 0 failed"))
        with contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(count.main("/nonexistent"), 1)


if __name__ == "__main__":
    unittest.main()
