#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Studies of tenon tune and of a program with tuneMain: gone on with, stopped by signals, their workers killed."""
import os
import re
import signal
import subprocess
import time
import unittest

from tune_harness import BIN, X, Folder, alive, eventually


class Studies(Folder):
    def testNamedAgainItGoesOn(self):
        words = ("echo {x}", *X, "--sampler", "random", "--seed", 5, "--study", "s", "--json", "out.json")
        self.tune(*words, "--trials", 3)
        first = self.json()["trials"]
        self.tune(*words, "--trials", 6)
        both = self.json()["trials"]
        self.assertEqual(both[:3], first)
        self.tune("echo {x}", *X, "--sampler", "random", "--seed", 5, "--trials", 6, "--json", "out.json")
        self.assertEqual([trial["value"] for trial in self.json()["trials"]], [trial["value"] for trial in both])
        self.refused("the study's seed is 5, received 6", "--command", "echo {x}", *X, "--trials", 1, "--study", "s", "--seed", 6)
        self.refused("the study's pruner is none, received median", "--command", "echo {x}", *X, "--trials", 1, "--study", "s",
                     "--pruner", "median")
        shown = self.run_("tune", "--show", "--study", "s").stdout
        self.assertIn("6 trials: 6 complete", shown)

    def testKilledWorkersLoseNothing(self):
        words = ("tune", "--command", self.script("sleep 0.04; echo {x}"), *X, "--sampler", "random", "--seed", 1)
        search = self.start(*words, "--trials", 24, "--workers", 3, "--study", "s", "--json", "out.json")
        kills = 0
        while search.poll() is None and kills < 4:
            time.sleep(0.06)
            with open(f"/proc/{search.pid}/task/{search.pid}/children") as file:
                workers = [int(worker) for worker in file.read().split()]
            if len(workers) == 3:
                os.kill(workers[kills % 3], signal.SIGKILL)
                kills += 1
        printed, error = search.communicate(timeout=60)
        self.assertEqual((search.returncode, kills), (0, 4), error)
        self.assertEqual(error.count("a worker ended with signal 9 (Killed); another one goes on with its trial"), 4, error)
        trials = self.json()["trials"]
        self.assertEqual([(trial["number"], trial["state"]) for trial in trials], [(i, "complete") for i in range(24)])
        self.run_(*words, "--trials", 24, "--json", "serial.json")
        self.assertEqual(self.json("serial.json")["best"], self.json()["best"])

    def stopped(self, number, *words, program="tenon"):
        """Stops a search once a trial has ended, and gives what it said."""
        search = self.start(*words, program=program)
        line = search.stderr.readline()
        self.assertTrue(line.startswith("trial "), line)
        search.send_signal(number)
        _, error = search.communicate(timeout=30)
        self.assertEqual(search.returncode, 128 + number, error)
        return line + error

    def testASignalEndsTrialsAndKeepsTheStudy(self):
        mark = "0.2321"
        for number, name in ((signal.SIGINT, "SIGINT"), (signal.SIGTERM, "SIGTERM")):
            with self.subTest(name):
                words = ("tune", "--command", self.script(f"sleep {mark}; echo {{x}}"), *X, "--trials", 4, "--workers", 2, "--study", name)
                error = self.stopped(number, *words)
                self.assertRegex(error, f"tenon: stopped by {name} with [12] trials? done; the same command goes on\n$")
                self.assertEqual(alive(mark), [])
                self.assertIn("4 trials: 4 complete", self.run_(*words).stdout)
        words = ("tune", "--command", self.script("sleep 0.1; echo {x}"), *X, "--trials", 5)
        error = self.stopped(signal.SIGINT, *words)
        folder = re.search(r"the same command with --study (\S+) goes on", error).group(1)
        self.assertIn("5 trials: 5 complete", self.run_(*words, "--study", folder).stdout)
        error = self.stopped(signal.SIGTERM, *words, "--workers", 0, "--study", "here")
        self.assertIn("tenon: stopped; the same command goes on", error)
        self.assertIn("5 trials: 5 complete", self.run_(*words, "--study", "here").stdout)

    def testAKilledWorkersProgramEndsWithAllItStarted(self):
        mark = "66.4321"
        search = self.start("tune", "--command", self.script(f"test -e again && echo {{x}} && exit; sleep {mark}; true"), *X,
                            "--trials", 1, "--json", "out.json")
        self.assertTrue(eventually(lambda: len(alive(mark)) == 2 + 2))  # search, worker, shell and sleep
        with open(f"/proc/{search.pid}/task/{search.pid}/children") as file:
            worker = int(file.read())
        open(self.path("again"), "w").close()
        os.kill(worker, signal.SIGKILL)
        self.assertEqual(search.wait(), 0, search.stderr.read())
        search.communicate()
        self.assertEqual(alive(mark), [])
        trial, = self.json()["trials"]
        self.assertEqual((trial["state"], trial["workers"]), ("complete", 2))

    def testStoppedOnPurposeATrialIsNotGivenUp(self):
        words = ("tune", "--command", self.script("test -e go || sleep 9; echo {x}"), *X, "--trials", 1, "--study", "s")
        for _ in range(6):
            search = self.start(*words)
            begun = self.path("s/trials/0/stdout.txt")
            self.assertTrue(eventually(lambda: os.path.exists(begun)))
            search.send_signal(signal.SIGINT)
            search.communicate(timeout=30)
            self.assertEqual(search.returncode, 130)
            os.remove(begun)
        open(self.path("go"), "w").close()
        self.assertIn("1 trial: 1 complete", self.run_(*words).stdout)

    def testWhatWasThereBeforeIsLeftAlone(self):
        mark = "44.4321"
        command = self.script("test -e again && echo {x} && exit; touch begun; sleep 9")
        words = [os.path.join(BIN, "tenon"), "tune", "--command", command, *map(str, X), "--trials", "1"]
        search = subprocess.Popen(["sh", "-c", f'sleep {mark} & exec "$@"', "sh", *words], cwd=self.folder, env=self.environment,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertTrue(eventually(lambda: os.path.exists(self.path("begun"))))
        before, = alive(mark)
        with open(f"/proc/{search.pid}/task/{search.pid}/children") as file:
            worker, = [int(child) for child in file.read().split() if int(child) != before]
        open(self.path("again"), "w").close()
        os.kill(worker, signal.SIGKILL)
        self.assertEqual(search.wait(timeout=30), 0)
        self.assertEqual(alive(mark), [before])
        os.kill(before, signal.SIGKILL)
        search.communicate()

    def testASecondSignalDoesNotWaitForPrograms(self):
        mark = "55.4321"
        search = self.start("tune", "--command", self.script(f"trap '' TERM; echo {{x}} > begun; sleep {mark}; sleep {mark}"), *X,
                            "--trials", 1, "--study", "s")
        self.assertTrue(eventually(lambda: os.path.exists(self.path("begun"))))
        begin = time.time()
        search.send_signal(signal.SIGINT)
        time.sleep(0.3)
        self.assertIsNone(search.poll())
        search.send_signal(signal.SIGINT)
        search.communicate(timeout=30)
        self.assertEqual(search.returncode, 130)
        self.assertLess(time.time() - begin, 8)
        self.assertEqual(alive(mark), [])

    def testAKilledSearchTakesItsProgramsWithIt(self):
        mark = "77.4321"
        search = self.start("tune", "--command", f"sleep {mark}{{x}}", "--param", "x=int(0,9)", "--trials", 4, "--workers", 2)
        self.assertTrue(eventually(lambda: len(alive(mark)) >= 2))
        search.kill()
        search.communicate()
        self.assertTrue(eventually(lambda: not alive(mark)))


class Program(Folder):
    """A program of the user's with tuneMain."""

    def testItHasTheSameOptions(self):
        result = self.run_("--trials", 20, "--workers", 2, "--seed", 2, "--json", "out.json", "--plots", "plots", program="tune_program")
        out = self.json()
        self.assertEqual(out["trials"][0]["params"], {"x": 0.5, "kind": "16"})  # its defaults come first
        self.assertEqual((len(out["trials"]), out["direction"]), (20, "minimize"))
        self.assertLessEqual(out["best"]["value"], 0.25)
        self.assertTrue(result.stdout.endswith("\ndefaults 0.25\n"), result.stdout)
        self.assertEqual(sorted(os.listdir(self.path("plots"))), ["history.svg", "importances.svg", "parallel_coordinates.svg"])
        usage = self.run_("--help", program="tune_program").stdout
        self.assertIn("A parabola.", usage)
        self.assertIn("--milliseconds", usage)
        self.assertIn("tune_program: --nosuch", self.error("--nosuch", code=2).replace("The following argument was not expected: ", ""))

    def error(self, *words, code=1):
        return self.run_(*words, program="tune_program", code=code).stderr

    def testWhatHappensInTheObjective(self):
        self.assertIn("3 trials in a row failed, the last one, trial 2: no such luck", self.error("--mode", "throw", "--trials", 9))
        self.assertIn("workers died while no trial was completed; the last one ended with signal 11",
                      self.error("--mode", "crash", "--trials", 9))
        self.assertIn("the last one ended with exit code 7", self.error("--mode", "exit", "--trials", 9))
        self.run_("--mode", "crash-once", "--trials", 3, "--json", "out.json", program="tune_program")
        self.assertEqual([(trial["state"], trial["workers"]) for trial in self.json()["trials"]], [("complete", 2)] * 3)
        self.assertIn("tune_program: stopped by SIGTERM", self.stopped())

    def testPointsWithoutANumberEndTheSearchOfAllWorkers(self):
        error = self.run_("tune", "--command", "echo {x} nan", *X, "--trials", 99, "--workers", 4, "--json", "out.json", code=1).stderr
        self.assertRegex(error, "1[0-9] trials and none with a finite number")
        self.assertLess(len(self.json()["trials"]), 20)  # with those that ran beside the tenth

    def testASilentWorkersTrialIsTakenOver(self):
        error = self.run_("--mode", "hang-once", "--trials", 6, "--milliseconds", 20, "--workers", 2, "--stale-after", 0.5, "--json",
                          "out.json", program="tune_program").stderr
        self.assertEqual([(trial["state"], trial["workers"]) for trial in self.json()["trials"]],
                         [("complete", 1 + (number == 1)) for number in range(6)])
        self.assertIn("tune_program: 1 worker fell silent and is ended; another one has done its trial", error)

    def stopped(self):
        words = ("--milliseconds", 200, "--trials", 5, "--study", "s")
        search = self.start(*words, program="tune_program")
        search.stderr.readline()
        search.terminate()
        _, error = search.communicate(timeout=30)
        self.assertEqual(search.returncode, 143, error)
        self.assertIn("5 trials: 5 complete", self.run_(*words, program="tune_program").stdout)
        return error


if __name__ == "__main__":
    unittest.main()
