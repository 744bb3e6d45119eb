#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes .keras files of real size with real Keras, for bin/keras_files_check: pip install keras tensorflow-cpu

  python3 keras_files.py OUT [--models keras_models.py] [NAME...]
  build/bin/keras_files_check OUT

OUT gets for every network NAME.keras, NAME.json (checksums of the weights, sizes, the tolerance) and inputs and outputs
at batch 1, 2 and 7 as .npy. The networks are the five applications, Xception for images of two sizes, and, with --models,
every model of that module: a dictionary MODELS of functions that give (model, inputs of a batch, ..).

Gamma, beta, kernels and statistics are random. The statistics are those of the activations, changed by up to a third,
so that a deep network neither fades nor overflows. Embeddings have deviation 1, and every text has eight words of its own: with
Keras's initial embeddings and words drawn from all, the outputs of posts_conv1d differ by 0.001 of 0.33, which a float32 cannot
hold to 1e-5. The outputs are those before softmax or sigmoid, computed by Keras in float64 with the same weights.
"""
import argparse
import importlib.util
import json
import os
import zlib

os.environ.update(CUDA_VISIBLE_DEVICES="-1", TF_CPP_MIN_LOG_LEVEL="3", KERAS_BACKEND="tensorflow", TF_ENABLE_ONEDNN_OPTS="0")

import keras  # noqa: E402
import numpy as np  # noqa: E402

BATCHES = (1, 2, 7)
DEEP = 100  # layers, beyond which 1e-4 is asked for instead of 1e-5


def layersOf(model):
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from layersOf(layer)
        else:
            yield layer


def withoutActivations(model):
    """Softmax and sigmoid at the outputs hide errors."""
    for output in model.outputs:
        layer = model.get_layer(output._keras_history.operation.name)
        if getattr(layer, "activation", None) in (keras.activations.softmax, keras.activations.sigmoid):
            layer.activation = keras.activations.linear


def randomise(model, inputs, rng):
    norms = [layer for layer in layersOf(model) if isinstance(layer, keras.layers.BatchNormalization)]
    for norm in norms:
        if norm.scale:
            norm.gamma.assign(rng.uniform(0.7, 1.3, norm.gamma.shape))
        if norm.center:
            norm.beta.assign(rng.normal(0, 0.2, norm.beta.shape))
    for layer in layersOf(model):
        for weight in layer.weights:
            if weight.name == "bias":
                weight.assign(rng.normal(0, 0.1, weight.shape))
            elif weight.name == "embeddings":
                weight.assign(rng.normal(0, 1, weight.shape))
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 0.0  # the statistics become those of this batch
    if norms:
        model(inputs if len(inputs) > 1 else inputs[0], training=True)
    for norm, momentum in zip(norms, momenta):
        norm.momentum = momentum
        deviation = np.sqrt(np.asarray(norm.moving_variance) + norm.epsilon)
        norm.moving_mean.assign_add(rng.uniform(-0.3, 0.3, deviation.shape) * deviation)
        norm.moving_variance.assign(norm.moving_variance * rng.uniform(0.7, 1.3, deviation.shape))


def float64Copy(model):
    text = json.dumps(json.loads(model.to_json()))
    # Activations and weights; integer inputs keep their type.
    copy = keras.models.model_from_json(text.replace('"float32"', '"float64"'))
    copy.set_weights([np.asarray(w, "float64") for w in model.get_weights()])
    return copy


def make(name, folder, model, inputs):
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    withoutActivations(model)
    randomise(model, inputs(4), rng)
    path = os.path.join(folder, name)
    model.save(path + ".keras")
    exact = float64Copy(model)
    deep = sum(1 for _ in layersOf(model)) > DEEP
    about = {"name": name, "weights": [zlib.crc32(np.asarray(w).tobytes()) for w in model.get_weights()], "batches": BATCHES,
             "tolerance": 1e-4 if deep else 1e-5, "inputs": len(model.inputs), "outputs": len(model.outputs)}
    for batch in BATCHES:
        x = inputs(batch)
        y = exact.predict([v.astype("float64") if v.dtype == np.float32 else v for v in x] if len(x) > 1 else x[0], batch_size=1, verbose=0)
        y = y if isinstance(y, (list, tuple)) else [y]
        for kind, values in (("input", x), ("output", y)):
            for i, value in enumerate(values):
                np.save(f"{path}.{batch}.{kind}{i}.npy", value.astype("int32" if value.dtype.kind == "i" else "float32"))
    with open(path + ".json", "w", encoding="utf-8") as out:
        json.dump(about, out)
    print(f"{name}: {model.count_params()} parameters, {os.path.getsize(path + '.keras')} bytes", flush=True)


def texts(inputs):
    """Inputs whose words, where they are words, are each sample's own eight."""
    def drawn(batch):
        own = 1 + 8 * np.arange(batch, dtype="int32")[:, None]
        return [v % 8 + own if v.dtype.kind == "i" else v for v in inputs(batch)]
    return drawn


def images(*size):
    return lambda batch: [np.random.default_rng(batch).uniform(-1, 1, (batch, *size)).astype("float32")]


def networks(models):
    apps = keras.applications
    for name, size in (("InceptionV3", 299), ("Xception", 299), ("ResNet50", 224), ("MobileNet", 224), ("MobileNetV2", 224)):
        yield name, lambda name=name, size=size: (getattr(apps, name)(weights=None, classifier_activation=None), images(size, size, 3))
    for size in ((90, 75), (140, 123)):
        yield (f"Xception_{size[0]}x{size[1]}",
               lambda size=size: (apps.Xception(weights=None, include_top=False), images(*size, 3)))
    if models:
        spec = importlib.util.spec_from_file_location("models", models)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for name, build in module.MODELS.items():
            yield name, lambda build=build: (lambda model, inputs, *_: (model, texts(inputs)))(*build())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--models")
    arguments = parser.parse_intermixed_args()
    os.makedirs(arguments.out, exist_ok=True)
    for name, build in networks(arguments.models):
        if not arguments.names or name in arguments.names:
            keras.utils.clear_session()
            keras.utils.set_random_seed(1)
            make(name, arguments.out, *build())


if __name__ == "__main__":
    main()
