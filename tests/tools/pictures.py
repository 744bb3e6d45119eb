#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pictures of `tenon inspect --graph=svg`, checked as they will be seen: nothing lies on anything else, every text fits its
box, arrows go from box to box and through none. `problems` is for other tests as well."""
import os
import re
import subprocess
import unittest
import xml.etree.ElementTree as xml

SVG = "{http://www.w3.org/2000/svg}"
COLUMN = 7.2  # what a character of 12 pixels takes in the fixed-width fonts that the picture asks for


class Area:
    def __init__(self, left, top, right, bottom):
        self.left, self.top, self.right, self.bottom = left, top, right, bottom

    def meets(self, other, slack=0.0):
        return (self.left + slack < other.right and other.left + slack < self.right and self.top + slack < other.bottom
                and other.top + slack < self.bottom)

    def holds(self, other):
        return self.left <= other.left and other.right <= self.right and self.top <= other.top and other.bottom <= self.bottom


def areaOfText(text):
    x, y = float(text.get("x")), float(text.get("y"))
    return Area(x, y - 10, x + float(text.get("textLength")), y + 3)


def pointsOf(path):
    """Points along a path of M, V and C."""
    points = []
    for command, numbers in re.findall(r"([MVC])([^MVC]*)", path):
        values = [float(number) for number in numbers.split()]
        if command == "M":
            points.append(tuple(values))
            continue
        x, y = points[-1]
        if command == "V":
            points += [(x, y + (values[0] - y) * i / 20) for i in range(1, 21)]
        else:
            (x1, y1, x2, y2, x3, y3) = values
            for i in range(1, 21):
                t = i / 20
                a, b, c, d = (1 - t)**3, 3 * t * (1 - t)**2, 3 * t * t * (1 - t), t**3
                points.append((a * x + b * x1 + c * x2 + d * x3, a * y + b * y1 + c * y2 + d * y3))
    return points


def pairsThatMeet(areas):
    """Swept from top to bottom: pictures have thousands of texts."""
    alive = []
    for i in sorted(range(len(areas)), key=lambda i: areas[i].top):
        alive = [j for j in alive if areas[j].bottom > areas[i].top]
        for j in alive:
            if areas[i].meets(areas[j]):
                yield i, j
        alive.append(i)


def problems(picture):
    """What is wrong with a picture, in words, and how many boxes it has."""
    root = xml.fromstring(picture)
    sheet = Area(0, 0, float(root.get("width")), float(root.get("height")))
    boxes, texts, found = [], [], []
    drawing = root.find(f"{SVG}g")
    for group in drawing.findall(f"{SVG}g"):
        rect = group.find(f"{SVG}rect")
        if rect is None:
            continue
        x, y = float(rect.get("x")), float(rect.get("y"))
        box = Area(x, y, x + float(rect.get("width")), y + float(rect.get("height")))
        lines = group.findall(f"{SVG}text")
        box.name = lines[0].text
        boxes.append(box)
        if not sheet.holds(box):
            found.append(f"{box.name} lies outside the sheet")
        for line in lines:
            area = areaOfText(line)
            area.name = line.text
            texts.append(area)
            if not box.holds(area):
                found.append(f"'{line.text}' does not fit its box")
            if line.text != line.text.strip():
                found.append(f"'{line.text}' has blanks at its ends, which a picture does not show")
            if abs(float(line.get("textLength")) / (len(line.text) * COLUMN) - 1) > 0.02:
                found.append(f"'{line.text}' is squeezed or stretched")
    for areas, what in ((boxes, "box"), (texts, "text")):
        found += [f"{what} '{areas[i].name}' lies on '{areas[j].name}'" for i, j in pairsThatMeet(areas)]
    boxes.sort(key=lambda box: box.top)
    for arrow in drawing.iter(f"{SVG}path"):
        points = pointsOf(arrow.get("d"))
        for (x, y), side in ((points[0], "bottom"), (points[-1], "top")):
            if not any(abs(getattr(box, side) - y) < 0.2 and box.left < x < box.right for box in boxes):
                found.append(f"an arrow's end at {x}, {y} is at no box's {side}")
        low, high = min(y for _, y in points), max(y for _, y in points)
        for box in boxes:
            if box.bottom > low and box.top < high and any(box.meets(Area(x, y, x, y), 0.2) for x, y in points):
                found.append(f"an arrow goes through {box.name}")
    return found, len(boxes)


class Pictures(unittest.TestCase):
    def testOfModelFilesBeforeAndAfter(self):
        files = os.path.join(os.environ["TENON_SOURCE_DIR"], "tests", "golden", "files")
        tool = os.path.join(os.environ["TENON_BUILD_DIR"], "bin", "tenon")
        for name in ("functional", "nested", "recurrent", "sequential", "several_outputs", "shared_layer"):
            for stage in ("", "--ir=optimized", "--expand-nested"):
                with self.subTest(model=name, stage=stage):
                    command = [tool, "inspect", os.path.join(files, name + ".keras"), "--graph=svg", *stage.split()]
                    picture = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                    found, boxes = problems(picture)
                    self.assertEqual(found, [])
                    self.assertGreater(boxes, 2)

    PICTURE = """<svg xmlns="http://www.w3.org/2000/svg" width="200" height="200"><g><g><path d="{arrow}"/></g>
      <g><rect x="10" y="10" width="100" height="30"/><text x="20" y="{line}" textLength="{length}">{text}</text></g>
      <g><rect x="10" y="{second}" width="100" height="20"/><text x="20" y="115" textLength="7.25">b</text></g></g></svg>"""

    def testTheCheckSeesWhatIsWrong(self):
        good = {"arrow": "M60 40V100", "line": 25, "length": 21.75, "text": "one", "second": 100}
        self.assertEqual(problems(self.PICTURE.format(**good)), ([], 2))
        for change, expected in (({"length": 145, "text": "1234567890" * 2}, "does not fit its box"),
                                 ({"text": "on "}, "has blanks at its ends"),
                                 ({"length": 30}, "is squeezed or stretched"),
                                 ({"second": 35, "arrow": "M60 40V40"}, "lies on"),
                                 ({"arrow": "M60 40V90"}, "is at no box's top"),
                                 ({"arrow": "M60 10V100"}, "goes through one"),
                                 ({"arrow": "M60 40C60 70 160 70 160 100"}, "is at no box's top")):
            with self.subTest(change=change):
                self.assertRegex(" / ".join(problems(self.PICTURE.format(**{**good, **change}))[0]), expected)


if __name__ == "__main__":
    unittest.main()
