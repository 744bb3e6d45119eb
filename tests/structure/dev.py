#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the script ./dev does before CMake, with a CMake that always fails."""
import os
import subprocess
import tempfile
import unittest

DEV = os.path.join(os.environ["TENON_SOURCE_DIR"], "dev")


class Dev(unittest.TestCase):
    def configured(self, given):
        """The build folder that ./dev, called from another folder, hands to CMake."""
        with tempfile.TemporaryDirectory() as folder:
            folder = os.path.realpath(folder)
            with open(os.path.join(folder, "cmake"), "w") as script:
                script.write("#!/bin/sh\nexit 1\n")
            os.chmod(script.name, 0o755)
            done = subprocess.run([DEV, "build"], cwd=folder, capture_output=True, text=True,
                                  env={**os.environ, "PATH": folder + os.pathsep + os.environ["PATH"],
                                       "TENON_SETUP": "no", "TENON_BUILD_DIR": given})
            self.assertEqual(done.returncode, 1)
            self.assertTrue(done.stderr.startswith("dev: cmake could not configure "), done.stderr)
            return done.stderr.split()[-1].replace(folder, "HERE")

    def testARelativeBuildFolderIsTheCallers(self):
        self.assertEqual(self.configured("x/y"), "HERE/x/y")

    def testAnAbsoluteBuildFolderStays(self):
        self.assertEqual(self.configured("/nowhere/x"), "/nowhere/x")


if __name__ == "__main__":
    unittest.main()
