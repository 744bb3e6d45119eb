#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The demo model in Tenon, TensorFlow and ONNX Runtime, measured in one run on the same two cores.

  pip install keras tensorflow-cpu onnxruntime onnx; python3 bench/peers.py --build build

Training: one step at batch 32 with Adam inside fit, after a warm-up, two threads; per side the fastest and the median of
15 epochs of 32 steps, the sides in turn twice. Latency: one image, one thread; the time of a call of an empty model is
subtracted from ONNX Runtime's, and nothing from ours.
"""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

BATCH, STEPS, EPOCHS = 32, 32, 15
TENSORFLOW = "tensorflow"


def median(times):
    return min(times), statistics.median(times)


def tensorflowStep():
    """(min, median) milliseconds per step, for fit as it is and with all steps of an epoch in one execution."""
    import keras
    import numpy as np
    import tensorflow as tf
    from keras import layers

    tf.config.threading.set_intra_op_parallelism_threads(2)
    tf.config.threading.set_inter_op_parallelism_threads(2)
    n = BATCH * STEPS
    x = (np.arange(n * 64) * 7 % 17).astype("float32").reshape(n, 8, 8, 1)
    y = np.eye(10, dtype="float32")[np.arange(n) % 10]
    results = {}
    for name, options in (("fit", {}), ("fit, 32 steps per execution", {"steps_per_execution": STEPS})):
        image = keras.Input((8, 8, 1))
        scaled = layers.Rescaling(1.0 / 16)(image)
        z = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(32, 3, padding="same", use_bias=False)(scaled)))
        z = layers.add([layers.Conv2D(32, 3, padding="same")(z), layers.Conv2D(32, 1)(scaled)])
        z = layers.Flatten()(layers.MaxPooling2D(2)(layers.ReLU()(z)))
        model = keras.Model(image, layers.Dense(10, activation="softmax")(z))
        model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"], **options)

        class Timer(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                self.start = time.perf_counter()

            def on_epoch_end(self, epoch, logs=None):
                times.append((time.perf_counter() - self.start) * 1000 / STEPS)

        times = []
        model.fit(x, y, batch_size=BATCH, epochs=EPOCHS + 2, verbose=0, callbacks=[Timer()])
        results[name] = median(times[2:])
    return results


def tenonStep(build, model):
    text = subprocess.run([os.path.join(build, "bin", "bench_training_step"), model], check=True, capture_output=True,
                          text=True).stdout
    return tuple(float(v) for v in re.search(r"min ([\d.]+) ms, median ([\d.]+) ms", text).groups())


def onnxModels(folder):
    """The demo model (channels first, the dense layer's rows in that order) and a model that does nothing."""
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    rng = np.random.default_rng(1)
    weights = {"k0": (32, 1, 3, 3), "k1": (32, 32, 3, 3), "b1": (32,), "k2": (32, 1, 1, 1), "b2": (32,), "w": (512, 10), "b": (10,),
               "gamma": (32,), "beta": (32,), "mean": (32,), "variance": (32,)}
    constants = [numpy_helper.from_array(np.abs(rng.normal(0, 0.1, s)).astype("float32"), n) for n, s in weights.items()]
    constants.append(numpy_helper.from_array(np.array(1 / 16, "float32"), "scale"))
    constants.append(numpy_helper.from_array(np.array([-1, 1, 8, 8], "int64"), "first"))
    node = helper.make_node
    nodes = [
        node("Reshape", ["image", "first"], ["channels"]), node("Mul", ["channels", "scale"], ["x"]),
        node("Conv", ["x", "k0"], ["c0"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        node("BatchNormalization", ["c0", "gamma", "beta", "mean", "variance"], ["n0"], epsilon=1e-3), node("Relu", ["n0"], ["r0"]),
        node("Conv", ["r0", "k1", "b1"], ["c1"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        node("Conv", ["x", "k2", "b2"], ["c2"], kernel_shape=[1, 1]), node("Add", ["c1", "c2"], ["s"]), node("Relu", ["s"], ["r1"]),
        node("MaxPool", ["r1"], ["p"], kernel_shape=[2, 2], strides=[2, 2]), node("Flatten", ["p"], ["f"]),
        node("Gemm", ["f", "w", "b"], ["g"]), node("Softmax", ["g"], ["digit"], axis=-1)]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 8, 8, 1])
    models = {}
    for name, graph in (("digits", (nodes, [helper.make_tensor_value_info("digit", TensorProto.FLOAT, ["n", 10])], constants)),
                        ("empty", ([node("Identity", ["image"], ["same"])],
                                   [helper.make_tensor_value_info("same", TensorProto.FLOAT, ["n", 8, 8, 1])], []))):
        body, outputs, initializers = graph
        model = helper.make_model(helper.make_graph(body, name, [image], outputs, initializers),
                                  opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
        onnx.checker.check_model(model)
        models[name] = os.path.join(folder, name + ".onnx")
        onnx.save(model, models[name])
    return models


def onnxLatency(models):
    """Name -> (min, median) milliseconds of one call on one image."""
    import numpy as np
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    image = {"image": (np.arange(64) % 17).astype("float32").reshape(1, 8, 8, 1)}
    results = {}
    for name, path in models.items():
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        for _ in range(2000):
            session.run(None, image)
        times = []
        for _ in range(20000):
            start = time.perf_counter()
            session.run(None, image)
            times.append((time.perf_counter() - start) * 1000)
        results[name] = median(times)
    return results


def tenonLatency(build, model, folder):
    subprocess.run([os.path.join(build, "bin", "tenon"), "compile", model, "-o", os.path.join(folder, "digits"),
                    "--emit=library"], check=True)
    report = os.path.join(folder, "latency.json")
    subprocess.run([os.path.join(build, "bin", "tenon-run"), "bench", os.path.join(folder, "digits.so"), "--batch", "1",
                    "--threads", "1", "--json", report], check=True, capture_output=True)
    with open(report, encoding="utf-8") as text:
        figures = json.load(text)
    return figures["min_ms"], figures["median_ms"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build", help="Tenon's build folder")
    parser.add_argument("--only", choices=[TENSORFLOW], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.only == TENSORFLOW:
        json.dump(tensorflowStep(), sys.stdout)
        return
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])

    def row(what, figures):
        print(f"{what:<58} min {figures[0]:9.4f} ms  median {figures[1]:9.4f} ms", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        model = os.path.join(folder, "digits.tenon")
        for turn in (1, 2):
            ours = tenonStep(arguments.build, model)
            theirs = json.loads(subprocess.run([sys.executable, os.path.abspath(__file__), "--only", TENSORFLOW], check=True,
                                               stdout=subprocess.PIPE, text=True).stdout)
            row(f"training step, turn {turn}: Tenon", ours)
            for name, figures in theirs.items():
                row(f"training step, turn {turn}: TensorFlow, {name}", figures)
            print(f"  TensorFlow's fit takes {theirs['fit'][1] / ours[1]:.2f} times Tenon's (medians)")
        latency = onnxLatency(onnxModels(folder))
        ours = tenonLatency(arguments.build, model, folder)
        net = tuple(whole - call for whole, call in zip(latency["digits"], latency["empty"]))
        row("latency, batch 1: Tenon", ours)
        row("latency, batch 1: ONNX Runtime, an empty model", latency["empty"])
        row("latency, batch 1: ONNX Runtime, less the empty model", net)
        print(f"  ONNX Runtime takes {net[1] / ours[1]:.2f} times Tenon's (medians)")


if __name__ == "__main__":
    main()
