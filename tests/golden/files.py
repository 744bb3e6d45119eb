#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the files in files/ with real Keras: pip install keras tensorflow-cpu tf_keras; python3 files.py [trained|shared]

For every model a .keras file, and in expected.json its weights' bits (CRC-32 of each array of get_weights()), inputs and
predictions. The weights have three decimals, gamma, beta and the statistics included. `unsupported.keras` is what Tenon
must refuse, `*.weights.h5` belong to models that the test builds itself.

`trained` writes only what has an optimizer's state or the older .h5 format, and trained.json: per file the weights' bits,
inputs, predictions, and the losses of the batches with which Keras goes on. keras2*.h5 are Keras 2's, which tf_keras is.

`shared` writes only the files of shared_models.py and shared.json: the same as trained.json of the model that was saved, and
what Keras makes of its own files: whether it loads the .keras file, and the weights that it has from the .h5 file (null: it
does not load that).
"""
import json
import os
import sys
import zlib

import shared_models
from golden import array, generator, numbers, setWeights

import keras
import numpy as np
from keras import Input, Model, Sequential, layers

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "files")


def functional():
    image = Input((8, 8, 2), name="image")
    x = layers.Conv2D(3, 3, padding="same", use_bias=False, name="first")(image)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    y = layers.add([layers.Conv2D(3, 1)(image), x])
    y = layers.Flatten()(layers.MaxPooling2D(2)(y))
    return Model(image, layers.Dense(4, activation="softmax", name="digit")(y), name="functional")


def sequential():
    return Sequential([Input((6, 6, 1)), layers.Conv2D(2, 3, activation="relu"), layers.BatchNormalization(scale=False),
                       layers.Flatten(), layers.Dropout(0.25), layers.Dense(3)], name="sequential")


def sequentialBuiltLate():
    model = Sequential([layers.Dense(4, activation="tanh"), layers.Dense(2)], name="late")
    model.build((None, 5))
    return model


def nested():
    inner = Input((6,), name="inner")
    block = Model(inner, layers.BatchNormalization()(layers.Dense(4, activation="tanh")(inner)), name="block")
    stack = Sequential([Input((4,)), layers.Dense(5, activation="relu"), layers.Dropout(0.5), layers.Dense(4)], name="stack")
    x = Input((6,), name="x")
    return Model(x, layers.Dense(2)(stack(stack(block(x)))), name="nested")


def shared():
    dense = layers.Dense(3, name="shared")
    left, right = Input((5,), name="left"), Input((5,), name="right")
    both = layers.concatenate([dense(left), dense(right)])
    return Model([left, right], layers.Dense(1, activation="sigmoid")(both), name="shared_layer")


def recurrent():
    """The weights lie in the group of an inner cell; Keras writes the mask's NotEqual down as if it were a layer."""
    words = Input((None,), dtype="int32", name="words")
    x = layers.Embedding(9, 4, mask_zero=True)(words)
    x = layers.LSTM(3, return_sequences=True)(x)
    return Model(words, layers.Dense(2)(layers.LSTM(2, go_backwards=True, use_bias=False)(x)), name="recurrent")


def severalOutputs():
    x = Input((6,), name="x")
    hidden = layers.Dense(5, activation="tanh", name="hidden")(x)
    model = Model(x, [layers.Dense(1, name="age")(hidden), layers.Dense(3, activation="softmax", name="income")(hidden),
                      layers.Dense(1, activation="sigmoid", name="gender")(hidden)], name="several_outputs")
    model.compile(optimizer=keras.optimizers.RMSprop(0.01, rho=0.8),
                  loss={"age": "mse", "income": keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
                        "gender": keras.losses.binary_crossentropy},
                  loss_weights={"age": 0.25, "income": 1.0, "gender": 10.0},
                  metrics={"age": ["mse"], "gender": ["acc", keras.metrics.BinaryAccuracy(name="hits", threshold=0.4)]})
    return model


def compiledSequential():
    model = Sequential([Input((4,)), layers.Dense(3, activation="relu"), layers.Dense(2, activation="softmax")], name="compiled")
    model.compile(optimizer=keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True), loss="categorical_crossentropy",
                  metrics=["accuracy"])
    return model


MODELS = [functional, sequential, sequentialBuiltLate, nested, shared, recurrent, severalOutputs, compiledSequential]


