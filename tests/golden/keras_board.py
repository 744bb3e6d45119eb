#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes data/tensorboard.json: what real Keras's TensorBoard callback puts into its event files, as TensorBoard reads
them. pip install keras tensorflow-cpu tensorboard; python3 keras_board.py

Each case is a training (Keras's JSON, weights, samples) with the callback's arguments and its records: (run, tag, step)
with the value of a scalar, the buckets of a histogram or the sizes of an image. Times differ from run to run, so a tag
that tells steps per second stands without a value. Nothing is shuffled.
"""
import glob
import os
import struct
import tempfile

import golden  # sets the environment, so it comes first
import keras
import numpy as np
from keras import Input, Model, layers
from tensorboard.backend.event_processing import event_file_loader
from tensorboard.util import tensor_util


def content(value):
    plugin, tensor = value.metadata.plugin_data.plugin_name, tensor_util.make_ndarray(value.tensor)
    if "steps_per_second" in value.tag:
        return {"time": True}
    if plugin == "scalars":
        return {"value": golden.shortest(tensor)}
    if plugin == "histograms":
        return {"histogram": [[float(number) for number in bucket] for bucket in tensor]}
    if plugin == "images":
        sizes = [list(struct.unpack(">II", png[16:24])) for png in tensor[2:]]
        return {"image": [int(tensor[0]), int(tensor[1])], "pngs": sizes}
    return {"plugin": plugin}


def records(folder):
    found = []
    for path in sorted(glob.glob(folder + "/**/*tfevents*", recursive=True)):
        run, plugins = os.path.relpath(os.path.dirname(path), folder), {}
        for event in event_file_loader.EventFileLoader(path).Load():
            for value in event.summary.value:
                plugins.setdefault(value.tag, value.metadata)
                value.metadata.CopyFrom(plugins[value.tag])
                if value.metadata.plugin_data.plugin_name != "graph_keras_model" and not event.graph_def:
                    found.append({"run": run, "tag": value.tag, "step": event.step, **content(value)})
    return found


def dense():
    x = Input((4,), name="x")
    hidden = layers.Dense(6, activation="relu", name="hidden")(x)
    return Model(x, layers.Dense(3, activation="softmax", name="kind")(hidden), name="model"), "adam", (4,)


def convolution():
    x = Input((6, 6, 2), name="x")
    y = layers.Conv2D(3, 3, name="many")(x)
    y = layers.BatchNormalization(name="normal")(y)
    y = layers.Conv2D(4, 2, name="two")(y)
    y = layers.Flatten(name="flat")(y)
    return Model(x, layers.Dense(3, activation="softmax", name="kind")(y), name="model"), "sgd", (6, 6, 2)


def inner():
    x = Input((4,), name="x")
    part = keras.Sequential([Input((4,), name="y"), layers.Dense(5, name="a"), layers.Dense(4, name="b")], name="part")
    return Model(x, layers.Dense(3, activation="softmax", name="kind")(part(x)), name="model"), "sgd", (4,)


def training(name, make, validation=True, epochs=3, batchSize=8, **arguments):
    keras.utils.clear_session()
    rng = golden.generator(name)
    model, optimizer, shape = make()
    weights = golden.setWeights(model, rng)
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    x, y = golden.numbers(rng, (30, *shape)), np.arange(30) * 7 % 3
    fit = {"batch_size": batchSize, "epochs": epochs, "verbose": 0, "shuffle": False}
    if validation:
        fit["validation_split"] = 0.3
    with tempfile.TemporaryDirectory() as folder:
        model.fit(x, y, callbacks=[keras.callbacks.TensorBoard(folder, **arguments)], **fit)
        found = records(folder)
    return {"name": name, "model": golden.architecture(model), "weights": [golden.array(w) for w in weights],
            "optimizer": optimizer, "x": golden.array(x), "y": golden.array(y), "validation": validation,
            "epochs": epochs, "batch_size": batchSize, "arguments": arguments, "records": found}


if __name__ == "__main__":
    golden.write("tensorboard", [
        training("epochs", dense),
        training("no_validation", dense, validation=False, epochs=2),
        training("batches", dense, update_freq="batch"),
        training("every_other_batch", dense, update_freq=2, epochs=2),
        training("steps_per_second", dense, write_steps_per_second=True, update_freq="batch", epochs=2),
        training("steps_per_second_of_epochs", dense, write_steps_per_second=True, epochs=2),
        training("histograms", dense, histogram_freq=2, write_images=True),
        training("convolution", convolution, histogram_freq=1, write_images=True, epochs=1),
        training("inner_model", inner, histogram_freq=1, epochs=1),
    ])
