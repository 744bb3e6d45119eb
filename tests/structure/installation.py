#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Installs into a prefix, moves the prefix, and builds a user's own project with it, out of the tree."""
import os
import shutil
import subprocess
import tempfile
import unittest

SOURCE = os.environ["TENON_SOURCE_DIR"]
BUILD = os.environ["TENON_BUILD_DIR"]


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode:
        raise AssertionError(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")
    return done.stdout


class Installation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        first = os.path.join(cls.folder.name, "first", "prefix")
        cls.prefix = os.path.join(cls.folder.name, "moved")
        run("cmake", "--install", BUILD, "--prefix", first)
        os.rename(first, cls.prefix)
        cls.project = os.path.join(cls.folder.name, "project")
        shutil.copytree(os.path.join(SOURCE, "examples", "own_project"), cls.project)
        cls.built = os.path.join(cls.project, "build")
        run("cmake", "-G", "Ninja", "-S", cls.project, "-B", cls.built, f"-DCMAKE_PREFIX_PATH={cls.prefix}")
        run("cmake", "--build", cls.built)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def testNothingInstalledNamesTheTree(self):
        for base, _, names in os.walk(os.path.join(self.prefix, "lib", "cmake")):
            for name in names:
                with open(os.path.join(base, name), encoding="utf-8") as text:
                    content = text.read()
                self.assertNotIn(SOURCE, content, name)
                self.assertNotIn(os.path.dirname(self.prefix), content, name)
        for name in os.listdir(os.path.join(self.prefix, "bin")):
            self.assertNotIn(BUILD, run("readelf", "-d", os.path.join(self.prefix, "bin", name)), name)

    def testAUsersProjectTrainsCompilesAndServes(self):
        self.assertEqual(run("./train", "plane.tenon", cwd=self.built), "f(0.5, 0.25) = 2.000\n")
        tool = os.path.join(self.prefix, "bin", "tenon")
        run(tool, "compile", "plane.tenon", "-o", "plane", "--emit=library,exe,header,object", cwd=self.built)
        self.assertEqual(run("./serve", "./plane.so", "0.5", "0.25", cwd=self.built), "2.000\n")
        self.assertEqual(run("./serve", "./plane.so", "1", "1", cwd=self.built), "2.000\n")
        self.assertIn("bench", run("./plane", "--help", cwd=self.built))

    def testTheUsersProgramsRunFromTheMovedPrefix(self):
        for program in ("train", "serve"):
            self.assertNotIn(BUILD, run("ldd", os.path.join(self.built, program)))
            self.assertNotIn("not found", run("ldd", os.path.join(self.built, program)))


if __name__ == "__main__":
    unittest.main()
