#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tenon tune: what it runs, says and writes, and what it makes of programs that fail and of wrong usage."""
import csv
import os
import pty
import re
import subprocess
import time
import unittest

from tune_harness import BIN, X, Folder, alive


class Runs(Folder):
    def testTheBestIsFoundAndWritten(self):
        printed = self.tune("printf 'x is {x}, act is %s, value %s' {act} {x}", *X, "--param", "act=choice(relu,tanh)", "--sampler",
                            "random", "--seed", 3, "--trials", 8, "--direction", "maximize", "--json", "out.json", "--csv",
                            "out.csv").stdout
        out = self.json()
        self.assertEqual((out["direction"], out["seed"], out["sampler"], out["pruner"]), ("maximize", 3, "random", "none"))
        self.assertEqual([trial["number"] for trial in out["trials"]], list(range(8)))
        best = max(out["trials"], key=lambda trial: trial["value"])
        self.assertEqual(out["best"], {key: best[key] for key in ("number", "value", "params")})
        for trial in out["trials"]:
            self.assertEqual(trial["state"], "complete")
            self.assertEqual(trial["value"], trial["params"]["x"])  # every digit came through
            self.assertIn(trial["params"]["act"], ("relu", "tanh"))
        self.assertIn(f"best value {best['value']!r} of trial {best['number']}: x={best['value']!r} act=", printed)
        with open(self.path("out.csv")) as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([float(row["params_x"]) for row in rows], [trial["value"] for trial in out["trials"]])
        self.assertEqual(list(rows[0]), ["number", "state", "value", "params_x", "params_act", "seconds", "failure"])
        self.assertEqual(os.listdir(self.folder).count("out.json"), 1)
        self.assertFalse([name for name in os.listdir(self.folder) if "tenon-study" in name])  # the temporary one is gone

    def testValuesAreOneWordWhateverTheyHold(self):
        self.tune("""python3 -c "import sys; print(sys.argv[1:], len(sys.argv), 1)" {a} --b={a} '{{a}}' a\\ b '' """, "--param",
                  "a=choice(x y; $(false) 'q')", "--trials", 1, "--study", "s")
        with open(self.path("s/trials/0/stdout.txt")) as file:
            self.assertEqual(file.read(), "[\"x y; $(false) 'q'\", \"--b=x y; $(false) 'q'\", '{a}', 'a b', ''] 6 1\n")

    def testTheProgramKnowsItsTrial(self):
        self.tune(self.script("cd /; echo $TENON_TRIAL > $TENON_TRIAL_FOLDER/own; test -z \"$TENON_TUNE_WORKER\" && echo {x}"), *X,
                  "--trials", 2, "--study", "s")
        for number in range(2):
            with open(self.path(f"s/trials/{number}/own")) as file:
                self.assertEqual(file.read(), f"{number}\n")

    def testKindsOfParameters(self):
        self.tune("echo {i} {s} {l} {f} {q}", "--param", "i=int(2,5)", "--param", "s=int(8,32,8)", "--param", "l=int(1,1000,log)",
                  "--param", "f=float(1e-4,1e-1,log)", "--param", "q=float(0,1,0.25)", "--trials", 12, "--json", "out.json")
        for trial in self.json()["trials"]:
            params = trial["params"]
            self.assertIn(params["i"], range(2, 6))
            self.assertIn(params["s"], (8, 16, 24, 32))
            self.assertTrue(1 <= params["l"] <= 1000 and isinstance(params["l"], int))
            self.assertTrue(1e-4 <= params["f"] <= 1e-1)
            self.assertIn(params["q"], (0, 0.25, 0.5, 0.75, 1))

    def testAGridEndsByItself(self):
        self.tune("echo {a}{b}", "--param", "a=int(1,3)", "--param", "b=choice(1,2)", "--sampler", "grid", "--json", "out.json")
        self.assertEqual(sorted(trial["value"] for trial in self.json()["trials"]), [11, 12, 21, 22, 31, 32])

    def testSamplersAndPrunersTakeArguments(self):
        words = ("echo {a}", "--param", "a=float(1e-4,1e-1,log)", "--sampler", "grid(points=4)", "--pruner",
                 "hyperband(maxResource=27,minResource=3)", "--study", "s", "--json", "out.json")
        self.tune(*words, "--workers", 2)
        out = self.json()
        self.assertEqual((out["sampler"], out["pruner"]), ("grid(points=4)", "hyperband(minResource=3,maxResource=27)"))
        self.assertEqual(sorted(trial["params"]["a"] for trial in out["trials"]), [1e-4, 1e-3, 1e-2, 1e-1])
        self.tune(*words)
        self.assertEqual(self.json()["trials"], out["trials"])
        refused = ("--command", "echo {a}", *words[1:3], "--study", "s")
        self.refused("the study's sampler is grid(points=4), received grid; go on with the same", *refused, "--sampler", "grid")
        self.refused("the study's pruner is hyperband(minResource=3,maxResource=27), received none", *refused, "--pruner", "none")
        usage = self.run_("tune", "--help").stdout
        for line in ("    points=10 ", "    maxResource=100 ", "    restartFactor=2 "):
            self.assertIn(line, usage)

    def testTargetAndTimeoutEndASearch(self):
        self.tune("echo {x}", *X, "--target", 0.9, "--direction", "maximize", "--json", "out.json")
        values = [trial["value"] for trial in self.json()["trials"]]
        self.assertTrue(values[-1] >= 0.9 and all(value < 0.9 for value in values[:-1]), values)
        begin = time.time()
        self.tune(self.script("sleep 0.05; echo {x}"), *X, "--timeout", 0.5)
        self.assertTrue(0.5 <= time.time() - begin < 5)

    def testExecutionsAreAveraged(self):
        self.tune(self.script("echo run >> $TENON_TRIAL_FOLDER/runs; wc -l < $TENON_TRIAL_FOLDER/runs # {x}"), *X, "--trials", 1,
                  "--executions", 3, "--json", "out.json", "--study", "s")
        trial = self.json()["trials"][0]
        self.assertEqual((trial["value"], trial["executions"]), (2, [1, 2, 3]))
        self.assertTrue({"stdout.txt", "stdout.1.txt", "stdout.2.txt"} <= set(os.listdir(self.path("s/trials/0"))))

    def testEnqueuedOnesComeFirstAndOnce(self):
        words = ("echo {x} {n}", *X, "--param", "n=choice(16,32)", "--trials", 3, "--enqueue", "x=0.25,n=32", "--enqueue", "n=16",
                 "--study", "s", "--json", "out.json")
        for _ in range(2):
            self.tune(*words)
            trials = self.json()["trials"]
            self.assertEqual(len(trials), 3)
            self.assertEqual(trials[0]["params"], {"x": 0.25, "n": "32"})
            self.assertEqual(trials[1]["params"]["n"], "16")

    def testProgressIsALineForEachTrial(self):
        lines = self.tune("echo {x}", *X, "--trials", 3).stderr.splitlines()
        self.assertEqual([re.match(r"trial (\d): 0\.\d+ \(best.*\)  x=0\.\d+$", line).group(1) for line in lines], ["0", "1", "2"])

    def testProgressOnATerminalIsOneLine(self):
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        search = subprocess.Popen([os.path.join(BIN, "tenon"), "tune", "--command", "echo {x}", *X, "--trials", "5"], cwd=self.folder,
                                  env=self.environment, stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        said = b""
        try:
            while part := os.read(ours, 65536):
                said += part
        except OSError:  # how a terminal says that it is closed
            pass
        self.assertEqual(search.wait(), 0)
        text = said.decode()
        self.assertRegex(text, r"\r5/5 trials  \d+\.\d s  best 0\.\d+ of trial \d: x=0\.\d+(…)?\x1b\[K\r\n$")
        self.assertEqual(text.count("\n"), 1, text)

    def testAPrunedProgramIsEnded(self):
        # Every odd trial reports worse values than all even ones: the median pruner ends it at once.
        report = "import os,sys,time,signal; n=int(os.environ['TENON_TRIAL']); bad=n>=5\n" \
                 "signal.signal(signal.SIGTERM, lambda *_: (open('ended','a').write(f'{n} '), sys.exit(0)))\n" \
                 "for e in range(3): print(f'epoch {e}: {n/100 + 9*bad + float(sys.argv[1])/1e6}', flush=True)\n" \
                 "if bad: time.sleep(60)\n"
        with open(self.path("report.py"), "w") as file:
            file.write(report)
        begin = time.time()
        self.tune("python3 report.py {x}", *X, "--trials", 7, "--pruner", "median", "--json", "out.json")
        self.assertLess(time.time() - begin, 30)
        out = self.json()
        self.assertEqual([trial["state"] for trial in out["trials"]], ["complete"] * 5 + ["pruned"] * 2)
        self.assertEqual(list(out["trials"][0]["intermediate"]), ["0", "1", "2"])
        with open(self.path("ended")) as file:
            self.assertEqual(file.read(), "5 6 ")


class Failures(Folder):
    def testAFailedTrialIsCountedWithItsLastWords(self):
        command = self.script("echo {x}; if test $TENON_TRIAL = 1; then echo early >&2; echo out of luck >&2; exit 3; fi")
        result = self.tune(command, *X, "--trials", 3, "--json", "out.json")
        trial = self.json()["trials"][1]
        self.assertEqual((trial["state"], trial["value"]), ("failed", None))
        self.assertEqual(trial["failure"], "the program ended with exit code 3; its stderr ends in: early\nout of luck")
        self.assertIn("3 trials: 2 complete, 1 failed", result.stdout)
        self.assertIn("trial 1: failed: the program ended with exit code 3", result.stderr)

    def testThreeInARowEndTheSearch(self):
        error = self.tune(self.script("echo {x} >&2; kill -9 $$"), *X, "--trials", 9, "--study", "s", code=1).stderr
        self.assertIn("3 trials in a row failed, the last one, trial 2: the program ended with signal 9 (Killed); its stderr ends in: 0.",
                      error)
        self.assertEqual(len(self.shown()["trials"]), 3)

    def shown(self):
        self.run_("tune", "--show", "--study", "s", "--json", "shown.json")
        return self.json("shown.json")

    def testNothingPrintedIsAFailure(self):
        for text, failure in (("true {x}", "the program printed no number on stdout"), ("echo only words2 {x}a", "printed no number"),
                              ("echo 1.5 {x} nan", "the objective's value is nan, not a finite number")):
            with self.subTest(text=text):
                self.assertIn(failure, self.tune(text, *X, "--trials", 9, code=1).stderr)

    def testAProgramThatHangsIsEnded(self):
        mark = "987.123"
        begin = time.time()
        result = self.tune(self.script(f"echo {{x}}; sleep {mark}"), *X, "--trials", 2, "--trial-timeout", 0.2, "--max-failures", 0,
                           code=1)
        self.assertLess(time.time() - begin, 20)
        self.assertIn("the program took longer than --trial-timeout, 0.2 s, and was ended", result.stdout)
        self.assertIn("tenon: the search has ended and no trial is complete", result.stderr)
        self.assertEqual(alive(mark), [])

    def testWhatAProgramLeavesRunningHoldsNobodyUp(self):
        begin = time.time()
        self.tune(self.script("sleep 20 & echo {x}"), *X, "--trials", 1)
        self.assertLess(time.time() - begin, 10)

    def testTrialsOutliveAFileThatCannotBeWritten(self):
        stderr = self.tune("echo {x}", *X, "--trials", 1, "--json", "nosuch/out.json", code=1).stderr
        self.assertIn("nosuch/out.json: cannot be written", stderr)
        study = re.search(r"the study is in (.*)", stderr)[1]
        self.assertIn("1 trial: 1 complete", self.tune(None, "--show", "--study", study).stdout)

    def testAProgramWhoseChildPrintsForEverHoldsNobodyUp(self):
        begin = time.time()
        self.tune(self.script("yes & echo {x}"), *X, "--trials", 1)
        self.assertLess(time.time() - begin, 15)

    def testAnotherRangeIsRefusedBeforeATrial(self):
        words = "--command", "echo {x}", "--study", "s"
        self.run_("tune", *words, "--param", "x=float(0,1)", "--trials", 2)
        self.refused("--param: the study has 'x' as float [0, 1], received float [0, 2]", *words, "--param", "x=float(0,2)", "--trials", 3)
        self.assertIn("2 trials: 2 complete", self.run_("tune", "--show", "--study", "s").stdout)

    def testWrongUsageSaysWhatWasReceived(self):
        param = "--param", "x=int(0,9)"
        for command, message in (("echo {x", "'{' without '}' in '{x'"), ("echo }{x}", "'}' without '{' in '}{x}'"),
                                 ("echo {x} | cat", "'|' is for a shell, and none reads the command"),
                                 ("echo '{x}", "the quote ' does not end"), ("nosuch {x}", "no program 'nosuch' in PATH"),
                                 ("./nosuch {x}", "'./nosuch' is no program that can be run"),
                                 ("echo {x} {y}", "{y} has no --param 'y=...'"),
                                 ("echo", "--param: 'x' has no place {x} in --command 'echo'")):
            with self.subTest(command=command):
                self.refused(message, "--command", command, *param, "--trials", 1)
        for text, message in (("x", "expected NAME=float(LOW,HIGH[,log or STEP])"), ("x=bool(1)", "expected NAME=float"),
                              ("x=int(0)", "expected int(LOW,HIGH), int(LOW,HIGH,STEP)"), ("x=int(9,0)", "received int [9, 0]"),
                              ("x=int(0,1.5)", "expected a whole number, received '1.5'"), ("x=choice(a,,b)", "a choice is empty"),
                              ("x=float(0,1,log)", "expected low > 0"), ("x=float(0,1,-1)", "expected a step above 0, received '-1'"),
                              ("x=float(0,oops)", "expected a number, received 'oops'"), ("x y=int(0,1)", "received 'x y'")):
            with self.subTest(param=text):
                self.refused(message, "--command", "echo {x}", "--param", text, "--trials", 1)
        echo = "--command", "echo {x}", *param
        self.refused("--param: 'x' is given twice", *echo, *param, "--trials", 1)
        self.refused("expected --command", "--trials", 1)
        self.refused("expected a --param", "--command", "echo", "--trials", 1)
        self.refused("expected --trials, --timeout or --target", *echo)
        self.refused("--enqueue 'y=1': there is no --param 'y'", *echo, "--trials", 1, "--enqueue", "y=1")
        self.refused("x is int [0, 9], received '10'", *echo, "--trials", 1, "--enqueue", "x=10")
        self.refused("--sampler: expected a sampler of 'random', 'grid', 'tpe'", *echo, "--trials", 1, "--sampler", "best")
        self.refused("--pruner: 'hyperband': maxResource takes whole numbers of 1 or more, received '1.5'", *echo, "--trials", 1,
                     "--pruner", "hyperband(maxResource=1.5)")
        self.refused("--trials: expected a number of 0 or more, received '-1'", *echo, "--trials", -1)
        self.refused("--executions: expected a number above 0, received '0'", *echo, "--trials", 1, "--executions", 0)
        self.refused("/dev/full: cannot be written: No space left", *echo, "--trials", 0, "--json", "/dev/full", code=1)
        self.refused("--show: expected --study", "--show")
        self.refused("there is no study in 'nosuch' to show", "--show", "--study", "nosuch", code=1)
        self.refused("nosuch/out.json: cannot be written: No such file", *echo, "--trials", 0, "--json", "nosuch/out.json", code=1)
        self.assertEqual([name for name in os.listdir(self.folder) if "study" in name], [])


if __name__ == "__main__":
    unittest.main()
