#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The pictures of `tenon tune --plots`, checked as they will be seen: every text lies on the sheet and on no other one, marks
lie on the sheet, axes are labelled, and there are as many marks as trials."""
import itertools
import os
import re
import unittest
import xml.etree.ElementTree as xml

from pictures import SVG, Area, areaOfText, pairsThatMeet
from tune_harness import Folder

COLOURS = {"complete": "#0072b2", "pruned": "#e69f00", "failed": "#d55e00", "best": "#009e73"}


class Picture:
    def __init__(self, path):
        self.root = xml.parse(path).getroot()
        self.sheet = Area(0, 0, float(self.root.get("width")), float(self.root.get("height")))
        self.texts = self.root.findall(f"{SVG}text")
        self.words = [text.text for text in self.texts]
        self.paths = self.root.findall(f"{SVG}path")

    def points(self, path):
        return [tuple(map(float, pair)) for pair in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path.get("d"))]

    def problems(self):
        areas, found = [areaOfText(text) for text in self.texts], []
        for text, area in zip(self.texts, areas):
            if not self.sheet.holds(area):
                found.append(f"'{text.text}' leaves the sheet")
            if text.text != text.text.strip() or not text.text:
                found.append(f"'{text.text}' has blanks at its ends")
            if abs(float(text.get("textLength")) - 7.2 * len(text.text)) > 0.1:
                found.append(f"'{text.text}' is squeezed or stretched")
            if re.search(r"nan|inf|-0$", text.text):
                found.append(f"'{text.text}' is no number to read")
        found += [f"'{self.words[i]}' lies on '{self.words[j]}'" for i, j in pairsThatMeet(areas)]
        points = [point for path in self.paths for point in self.points(path)]
        points += [(float(c.get("cx")), float(c.get("cy"))) for c in self.root.findall(f"{SVG}circle")]
        found += [f"{x}, {y} is off the sheet" for x, y in points if not self.sheet.holds(Area(x, y, x, y))]
        return found

    def titled(self, kind, colour, state):
        """Marks of a colour whose hover text says the state."""
        return [e for e in self.root.findall(SVG + kind) if colour in (e.get("fill"), e.get("stroke"))
                and e.find(SVG + "title") is not None and state in e.find(SVG + "title").text]


class Plots(Folder):
    def plots(self, command, *words, code=0):
        self.tune(command, *words, "--sampler", "random", "--plots", "plots", code=code)
        pictures = [Picture(self.path(f"plots/{name}.svg")) for name in ("history", "parallel_coordinates", "importances")]
        for picture in pictures:
            self.assertEqual(picture.problems(), [])
        return pictures

    def testEveryTrialHasItsMark(self):
        program = self.path("program.py")
        with open(program, "w") as file:
            file.write("import os, sys, time\nn, x = int(os.environ['TENON_TRIAL']), float(sys.argv[1])\n"
                       "print(f'epoch 0: {int(n >= 16)}', flush=True)\n"
                       "if n >= 16: time.sleep(60)\n"
                       "if n % 5 == 4: sys.exit('no')\nprint(x)\n")
        history, parallel, importances = self.plots(
            f"python3 {program} {{learning_rate}} {{units}} {{act}}", "--param", "learning_rate=float(1e-5,1,log)", "--param",
            "units=int(8,128,8)", "--param", "act=choice(relu,tanh,a <very> long & strange choice)", "--trials", 18, "--pruner", "median")
        self.assertEqual(len(history.titled("circle", COLOURS["complete"], "complete")), 13)
        self.assertEqual(len(history.titled("path", COLOURS["pruned"], "pruned")), 2)
        self.assertEqual(len(history.titled("path", COLOURS["failed"], "failed")), 3)
        self.assertTrue({"Value by trial", "trial", "value (minimize, logarithmic)", "0", "10"} <= set(history.words), history.words)
        best, = [path for path in history.paths if path.get("stroke") == COLOURS["best"] and len(history.points(path)) > 2]
        heights = [y for _, y in history.points(best)]
        self.assertEqual(heights, sorted(heights))  # downwards: better
        lines = [path for path in parallel.paths if len(parallel.points(path)) == 4]
        self.assertEqual(len(lines), 13)
        self.assertTrue({"value", "learning_rate", "units", "act", "relu", "tanh", "a <very> long & str…"} <= set(parallel.words))
        shares = [float(word[:-2]) for word in importances.words if word.endswith(" %")]
        self.assertTrue(99.5 < sum(shares) < 100.5, shares)
        self.assertEqual(importances.words[1], "learning_rate")  # the value is it alone
        self.assertGreater(shares[0], 80)

    def testWhateverTheValues(self):
        for text, words in (("echo -{x}e12", ["--direction", "maximize"]), ("echo 1e-7{x} #", []), ("echo 3 {x} 5", []),
                            ("echo {x}e300", []), ("echo 1000000.{x}", []), ("echo {x}e-300", []), ("echo 0 {x} 0", [])):
            with self.subTest(text):
                self.plots(text.replace(" #", ""), "--param", "x=int(1,9)", "--trials", 6, *words)

    def testManyLongNames(self):
        names = [f"a_name_that_is_rather_long_{i}" for i in range(12)]
        command = "echo " + " ".join("{%s}" % name for name in names)
        for kind in ("float(0,1)", "int(0,1000000)", "float(1e-300,1e300,log)", "choice(%s)" % ",".join(map(str, range(40))),
                     "int(5,5)", "int(1,3,log)", "float(0.5,0.50001)"):
            with self.subTest(kind):
                self.plots(command, *itertools.chain(*(("--param", f"{name}={kind}") for name in names)), "--trials", 3)

    def testNothingToShow(self):
        history, parallel, importances = self.plots("true {x}", "--param", "x=int(0,9)", "--trials", 2, code=1)
        self.assertIn("no trial has a value yet", history.words)
        self.assertIn("no trial is complete yet", parallel.words)
        self.assertIn("it takes two complete trials that differ in value", importances.words)

    PICTURE = """<svg xmlns="http://www.w3.org/2000/svg" width="200" height="60"><path d="M10 10L{end} 20"/>
      <text x="{x}" y="20" textLength="21.6">one</text><text x="50" y="20" textLength="{length}">{text}</text></svg>"""

    def testTheCheckSeesWhatIsWrong(self):
        good = {"end": 90, "x": 10, "length": 14.4, "text": "ab"}
        for change, expected in (({}, "^$"), ({"x": 40}, "lies on"), ({"x": -5}, "leaves the sheet"), ({"end": 900}, "off the sheet"),
                                 ({"text": "o "}, "blanks"), ({"length": 30}, "squeezed"), ({"text": "-0"}, "no number to read")):
            with self.subTest(change=change):
                with open(self.path("x.svg"), "w") as file:
                    file.write(self.PICTURE.format(**{**good, **change}))
                self.assertRegex(" / ".join(Picture(self.path("x.svg")).problems()), expected)


if __name__ == "__main__":
    unittest.main()
