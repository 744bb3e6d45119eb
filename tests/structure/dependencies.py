#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The one-way dependencies of the folders: what may be included where, and what is linked into what."""
import os
import re
import subprocess
import tempfile
import unittest

SOURCE = os.environ["TENON_SOURCE_DIR"]
BUILD = os.environ["TENON_BUILD_DIR"]
COMPILER = ("mlir", "llvm", "lld")
# Folder -> the first path components it may include besides the C++ library and its own folder. "tenon" stands for the
# runtime's and the frontend's public headers, "tenon/c_api.h" for that one header.
ALLOWED = {
    "runtime": {"tenon", "nlohmann", "schema"},
    "ir": {*COMPILER},
    "passes": {"ir", *COMPILER},
    "codegen": {"ir", "tenon/c_api.h", "schema", *COMPILER},
    "frontend/graph": {"ir", "tenon", "nlohmann", *COMPILER},
    "frontend/files": {"frontend", "runtime", "tenon", "nlohmann", "schema"},
    "frontend/applications": {"frontend", "tenon", "nlohmann"},
    "frontend/include": {"tenon"},
    "runtime/include": {"tenon"},
}
FOLDERS = {"runtime", "ir", "passes", "codegen", "frontend", "tools", "tests", "schema", "tenon", "nlohmann", *COMPILER}


def headers(folder):
    """(file, included path) of every include in a folder's sources."""
    for base, _, names in os.walk(os.path.join(SOURCE, folder)):
        for name in sorted(names):
            if name.endswith((".h", ".cpp", ".c", ".td")):
                path = os.path.join(base, name)
                with open(path, encoding="utf-8") as text:
                    for line in text:
                        found = re.match(r'\s*(?:#\s*)?include\s*[<"]([^>"]+)[>"]', line)
                        if found:
                            yield os.path.relpath(path, SOURCE), found.group(1)


def violations(folder, allowed):
    own = folder.split("/")[0] if folder.count("/") == 0 else folder
    found = []
    for path, included in headers(folder):
        top = included.split("/")[0]
        if top not in FOLDERS or included in allowed or top in allowed:
            continue
        if included.startswith(own + "/"):
            continue
        found.append(f"{path} includes {included}")
    return found


class Includes(unittest.TestCase):
    def testTheInterpreterIsCalledByTestsAlone(self):
        """fit and predict run compiled code: nothing that ships can call the interpreter."""
        for folder in ("passes", "codegen", "frontend", "runtime", "tools"):
            self.assertEqual([path for path, included in headers(folder) if included == "ir/Interpreter.h"], [])

    def testEveryFolderIncludesOnlyWhatItMay(self):
        for folder, allowed in ALLOWED.items():
            with self.subTest(folder=folder):
                self.assertEqual(violations(folder, allowed), [])

    def testTheGrepFindsAViolation(self):
        self.assertNotEqual(violations("codegen", {"schema"}), [])

    def testEigenIsIncludedBySearchAlone(self):
        users = {os.path.dirname(path) for path, included in headers("runtime") if included.startswith("Eigen/")}
        self.assertEqual(users, {"runtime/search/samplers"})

    def testTheRuntimeKnowsNoLayerByName(self):
        layers = re.compile(r"\b(Conv2D|BatchNormalization|MaxPooling2D|LSTM|Embedding)\b")
        for base, _, names in os.walk(os.path.join(SOURCE, "runtime")):
            for name in names:
                if name.endswith((".h", ".cpp", ".fbs")):
                    with open(os.path.join(base, name), encoding="utf-8") as text:
                        self.assertIsNone(layers.search(text.read()), name)


class PublicHeaders(unittest.TestCase):
    def compile(self, compiler, flags, text, suffix):
        with tempfile.NamedTemporaryFile("w", suffix=suffix) as file:
            file.write(text)
            file.flush()
            includes = [f"-I{SOURCE}/{part}/include" for part in ("runtime", "frontend")]
            subprocess.run([compiler, *flags, "-fsyntax-only", *includes, file.name], check=True)

    def testTheCHeaderIsC99(self):
        self.compile(os.environ.get("CC", "cc"), ["-std=c99", "-pedantic-errors", "-Wall", "-Werror"],
                     "#include <tenon/c_api.h>\n", ".c")

    def testEveryHeaderStandsAlone(self):
        for part in ("runtime", "frontend"):
            folder = os.path.join(SOURCE, part, "include")
            for base, _, names in os.walk(folder):
                for name in sorted(names):
                    header = os.path.relpath(os.path.join(base, name), folder)
                    with self.subTest(header=header):
                        self.compile(os.environ.get("CXX", "c++"), ["-std=c++20", "-Wall", "-Werror"],
                                     f"#include <{header}>\n", ".cpp")


class Linking(unittest.TestCase):
    def testLlvmAndMlirAreLinkedAsSharedLibrariesOnly(self):
        with open(os.path.join(BUILD, "build.ninja"), encoding="utf-8") as text:
            self.assertEqual(sorted(set(re.findall(r"lib(?:MLIR|LLVM)\w*\.a\b", text.read()))), [])

    def testTheRuntimeShowsNoCompiler(self):
        library = os.path.join(BUILD, "lib", "libtenon-runtime.so")
        needed = subprocess.run(["ldd", library], check=True, capture_output=True, text=True).stdout
        self.assertNotRegex(needed.lower(), "llvm|mlir|hdf5|libzip")
        symbols = subprocess.run(["nm", "-D", library], check=True, capture_output=True, text=True).stdout
        self.assertIn("tenon_program_load", symbols)
        self.assertNotRegex(symbols.lower(), r"\d(llvm|mlir)|\b(llvm|mlir)")


if __name__ == "__main__":
    unittest.main()
