# SPDX-License-Identifier: Apache-2.0
"""What the tests of `tenon tune` share: a folder of their own, the tool run in it, and who is alive."""
import json
import os
import shlex
import subprocess
import tempfile
import time
import unittest

BIN = os.path.join(os.environ["TENON_BUILD_DIR"], "bin")
X = ("--param", "x=float(0,1)")


def alive(mark):
    """Processes with `mark` in their command line."""
    found = []
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{process}/cmdline", "rb") as file:
                words = file.read().decode(errors="replace").split("\0")
            with open(f"/proc/{process}/stat") as file:
                state = file.read().rsplit(")", 1)[1].split()[0]
        except OSError:
            continue
        if state != "Z" and any(mark in word for word in words):
            found.append(int(process))
    return found


def eventually(condition, seconds=10):
    end = time.time() + seconds
    while not condition():
        if time.time() > end:
            return False
        time.sleep(0.01)
    return True


class Folder(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.folder = self.temporary.name
        self.environment = {**os.environ, "TMPDIR": self.folder}

    def path(self, name):
        return os.path.join(self.folder, name)

    def run_(self, *words, program="tenon", code=0):
        result = subprocess.run([os.path.join(BIN, program), *map(str, words)], cwd=self.folder, env=self.environment, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result

    def start(self, *words, program="tenon"):
        return subprocess.Popen([os.path.join(BIN, program), *map(str, words)], cwd=self.folder, env=self.environment, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def tune(self, command, *words, code=0):
        return self.run_("tune", "--command", command, *words, code=code)

    def refused(self, message, *words, code=2):
        error = self.run_("tune", *words, code=code).stderr
        self.assertIn(message, error)
        self.assertEqual(error.count("\n"), 1, error)

    def json(self, name="out.json"):
        with open(self.path(name)) as file:
            return json.load(file)

    def script(self, text):
        """A command of the shell, as --command takes it; braces are the parameters'."""
        return "sh -c " + shlex.quote(text)
