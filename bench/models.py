#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Models written in Keras, in Tenon, TensorFlow and ONNX Runtime, measured in one run on the same cores.

  pip install keras tensorflow-cpu onnxruntime tf2onnx
  python3 bench/models.py --build build --models keras_models.py [--threads 2] [--train] [--infer] [NAME...]

The module has a dictionary MODELS of functions that give (model, inputs of a batch, targets of a batch, losses, batch of the
training step). Training: one step with Adam inside fit after a warm-up, a few steps an epoch. Inference: batch 1, the
fastest of many calls. Both sides from one .keras file; Tenon's and the other's turns follow one another.
"""
import argparse
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import time

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1", KERAS_BACKEND="tensorflow")


def load(path):
    spec = importlib.util.spec_from_file_location("models", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.MODELS


def single(values):
    return values if len(values) > 1 else values[0]


def prepare(arguments, name, folder, steps):
    import numpy as np
    model, inputs, targets, losses, batch = load(arguments.models)[name]()
    model.compile(optimizer="adam", loss=losses)
    model.save(os.path.join(folder, "model.keras"))
    x, y = inputs(batch * steps), targets(batch * steps)
    for kind, values in (("x", x), ("y", y)):
        for i, value in enumerate(values):
            np.save(os.path.join(folder, f"{kind}{i}.npy"), value)
    return model, x, y, batch


def tensorflow(arguments, name, folder, steps, epochs):
    """One process of its own: TensorFlow's threads are set once. Writes the .keras file and the data as well."""
    import tensorflow as tf
    tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
    tf.config.threading.set_inter_op_parallelism_threads(arguments.threads)
    import keras
    model, x, y, batch = prepare(arguments, name, folder, steps)
    result = {"batch": batch}
    if arguments.train:
        times = []

        class Timer(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                self.start = time.perf_counter()

            def on_epoch_end(self, epoch, logs=None):
                times.append((time.perf_counter() - self.start) * 1000 / steps)

        model.fit(single(x), single(y), batch_size=batch, epochs=epochs + 2, verbose=0, callbacks=[Timer()])
        result["step"] = min(times[2:])
    if arguments.infer:
        import tf2onnx
        signature = [tf.TensorSpec([None, *t.shape[1:]], t.dtype, name=t.name) for t in model.inputs]

        @tf.function(input_signature=signature)
        def predict(*values):
            return model(single(list(values)), training=False)

        tf2onnx.convert.from_function(predict, input_signature=signature, opset=17, output_path=os.path.join(folder, "model.onnx"))
    print("RESULT " + json.dumps(result))


def onnxruntime(arguments, folder):
    import numpy as np
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = arguments.threads, 1
    session = ort.InferenceSession(os.path.join(folder, "model.onnx"), options, providers=["CPUExecutionProvider"])
    feed = {info.name: np.load(os.path.join(folder, f"x{i}.npy"))[:1] for i, info in enumerate(session.get_inputs())}
    return fastest(lambda: session.run(None, feed))


def fastest(call, seconds=2.0):
    call()
    best, end = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
    return best * 1000


def tool(arguments, *command, **options):
    return subprocess.run([os.path.join(arguments.build, "bin", command[0]), *map(str, command[1:])], check=True, text=True,
                          capture_output=True, **options).stdout


def tenonLatency(arguments, name, folder):
    start = time.perf_counter()
    tool(arguments, "tenon", "compile", os.path.join(folder, "model.keras"), "-o", os.path.join(folder, "model"), "--emit=library")
    compiling = time.perf_counter() - start
    report = os.path.join(folder, "latency.json")
    tool(arguments, "tenon-run", "bench", os.path.join(folder, "model.so"), "--batch", 1, "--threads", arguments.threads, "--json", report)
    with open(report, encoding="utf-8") as text:
        return json.load(text)["min_ms"], compiling


def measure(arguments, name):
    small = {"mlp": 64, "wide_mlp": 16, "imdb_conv1d": 8, "qa_lstm": 4, "siamese_lstm": 4}
    steps, epochs = small.get(name, 2), 5 if name in small else 3
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, os.path.abspath(__file__), *sys.argv[1:], "--only", name, "--folder", folder, "--steps", steps, "--epochs", epochs]
        text = subprocess.run(list(map(str, command)), check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
        theirs = json.loads(text.split("RESULT ")[1])
        if arguments.train:
            done = tool(arguments, "fit_model", folder, theirs["batch"], epochs, arguments.threads)
            ours, first = (float(v) for v in re.search(r"min ([\d.]+) ms.*first ([\d.]+) s", done).groups())
            print(f"{name:<18} training step, batch {theirs['batch']:<4} {arguments.threads} threads: Tenon {ours:9.3f} ms  TensorFlow "
                  f"{theirs['step']:9.3f} ms  {theirs['step'] / ours:6.2f}x  (first step {first:.1f} s)", flush=True)
        if arguments.infer:
            ours, compiling = tenonLatency(arguments, name, folder)
            other = onnxruntime(arguments, folder)
            print(f"{name:<18} inference, batch 1,     {arguments.threads} threads: Tenon {ours:9.4f} ms  ONNX Runtime "
                  f"{other:9.4f} ms  {other / ours:6.2f}x  (compiled in {compiling:.1f} s)", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build", help="Tenon's build folder")
    parser.add_argument("--models", required=True, help="the Python module with MODELS")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--infer", action="store_true")
    parser.add_argument("names", nargs="*")
    for hidden in ("only", "folder", "steps", "epochs"):
        parser.add_argument("--" + hidden, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:arguments.threads])
    if arguments.only:
        return tensorflow(arguments, arguments.only, arguments.folder, int(arguments.steps), int(arguments.epochs))
    for name in arguments.names or load(arguments.models):
        try:
            measure(arguments, name)
        except subprocess.CalledProcessError as error:
            print(f"{name}: {' '.join(map(str, error.cmd[:3]))} failed: {(error.stderr or '')[-400:]}", flush=True)


if __name__ == "__main__":
    main()
