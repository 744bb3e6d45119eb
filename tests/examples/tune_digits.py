#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The example tune_digits, with few trials and epochs: it chooses, goes on where it was, and measures once on what no trial saw."""
import json
import os
import re
import tempfile
import unittest

from shipping import BIN, DATA, run


class TuneDigits(unittest.TestCase):
    def testItChoosesAndMeasuresOnce(self):
        with tempfile.TemporaryDirectory() as folder:
            command = (os.path.join(BIN, "tune_digits"), "--data", DATA, "--epochs", 2, "--study", "digits", "--seed", 2, "--pruner",
                       "median", "--json", "out.json")
            first = run(*command, "--trials", 1, cwd=folder).stdout
            self.assertRegex(first, r"test: defaults (loss \d\.\d{4}, accuracy 0\.\d{4})\ntest: best     \1, gain \+0\.0000\n$")
            printed = run(*command, "--trials", 4, "--workers", 2, cwd=folder).stdout
            with open(os.path.join(folder, "out.json")) as file:
                out = json.load(file)
            defaults, *others = out["trials"]
            self.assertEqual(len(others), 3)
            self.assertEqual(defaults["params"], {"filters": 32, "dropout": 0.5, "units": 0, "optimizer": "adam",
                                                  "learning_rate_adam": 1e-3, "batch_size": "32"})
            self.assertLessEqual(out["best"]["value"], defaults["value"])
            for trial in out["trials"]:
                self.assertIn(f"learning_rate_{trial['params']['optimizer']}", trial["params"])
                self.assertEqual(list(trial["intermediate"]), ["0", "1"])
                self.assertEqual(trial["value"], min(trial["intermediate"].values()))
            _, before, _, after, gain = map(float, re.findall(r"[+-]?\d\.\d{4}", "".join(printed.splitlines()[-2:])))
            self.assertGreater(before, 0.5)
            self.assertAlmostEqual(gain, after - before, delta=1.01e-4)


if __name__ == "__main__":
    unittest.main()
