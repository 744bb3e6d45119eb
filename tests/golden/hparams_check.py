#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads what `tenon tune --tensorboard` wrote with TensorBoard's own reader and its plugin of hyper-parameters. Run by hand:

    pip install tensorboard
    build/bin/tune_program --trials 20 --study /tmp/study --tensorboard /tmp/board --json /tmp/study.json
    python3 tests/golden/hparams_check.py /tmp/board /tmp/study.json [PICTURE.png]

With a third argument chromium makes a picture of the page, to be looked at (pip install websocket-client).
"""
import json
import os
import subprocess
import sys
import unittest
import urllib.request

from tensorboard_server import serve

BOARD, STUDY = sys.argv[1:3]
PICTURE = sys.argv[3] if len(sys.argv) > 3 else None
PORT = 6125


class Plugin(unittest.TestCase):
    """What TensorBoard's server says of the files."""

    @classmethod
    def setUpClass(cls):
        with open(STUDY) as file:
            cls.study = json.load(file)
        cls.server = serve(BOARD, PORT, lambda: len(cls.get("/data/runs")) > len(cls.study["trials"]))

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        cls.server.wait()

    @staticmethod
    def get(path, body=None):
        request = urllib.request.Request(f"http://localhost:{PORT}{path}", data=body and json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    def testTheExperimentHasTheParametersAndTheirRanges(self):
        experiment = self.get("/data/plugin/hparams/experiment", {"experimentName": ""})
        infos = {info["name"]: info for info in experiment["hparamInfos"]}
        params = set().union(*(trial["params"] for trial in self.study["trials"]))
        self.assertEqual(set(infos), params)
        for name, info in infos.items():
            for trial in self.study["trials"]:
                value = trial["params"].get(name)
                if value is None:
                    continue
                if "domainInterval" in info:
                    interval = info["domainInterval"]
                    self.assertTrue(interval.get("minValue", 0) <= value <= interval.get("maxValue", 0), (name, value))
                else:
                    self.assertIn(value, info["domainDiscrete"])
        self.assertIn("value", [metric["name"]["tag"] for metric in experiment["metricInfos"]])

    def testEverySessionIsATrial(self):
        answer = self.get("/data/plugin/hparams/session_groups", {
            "experimentName": "", "startIndex": 0, "sliceSize": 100000,
            "allowedStatuses": ["STATUS_UNKNOWN", "STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING"],
            "colParams": [{"metric": {"tag": "value", "group": ""}}]})
        groups = {group["name"]: group for group in answer["sessionGroups"]}
        self.assertEqual(set(groups), {f"trial_{trial['number']}" for trial in self.study["trials"]})
        for trial in self.study["trials"]:
            group = groups[f"trial_{trial['number']}"]
            self.assertEqual({name: value for name, value in group["hparams"].items() if value not in (None, "")}, trial["params"])
            status = {"complete": "STATUS_SUCCESS", "pruned": "STATUS_SUCCESS", "failed": "STATUS_FAILURE",
                      "running": "STATUS_RUNNING"}[trial["state"]]
            self.assertEqual(group["sessions"][0]["status"], status)
            values = [metric["value"] for metric in group["metricValues"] if metric["name"]["tag"] == "value"]
            if trial["state"] == "complete":
                self.assertAlmostEqual(values[0] / (trial["value"] or 1), 1 if trial["value"] else 0, delta=1e-6)
            else:
                self.assertEqual(values, [])

    @unittest.skipUnless(PICTURE, "no picture is asked for")
    def testThePage(self):
        import tensorboard_pages as pages
        browser = subprocess.Popen(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1500,900",
                                    f"--remote-debugging-port={pages.BROWSER}", "--remote-allow-origins=*",
                                    f"--user-data-dir={PICTURE}.browser"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            pages.wait(f"http://localhost:{pages.BROWSER}/json/version")
            pages.Page().picture(f"http://localhost:{PORT}/#hparams", [], PICTURE, 12)
        finally:
            browser.terminate()
        self.assertGreater(os.path.getsize(PICTURE), 10000)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
