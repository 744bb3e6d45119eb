#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The C program that fine-tunes: built of the object and C alone, it learns what the library learns, bit for bit, leaves a
frozen layer as it was, and writes weights that the tools read."""
import array
import ast
import gzip
import os
import re
import struct
import tempfile
import unittest
import zipfile

from shipping import BIN, DATA, INCLUDE, SOURCE, readNpy, run

EXAMPLE = os.path.join(SOURCE, "examples", "finetune_c")
FROZEN = {"conv2d_1/kernel", "conv2d_1/bias"}
EPOCHS = 5


def npy(shape, values):
    """A float32 .npy file's content."""
    header = repr({"descr": "<f4", "fortran_order": False, "shape": shape}).encode()
    header += b" " * (-(11 + len(header)) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + array.array("f", values).tobytes()


def readWeights(path):
    """{name: (shape, bytes)} of an .npz; the archive's own checksums are checked."""
    weights = {}
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            content = archive.read(name)
            end = 10 + struct.unpack_from("<H", content, 8)[0]
            header = ast.literal_eval(content[10:end].decode())
            assert content[:8] == b"\x93NUMPY\x01\x00" and end % 64 == 0, content[:end]
            assert header["descr"] == "<f4" and not header["fortran_order"], header
            weights[name.removesuffix(".npy")] = (header["shape"], content[end:])
    return weights


class FineTune(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = cls.temporary.name
        run(os.path.join(BIN, "digits"), "--seed", 1, "--epochs", 2, "--data", DATA, cwd=cls.folder)
        cls.tool("compile", "digits.tenon", "-o", "digits", "--train", "--freeze=conv2d_1", "--emit=object,header", "--tag=digits")
        cls.tool("convert", "digits.tenon", "-o", "before.npz")
        run(os.environ["CC"], "-std=c99", "-pedantic-errors", "-Wall", "-Wextra", "-Werror", "-O1", f"-I{cls.folder}", f"-I{INCLUDE}",
            *(os.path.join(EXAMPLE, name) for name in ("main.c", "npz.c", "threads.c")), "digits.o", "-pthread", "-lm", "-o",
            "finetune", cwd=cls.folder)
        with gzip.open(DATA, "rt") as lines:
            cls.text = lines.read()
        cls.printed = cls.finetune("tuned.npz", EPOCHS).stdout
        cls.writeSamples()

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @classmethod
    def tool(cls, *arguments, code=0):
        return run(os.path.join(BIN, "tenon"), *arguments, cwd=cls.folder, code=code)

    @classmethod
    def finetune(cls, *arguments, text=None, code=0):
        return run("./finetune", *arguments, input=cls.text if text is None else text, cwd=cls.folder, code=code)

    @classmethod
    def writeSamples(cls):
        """The program's samples for the tools: in negative, every fourth one held out."""
        rows = [[int(value) for value in line.split(",")] for line in cls.text.split()]
        parts = {"train": [row for i, row in enumerate(rows) if i % 4 != 3], "held": rows[3::4]}
        cls.held = [row[64] for row in parts["held"]]
        for name, part in parts.items():
            x = npy((len(part), 8, 8, 1), [16 - value for row in part for value in row[:64]])
            y = npy((len(part), 10), [row[64] == digit for row in part for digit in range(10)])
            with zipfile.ZipFile(os.path.join(cls.folder, name + ".npz"), "w") as archive:
                archive.writestr("x.npy", x)
                archive.writestr("y.npy", y)

    def path(self, name):
        return os.path.join(self.folder, name)

    def assessed(self, when, printed=None):
        """(right, all, sureness as printed) of a line of the program."""
        right, count, sure = re.search(rf"(?m)^{when}: (\d+) of (\d+) right, (\S+) sure", printed or self.printed).groups()
        return int(right), int(count), sure

    def assertPredicts(self, line, *model):
        """`tenon predict` finds the same digits, and is as sure of the right ones to the last digit printed."""
        self.tool("predict", *model, "--data", "held.npz", "-o", "predicted.npy")
        shape, values = readNpy(self.path("predicted.npy"))
        self.assertEqual(shape, (len(self.held), 10))
        rows = [values[i:i + 10] for i in range(0, len(values), 10)]
        right = sum(max(range(10), key=row.__getitem__) == digit for row, digit in zip(rows, self.held))
        sure = sum(row[digit] for row, digit in zip(rows, self.held)) / len(rows)
        self.assertEqual((right, len(rows), f"{sure:.9f}"), line)

    def testTheProgramNeedsLibcAndLibmOnly(self):
        for line in run("ldd", "finetune", cwd=self.folder).stdout.splitlines():
            self.assertRegex(line.split()[0], r"^(linux-vdso\.so\.1|(/\S+/)?ld-linux-\S+\.so\.\d|lib(c|m|pthread)\.so\.\d)$")
        needed = re.findall(r"NEEDED.*\[(.*)\]", run("readelf", "-d", "finetune", cwd=self.folder).stdout)
        self.assertIn("libc.so.6", needed)
        self.assertLessEqual(set(needed), {"libc.so.6", "libm.so.6", "libpthread.so.0"})
        undefined = run("nm", "--undefined-only", "--format=posix", "digits.o", cwd=self.folder).stdout
        self.assertLessEqual({line.split()[0] for line in undefined.splitlines() if line.strip()},
                             {"memcpy", "memset", "_GLOBAL_OFFSET_TABLE_"})

    def testTheAccuracyRises(self):
        before, after = self.assessed("before"), self.assessed("after")
        self.assertEqual(before[1], len(self.held))
        self.assertLess(before[0] / before[1], 0.5)
        self.assertGreater(after[0] / after[1], 0.9)
        losses = [float(loss) for loss in re.findall(r"epoch \d: loss (\S+),", self.printed)]
        self.assertEqual(len(losses), EPOCHS)
        self.assertLess(losses[-1], losses[0] / 4)

    def testTheFrozenLayerStaysAndTheOthersLearn(self):
        self.assertEqual(set(re.findall(r"frozen: (\S+)", self.printed)), FROZEN)
        before, after = readWeights(self.path("before.npz")), readWeights(self.path("tuned.npz"))
        self.assertEqual({name: value[0] for name, value in before.items()}, {name: value[0] for name, value in after.items()})
        self.assertEqual({name for name in before if before[name] == after[name]}, FROZEN)

    def testTheLibraryLearnsTheSameBits(self):
        self.tool("train", "digits.tenon", "--freeze", "conv2d_1", "--data", "train.npz", "--epochs", EPOCHS, "--batch-size", 32,
                  "--shuffle", "off", "--verbose", 0, "-o", "library.npz")
        self.assertEqual(readWeights(self.path("library.npz")), readWeights(self.path("tuned.npz")))

    def testTheLearningRateIsTheCallers(self):
        self.finetune("usual.npz", 1)
        self.finetune("slow.npz", 1, 1, "1e-8")
        before = readWeights(self.path("before.npz"))["dense/kernel"]
        moved = {}
        for name in ("usual", "slow"):
            after = readWeights(self.path(name + ".npz"))["dense/kernel"]
            moved[name] = max(abs(a - b) for a, b in zip(array.array("f", after[1]), array.array("f", before[1])))
        self.assertGreater(moved["usual"], 1e-3)
        self.assertLess(moved["slow"], 1e-6)

    def testTheToolsPredictWithTheWeights(self):
        self.assertPredicts(self.assessed("before"), "digits.tenon")
        self.assertPredicts(self.assessed("after"), "digits.tenon", "--weights", "tuned.npz")
        scores = self.tool("evaluate", "digits.tenon", "--weights", "tuned.npz", "--data", "held.npz").stdout
        right, count, _ = self.assessed("after")
        self.assertAlmostEqual(float(re.search(r"accuracy (\S+)", scores).group(1)), right / count, places=6)

    def testTheWeightsBecomeAProgram(self):
        self.tool("predict", "digits.tenon", "--weights", "tuned.npz", "--data", "held.npz", "-o", "expected.npy")
        self.tool("compile", "digits.tenon", "--weights", "tuned.npz", "-o", "tuned", "--emit=exe")
        with zipfile.ZipFile(self.path("held.npz")) as archive, open(self.path("held.npy"), "wb") as file:
            file.write(archive.read("x.npy"))
        run("./tuned", "--input", "held.npy", "--expected", "expected.npy", "--rtol", "0", "--atol", "0", cwd=self.folder)

    def testThreadsAndRunsGiveTheSameFile(self):
        for threads in (1, 3):
            self.assertEqual(self.finetune("again.npz", EPOCHS, threads).stdout, self.printed)
            with open(self.path("tuned.npz"), "rb") as first, open(self.path("again.npz"), "rb") as second:
                self.assertEqual(first.read(), second.read(), threads)

    def testMistakesAreOneLineInWords(self):
        good = "0," * 64 + "3\n"
        for arguments, text, code, words in (
                (["x.npz"], good + "1,2\n", 1, "line 2: expected 64 grey values and a class below 10"),
                (["x.npz"], "0," * 64 + "10\n", 1, "line 1: expected 64 grey values"),
                (["x.npz"], good * 3, 1, "standard input: expected four images or more"),
                (["x.npz", "many"], good * 4, 1, "many: expected a number above 0"),
                (["nowhere/x.npz", 1], good * 4, 1, "nowhere/x.npz: No such file or directory"),
                ([], good, 2, "usage: finetune WEIGHTS.npz")):
            error = self.finetune(*arguments, text=text, code=code).stderr
            self.assertIn(words, error)
            self.assertEqual(error.count("\n"), 1, error)
            self.assertFalse(os.path.exists(self.path("x.npz")), arguments)

    def testAFullDiskLeavesTheFileThatWasThere(self):
        self.finetune("kept.npz", 1)
        with open(self.path("kept.npz"), "rb") as file:
            before = file.read()
        error = run("bash", "-c", "trap '' XFSZ; ulimit -f 8; exec ./finetune kept.npz 2", input=self.text, cwd=self.folder, code=1).stderr
        self.assertEqual(error, "kept.npz: File too large\n")
        with open(self.path("kept.npz"), "rb") as file:
            self.assertEqual(file.read(), before)
        self.assertFalse(os.path.exists(self.path("kept.npz.new")))

    def testTheToolSaysWhichLayersThereAre(self):
        error = self.tool("compile", "digits.tenon", "--train", "--freeze=conv2d,conv9", "--emit=object", "-o", "no", code=2).stderr
        self.assertRegex(error, r"--freeze: digits has no layer 'conv9', it has image, .*conv2d_1, .*dense\n$")
        error = self.tool("compile", "digits.tenon", "--freeze=conv2d", "-o", "no", code=2).stderr
        self.assertIn("--freeze: only training changes layers; it goes with --train", error)
        self.assertEqual([name for name in os.listdir(self.folder) if name.startswith("no.")], [])


if __name__ == "__main__":
    unittest.main()
