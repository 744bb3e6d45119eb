#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads what tensorboard_run wrote with TensorBoard's own reader and server. Run by hand:

    pip install tensorboard
    build/bin/tensorboard_run /tmp/logs && python3 tests/golden/tensorboard_check.py /tmp/logs

tensorboard_pages.py makes pictures of the pages, to be looked at.
"""
import json
import os
import struct
import sys
import unittest
import urllib.parse
import urllib.request

from tensorboard.backend.event_processing import event_accumulator
from tensorboard.util import tensor_util
from tensorboard_server import serve

LOGS = sys.argv[1]
EPOCHS, STEPS = 12, 10
PORT = 6123
WEIGHTS = {"eye/stripes/kernel", "eye/stripes/bias", "eye/normal/gamma", "eye/normal/beta", "eye/normal/moving_mean",
           "eye/normal/moving_variance", "meaning/embeddings", "hidden/kernel", "hidden/bias", "kind/kernel", "kind/bias"}
LAYERS = {"eye", "meaning", "sentence", "both", "hidden", "drop", "kind"}


def accumulator(run):
    reader = event_accumulator.EventAccumulator(os.path.join(LOGS, run), size_guidance={"tensors": 0})
    reader.Reload()
    return reader


class Reader(unittest.TestCase):
    """TensorBoard's event accumulator."""

    def testScalars(self):
        train, validation = accumulator("train"), accumulator("validation")
        for name in ("loss", "accuracy"):
            self.assertEqual([event.step for event in train.Tensors("epoch_" + name)], list(range(EPOCHS)))
            self.assertEqual([event.step for event in train.Tensors("batch_" + name)], list(range(1, EPOCHS * STEPS + 1)))
            self.assertEqual([event.step for event in validation.Tensors("epoch_" + name)], list(range(EPOCHS)))
            self.assertEqual([event.step for event in validation.Tensors(f"evaluation_{name}_vs_iterations")],
                             [STEPS * (epoch + 1) for epoch in range(EPOCHS)])
        rate = [float(tensor_util.make_ndarray(event.tensor_proto)) for event in train.Tensors("epoch_learning_rate")]
        self.assertTrue(all(abs(value - 1e-3) < 1e-9 for value in rate))
        losses = [float(tensor_util.make_ndarray(event.tensor_proto)) for event in train.Tensors("epoch_loss")]
        self.assertLess(losses[-1], losses[0])

    def testHistograms(self):
        train = accumulator("train")
        tags = set(train.PluginTagToContent("histograms"))
        self.assertEqual(tags, {w + "/histogram" for w in WEIGHTS} | {layer + "_out" for layer in LAYERS}
                         | {w + "_gradients" for w in WEIGHTS if "moving" not in w})
        for tag in tags:
            self.assertEqual([event.step for event in train.Tensors(tag)], list(range(EPOCHS)), tag)
            buckets = tensor_util.make_ndarray(train.Tensors(tag)[-1].tensor_proto)
            self.assertEqual(buckets.shape, (30, 3))
            self.assertTrue((buckets[:, 0] <= buckets[:, 1]).all() and buckets[:, 2].sum() > 0, tag)

    def testImages(self):
        train = accumulator("train")
        tags = set(train.PluginTagToContent("images"))
        self.assertEqual(tags, {w + "/image" for w in WEIGHTS})
        width, height, *pngs = tensor_util.make_ndarray(train.Tensors("eye/stripes/kernel/image")[0].tensor_proto)
        self.assertEqual((width, height, len(pngs)), (b"3", b"3", 3))
        for png in pngs:
            self.assertEqual(png[:8], b"\x89PNG\r\n\x1a\n")
            self.assertEqual(struct.unpack(">II", png[16:24]), (3, 3))

    def testGraphs(self):
        layers = {node.name: node for node in accumulator("train").Graph().node}
        self.assertEqual(list(layers["both"].input), ["eye/flat", "sentence"])
        self.assertEqual(layers["eye/stripes"].op, "Conv2D")
        sizes = [dim.size for dim in layers["hidden"].attr["_output_shapes"].list.shape[0].dim]
        self.assertEqual(sizes, [-1, 16])
        kernels = accumulator("train_optimised").Graph().node
        self.assertTrue(any(node.name.startswith("train_step/") for node in kernels))
        names = {node.name for node in kernels}
        self.assertEqual(len(names), len(kernels))
        self.assertTrue(all(name in names for node in kernels for name in node.input))


class Server(unittest.TestCase):
    """What the pages ask TensorBoard's server for."""

    @classmethod
    def setUpClass(cls):
        wanted = {"train", "validation", "train_optimised"}
        cls.server = serve(LOGS, PORT, lambda: wanted <= set(cls.get("/data/runs")), "--reload_interval", "5")

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        cls.server.wait()

    @classmethod
    def get(cls, path, **query):
        url = f"http://localhost:{PORT}{path}" + ("?" + urllib.parse.urlencode(query) if query else "")
        with urllib.request.urlopen(url, timeout=60) as answer:
            body = answer.read()
        return json.loads(body) if "json" in answer.headers["content-type"] else body.decode()

    def testScalars(self):
        points = self.get("/data/plugin/scalars/scalars", run="validation", tag="epoch_loss")
        self.assertEqual([step for _, step, _ in points], list(range(EPOCHS)))

    def testHistograms(self):
        steps = self.get("/data/plugin/histograms/histograms", run="train", tag="kind/kernel_gradients")
        self.assertEqual([step for _, step, _ in steps], list(range(EPOCHS)))

    def testImages(self):
        pictures = self.get("/data/plugin/images/images", run="train", tag="hidden/kernel/image", sample=0)
        steps = [picture["step"] for picture in pictures]  # the server keeps ten, the last one among them
        self.assertTrue(len(steps) == 10 and steps == sorted(set(steps)) and steps[-1] == EPOCHS - 1, steps)
        with urllib.request.urlopen(f"http://localhost:{PORT}/data/plugin/images/individualImage?" + pictures[0]["query"]) as png:
            self.assertEqual(struct.unpack(">II", png.read()[16:24]), (84, 16))

    def testGraphs(self):
        info = self.get("/data/plugin/graphs/info")
        self.assertTrue(info["train"]["run_graph"] and info["train_optimised"]["run_graph"])
        self.assertTrue(info["train"]["tags"]["keras"]["conceptual_graph"])
        self.assertIn("eye/stripes", self.get("/data/plugin/graphs/graph", run="train", conceptual="false"))
        conceptual = self.get("/data/plugin/graphs/graph", run="train", tag="keras", conceptual="true")
        for layer in ("reader/meaning", "reader/eye/stripes", "reader/kind"):
            self.assertIn(f'name: "{layer}"', conceptual)
        self.assertIn('input: "reader/both"', conceptual)

    def testProjector(self):
        self.assertEqual(self.get("/data/plugin/projector/runs"), ["."])
        info = self.get("/data/plugin/projector/info", run=".")["embeddings"][0]
        self.assertEqual((info["tensorName"], info["tensorShape"]), ("meaning/embeddings", [30, 8]))
        words = self.get("/data/plugin/projector/metadata", run=".", name="meaning/embeddings")
        self.assertEqual(words.split("\n")[:2], ["word\tkind", "word 0\tkind 0"])
        url = f"http://localhost:{PORT}/data/plugin/projector/tensor?run=.&name=meaning/embeddings"
        self.assertEqual(len(urllib.request.urlopen(url, timeout=60).read()), 30 * 8 * 4)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
