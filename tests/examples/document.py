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


# Arithmetic on whole registers, and on single floats.
VECTOR = re.compile(r"\bv?(f(n?m)(add|sub)\d*|add|sub|mul|div|max|min|sqrt|and|or|xor|cmp\w*|blendv?|round)ps\b")
SCALAR = re.compile(r"\bv?(f(n?m)(add|sub)\d*|add|sub|mul|div|max|min|sqrt)ss\b")


def kernelsOf(code):
    """The lines of every kernel of an assembly text."""
    kernels, name = {}, None
    for line in code.splitlines():
        if begin := re.match(r"([a-z_]+_[0-9a-f]{16}):", line):
            name = begin[1]
        elif line.startswith(".Lfunc_end"):
            name = None
        elif name:
            kernels.setdefault(name, []).append(line.strip())
    return kernels


def innermostLoops(lines):
    """What lies between a label and the last jump back to it, where no other such stretch lies within."""
    labels = {line.split(":")[0]: i for i, line in enumerate(lines) if line.startswith(".LBB")}
    ends = {}
    for i, line in enumerate(lines):
        jump = re.match(r"j\w+\s+(\.LBB\w+)", line)
        if jump and labels.get(jump[1], i + 1) <= i:
            ends[labels[jump[1]]] = i
    spans = list(ends.items())
    inner = [s for s in spans if not any(t != s and s[0] <= t[0] and t[1] <= s[1] for t in spans)]
    return [lines[begin:end + 1] for begin, end in inner]


def arithmetic(loop):
    """What a loop computes with, on registers or single floats: {"add", "fmadd"}; a fused multiply-add is both its parts."""
    names = {found[1] for line in loop if (found := re.search(r"\bv?(fn?m(?:add|sub)|add|sub|mul|div|max|min|sqrt)\d*[ps]s\b", line))}
    return names | ({"mul", "add"} if "fmadd" in names else set())


# Training's kernels along an axis that is narrower than a register: the largest of a few scores, in order, for accuracy; the
# weights and losses of a layer of one unit.
NARROW = re.compile(r"argmax|filter_gradient|reduce")
WIDE_STORE = re.compile(r"\bvmov[au]ps\s+%[yz]mm\d+, ")


class Document(unittest.TestCase):
    def checkCode(self, folder, model, *train):
        """For one target, whatever this machine is: nothing of libm is called, and inner loops compute on vectors."""
        run(os.path.join(BIN, "tenon"), "compile", model, "-o", "code", "--emit=object,asm", "--target=x86-64-v3", *train,
            folder=folder)
        wanted = run("nm", "-u", "code.o", folder=folder).split()
        self.assertLessEqual(set(wanted) - {"U"}, {"memcpy", "memset", "memmove"})
        with open(os.path.join(folder, "code.s"), encoding="utf-8") as text:
            code = text.read()
        calls = set(re.findall(r"^\s+call\w*\s+(\S+)", code, re.M))
        self.assertFalse([name for name in calls if re.match(r"(exp|tanh|log|pow|sin|cos)f?\b", name)])
        kernels = kernelsOf(code)
        self.assertTrue(kernels)
        for name, lines in kernels.items():
            loops = innermostLoops(lines)
            vector = [loop for loop in loops if any(VECTOR.search(line) for line in loop)]
            # One number that is then written many times over is no work done element by element.
            spread = [loop for loop in loops if any(WIDE_STORE.search(line) for line in loop)]
            scalar = [loop for loop in loops if loop not in vector and loop not in spread and any(SCALAR.search(line) for line in loop)]
            # Behind the loop over vectors: its single elements, of a length that is known at run time alone, an odd channel.
            whole = [loop for loop in scalar if not any(arithmetic(loop) <= arithmetic(other) for other in vector)]
            message = f"{name} computes element by element:\n" + "\n".join(scalar[-1] if scalar else [])
            if not train or not NARROW.match(name):
                self.assertEqual(whole, [], message)
                self.assertLessEqual(len(scalar), 0 if name.startswith("contract") else len(vector), message)
        self.assertTrue(any(re.match(r"contract|depthwise", name) for name in kernels))

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
                run(os.path.join(BIN, "tenon"), "compile", model, "-o", "library", "--emit=library", folder=folder)
                self.checkCode(folder, model)
                self.checkCode(folder, model, "--train")
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
    if len(PROGRAMS) < 12:
        sys.exit(f"expected the document's 12 programs in {BIN}/document, found {len(PROGRAMS)}")
    unittest.main(argv=sys.argv)
