#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keras -> Tenon -> Keras, with real Keras 3: pip install keras tensorflow-cpu

  python3 keras_roundtrip.py OUT [--build build] [--models keras_models.py] [NAME...]

For the models of files.py, and with --models every small enough one of that module, each compiled with an optimizer of its own:

  keras.*      Keras trains two batches and saves as .keras and as .h5 (of which it reads not all again: no masks, no "mse")
  same.*       bin/keras_roundtrip reads that and writes it at once. Keras loads every one: weights and the optimizer's
               variables must be the same bits, outputs the same numbers
  after.*      Tenon trained on; Keras, from keras.keras, trains on the same batches: the losses must agree, and both go on
               from after.* with the same losses once more

Reported are the largest relative differences of losses and of outputs. Where a word comes more than once in a batch, Keras on
TensorFlow squares the rows of an embedding's gradient before they are summed, unlike on JAX and unlike Tenon: ownState, whose
optimizer is adaptive, goes on with losses 6e-4 apart; with SGD, which squares nothing, with the same ones.

The models of shared_models.py, most of whose files Keras does not load itself, go another way (checkShared): what Tenon makes of
keras.keras has the same arrays and the same entries with ids, Keras takes or refuses each file as it does its own, its
.weights.h5 fits a model that shares the layers, and Tenon's losses are those of the model that was saved.
"""
import argparse
import importlib.util
import io
import json
import os
import subprocess
import zipfile

os.environ.update(CUDA_VISIBLE_DEVICES="-1", TF_CPP_MIN_LOG_LEVEL="3", KERAS_BACKEND="tensorflow", TF_ENABLE_ONEDNN_OPTS="0")

import files  # noqa: E402
import h5py  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402
import shared_models  # noqa: E402
from keras.src.legacy.saving import legacy_h5_format  # noqa: E402

MOST = 20_000_000  # parameters
OPTIMIZERS = [
    lambda: keras.optimizers.RMSprop(0.001, momentum=0.5, centered=True), lambda: keras.optimizers.Adam(0.003, amsgrad=True),
    lambda: keras.optimizers.SGD(0.01, momentum=0.9, nesterov=True), lambda: keras.optimizers.AdamW(0.001, weight_decay=0.01),
    lambda: keras.optimizers.RMSprop(0.001), lambda: keras.optimizers.SGD(0.01)]


def withoutDropout(model):
    """Keras and Tenon draw different ones."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            withoutDropout(layer)
        elif isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0


def one(values):
    return values[0] if len(values) == 1 else values


def many(values):
    return list(values) if isinstance(values, (list, tuple)) else [values]


def bits(arrays):
    return [np.asarray(a).tobytes() for a in arrays]


def relative(a, b):
    a, b = np.asarray(a, "float64"), np.asarray(b, "float64")
    worst = float(np.max(np.abs(a - b) / (1e-3 + np.abs(b)))) if a.size else 0.0
    return worst if np.isfinite(worst) else float("inf")


def load(path):
    """Keras 3.15 builds the optimizer of an .h5 file without variables, its own files' too, and cannot train then: here it gets
    them, and the file's state through Keras's own reader."""
    if not path.endswith(".h5"):
        return keras.models.load_model(path)
    model = keras.models.load_model(path)
    with h5py.File(path) as file:
        config = dict(model.get_compile_config(), optimizer=keras.optimizers.serialize(model.optimizer))
        state = legacy_h5_format.load_optimizer_weights_from_hdf5_group(file)
        again = keras.models.load_model(path, compile=False)
        again.compile_from_config(config)
        again.optimizer.build(again.trainable_variables)
        again.optimizer.set_weights([np.asarray(v) for v in state])
    return again


def train(model, x, y, batch):
    losses = []
    for first in range(0, len(x[0]), batch):
        model.reset_metrics()
        part = [v[first:first + batch] for v in x], [v[first:first + batch] for v in y]
        losses.append(float(model.train_on_batch(one(part[0]), one(part[1]), return_dict=True)["loss"]))
    return losses


def backwards(values, batch):
    return [np.concatenate([v[first:first + batch][::-1] for first in range(0, len(v), batch)]) for v in values]


def fromFiles():
    for make in files.MODELS + [frozen, ownState]:
        def build(make=make):
            model = make()
            rng = np.random.default_rng(3)

            def inputs(n):
                return [rng.normal(size=(n, *v.shape[1:])).astype("float32") if v.dtype == "float32" else
                        rng.integers(0, 9, (n, 5)).astype("int32") for v in model.inputs]

            def targets(n):
                return [np.abs(rng.normal(size=(n, *v.shape[1:]))).astype("float32") for v in model.outputs]
            return model, inputs, targets, ["mse"] * len(model.outputs), 4
        yield make.__name__, build


