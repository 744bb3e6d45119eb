#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The source document's programs, small: each trains until its loss falls, saves, reloads, its ahead-of-time library
predicts the same bits, and its pictures are readable."""
import glob
import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
import pictures

BIN = os.path.join(os.environ["TENON_BUILD_DIR"], "bin")
PROGRAMS = sorted(glob.glob(os.path.join(BIN, "document", "[0-9]*")))


def run(*command, folder):
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    if done.returncode != 0:
        raise AssertionError(f"{command}: exit code {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done.stdout


def arrays(folder, name, kind):
    """NAME.input0.npy, NAME.input1.npy, ... in order."""
    paths = []
    while os.path.exists(path := os.path.join(folder, f"{name}.{kind}{len(paths)}.npy")):
        paths.append(path)
    return paths


class Document(unittest.TestCase):
    def checkCode(self, folder):
        """Nothing of libm is called, and what multiplies in a loop does so on vectors."""
        wanted = run("nm", "-u", "library.o", folder=folder).split()
        self.assertLessEqual(set(wanted) - {"U"}, {"memcpy", "memset", "memmove"})
        with open(os.path.join(folder, "library.s"), encoding="utf-8") as text:
            code = text.read()
        self.assertRegex(code, r"vfmadd\w+ps|mulps")
        calls = set(re.findall(r"^\s+call\w*\s+(\S+)", code, re.M))
        self.assertFalse([name for name in calls if re.match(r"(exp|tanh|log|pow|sin|cos)f?\b", name)])

    def checkPictures(self, folder, model):
        """Of its layers, and of the kernels they become."""
        for stage in ([], ["--ir=optimized"]):
            picture = run(os.path.join(BIN, "tenon"), "inspect", model, "--graph=svg", *stage, folder=folder)
            found, boxes = pictures.problems(picture)
            self.assertEqual(found, [], stage)
            self.assertGreater(boxes, 2)

    def check(self, program):
        with tempfile.TemporaryDirectory() as folder:
            run(program, "--quick", folder=folder)
            models = sorted(path for path in os.listdir(folder) if path.endswith(".tenon"))
            self.assertTrue(models, "the program left no model")
            for model in models:
                name = model[:-len(".tenon")]
                run(os.path.join(BIN, "tenon"), "compile", model, "-o", "library", "--emit=library,object,asm", folder=folder)
                self.checkCode(folder)
                self.checkPictures(folder, model)
                inputs, outputs = arrays(folder, name, "input"), arrays(folder, name, "output")
                self.assertTrue(inputs and outputs)
                command = [os.path.join(BIN, "tenon-run"), "run", "./library.so", "--rtol", "0", "--atol", "0"]
                for path in inputs:
                    command += ["--input", path]
                for path in outputs:
                    command += ["--expected", path]
                run(*command, folder=folder)


def method(program):
    return lambda self: self.check(program)


for path in PROGRAMS:
    setattr(Document, "test_" + os.path.basename(path), method(path))

if __name__ == "__main__":
    if len(PROGRAMS) < 11:
        sys.exit(f"expected the document's 11 programs in {BIN}/document, found {len(PROGRAMS)}")
    unittest.main(argv=sys.argv)