def unsupported():
    """Four things in one model, and a fifth in what it was compiled with."""
    x = Input((4,), name="x")
    y = layers.Dense(3, name="half", dtype="mixed_float16")(x)
    y = layers.Lambda(lambda value: value, name="anything")(y)
    y = layers.Dropout(0.5, name="always")(y, training=True)
    y = y * 2
    model = Model(x, layers.Dense(2, name="out")(y), name="unsupported")
    model.compile(optimizer=keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)), loss="mse")
    return model


def targets(model, rng, count):
    values = []
    for output in model.outputs:
        value = numbers(rng, (count, *output.shape[1:]), 0, 1)
        values.append(value / value.sum(-1, keepdims=True) if output.shape[-1] > 1 else value.round())
    return values


def trainedModel(optimizer):
    """A layer that is not trained, statistics, an inner model: what the older format orders in its own way."""
    x = Input((4,), name="x")
    inner = Sequential([Input((4,)), layers.Dense(3, activation="tanh"), layers.BatchNormalization(momentum=0.9)], name="inner")
    fixed = layers.Dense(3, activation="relu", trainable=False, name="fixed")
    model = Model(x, layers.Dense(2, name="out")(fixed(inner(x))), name="trained")
    model.compile(optimizer=optimizer, loss="mse", metrics=["mae"])
    return model


def maskedModel(optimizer):
    words = Input((None,), dtype="int32", name="words")
    x = layers.LSTM(3)(layers.Embedding(9, 4, mask_zero=True)(words))
    model = Model(words, layers.Dense(2)(x), name="masked")
    model.compile(optimizer=optimizer, loss="mse")
    return model


def keras2Functional(K, masked=False):
    """Shared layers, inner models that have calls of their own, an initial state; in Keras 2's references."""
    L = K.layers
    words, h, c = K.Input((None,), dtype="int32", name="words"), K.Input((3,), name="h"), K.Input((3,), name="c")
    x = L.LSTM(3)(L.Embedding(9, 4, mask_zero=masked)(words), initial_state=[h, c])
    twice = L.Dense(3, name="twice")
    stack = K.Sequential([L.Dense(4, activation="relu", input_shape=(3,)), L.BatchNormalization()], name="stack")
    inner = K.Input((4,))
    part = K.Model(inner, L.Dense(2)(inner), name="part")
    y = part(stack(twice(twice(x))))
    model = K.Model([words, h, c], L.add([y, part(stack(x))]), name="keras2")
    model.compile(K.optimizers.Adam(0.01), "mse", metrics=["mae"])
    return model


def keras2Sequential(K):
    L = K.layers
    model = K.Sequential([L.Conv2D(2, 3, input_shape=(6, 6, 1)), L.ReLU(), L.Flatten(), L.Dropout(0.5),
                          L.Dense(2, activation="softmax", kernel_regularizer=K.regularizers.l2(0.01))], name="keras2_sequential")
    model.compile(K.optimizers.legacy.SGD(0.01, momentum=0.9), "categorical_crossentropy", metrics=["accuracy"])
    return model


def trainedCase(name, model, inputs, files, targets=lambda rng: numbers(rng, (3, 2), 0, 1)):
    """What the files of a trained model give: its weights, and the losses of going on."""
    rng = generator(name)
    batches = [(inputs(rng), targets(rng)) for _ in range(4)]

    def train(part):
        losses = []
        for x, y in part:
            model.reset_metrics()
            losses.append(float(model.train_on_batch(x if len(x) > 1 else x[0], y, return_dict=True)["loss"]))
        return losses
    train(batches[:2])
    for file in files:
        (model.save_weights if "weights" in file else model.save)(os.path.join(FOLDER, file))
    x = batches[0][0]
    outputs = model.predict(x if len(x) > 1 else x[0], verbose=0)
    return {"name": name, "files": files, "weights": [zlib.crc32(w.tobytes()) for w in model.get_weights()],
            "inputs": [array(v) for v in x], "outputs": [array(outputs)],
            "batches": [{"x": [array(v) for v in x], "y": [array(y)]} for x, y in batches[2:]], "losses": train(batches[2:])}


def loaded(file):
    """Null for what Keras does not load."""
    try:
        model = keras.models.load_model(os.path.join(FOLDER, file), compile=False)
    except ValueError as error:
        print(f"{file}: {str(error)[:200]}")
        return None
    return [zlib.crc32(w.tobytes()) for w in model.get_weights()]