def frozen():
    """A frozen layer and a frozen part of an inner model: the older format holds trained weights before the others."""
    L = keras.layers
    inner = keras.Sequential([keras.Input((6,)), L.Dense(5, trainable=False), L.BatchNormalization(), L.Dense(4)], name="inner")
    x = keras.Input((6,), name="x")
    return keras.Model(x, L.Dense(2)(L.BatchNormalization(trainable=False)(inner(x))), name="frozen")


def ownState():
    """An LSTM that starts from the state of another."""
    L = keras.layers
    text, question = keras.Input((None,), dtype="int32", name="text"), keras.Input((None,), dtype="int32", name="question")
    _, h, c = L.LSTM(4, return_state=True)(L.Embedding(10, 3, mask_zero=True)(text))
    out = L.LSTM(4)(L.Embedding(10, 3, mask_zero=True)(question), initial_state=[h, c])
    return keras.Model([text, question], L.Dense(2)(out), name="own_state")


def networks(path):
    yield from fromFiles()
    if path:
        spec = importlib.util.spec_from_file_location("models", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield from module.MODELS.items()


def check(name, build, optimizer, folder, tool):
    keras.utils.clear_session()
    keras.utils.set_random_seed(1)
    model, inputs, targets, losses, batch = build()
    losses = losses[0] if len(losses) == 1 else losses
    if model.count_params() > MOST:
        return None
    withoutDropout(model)
    batch = min(batch, 4)
    os.makedirs(folder, exist_ok=True)
    model.compile(optimizer=optimizer(), loss=losses)
    x, y = inputs(2 * batch), targets(2 * batch)
    for kind, values in (("x", x), ("y", y)):
        for i, value in enumerate(values):
            np.save(f"{folder}/{kind}{i}.npy", value.astype("int32" if value.dtype.kind == "i" else "float32"))
    train(model, x, y, batch)
    model.save(f"{folder}/keras.keras")
    sources = [f"{folder}/keras.keras", f"{folder}/keras.h5"]
    model.save(f"{folder}/keras.h5")
    outputs = [np.asarray(v) for v in many(model.predict(one(x), verbose=0))]
    weights, state = bits(model.get_weights()), bits(v.numpy() for v in model.optimizer.variables)
    allowed = 1e-3  # or what Keras itself differs by with the rows of each batch in reverse order: MobileNetV2's steps are chaotic
    worst, faults = {"loss": 0.0, "output": 0.0}, []
    for source in sources:
        what = os.path.basename(source)
        done = subprocess.run([tool, folder, source, str(batch)], capture_output=True, text=True)
        if done.returncode:
            faults.append(f"{what}: {(done.stderr or done.stdout).strip()[:300] or done.returncode}")
            continue
        for file in ("same.keras", "same.h5", "same.weights.h5", "same_weights.h5"):
            if "weights" in file:
                again = keras.models.load_model(f"{folder}/keras.keras")
                for variable in again.weights + again.optimizer.variables:
                    variable.assign(variable + (1 if variable.dtype.startswith("int") else 0.5))
                again.load_weights(f"{folder}/{file}")
            else:
                again = load(f"{folder}/{file}")
            if bits(again.get_weights()) != weights:
                faults.append(f"{what} -> {file}: other weights")
            if file != "same_weights.h5" and bits(v.numpy() for v in again.optimizer.variables) != state:
                faults.append(f"{what} -> {file}: another state of the optimizer")
            if bits(many(again.predict(one(x), verbose=0))) != bits(outputs):
                faults.append(f"{what} -> {file}: other outputs")
        other = keras.models.load_model(f"{folder}/keras.keras")
        losses = train(other, x, y, batch)
        worst["loss"] = max(worst["loss"], relative(np.load(f"{folder}/losses.npy"), losses))
        reversed_ = keras.models.load_model(f"{folder}/keras.keras")
        allowed = max(allowed, 4 * relative(train(reversed_, backwards(x, batch), backwards(y, batch), batch), losses))
        for i, value in enumerate(outputs):
            worst["output"] = max(worst["output"], relative(np.load(f"{folder}/p{i}.npy"), value))
        for file in ("after.keras", "after.h5"):
            after = load(f"{folder}/{file}")
            for i, value in enumerate(many(after.predict(one(x), verbose=0))):
                worst["output"] = max(worst["output"], relative(np.load(f"{folder}/q{i}.npy"), value))
            worst["loss"] = max(worst["loss"], relative(np.load(f"{folder}/more.npy"), train(after, x, y, batch)))
    print(f"{name:22} {type(optimizer()).__name__:8} loss {worst['loss']:.1e}, output {worst['output']:.1e}"
          + "".join("\n  " + fault for fault in faults), flush=True)
    return not faults and worst["loss"] < allowed and worst["output"] < 1e-3


def arraysOf(path):
    content = io.BytesIO(zipfile.ZipFile(path).read("model.weights.h5")) if path.endswith(".keras") else path
    found = {}
    with h5py.File(content) as file:
        file.visititems(lambda name, item: found.update({name: item[()].tobytes()}) if isinstance(item, h5py.Dataset) else None)
    return found


def sharedPlaces(path):
    """Which entries have one id, as a sorted list of lists."""
    places = {}

    def visit(model, prefix):
        for entry in model["config"]["layers"]:
            if "layers" in entry["config"]:
                visit(entry, prefix + entry["config"]["name"] + "/")
            if "shared_object_id" in entry:
                places.setdefault(entry["shared_object_id"], []).append(prefix + entry["config"]["name"])
    visit(json.loads(zipfile.ZipFile(path).read("config.json")), "")
    return sorted(places.values())


def taken(path):
    """What Keras makes of a file: the weights' bits, or the kind of its refusal."""
    try:
        return bits(keras.models.load_model(path, compile=False).get_weights())
    except ValueError as error:
        return str(error).split(". Example")[0].split("Layer expects")[0]


def checkShared(make, folder, tool):
    keras.utils.clear_session()
    keras.utils.set_random_seed(1)
    model = make()
    os.makedirs(folder, exist_ok=True)
    model.compile(keras.optimizers.Adam(0.003), "mse")
    rng = np.random.default_rng(3)
    x, y = [rng.normal(size=(8, 3)).astype("float32")], [rng.normal(size=(8, 2)).astype("float32")]
    np.save(f"{folder}/x0.npy", x[0])
    np.save(f"{folder}/y0.npy", y[0])
    train(model, x, y, 4)
    for ending in (".keras", ".h5", ".weights.h5"):
        (model.save_weights if "weights" in ending else model.save)(f"{folder}/keras{ending}")
    outputs, weights = model.predict(x[0], verbose=0), bits(model.get_weights())
    done = subprocess.run([tool, folder, f"{folder}/keras.keras", "4"], capture_output=True, text=True)
    faults = [] if done.returncode == 0 else [done.stderr.strip()]
    if not faults:
        for ending in (".keras", ".h5", ".weights.h5"):
            if arraysOf(f"{folder}/same{ending}") != arraysOf(f"{folder}/keras{ending}"):
                faults.append(f"same{ending}: other arrays")
            if "weights" not in ending and taken(f"{folder}/same{ending}") != taken(f"{folder}/keras{ending}"):
                faults.append(f"same{ending}: Keras takes it otherwise than its own: {str(taken(f'{folder}/same{ending}'))[:200]}")
        if sharedPlaces(f"{folder}/same.keras") != sharedPlaces(f"{folder}/keras.keras"):
            faults.append(f"same.keras: ids {sharedPlaces(f'{folder}/same.keras')}, not {sharedPlaces(f'{folder}/keras.keras')}")
        again = make()
        again.load_weights(f"{folder}/same.weights.h5")
        if bits(again.get_weights()) != weights:
            faults.append("same.weights.h5: other weights")
        worst = max(relative(np.load(f"{folder}/p0.npy"), outputs), relative(np.load(f"{folder}/losses.npy"), train(model, x, y, 4)),
                    relative(np.load(f"{folder}/q0.npy"), model.predict(x[0], verbose=0)))
        if worst > 1e-3:
            faults.append(f"outputs or losses differ by {worst}")
        # The older format's copies.
        done = subprocess.run([tool, folder, f"{folder}/keras.h5", "4"], capture_output=True, text=True)
        if done.returncode:
            faults.append(f"keras.h5: {done.stderr.strip()}")
        elif relative(np.load(f"{folder}/p0.npy"), outputs) > 1e-3:
            faults.append("keras.h5: other outputs")
        elif isinstance(taken(f"{folder}/keras.h5"), list) and taken(f"{folder}/same.h5") != taken(f"{folder}/keras.h5"):
            faults.append("keras.h5 -> same.h5: other weights")
    print(f"{make.__name__:22} shared{''.join(chr(10) + '  ' + fault for fault in faults)}", flush=True)
    return not faults


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--build", default="build")
    parser.add_argument("--models")
    arguments = parser.parse_intermixed_args()
    results = []
    for i, (name, build) in enumerate(networks(arguments.models)):
        if not arguments.names or name in arguments.names:
            try:
                good = check(name, build, OPTIMIZERS[i % len(OPTIMIZERS)], os.path.join(arguments.out, name),
                             os.path.join(arguments.build, "bin/keras_roundtrip"))
            except Exception as error:  # what Keras does not load
                print(f"{name}: {type(error).__name__}: {str(error)[:600]}", flush=True)
                good = False
            if good is not None:
                results.append(good)
    for make in shared_models.MODELS:
        if not arguments.names or make.__name__ in arguments.names:
            results.append(checkShared(make, os.path.join(arguments.out, make.__name__),
                                       os.path.join(arguments.build, "bin/keras_roundtrip")))
    if not results:
        raise SystemExit(f"no model is called {' or '.join(arguments.names)}")
    print(f"{len(results)} models, {results.count(False)} not as in Keras")
    return results.count(False)


if __name__ == "__main__":
    raise SystemExit(main())
