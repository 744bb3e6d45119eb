#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whole epochs in fit, Tenon's and Keras's on TensorFlow with default settings, in turns in one run.

  pip install keras tensorflow-cpu
  python3 bench/epochs.py --build build --models keras_models.py [--threads 2] [NAME:ROWS...]

The module is models.py's. Both fit the same rows in batches of the model's size, silent and shuffled; the fastest epoch
after one of warm-up counts.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import models


def keras(arguments, name, rows, folder):
    """One process of its own: TensorFlow's threads are set once."""
    import time
    import numpy as np
    import tensorflow as tf
    tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
    tf.config.threading.set_inter_op_parallelism_threads(arguments.threads)
    import keras as k
    model, inputs, targets, losses, batch = models.load(arguments.models)[name]()
    model.compile(optimizer="rmsprop", loss=losses)
    model.save(os.path.join(folder, "model.keras"))
    x, y = inputs(rows), targets(rows)
    for kind, values in (("x", x), ("y", y)):
        for i, value in enumerate(values):
            np.save(os.path.join(folder, f"{kind}{i}.npy"), value)
    times = []

    class Timer(k.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.start = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            times.append(time.perf_counter() - self.start)

    model.fit(models.single(x), models.single(y), batch_size=batch, epochs=arguments.epochs + 1, verbose=0, callbacks=[Timer()])
    print("RESULT " + json.dumps({"batch": batch, "epoch": min(times[1:])}))


def measure(arguments, name, rows):
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = [], []
        for _ in range(2):
            command = [sys.executable, os.path.abspath(__file__), "--models", arguments.models, "--threads", arguments.threads,
                       "--epochs", arguments.epochs, "--folder", folder, f"{name}:{rows}"]
            text = subprocess.run(list(map(str, command)), check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
            result = json.loads(text.split("RESULT ")[1])
            theirs.append(result["epoch"])
            text = models.tool(arguments, "fit_model", folder, result["batch"], 5 * arguments.epochs, arguments.threads)
            ours.append(float(text.split()[1]) / 1000 * rows / result["batch"])
        print(f"{name}, {rows} rows in batches of {result['batch']}, {arguments.threads} threads: {min(ours) * 1000:.2f} ms an epoch, "
              f"Keras {min(theirs) * 1000:.1f} ms, {min(theirs) / min(ours):.1f}x", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build")
    parser.add_argument("--models", required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    parser.add_argument("runs", nargs="*", default=["mlp:10000", "imdb_conv1d:4096"])
    arguments = parser.parse_args()
    for run in arguments.runs:
        name, rows = run.split(":")
        if arguments.folder:
            keras(arguments, name, int(rows), arguments.folder)
        else:
            measure(arguments, name, int(rows))


if __name__ == "__main__":
    main()
