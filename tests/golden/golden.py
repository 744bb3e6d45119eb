#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the golden files in data/ with real Keras: pip install keras tensorflow-cpu; python3 golden.py [FILE...]
(golden_layers.py writes those of single layers.)

Each file is a list of cases. A model stands in its case as Keras's own JSON, weights in the order of get_weights(),
arrays as {"shape", "values"}; inputs and weights have three decimals, so that they are the same numbers everywhere.
"""
import json
import os
import sys
import zlib

os.environ.update(CUDA_VISIBLE_DEVICES="-1", TF_CPP_MIN_LOG_LEVEL="3", COLUMNS="200", TF_ENABLE_ONEDNN_OPTS="0")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import Input, Model, Sequential, layers  # noqa: E402

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")


def shortest(value):
    """The float32 with as few digits as tell it apart."""
    return float(str(np.float32(value)))


def architecture(model):
    """Keras's JSON of a model, without what compile added."""
    return dict(json.loads(model.to_json()), compile_config={})


def array(values):
    values = np.asarray(values, dtype="float32")
    return {"shape": list(values.shape), "values": [shortest(v) for v in values.ravel()]}


def generator(name):
    """Random numbers that depend on a case's name alone."""
    return np.random.default_rng(zlib.crc32(name.encode()))


def numbers(rng, shape, low=-1.0, high=1.0):
    return np.round(rng.uniform(low, high, shape), 3).astype("float32")


def setWeights(model, rng, scale=0.5):
    values = []
    for variable in model.weights:
        name = variable.name.split("/")[-1].split(":")[0]  # Keras 2: ".../gamma:0"
        positive = name in ("gamma", "moving_variance", "moving_stddev", "renorm_stddev")
        values.append(numbers(rng, variable.shape, 0.5 if positive else -scale, 1.5 if positive else scale))
    model.set_weights(values)
    return values


def write(name, cases):
    path = os.path.join(FOLDER, name + ".json")
    with open(path, "w", encoding="utf-8") as out:
        out.write("[\n" + ",\n".join(json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in cases) + "\n]\n")
    print(f"{path}: {len(cases)} cases, {os.path.getsize(path)} bytes")


# ---- layers: forward values in inference


def single(shape, *stack):
    return addCase([shape], lambda inputs: chain(inputs[0], stack), "x")


def chain(x, stack):
    for layer in stack:
        x = layer()(x)
    return x


def addCase(shapes, make, name="x{}"):
    def build(before=False):
        """The layers behind inputs, or behind a Dense of their own on each, so that their gradients can be seen."""
        inputs = [Input(shape, name=name.format(i)) for i, shape in enumerate(shapes)]
        return Model(inputs if len(inputs) > 1 else inputs[0], make([layers.Dense(shape[-1])(x) if before else x for x, shape in zip(inputs, shapes)]))
    build.takesBefore = True
    return build


def sharedAndNested():
    inner = Input((6,), name="inner")
    block = Model(inner, layers.Dense(4, activation="tanh")(inner), name="block")
    shared = layers.Dense(3, name="shared")
    left, right = Input((6,), name="left"), Input((6,), name="right")
    joined = layers.Concatenate()([shared(block(left)), shared(block(right))])
    return Model([left, right], [layers.Dense(2, name="a")(joined), layers.Softmax(name="b")(joined)])


def sequential():
    return Sequential([Input((5, 5, 2)), layers.Conv2D(3, 3, activation="relu"), layers.Flatten(), layers.Dropout(0.5),
                       layers.Dense(4, activation="softmax")])


def residual():
    image = Input((8, 8, 1), name="image")
    x = layers.Rescaling(1.0 / 16)(image)
    y = layers.Conv2D(4, 3, padding="same", use_bias=False)(x)
    y = layers.ReLU()(layers.BatchNormalization()(y))
    y = layers.Conv2D(4, 3, padding="same")(y)
    y = layers.MaxPooling2D(2)(layers.ReLU()(layers.add([y, layers.Conv2D(4, 1)(x)])))
    return Model(image, layers.Dense(10, activation="softmax")(layers.Flatten()(y)), name="digits")


