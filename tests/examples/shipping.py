#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The demo's way, briefly trained: the saved model becomes an executable, a library, and an object that a C99 and a C++
program link, and all of them predict what the model did in process."""
import array
import ast
import gzip
import os
import re
import struct
import subprocess
import tempfile
import unittest

SOURCE = os.environ["TENON_SOURCE_DIR"]
BIN = os.path.join(os.environ["TENON_BUILD_DIR"], "bin")
DATA = os.path.join(SOURCE, "examples", "data", "digits.csv.gz")
INCLUDE = os.path.join(SOURCE, "runtime", "include")

TWO_MODELS = """
#include "first.h"
#include "second.h"
#include <stdio.h>
#include <stdlib.h>
int main(void) {
  static float image[64], a[10], b[10];
  for (int i = 0; i < 64; ++i)
    image[i] = (float)(i % 17);
  void *memory = aligned_alloc(64, (size_t)(first_predict_workspace(1) + second_predict_workspace(1) + 63) / 64 * 64);
  const first_predict_inputs firstIn = {image};
  const second_predict_inputs secondIn = {image};
  const first_predict_outputs firstOut = {a};
  const second_predict_outputs secondOut = {b};
  if (first_predict(&firstIn, &firstOut, 1, memory, NULL) || second_predict(&secondIn, &secondOut, 1, memory, NULL))
    return 1;
  for (int i = 0; i < 10; ++i)
    printf("%.9g %.9g\\n", a[i], b[i]);
  free(memory);
  return 0;
}
"""


def run(*command, code=0, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    if done.returncode != code:
        raise AssertionError(f"{command}: exit code {done.returncode}, expected {code}\n{done.stdout}\n{done.stderr}")
    return done


def readNpy(path):
    """(shape, float values) of a float32 .npy file."""
    with open(path, "rb") as file:
        content = file.read()
    length = struct.unpack_from("<H", content, 8)[0]
    header = ast.literal_eval(content[10:10 + length].decode())
    assert header["descr"] == "<f4" and not header["fortran_order"], header
    return header["shape"], array.array("f", content[10 + length:])


class Shipping(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = cls.temporary.name
        cls.printed = cls.train(cls.folder)
        cls.tool("compile", "digits.tenon", "-o", "digits", "--emit=exe,object,header,library", "--tag=digits")
        cls.shape, cls.images = readNpy(os.path.join(cls.folder, "test.npy"))
        cls.expected = readNpy(os.path.join(cls.folder, "expected.npy"))[1]

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @classmethod
    def train(cls, folder, epochs=2, **environment):
        return run(os.path.join(BIN, "digits"), "--seed", 1, "--epochs", epochs, "--data", DATA, cwd=folder,
                   env={**os.environ, **environment}).stdout

    @classmethod
    def tool(cls, *arguments):
        return run(os.path.join(BIN, "tenon"), *arguments, cwd=cls.folder).stdout

    def build(self, compiler, *arguments):
        run(compiler, "-Wall", "-Wextra", "-Werror", "-O1", f"-I{self.folder}", f"-I{INCLUDE}", *arguments, cwd=self.folder)

    def predictedClasses(self, probabilities):
        rows = [probabilities[i:i + 10] for i in range(0, len(probabilities), 10)]
        return [(max(range(10), key=row.__getitem__), max(row)) for row in rows]

    def testTheProgramPrintsWhatTheDemoPromises(self):
        self.assertIn('Model: "digits"', self.printed)
        self.assertRegex(self.printed, r"(?m)^test accuracy 0\.\d{4}$")
        self.assertEqual(self.shape[1:], (8, 8, 1))

    def testTheExecutablePredictsTheSameBits(self):
        run("./digits", "--input", "test.npy", "--expected", "expected.npy", "--rtol", "0", "--atol", "0", cwd=self.folder)
        for threads in (1, 2, 4):
            run("./digits", "--input", "test.npy", "--output", "out.npy", "--threads", threads, cwd=self.folder)
            self.assertEqual(readNpy(os.path.join(self.folder, "out.npy"))[1].tobytes(), self.expected.tobytes())

    def testTheExecutableSaysWhenPredictionsDiffer(self):
        run("./digits", "--input", "test.npy", "--expected", "test.npy", code=1, cwd=self.folder)

    def testTheLibraryPredictsTheSameBits(self):
        run(os.path.join(BIN, "tenon-run"), "run", "./digits.so", "--input", "image=test.npy", "--expected", "expected.npy",
            "--rtol", "0", "--atol", "0", cwd=self.folder)

    def testTheExecutableIsSmallAndNeedsLibcOnly(self):
        weights = 4 * (9 * 32 + 4 * 32 + 9 * 32 * 32 + 32 + 32 + 32 + 512 * 10 + 10)
        self.assertLess(os.path.getsize(os.path.join(self.folder, "digits")) - weights, 300 * 1000)
        libraries = re.findall(r"^\s*(\S+)", run("ldd", "digits", cwd=self.folder).stdout, re.MULTILINE)
        self.assertIn("libc.so.6", libraries)
        for library in libraries:
            self.assertTrue(re.fullmatch(r"linux-vdso\.so\.1|(/\S+/)?ld-linux-\S+\.so\.\d|libc\.so\.6|libm\.so\.6", library),
                            library)

    def testTheObjectNeedsNothing(self):
        undefined = run("nm", "--undefined-only", "--format=posix", "digits.o", cwd=self.folder).stdout
        names = {line.split()[0] for line in undefined.splitlines() if line.strip()}
        self.assertLessEqual(names, {"memcpy", "memset", "_GLOBAL_OFFSET_TABLE_"})

    def testTheHeaderInC(self):
        self.build(os.environ["CC"], "-std=c99", "-pedantic-errors", os.path.join(SOURCE, "examples/aot_c/main.c"), "digits.o",
                   "-lm", "-o", "classify")
        text = "".join(",".join(f"{v:g}" for v in self.images[i:i + 64]) + "\n" for i in range(0, len(self.images), 64))
        lines = run("./classify", input=text, cwd=self.folder).stdout.splitlines()
        self.assertEqual(lines, [f"{label} {p:.4f}" for label, p in self.predictedClasses(self.expected)])
        self.assertIn("line 2: expected 64 numbers", run("./classify", input=text.splitlines()[0] + "\n1,2\n", code=1,
                                                         cwd=self.folder).stderr)

    def testTheHeaderInCppWithItsOwnThreads(self):
        self.build(os.environ["CXX"], "-std=c++20", os.path.join(SOURCE, "examples/aot_cpp/main.cpp"), "digits.o", "-pthread",
                   "-lm", "-o", "accuracy")
        with gzip.open(DATA, "rt") as lines:
            text = lines.read()
        printed = {run("./accuracy", threads, input=text, cwd=self.folder).stdout for threads in (1, 2, 4)}
        self.assertEqual(len(printed), 1, printed)
        right, total = map(int, re.fullmatch(r"(\d+) of (\d+) right\n", printed.pop()).groups())
        self.assertEqual(total, 1797)
        self.assertGreater(right / total, 0.8)

    def testTwoModelsInOneProgram(self):
        with tempfile.TemporaryDirectory() as folder:
            self.train(folder, epochs=1)  # the same network with other weights
            for tag, model in (("first", "digits.tenon"), ("second", os.path.join(folder, "digits.tenon"))):
                self.tool("compile", model, "-o", tag, "--emit=object,header", f"--tag={tag}")
        with open(os.path.join(self.folder, "two.c"), "w", encoding="utf-8") as file:
            file.write(TWO_MODELS)
        self.build(os.environ["CC"], "-std=c11", "two.c", "first.o", "second.o", "-lm", "-o", "two")
        rows = [line.split() for line in run("./two", cwd=self.folder).stdout.splitlines()]
        self.assertEqual(len(rows), 10)
        first, second = ([float(row[i]) for row in rows] for i in (0, 1))
        self.assertNotEqual(first, second)
        for probabilities in (first, second):
            self.assertAlmostEqual(sum(probabilities), 1.0, places=5)

    def testAWholeRunTouchesOnlyItsMemory(self):
        with tempfile.TemporaryDirectory() as folder:
            printed = self.train(folder, TENON_CHECK_MEMORY="1")
            accuracy = re.compile(r"test accuracy .*")
            self.assertEqual(accuracy.findall(printed), accuracy.findall(self.printed))
            self.assertEqual(readNpy(os.path.join(folder, "expected.npy"))[1].tobytes(), self.expected.tobytes())

    def testMistakesAreOneLineInWords(self):
        program = os.path.join(BIN, "digits")
        for arguments, code, words in ((["--sed", "1"], 2, "unknown option '--sed'"), (["--seed"], 2, "--seed expects a value"),
                                       (["--epochs", "many"], 2, "expects a whole number, got 'many'"),
                                       (["--data", "nowhere.csv"], 1, "nowhere.csv")):
            error = run(program, *arguments, code=code, cwd=self.folder).stderr
            self.assertIn(words, error)
            self.assertEqual(error.count("\n"), 1, error)


if __name__ == "__main__":
    unittest.main()