def shared():
    cases = []
    for make in shared_models.MODELS:
        keras.utils.clear_session()
        model = make()
        setWeights(model, generator(model.name))
        model.compile(keras.optimizers.Adam(0.01), "mse")
        files = ["shared_" + model.name + ending for ending in (".keras", ".h5", ".weights.h5")]
        case = trainedCase(model.name, model, lambda rng: [numbers(rng, (3, 3))], files)
        case["keras"], case["h5"] = loaded(files[0]) is not None, loaded(files[1])
        cases.append(case)
    keras.utils.clear_session()
    shared_models.lookalikes().save(os.path.join(FOLDER, "shared_lookalikes.keras"))
    with open(os.path.join(FOLDER, "shared.json"), "w", encoding="utf-8") as out:
        out.write("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n")


def trained():
    import tf_keras
    flat = lambda rng: [numbers(rng, (3, 4))]
    words = lambda rng: [rng.integers(0, 9, (3, 5)).astype("int32")]
    optimizers = keras.optimizers
    cases = []
    for name, make, inputs, files in [
            ("adam", lambda: trainedModel(optimizers.Adam(0.01, amsgrad=True)), flat, ["adam.keras", "adam.h5", "adam.weights.h5"]),
            ("rmsprop", lambda: trainedModel(optimizers.RMSprop(0.01, momentum=0.5, centered=True)), flat, ["rmsprop.keras", "rmsprop.h5"]),
            ("sgd", lambda: maskedModel(optimizers.SGD(0.1, momentum=0.9)), words, ["masked.keras", "masked.h5"]),
            ("keras2", lambda: keras2Functional(tf_keras), lambda rng: words(rng) + [numbers(rng, (3, 3)), numbers(rng, (3, 3))],
             ["keras2.h5", "keras2_weights.h5"]),
            ("keras2_sequential", lambda: keras2Sequential(tf_keras), lambda rng: [numbers(rng, (3, 6, 6, 1))], ["keras2_sequential.h5"])]:
        keras.utils.clear_session()
        tf_keras.backend.clear_session()
        model = make()
        setWeights(model, generator(name))
        for layer in model.layers:
            if type(layer).__name__ == "Dropout":
                layer.rate = 0.0  # it would draw other masks
        # TensorFlow's gradient of the categorical cross-entropy holds only for targets that sum to 1.
        classes = {"targets": lambda rng: np.eye(2, dtype="float32")[rng.integers(0, 2, 3)]} if name == "keras2_sequential" else {}
        cases.append(trainedCase(name, model, inputs, files, **classes))
    keras2Functional(tf_keras, masked=True).save(os.path.join(FOLDER, "keras2_masked_state.h5"))  # what is refused
    with open(os.path.join(FOLDER, "trained.json"), "w", encoding="utf-8") as out:
        out.write("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n")


def main():
    os.makedirs(FOLDER, exist_ok=True)
    if sys.argv[1:] != ["shared"]:
        trained()
    if sys.argv[1:] != ["trained"]:
        shared()
    if sys.argv[1:]:
        return
    cases = []
    for make in MODELS:
        keras.utils.clear_session()
        model = make()
        rng = generator(model.name)
        values = setWeights(model, rng)
        path = os.path.join(FOLDER, model.name + ".keras")
        model.save(path)
        inputs = [numbers(rng, (3, *x.shape[1:])) if x.dtype == "float32" else rng.integers(0, 9, (3, 5)).astype("int32")
                  for x in model.inputs]
        outputs = model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
        case = {"name": model.name, "weights": [zlib.crc32(value.tobytes()) for value in values],
                "inputs": [array(x) for x in inputs], "outputs": [array(y) for y in (outputs if isinstance(outputs, list) else [outputs])]}
        if model.compiled:
            # What goes on from the file: fresh slots, as Tenon starts.
            y = targets(model, rng, 3)
            model = keras.models.load_model(path)
            case["targets"] = [array(value) for value in y]
            y = y if len(y) > 1 else y[0]
            case["evaluate"] = model.evaluate(inputs[0], y, verbose=0, return_dict=True)
            history = model.fit(inputs[0], y, batch_size=3, epochs=3, shuffle=False, verbose=0)
            case["fit"] = history.history
        cases.append(case)
    with open(os.path.join(FOLDER, "expected.json"), "w", encoding="utf-8") as out:
        out.write("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n")

    keras.utils.clear_session()
    unsupported().save(os.path.join(FOLDER, "unsupported.keras"))
    keras.utils.clear_session()
    model = nested()
    setWeights(model, generator("nested"))
    model.save_weights(os.path.join(FOLDER, "nested.weights.h5"))
    for name in sorted(os.listdir(FOLDER)):
        print(f"{name}: {os.path.getsize(os.path.join(FOLDER, name))} bytes")


if __name__ == "__main__":
    main()