def layerModels():
    L = layers
    yield "dense", single((6,), lambda: L.Dense(5))
    yield "dense_rank3_without_bias", single((3, 4), lambda: L.Dense(5, use_bias=False))
    for name in ("linear", "relu", "sigmoid", "tanh", "softmax", "exponential"):
        yield f"dense_{name}", single((4,), lambda: L.Dense(3, activation=name))
    for padding in ("valid", "same"):
        for size, kernel, strides in (((7, 6), (3, 3), 1), ((7, 6), (3, 3), 2), ((6, 7), (2, 3), (2, 1)), ((9, 5), (5, 1), 3),
                                      ((4, 4), (1, 1), 2), ((5, 8), (2, 2), 1)):
            yield (f"conv2d_{padding}_{size[0]}x{size[1]}_kernel_{kernel[0]}x{kernel[1]}_strides_{strides}",
                   single((*size, 2), lambda: L.Conv2D(3, kernel, strides=strides, padding=padding)))
    yield "conv2d_relu_without_bias", single((5, 5, 3), lambda: L.Conv2D(17, 3, activation="relu", use_bias=False))
    yield "conv2d_dilated", single((8, 7, 2), lambda: L.Conv2D(3, 3, dilation_rate=2, padding="same"))
    yield "conv2d_unknown_size", single((None, None, 2), lambda: L.Conv2D(3, 3, strides=2, padding="same"))
    yield "batch_normalization", single((5,), lambda: L.BatchNormalization())
    yield "batch_normalization_images", single((3, 4, 5), lambda: L.BatchNormalization(epsilon=0.01, momentum=0.9))
    yield "batch_normalization_without_scale", single((5,), lambda: L.BatchNormalization(scale=False))
    yield "batch_normalization_without_center", single((5,), lambda: L.BatchNormalization(center=False))
    yield "conv2d_batch_normalization_relu", single((5, 5, 2), lambda: L.Conv2D(4, 3, padding="same", use_bias=False),
                                                    lambda: L.BatchNormalization(), lambda: L.ReLU())
    yield "batch_normalization_conv2d_same", single((5, 5, 2), lambda: L.BatchNormalization(),
                                                    lambda: L.Conv2D(4, 3, padding="same"))
    for padding in ("valid", "same"):
        for size, pool, strides in (((6, 6), 2, None), ((7, 5), 2, None), ((7, 6), 3, 2), ((5, 5), (3, 2), 1)):
            for kind in ("MaxPooling2D", "AveragePooling2D"):
                yield (f"{kind}_{padding}_{size[0]}x{size[1]}_{pool}_{strides}".replace(" ", ""),
                       single((*size, 3), lambda: getattr(L, kind)(pool, strides=strides, padding=padding)))
    yield "global_average_pooling2d", single((3, 5, 4), lambda: L.GlobalAveragePooling2D())
    yield "global_average_pooling2d_keepdims", single((3, 5, 4), lambda: L.GlobalAveragePooling2D(keepdims=True))
    yield "flatten", single((2, 3, 4), lambda: L.Flatten())
    yield "reshape", single((6, 4), lambda: L.Reshape((2, -1, 3)))
    yield "rescaling", single((4,), lambda: L.Rescaling(0.25, offset=-1.0))
    yield "dropout", single((4,), lambda: L.Dropout(0.5))
    for name in ("relu", "sigmoid", "tanh", "softmax", "exponential"):
        yield f"activation_{name}", single((6,), lambda: L.Activation(name))
    yield "relu_options", single((9,), lambda: L.ReLU(max_value=0.6, negative_slope=0.1, threshold=0.2))
    yield "softmax_axis", single((3, 4), lambda: L.Softmax(axis=1))
    yield "add", addCase([(4,), (4,), (4,)], lambda inputs: L.Add()(inputs))
    yield "add_broadcast", addCase([(3, 4), (1, 4)], lambda inputs: L.Add()(inputs))
    yield "concatenate", addCase([(2, 3), (2, 4), (2, 1)], lambda inputs: L.Concatenate()(inputs))
    yield "concatenate_axis", addCase([(2, 3), (4, 3)], lambda inputs: L.Concatenate(axis=1)(inputs))
    yield "shared_and_nested", sharedAndNested
    yield "sequential", sequential
    yield "residual", residual


def samples(model, rng, batch, high):
    """Inputs of a model; unknown sides are 5 and 6."""
    return [numbers(rng, [batch] + [d or size for d, size in zip(tensor.shape[1:], (5, 6, 0, 0))], -high, high)
            for tensor in model.inputs]


def layerCases():
    for name, build in layerModels():
        keras.utils.clear_session()
        model, rng = build(), generator(name)
        written, weights = architecture(model), setWeights(model, rng)
        inputs = samples(model, rng, 3, 16.0 if name == "residual" else 2.0)
        outputs = model(inputs if len(inputs) > 1 else inputs[0], training=False)
        outputs = outputs if isinstance(outputs, list) else [outputs]
        yield {"name": name, "model": written, "weights": [array(w) for w in weights],
               "inputs": [array(x) for x in inputs], "outputs": [array(y) for y in outputs]}


# ---- gradients: the weights after one step of plain gradient descent


