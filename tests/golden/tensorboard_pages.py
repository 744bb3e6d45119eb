#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pictures of TensorBoard's pages for what tensorboard_run wrote, to be looked at. Run by hand:

    pip install tensorboard websocket-client; apt-get install chromium
    python3 tests/golden/tensorboard_pages.py /tmp/logs FOLDER
"""
import base64
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request

import websocket

BOARD, BROWSER = 6124, 9224
# Some pages are clicked first: what has this text; where a + is in front, twice, which opens a box of a graph.
PAGES = {"scalars": ("scalars", []), "time_series": ("timeseries", []), "images": ("images", []),
         "distributions": ("distributions", []), "histograms": ("histograms", []),
         "graph_layers": ("graphs", []), "graph_conceptual": ("graphs", ["keras"]),
         "graph_kernels": ("graphs", ["train_optimised", "+train_step"]), "projector": ("projector", [])}
# TensorBoard's older pages are made of shadow roots, so a text is looked for in all of them.
FIND = """(text => { const find = root => { for (const e of root.querySelectorAll('*')) {
  if (e.shadowRoot) { const f = find(e.shadowRoot); if (f) return f; }
  if (e.localName != 'title' && [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim() == text)) return e; } };
  return find(document); })(%s)"""
CLICK = "(e => { if (e) e.click(); return !!e; })(" + FIND + ")"
PLACE = "(e => { const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })(" + FIND + ")"


def wait(url):
    for _ in range(120):
        try:
            return urllib.request.urlopen(url, timeout=20).read()
        except OSError:
            time.sleep(1)
    raise SystemExit(url + ": nothing answers")


class Page:
    def __init__(self):
        request = urllib.request.Request(f"http://localhost:{BROWSER}/json/new?about:blank", method="PUT")
        address = json.loads(urllib.request.urlopen(request).read())["webSocketDebuggerUrl"]
        self.socket, self.number = websocket.create_connection(address, suppress_origin=True, timeout=300), 0

    def call(self, method, **parameters):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.number:
                return answer.get("result", answer)

    def evaluate(self, script, text):
        return self.call("Runtime.evaluate", expression=script % json.dumps(text), returnByValue=True)["result"].get("value")

    def doubleClick(self, text):
        x, y = self.evaluate(PLACE, text)
        for count in (1, 2):
            for kind in ("mousePressed", "mouseReleased"):
                self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=count)

    def picture(self, url, clicks, path, seconds):
        self.call("Page.bringToFront")  # one in the background is not drawn
        self.call("Page.navigate", url=url)
        time.sleep(seconds)
        for text in clicks:
            if text[0] == "+":
                self.doubleClick(text[1:])
            elif not self.evaluate(CLICK, text):
                print(f"{url}: there is no '{text}' to click")
            time.sleep(seconds)
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))
        print(path, flush=True)
        self.call("Page.close")
        self.socket.close()


def main(logs, folder, names):
    os.makedirs(folder, exist_ok=True)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    board = subprocess.Popen([sys.executable, "-m", "tensorboard.main", "--logdir", logs, "--port", str(BOARD)], **quiet)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = subprocess.Popen(["chromium", "--headless", "--no-sandbox", "--use-angle=swiftshader",
                                    "--enable-unsafe-swiftshader", "--window-size=1500,1000",
                                    f"--remote-debugging-port={BROWSER}", "--user-data-dir=" + profile], **quiet)
        try:
            wait(f"http://localhost:{BROWSER}/json/version")
            wait(f"http://localhost:{BOARD}/data/runs")
            for name in names or PAGES:
                fragment, clicks = PAGES[name]
                Page().picture(f"http://localhost:{BOARD}/?darkMode=false#{fragment}", clicks,
                               os.path.join(folder, name + ".png"), 30)
        finally:
            for process in (browser, board):
                process.terminate()
                process.wait()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
