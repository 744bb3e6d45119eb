#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a search by tenon tune leaves: the files asked for also when it is stopped or fails, and --keep best."""
import os
import shutil
import signal
import time
import unittest

from tune_harness import X, Folder, eventually

FILES = ("--json", "out.json", "--csv", "out.csv", "--plots", "plots", "--tensorboard", "board")
NONE = "no trial is complete, so that the files have no best one"


class Files(Folder):
    def written(self):
        """The JSON, the other files being there too; all are gone afterwards."""
        out = self.json()
        with open(self.path("out.csv")) as file:
            self.assertEqual(len(file.readlines()), 1 + len(out["trials"]))
        self.assertEqual(sorted(os.listdir(self.path("plots"))), ["history.svg", "importances.svg", "parallel_coordinates.svg"])
        self.assertTrue(os.listdir(self.path("board")))
        for name in ("out.json", "out.csv"):
            os.remove(self.path(name))
        for name in ("plots", "board"):
            shutil.rmtree(self.path(name))
        return out

    def states(self, out):
        return [trial["state"] for trial in out["trials"]]

    def stop(self, search, number=signal.SIGINT, code=130):
        search.send_signal(number)
        _, error = search.communicate(timeout=30)
        self.assertEqual(search.returncode, code, error)
        return error

    def testAStoppedSearchWritesWhatItFound(self):
        for program, words in (("tenon", ("tune", "--command", self.script("sleep 0.2; echo {x}"), *X)),
                               ("tune_program", ("--milliseconds", 200))):
            for workers, number, code in ((2, signal.SIGINT, 130), (2, signal.SIGTERM, 143), (0, signal.SIGINT, 130)):
                with self.subTest(program=program, workers=workers, number=number):
                    search = self.start(*words, "--trials", 50, "--workers", workers, *FILES, program=program)
                    self.assertTrue(search.stderr.readline().startswith("trial "))
                    self.assertIn("goes on\n", self.stop(search, number, code))
                    out = self.written()
                    self.assertIn("complete", self.states(out))
                    self.assertIn(out["best"]["number"], range(len(out["trials"])))
                    self.assertLess(len(out["trials"]), 50)

    def testStoppedBeforeATrialIsComplete(self):
        for workers in (1, 0):
            with self.subTest(workers=workers):
                search = self.start("tune", "--command", self.script("touch begun; sleep 60; echo {x}"), *X, "--trials", 3, "--workers",
                                    workers, *FILES)
                self.assertTrue(eventually(lambda: os.path.exists(self.path("begun"))))
                self.assertIn(f"tenon: {NONE}\n", self.stop(search))
                out = self.written()
                self.assertEqual((out["best"], self.states(out)), (None, ["running"]))
                os.remove(self.path("begun"))

    def testTooManyFailures(self):
        for workers in (1, 0):
            with self.subTest(workers=workers):
                error = self.tune("false {x}", *X, "--trials", 9, "--workers", workers, *FILES, code=1).stderr
                self.assertIn("3 trials in a row failed", error)
                self.assertIn(f"tenon: {NONE}\n", error)
                out = self.written()
                self.assertEqual((out["best"], self.states(out)), (None, ["failed"] * 3))
        self.tune(self.script("test $TENON_TRIAL = 0 && echo {x}"), *X, "--trials", 9, *FILES, code=1)
        self.assertEqual(self.written()["best"]["number"], 0)

    def testATimeLimit(self):
        self.tune(self.script("sleep 0.1; echo {x}"), *X, "--timeout", 2, *FILES)
        self.assertIn("complete", self.states(self.written()))
        result = self.tune(self.script("sleep 0.2; exit 1 # {x}"), *X, "--timeout", 2, "--max-failures", 0, *FILES, code=1)
        self.assertIn("no trial is complete", result.stdout)
        self.assertEqual(self.written()["best"], None)

    def testAFileThatCannotBeWrittenDoesNotChangeHowItEnds(self):
        search = self.start("tune", "--command", self.script("sleep 0.1; echo {x}"), *X, "--trials", 50, "--json", "nosuch/out.json",
                            "--study", "s")
        search.stderr.readline()
        error = self.stop(search)
        self.assertIn("tenon: nosuch/out.json: cannot be written", error)
        self.assertRegex(error, "tenon: stopped by SIGINT with .* the same command goes on\n$")

    def testAnObjectiveThatFailsByTheSignalDoesNotWriteBesideIt(self):
        os.mkfifo(self.path("out.json"))  # holds up who writes it until it is read
        search = self.start("--mode", "interrupt", "--trials", 3, "--workers", 0, "--max-failures", 1, "--json", "out.json",
                            program="tune_program")
        self.addCleanup(search.kill)
        error = ""
        while "trial 0" not in error:
            error += search.stderr.readline()
        time.sleep(0.3)  # for a second one to write, too
        self.assertIn(self.states(self.json()), (["running"], ["failed"]))
        error += search.stderr.read()
        self.assertEqual(search.wait(timeout=30), 130, error)
        self.assertEqual(error.count(NONE), 1, error)
        self.assertIn("tune_program: stopped; the same command with --study", error)

    def testASignalEndsTheWritingOfAFailedSearch(self):
        os.mkfifo(self.path("out.json"))
        for workers in (1, 0):
            with self.subTest(workers=workers):
                search = self.start("tune", "--command", "false {x}", *X, "--trials", 9, "--workers", workers, "--json", "out.json")
                self.addCleanup(search.kill)
                while NONE not in search.stderr.readline():
                    pass
                self.stop(search, code=-signal.SIGINT)