def gradientCases():
    for name, build in layerModels():
        if not getattr(build, "takesBefore", False) or name == "dropout":
            continue
        keras.utils.clear_session()
        model, rng = build(before=True), generator("gradient " + name)
        weights = setWeights(model, rng)
        x = samples(model, rng, 2, 1.0)
        y = numbers(rng, model(x if len(x) > 1 else x[0]).shape)
        model.compile(optimizer=keras.optimizers.SGD(0.5), loss="mse")
        loss = model.train_on_batch(x if len(x) > 1 else x[0], y)
        yield {"name": name, "model": architecture(model),
               "weights": [array(w) for w in weights], "x": [array(v) for v in x], "y": array(y),
               "loss": shortest(loss), "trained": [array(w) for w in model.get_weights()]}


# ---- losses and metrics: evaluate() of a model that passes its input on, batches of 4 and a rest


def lossCases():
    rng = generator("losses")
    n, k = 7, 5
    raw = numbers(rng, (n, k), 0.05, 1.0)
    simplex = (raw / raw.sum(axis=1, keepdims=True)).round(3).astype("float32")
    labels = rng.integers(0, k, n)
    onehot = np.eye(k, dtype="float32")[labels]
    bits, probability = rng.integers(0, 2, (n, k)).astype("float32"), numbers(rng, (n, k), 0.02, 0.98)
    weight = numbers(rng, (n,), 0.0, 2.0)
    single_ = numbers(rng, (n, 1), 0.0, 1.0)
    ties = np.array([[0.5, 0.5, 0], [0, 0.5, 0.5], [0.3, 0.3, 0.4]], "float32")
    column = labels.reshape(n, 1).astype("float32")
    for name, loss, metrics, y, p, w in (
            ("mse", "mse", [], numbers(rng, (n, k)), numbers(rng, (n, k)), None),
            ("mean_squared_error_weighted", "mean_squared_error", [], numbers(rng, (n, k)), numbers(rng, (n, k)), weight),
            ("categorical_crossentropy", "categorical_crossentropy", ["accuracy"], onehot, simplex, None),
            ("categorical_crossentropy_weighted", "categorical_crossentropy", ["acc"], onehot, simplex, weight),
            ("categorical_crossentropy_not_normalised", "categorical_crossentropy", [], raw[::-1], raw, None),
            ("categorical_crossentropy_worst_case", "categorical_crossentropy", [],
             np.array([[0, 1], [1, 0]], "float32"), np.array([[1, 0], [1, 0]], "float32"), None),
            ("sparse_categorical_crossentropy", "sparse_categorical_crossentropy", ["accuracy"], column, simplex, None),
            ("sparse_categorical_crossentropy_weighted", "sparse_categorical_crossentropy", [], column, simplex, weight),
            ("binary_crossentropy", "binary_crossentropy", [], bits, probability, None),
            ("binary_crossentropy_weighted", "binary_crossentropy", [], bits, probability, weight),
            ("binary_crossentropy_accuracy", "binary_crossentropy", ["accuracy"], bits[:, :1], single_, None),
            ("binary_crossentropy_too_large", "binary_crossentropy", [], np.zeros((1, 1)), np.full((1, 1), 1.7), None),
            ("binary_crossentropy_too_small", "binary_crossentropy", [], np.ones((1, 1)), np.full((1, 1), -0.3), None),
            ("accuracy_of_ties", "mse", ["accuracy"], np.array([[1, 0, 0], [0, 0, 1], [0, 0, 1]], "float32"), ties, None)):
        yield lossCase(name, loss, metrics, [], y, p, w)
    losses, signed = keras.losses, numbers(rng, (n, k))
    for number, (loss, y, p) in enumerate((("mae", signed, simplex), ("mape", signed, raw), ("msle", raw, simplex), ("log_cosh", signed * 9, raw * 4),
                       ("huber", signed * 3, raw), (losses.Huber(delta=0.3), signed, raw), ("kld", simplex[::-1], simplex),
                       ("poisson", bits * 3, raw), ("cosine_similarity", signed, raw), ("hinge", bits, signed),
                       ("hinge", bits * 2 - 1, signed), ("hinge", signed[::-1], signed), ("squared_hinge", bits, signed * 2),
                       ("categorical_hinge", onehot, signed),
                       (losses.BinaryCrossentropy(from_logits=True), bits, signed * 5),
                       (losses.BinaryCrossentropy(label_smoothing=0.2), bits, probability),
                       (losses.CategoricalCrossentropy(from_logits=True), onehot, signed * 5),
                       (losses.CategoricalCrossentropy(label_smoothing=0.1), onehot, simplex),
                       (losses.SparseCategoricalCrossentropy(from_logits=True), column, signed * 5))):
        text = loss if isinstance(loss, str) else loss.name + "_options"
        for w in (None, weight):
            yield lossCase(f"{number}_{text}{'' if w is None else '_weighted'}", loss, [], [], y, p, w)
    every = ["mae", "mape", "msle", "mse", "rmse_", "cosine_similarity", "hinge", "poisson", "kl_divergence", "log_cosh_error"]
    metrics = [m if m != "rmse_" else "root_mean_squared_error" for m in every]
    yield lossCase("metrics", "mse", metrics, ["mae", "mse"], raw[::-1], simplex, weight)
    yield lossCase("metrics_twice", "mse", ["mse", "mae", "mse"], ["mse", "mae"], raw, simplex, weight)
    yield lossCase("metrics_of_bits", "bce", ["precision", "recall", "accuracy"], ["precision", "recall", "binary_accuracy"],
                   bits, probability, weight)
    yield lossCase("metrics_of_bits_not_weighted", "bce", ["Precision"], ["Recall", "bce"], bits, probability, None)
    yield lossCase("metrics_weight_zero", "mse", ["mse"], ["mae", "recall"], raw, simplex, weight * 0)
    yield lossCase("weighted_accuracy", "categorical_crossentropy", ["acc"], ["acc", "accuracy"], onehot, simplex, weight)


def lossCase(name, loss, metrics, weighted, y, p, w):
    """evaluate(), and the weights of a Dense layer after a step of plain gradient descent, the loss's gradient."""
    written = loss if isinstance(loss, str) else keras.losses.serialize(loss)
    keras.utils.clear_session()
    x = Input((p.shape[1],), name="x")
    model = Model(x, layers.Activation("linear")(x))
    model.compile(optimizer="sgd", loss=loss, metrics=list(metrics), weighted_metrics=list(weighted))
    logs = model.evaluate(p.astype("float32"), y.astype("float32"), batch_size=4, sample_weight=w, verbose=0,
                          return_dict=True)
    trained = layers.Dense(p.shape[1], use_bias=False, kernel_initializer="identity")
    step = Model(x, trained(x))
    step.compile(optimizer=keras.optimizers.SGD(0.5), loss=loss)
    step.train_on_batch(p.astype("float32"), y.astype("float32"), sample_weight=w)
    if isinstance(loss, keras.losses.Huber):  # whose config forgets it
        written["config"]["delta"] = loss._fn_kwargs["delta"]
    return {"name": name, "loss": written, "metrics": metrics,
            "weighted_metrics": weighted, "batch_size": 4, "y": array(y), "x": array(p),
            "sample_weight": None if w is None else array(w), "logs": {k: shortest(v) for k, v in logs.items()},
            "trained": array(trained.get_weights()[0])}


# ---- optimizers: the weights after two epochs of three steps (4, 4 and 1 samples), not shuffled