class Keep(Folder):
    """Which folders of trials are there afterwards."""

    def folders(self, study="s"):
        return sorted(map(int, os.listdir(self.path(f"{study}/trials"))))

    def testTheBestOnesIsKept(self):
        for workers in (0, 1, 3):
            with self.subTest(workers=workers):
                study = f"s{workers}"
                self.tune("echo {x}", *X, "--trials", 12, "--workers", workers, "--keep", "best", "--study", study, "--json", "out.json")
                best = self.json()["best"]
                self.assertEqual(self.folders(study), [best["number"]])
                with open(self.path(f"{study}/trials/{best['number']}/stdout.txt")) as file:
                    self.assertEqual(float(file.read()), best["value"])

    def testWithoutAStudyThereIsNothingToKeepItIn(self):
        for keep in ("best", "all"):
            self.refused("tenon: --keep: expected --study with a folder for the search; without one, what its trials leave is deleted with it "
                         f"when it ends, received only --keep {keep}", "--command", "echo {x}", *X, "--trials", 1, "--keep", keep)

    def testAllAreKeptByDefaultAndGoWhenItGoesOnWithBest(self):
        words = ("echo {x}", *X, "--study", "s", "--json", "out.json", "--direction", "maximize")
        self.tune(*words, "--trials", 4)
        self.assertEqual(self.folders(), [0, 1, 2, 3])
        self.tune(*words, "--trials", 4, "--keep", "best")
        self.assertEqual(self.folders(), [self.json()["best"]["number"]])
        self.tune(*words, "--trials", 6, "--keep", "all")
        self.assertTrue({4, 5} < set(self.folders()) | {self.json()["best"]["number"]})

    def testFailedOnesGoAndWhatRunsStays(self):
        self.tune(self.script("exit 1 # {x}"), *X, "--trials", 2, "--keep", "best", "--study", "failed", code=1)
        self.assertEqual(self.folders("failed"), [])
        command = self.script("test $TENON_TRIAL = 2 && sleep 60; sleep 0.05; echo {x}")
        search = self.start("tune", "--command", command, *X, "--trials", 40, "--workers", 2, "--keep", "best", "--study", "s", "--json",
                            "out.json")
        for _ in range(6):
            search.stderr.readline()
        search.send_signal(signal.SIGINT)
        search.communicate(timeout=30)
        out = self.json()
        running = [trial["number"] for trial in out["trials"] if trial["state"] == "running"]
        self.assertIn(2, running)
        self.assertEqual([number for number in self.folders() if number not in running], [out["best"]["number"]])
        self.assertIn(2, self.folders())

    def testTwoSearchesOnOneStudy(self):
        words = ("tune", "--command", self.script("sleep 0.02; echo {x}"), *X, "--trials", 40, "--workers", 2, "--keep", "best", "--study",
                 "s")
        searches = [self.start(*words) for _ in range(2)]
        for search in searches:
            _, error = search.communicate(timeout=60)
            self.assertEqual(search.returncode, 0, error)
            self.assertNotIn("cannot be deleted", error)
        self.run_("tune", "--show", "--study", "s", "--json", "out.json")
        self.assertEqual(self.folders(), [self.json()["best"]["number"]])

    def testWhatItDidNotMakeStays(self):
        words = ("--command", "echo {x}", *X, "--trials", 3, "--keep", "best", "--study", "s")
        os.makedirs(self.path("s/trials/1"))
        open(self.path("s/trials/1/mine"), "w").close()
        self.refused("--keep best: s/trials has '1', which is of no trial of this study; move it away", *words)
        self.assertTrue(os.path.exists(self.path("s/trials/1/mine")))
        os.rename(self.path("s/trials/1"), self.path("s/trials/notes"))
        os.makedirs(self.path("elsewhere/1"))
        open(self.path("elsewhere/1/mine"), "w").close()
        self.run_("tune", *words[:-4], "--study", "s")
        for number in range(3):
            shutil.rmtree(self.path(f"s/trials/{number}"))
            os.symlink(self.path("elsewhere/1"), self.path(f"s/trials/{number}"))
        self.run_("tune", *words)
        self.assertTrue(os.path.exists(self.path("s/trials/notes/mine")))
        self.assertTrue(os.path.exists(self.path("elsewhere/1/mine")))
        self.assertEqual(sorted(os.listdir(self.path("s/trials"))), ["0", "1", "2", "notes"])

    def testAFolderThatCannotBeDeletedIsLeft(self):
        if os.geteuid() == 0:
            self.skipTest("root may delete everything")
        command = self.script("mkdir $TENON_TRIAL_FOLDER/closed; touch $TENON_TRIAL_FOLDER/closed/file; "
                              "chmod 500 $TENON_TRIAL_FOLDER/closed; echo {x}")
        error = self.tune(command, *X, "--trials", 2, "--keep", "best", "--study", "s").stderr
        self.assertIn("cannot be deleted: Permission denied", error)
        for number in self.folders():
            os.chmod(self.path(f"s/trials/{number}/closed"), 0o700)


if __name__ == "__main__":
    unittest.main()