def optimizerCases():
    optimizers = {
        "SGD": {"learning_rate": 0.1},
        "SGD_momentum": {"learning_rate": 0.1, "momentum": 0.9},
        "SGD_nesterov": {"learning_rate": 0.1, "momentum": 0.8, "nesterov": True},
        "SGD_clipnorm": {"learning_rate": 0.5, "clipnorm": 0.1},
        "SGD_globalclipnorm": {"learning_rate": 0.5, "global_clipnorm": 0.2, "momentum": 0.5},
        "SGD_clipvalue": {"learning_rate": 0.5, "clipvalue": 0.05},
        "SGD_decay": {"learning_rate": 0.1, "weight_decay": 0.1},
        "RMSprop": {},
        "RMSprop_options": {"learning_rate": 0.01, "rho": 0.5, "epsilon": 1e-3},
        "RMSprop_centered": {"learning_rate": 0.01, "centered": True, "momentum": 0.6},
        "RMSprop_globalclipnorm": {"learning_rate": 0.01, "momentum": 0.6, "global_clipnorm": 0.1, "weight_decay": 0.02},
        "Adam": {},
        "Adam_options": {"learning_rate": 0.02, "beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-4},
        "Adam_amsgrad": {"learning_rate": 0.02, "amsgrad": True, "beta_2": 0.6},
        "Adam_clipnorm": {"learning_rate": 0.02, "clipnorm": 0.03, "weight_decay": 0.05},
        "AdamW": {"learning_rate": 0.02, "weight_decay": 0.3},
        "AdamW_defaults": {},
    }
    for name, options in optimizers.items():
        for loss, last, weighted in (("mse", None, False), ("categorical_crossentropy", "softmax", True)):
            rng = generator(name + loss)
            keras.utils.clear_session()
            x = Input((5,), name="x")
            model = Model(x, layers.Dense(3, activation=last)(layers.Dense(4, activation="tanh")(x)))
            weights = setWeights(model, rng)
            samples, y = numbers(rng, (9, 5)), numbers(rng, (9, 3))
            if last:
                y = np.eye(3, dtype="float32")[rng.integers(0, 3, 9)]
            weight = numbers(rng, (9,), 0.2, 2.0) if weighted else None
            kind = name.split("_")[0]
            model.compile(optimizer=getattr(keras.optimizers, kind)(**options), loss=loss)
            history = model.fit(samples, y, batch_size=4, epochs=2, shuffle=False, sample_weight=weight, verbose=0)
            yield {"name": f"{name}_{loss}", "optimizer": kind, "options": options, "loss": loss,
                   "model": architecture(model), "weights": [array(w) for w in weights], "x": array(samples),
                   "y": array(y), "sample_weight": None if weight is None else array(weight), "batch_size": 4,
                   "epochs": 2, "losses": [shortest(v) for v in history.history["loss"]],
                   "trained": [array(w) for w in model.get_weights()]}


# ---- fit: histories, moving statistics and weights of small models, not shuffled


def batchNormalizationModel():
    x = Input((6, 6, 2), name="x")
    y = layers.Conv2D(4, 3, padding="same", use_bias=False)(x)
    y = layers.ReLU()(layers.BatchNormalization(momentum=0.8)(y))
    y = layers.AveragePooling2D(2)(layers.add([y, layers.Conv2D(4, 1)(x)]))
    return Model(x, layers.Dense(3, activation="softmax")(layers.Flatten()(y)))


def frozenModel():
    x = Input((4,), name="x")
    y = layers.Dense(5)(x)
    frozen = layers.BatchNormalization()
    frozen.trainable = False
    return Model(x, layers.Dense(3, activation="softmax")(frozen(y)))


def twiceNormalized():
    x = Input((4,), name="x")
    norm = layers.BatchNormalization(momentum=0.7)
    y = norm(layers.Dense(4, activation="tanh")(norm(x)))
    return Model(x, layers.Dense(3, activation="softmax")(y))


def twoOutputs():
    left, right = Input((4,), name="left"), Input((3,), name="right")
    y = layers.concatenate([layers.Dense(4, activation="relu")(left), layers.Dense(4, activation="tanh")(right)])
    return Model([left, right], [layers.Dense(1, name="age")(y), layers.Dense(3, activation="softmax", name="kind")(y)])


def sharedModel():
    """A model with a normalisation and a frozen layer inside, called twice, beside a layer called twice."""
    inner = Input((5,), name="inner")
    y = layers.BatchNormalization(momentum=0.6, name="norm")(layers.Dense(4, activation="tanh", name="first")(inner))
    frozen = layers.Dense(4, name="frozen")
    frozen.trainable = False
    block = Model(inner, frozen(y), name="block")
    shared = layers.Dense(3, activation="relu", name="shared")
    left, right = Input((5,), name="left"), Input((5,), name="right")
    joined = layers.concatenate([shared(block(left)), shared(block(right))])
    return Model([left, right], layers.Dense(3, activation="softmax", name="kind")(joined))


def severalOutputsInside():
    inner = Input((4,), name="inner")
    hidden = layers.Dense(5, activation="tanh")(inner)
    block = Model(inner, [layers.Dense(3, name="one")(hidden), layers.Dense(2, name="two")(inner)], name="block")
    x = Input((4,), name="x")
    one, two = block(x)
    again, _ = block(layers.Dense(4)(x))
    return Model(x, layers.Dense(3, activation="softmax")(layers.concatenate([one, two, again])))


def frozenBlock():
    inner = Input((4,), name="inner")
    block = Model(inner, layers.BatchNormalization()(layers.Dense(4, activation="tanh")(inner)), name="block")
    block.trainable = False
    x = Input((4,), name="x")
    return Model(x, layers.Dense(3, activation="softmax")(block(x)))


def stackedModels():
    first = Sequential([Input((4,)), layers.Dense(5, activation="relu"), layers.BatchNormalization()], name="first")
    return Sequential([first, layers.Dense(4, activation="tanh"), first.__class__([Input((4,)), layers.Dense(3, activation="softmax")], name="last")])


def fitCases():
    onehot, scalar = "onehot", "scalar"
    for name, build, optimizer, arguments, targets, options in (
            ("batch_normalization", batchNormalizationModel, "adam",
             dict(loss="categorical_crossentropy", metrics=["accuracy"]), [onehot], dict(validation_split=0.25)),
            ("frozen_batch_normalization", frozenModel, "sgd",
             dict(loss="categorical_crossentropy", metrics=["acc"]), [onehot], {}),
            ("batch_normalization_twice", twiceNormalized, "sgd", dict(loss="categorical_crossentropy"), [onehot], {}),
            ("two_outputs_list", twoOutputs, "rmsprop",
             dict(loss=["mse", "categorical_crossentropy"], loss_weights=[0.25, 10.0], metrics=[[], ["accuracy"]]),
             [scalar, onehot], dict(validation_split=0.25)),
            ("two_outputs_map", twoOutputs, "adam",
             dict(loss={"kind": "categorical_crossentropy", "age": "mse"}, metrics={"kind": "acc"}),
             [scalar, onehot], {}),
            ("shared_model", sharedModel, "adam", dict(loss="categorical_crossentropy"), [onehot], {}),
            ("several_outputs_inside", severalOutputsInside, "sgd", dict(loss="categorical_crossentropy"), [onehot], {}),
            ("frozen_block", frozenBlock, "adam", dict(loss="categorical_crossentropy", metrics=["acc"]), [onehot], {}),
            ("stacked_models", stackedModels, "rmsprop", dict(loss="categorical_crossentropy"), [onehot], {}),
            ("class_weight", frozenModel, "sgd",
             dict(loss="categorical_crossentropy", metrics=["accuracy"], weighted_metrics=["accuracy"]), [onehot],
             dict(class_weight={0: 2.0, 2: 0.5}, validation_split=0.25)),
            ("sample_weights_per_output", twoOutputs, "sgd",
             dict(loss=["mse", "categorical_crossentropy"], weighted_metrics=[["mae"], ["accuracy"]]), [scalar, onehot],
             dict(sample_weight=2, validation_split=0.25)),
            ("sample_weight_of_all_outputs", twoOutputs, "sgd",
             dict(loss=["mse", "categorical_crossentropy"], weighted_metrics=[["mae"], ["accuracy"]]), [scalar, onehot],
             dict(sample_weight=1, validation_split=0.25)),
            ("weighted_validation", batchNormalizationModel, "sgd",
             dict(loss="categorical_crossentropy", weighted_metrics=["acc"]), [onehot],
             dict(validation=True, validation_batch_size=3, validation_freq=2)),
            ("steps", frozenModel, "adam", dict(loss="categorical_crossentropy", steps_per_execution=2), [onehot],
             dict(initial_epoch=1))):
        yield fitCase(name, build, optimizer, arguments, targets, options)


def fitCase(name, build, optimizer, arguments, targets, options):
    """The history and the weights of a short training; targets: one "onehot" (of 3) or "scalar" per output."""
    keras.utils.clear_session()
    rng, model, n = generator("fit" + name), build(), 11
    weights = setWeights(model, rng)
    x = [numbers(rng, (n, *tensor.shape[1:])) for tensor in model.inputs]
    y = [np.eye(3, dtype="float32")[rng.integers(0, 3, n)] if kind == "onehot" else numbers(rng, (n, 1)) for kind in targets]
    model.compile(optimizer=optimizer, **arguments)
    # Sample weights and validation data are drawn here: an option says how many arrays of them there are.
    passed, written = dict(options), dict(options)
    if "sample_weight" in options:
        drawn = [numbers(rng, (n,), 0.2, 2.0) for _ in range(options["sample_weight"])]
        passed["sample_weight"] = drawn if len(drawn) > 1 else drawn[0]
        written["sample_weight"] = [array(w) for w in drawn]
    if passed.pop("validation", False):
        drawn = numbers(rng, (7, *x[0].shape[1:])), np.eye(3, dtype="float32")[rng.integers(0, 3, 7)], numbers(rng, (7,), 0.2, 2.0)
        passed["validation_data"] = drawn
        written["validation"] = [array(v) for v in drawn]
    history = model.fit(x if len(x) > 1 else x[0], y if len(y) > 1 else y[0], batch_size=4, epochs=3, shuffle=False,
                        verbose=0, **passed)
    return {"name": name, "model": architecture(model),
           "optimizer": optimizer, "compile": arguments, "fit": written, "batch_size": 4, "epochs": 3,
           "weights": [array(w) for w in weights], "x": [array(v) for v in x], "y": [array(v) for v in y],
           "history": {k: [shortest(v) for v in values] for k, values in history.history.items()},
           "trained": [array(w) for w in model.get_weights()]}


# ---- regularisers and constraints: a few steps of training


def stack(*made):
    def build():
        x = y = Input((4,), name="x")
        for layer in made:
            y = layer()(y)
        return Model(x, layers.Dense(3, activation="softmax")(y))
    return build


def convolutional(R, C):
    def build():
        x = Input((5, 5, 2), name="x")
        y = layers.Conv2D(4, 3, kernel_regularizer=R.L1L2(0.02, 0.03), bias_regularizer="l1", kernel_constraint=C.MaxNorm(0.8, axis=[0, 1, 2]),
                     bias_constraint="non_neg")(x)
        y = layers.BatchNormalization(gamma_regularizer="l2", beta_regularizer=R.L1(0.05), gamma_constraint=C.NonNeg(),
                                 beta_constraint=C.MinMaxNorm(0.1, 0.5, rate=0.5))(y)
        y = layers.DepthwiseConv2D(2, depthwise_regularizer=R.L2(0.1), depthwise_constraint=C.UnitNorm(axis=[0, 1]), activity_regularizer="l2")(y)
        y = layers.SeparableConv2D(3, 2, depthwise_regularizer="l1", pointwise_regularizer="l2", pointwise_constraint="max_norm",
                              depthwise_constraint=C.MinMaxNorm(0.2, 0.9, axis=(0, 1)))(y)
        return Model(x, layers.Dense(3, activation="softmax")(layers.Flatten()(y)))
    return build


def shared(R):
    def build():
        left, right = Input((4,), name="left"), Input((4,), name="right")
        inner = Input((4,), name="inner")
        block = Model(inner, layers.Dense(4, activation="tanh", kernel_regularizer="l2", activity_regularizer=R.L1(0.1))(inner), name="block")
        y = layers.concatenate([block(left), block(right)])
        return Model([left, right], [layers.Dense(1, name="age", kernel_regularizer=R.L2(0.5))(y),
                                     layers.Dense(3, activation="softmax", name="kind")(y)])
    return build


def regularizationCases():
    R, C = keras.regularizers, keras.constraints
    one = dict(loss="categorical_crossentropy", metrics=["accuracy"])
    frozen = lambda: layers.Dense(4, kernel_regularizer="l2", bias_regularizer="l1", activity_regularizer=R.L2(0.3), trainable=False)
    for name, build, optimizer, arguments, targets, options in (
            ("dense_l2", stack(lambda: layers.Dense(5, kernel_regularizer="l2", bias_regularizer=R.L1(0.1))), "sgd", one, ["onehot"],
             dict(validation_split=0.25)),
            ("dense_l1_l2", stack(lambda: layers.Dense(5, kernel_regularizer=R.L1L2(0.1, 0.2))), "sgd", one, ["onehot"], {}),
            ("activity", stack(lambda: layers.Dense(5, activity_regularizer=R.L1L2(0.1, 0.2)),
                               lambda: layers.Activation("relu", activity_regularizer="l2")), "sgd", one, ["onehot"],
             dict(validation_split=0.25)),
            ("max_norm", stack(lambda: layers.Dense(5, kernel_constraint=C.MaxNorm(0.5), bias_constraint=C.MaxNorm(0.1))), "adam", one,
             ["onehot"], {}),
            ("non_neg", stack(lambda: layers.Dense(5, kernel_constraint="non_neg", bias_constraint="non_neg")), "rmsprop", one, ["onehot"], {}),
            ("unit_norm", stack(lambda: layers.Dense(5, kernel_constraint=C.UnitNorm(axis=1))), "sgd", one, ["onehot"], {}),
            ("min_max_norm", stack(lambda: layers.Dense(5, kernel_constraint=C.MinMaxNorm(0.3, 0.6, rate=0.25, axis=[0, 1]))), "sgd", one,
             ["onehot"], {}),
            ("frozen_penalties", stack(frozen), "sgd", one, ["onehot"], {}),
            ("convolutional", convolutional(R, C), "adam", one, ["onehot"], dict(validation_split=0.25)),
            ("shared_two_outputs", shared(R), "sgd",
             dict(loss=["mse", "categorical_crossentropy"], loss_weights=[0.25, 2.0]), ["scalar", "onehot"],
             dict(validation_split=0.25))):
        yield fitCase(name, build, optimizer, arguments, targets, options)


# ---- data: labels as rows, sequences of one length, normalized numbers


def preprocessingCases():
    rng = generator("preprocessing")
    for name, labels, classes in (("one_column", [[2], [0], [3]], None), ("flat", [1, 1, 0], 4), ("steps", [[0, 2], [1, 1]], 3)):
        yield {"name": "categorical_" + name, "labels": array(labels), "classes": classes,
               "result": array(keras.utils.to_categorical(labels, classes))}
    sequences = [list(map(int, rng.integers(1, 99, length))) for length in (3, 0, 7, 1, 5)]
    for name, options in (("longest", {}), ("pre", {"maxlen": 4}), ("post", {"maxlen": 4, "padding": "post", "truncating": "post"}),
                          ("mixed", {"maxlen": 5, "padding": "post", "value": 7.0}),
                          ("other", {"maxlen": 9, "truncating": "post", "value": -1.0})):
        yield {"name": "sequences_" + name, "sequences": sequences, "options": options,
               "result": array(keras.utils.pad_sequences(sequences, **options))}
    for name, shape, axes in (("features", (9, 4), [0]), ("channels", (3, 4, 5, 2), [0, 1, 2])):
        train, test = numbers(rng, shape, -3, 5), numbers(rng, (2, *shape[1:]), -3, 5)
        layer = layers.Normalization(axis=-1)
        layer.adapt(train)
        yield {"name": "normalized_" + name, "train": array(train), "test": array(test), "axes": axes,
               "result": array(layer(test))}


# ---- what the model prints and writes


def summaryCases():
    def mlp():
        x = Input((64,))
        y = layers.Dense(32, activation="relu")(layers.Dense(32, activation="relu")(x))
        return Model(x, layers.Dense(10, activation="softmax")(y))

    for name, build in (("mlp", mlp), ("residual", residual), ("sequential", sequential),
                        ("shared_and_nested", sharedAndNested), ("two_outputs", twoOutputs)):
        keras.utils.clear_session()
        model, lines = build(), []
        model.summary(print_fn=lines.append)
        yield {"name": name, "model": architecture(model), "summary": "\n".join(lines)}


# ---- stateful layers: what is called one after the other


def statefulCases():
    for name, options in (("one", {}), ("sequences_backwards", {"return_sequences": True, "go_backwards": True})):
        keras.utils.clear_session()
        rng = generator("stateful_" + name)
        x = Input(batch_shape=(2, None, 3))
        model = Model(x, layers.Dense(2)(layers.LSTM(4, stateful=True, **options)(x)))
        case = {"name": "stateful_" + name, "model": architecture(model), "weights": [array(w) for w in setWeights(model, rng)], "steps": []}
        model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
        for call in ("predict", "predict", "fit", "evaluate", "reset", "predict"):
            if call == "reset":
                model.layers[1].reset_state()
                case["steps"].append({"call": call})
                continue
            inputs = numbers(rng, (4, 5, 3))  # two batches
            step = {"call": call, "x": array(inputs)}
            if call == "predict":
                step["outputs"] = array(model.predict(inputs, batch_size=2, verbose=0))
            else:
                targets = numbers(rng, (4, *model.output_shape[1:-1], 2) if "return_sequences" not in options else (4, 5, 2))
                step["y"] = array(targets)
                if call == "fit":
                    history = model.fit(inputs, targets, batch_size=2, epochs=2, shuffle=False, verbose=0)
                    step["losses"] = [float(v) for v in history.history["loss"]]
                else:
                    step["loss"] = float(model.evaluate(inputs, targets, batch_size=2, verbose=0))
            case["steps"].append(step)
        case["trained"] = [array(w) for w in model.get_weights()]
        yield case


# ---- masks: what merging layers make of them, losses and metrics under them


def maskCases():
    def merged(kind, masked):
        def build():
            a, b = Input((None,), dtype="int32"), Input((None,), dtype="int32")
            x = layers.Embedding(5, 3, mask_zero=True)(a)
            y = layers.Embedding(5, 3, mask_zero=masked)(b)
            return Model([a, b], layers.Dense(2)(getattr(layers, kind)()([x, y])))
        return build

    def sequence():
        a = Input((None,), dtype="int32")
        return Model(a, layers.Dense(2)(layers.LSTM(3, return_sequences=True)(layers.Embedding(5, 3, mask_zero=True)(a))))

    builds = {"sequence": sequence}
    for kind in ("Multiply", "Maximum", "Minimum", "Add", "Average"):
        builds[f"{kind.lower()}_both_masked"] = merged(kind, True)
        builds[f"{kind.lower()}_one_masked"] = merged(kind, False)
    for name, build in builds.items():
        keras.utils.clear_session()
        rng, model = generator("masks_" + name), build()
        weights = setWeights(model, rng)
        x = [rng.integers(0, 5, (6, 4)).astype("int32") for _ in model.inputs]
        y = numbers(rng, (6, 4, 2))
        outputs = model(x if len(x) > 1 else x[0], training=False)
        model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse", metrics=["mae"], weighted_metrics=["mse"])
        history = model.fit(x if len(x) > 1 else x[0], y, batch_size=3, epochs=2, shuffle=False, verbose=0)
        yield {"name": "masks_" + name, "model": architecture(model), "weights": [array(w) for w in weights],
               "x": [array(v) for v in x], "y": array(y), "outputs": array(outputs),
               "history": {k: [shortest(v) for v in values] for k, values in history.history.items()},
               "trained": [array(w) for w in model.get_weights()]}


if __name__ == "__main__":
    os.makedirs(FOLDER, exist_ok=True)
    files = {"layers": layerCases, "gradients": gradientCases, "losses": lossCases, "optimizers": optimizerCases,
             "fit": fitCases, "regularizations": regularizationCases, "preprocessing": preprocessingCases,
             "stateful": statefulCases, "masks": maskCases, "summaries": summaryCases}
    for file in sys.argv[1:] or files:
        write(file, list(files[file]()))
