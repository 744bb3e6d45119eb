#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Twenty training steps of every model of the source document, in Tenon and in Keras: pip install keras tensorflow-cpu jax

  python3 keras_steps.py OUT [--build build] [NAME...]

Keras makes a compiled .keras file and the batches, and takes the steps in float32 and in float64 from the same weights;
bin/keras_steps takes them with the compiled training step. Per model the losses and every weight must be no further from
float64 Keras than twice what float32 Keras is, or 1e-5 of the tensor's largest magnitude. The widths are the document's, with
vocabularies of 1,000 and small images. --control also holds float32 Keras to this measure that sees the rows of each batch in
reverse order, the same sums in another order: where that is beyond, so small a distance says nothing.

Keras on JAX where Keras on TensorFlow does not follow the gradient: targets that do not sum to 1, and embeddings, whose
gradient rows RMSprop squares on TensorFlow before those of one word are summed. A seed may put two maxima of a pool, or a ReLU
and 0, so close that rounding decides where the gradient goes (imdb with seed 1: two maxima within 5e-7; batch_normalization:
a ReLU of 1.6e-7); from there on two float32 programs part, and another seed is taken.
"""
import argparse
import os
import subprocess
import sys

STEPS = 20
MODELS = {}


def model(batch, backend="tensorflow", seed=1):
    def add(function):
        MODELS[function.__name__] = (function, batch, backend, seed)
        return function
    return add


# Each gives the inputs, the outputs, what compile takes, and the functions that draw inputs and targets.
@model(128, "jax")
def dense(K, rng):
    x = K.Input((64,))
    h = K.layers.Dense(32, "relu")(K.layers.Dense(32, "relu")(x))
    return [x], [K.layers.Dense(10, "softmax")(h)], dict(optimizer="rmsprop", loss="categorical_crossentropy"), \
        [rng.random((64,))], [rng.random((10,))]


@model(32, "jax")
def question_answering(K, rng):
    text, question = K.Input((None,), dtype="int32", name="text"), K.Input((None,), dtype="int32", name="question")
    t = K.layers.LSTM(32)(K.layers.Embedding(1000, 64)(text))
    q = K.layers.LSTM(16)(K.layers.Embedding(1000, 32)(question))
    answer = K.layers.Dense(500, "softmax")(K.layers.concatenate([t, q]))
    return [text, question], [answer], dict(optimizer="rmsprop", loss="categorical_crossentropy"), \
        [rng.words(1000, (100,)), rng.words(1000, (100,))], [rng.classes(500)]


@model(8, "jax")
def posts(K, rng):
    L = K.layers
    text = K.Input((None,), dtype="int32", name="posts")
    x = L.Conv1D(128, 5, activation="relu")(L.Embedding(1000, 256)(text))
    x = L.MaxPooling1D(5)(x)
    x = L.Conv1D(256, 5, activation="relu")(L.Conv1D(256, 5, activation="relu")(x))
    x = L.MaxPooling1D(5)(x)
    x = L.Conv1D(256, 5, activation="relu")(L.Conv1D(256, 5, activation="relu")(x))
    x = L.Dense(128, "relu")(L.GlobalMaxPooling1D()(x))
    outputs = [L.Dense(1, name="age")(x), L.Dense(10, "softmax", name="income")(x), L.Dense(1, "sigmoid", name="gender")(x)]
    settings = dict(optimizer="rmsprop", loss=["mse", "categorical_crossentropy", "binary_crossentropy"], loss_weights=[0.25, 1.0, 10.0])
    return [text], outputs, settings, [rng.words(1000, (300,))], [rng.random((1,)), rng.classes(10), rng.bits()]


@model(4)
def inception_module(K, rng):
    L = K.layers
    x = K.Input((15, 15, 256))
    conv = lambda n, k, y, s=1: L.Conv2D(n, k, strides=s, padding="same", activation="relu")(y)
    branches = [conv(64, 1, x, 2), conv(64, 3, conv(64, 1, x), 2), conv(64, 3, L.AveragePooling2D(3, strides=2, padding="same")(x)),
                conv(64, 3, conv(64, 3, conv(64, 1, x)), 2)]
    return [x], [L.concatenate(branches)], dict(optimizer="rmsprop", loss="mse"), [rng.random((15, 15, 256))], [rng.random((8, 8, 256))]


@model(4)
def inception_v3(K, rng):
    m = K.applications.InceptionV3(weights=None, input_shape=(75, 75, 3), classes=10)
    return m.inputs, m.outputs, dict(optimizer="rmsprop", loss="categorical_crossentropy"), [rng.random((75, 75, 3))], [rng.classes(10)]


@model(4)
def mobilenet_v2(K, rng):
    m = K.applications.MobileNetV2(weights=None, input_shape=(96, 96, 3), classes=10)
    return m.inputs, m.outputs, dict(optimizer="sgd", loss="categorical_crossentropy"), [rng.random((96, 96, 3))], [rng.classes(10)]


@model(4)
def identity_residual(K, rng):
    L = K.layers
    x = K.Input((14, 14, 128))
    y = x
    for _ in range(3):
        y = L.Conv2D(128, 3, activation="relu", padding="same")(y)
    return [x], [L.add([y, x])], dict(optimizer="rmsprop", loss="mse"), [rng.random((14, 14, 128))], [rng.random((14, 14, 128))]


@model(4)
def projected_residual(K, rng):
    L = K.layers
    x = K.Input((14, 14, 64))
    y = L.Conv2D(128, 3, activation="relu", padding="same")(x)
    y = L.MaxPooling2D(2, strides=2)(L.Conv2D(128, 3, activation="relu", padding="same")(y))
    y = L.add([y, L.Conv2D(128, 1, strides=2, padding="same")(x)])
    return [x], [y], dict(optimizer="rmsprop", loss="mse"), [rng.random((14, 14, 64))], [rng.random((7, 7, 128))]


@model(32)
def siamese_lstm(K, rng):
    lstm, a, b = K.layers.LSTM(32), K.Input((None, 128)), K.Input((None, 128))
    y = K.layers.Dense(1, "sigmoid")(K.layers.concatenate([lstm(a), lstm(b)]))
    return [a, b], [y], dict(optimizer="rmsprop", loss="binary_crossentropy"), [rng.random((100, 128)), rng.random((100, 128))], [rng.bits()]


@model(2)
def xception_twice(K, rng):
    base = K.applications.Xception(weights=None, include_top=False)
    a, b = K.Input((71, 71, 3)), K.Input((71, 71, 3))
    y = K.layers.concatenate([base(a), base(b)])
    return [a, b], [y], dict(optimizer="rmsprop", loss="mse"), [rng.random((71, 71, 3)), rng.random((71, 71, 3))], [rng.random(tuple(y.shape[1:]))]


@model(32, "jax", seed=2)
def imdb(K, rng):
    L = K.layers
    x = K.Input((100,), dtype="int32")
    y = L.Conv1D(32, 7, activation="relu")(L.Embedding(1000, 128)(x))
    y = L.GlobalMaxPooling1D()(L.Conv1D(32, 7, activation="relu")(L.MaxPooling1D(5)(y)))
    return [x], [L.Dense(1, "sigmoid")(y)], dict(optimizer="rmsprop", loss="binary_crossentropy"), [rng.words(1000, (100,))], [rng.bits()]


@model(32, seed=2)
def batch_normalization(K, rng):
    L = K.layers
    x = K.Input((16, 16, 3))
    y = L.Conv2D(32, 3, activation="relu")(x)
    y = L.BatchNormalization(beta_regularizer=K.regularizers.L2(1e-4), gamma_regularizer=K.regularizers.L2(1e-4),
                             beta_constraint=K.constraints.MaxNorm(4), gamma_constraint=K.constraints.NonNeg())(y)
    y = L.BatchNormalization()(L.Dense(32, "relu")(L.Flatten()(y)))
    return [x], [L.Dense(10, "softmax")(y)], dict(optimizer="adam", loss="categorical_crossentropy"), [rng.random((16, 16, 3))], [rng.classes(10)]


@model(8)
def separable_convolutions(K, rng):
    L = K.layers
    x = y = K.Input((64, 64, 3))
    for i, filters in enumerate((32, 64, 64, 128, 64, 128)):
        y = L.SeparableConv2D(filters, 3, activation="relu")(y)
        y = L.MaxPooling2D(2)(y) if i in (1, 3) else y
    y = L.Dense(32, "relu")(L.GlobalAveragePooling2D()(y))
    return [x], [L.Dense(10, "softmax")(y)], dict(optimizer="rmsprop", loss="categorical_crossentropy"), [rng.random((64, 64, 3))], [rng.classes(10)]


class Random:
    """Draws values for all steps at once."""

    def __init__(self, samples, seed):
        import numpy as np
        self.np, self.g, self.n = np, np.random.default_rng(seed), samples

    def random(self, shape):
        return self.g.random((self.n, *shape), dtype="float32")

    def words(self, vocabulary, shape):
        return self.g.integers(1, vocabulary, (self.n, *shape)).astype("int32")

    def classes(self, count):
        return self.np.eye(count, dtype="float32")[self.g.integers(0, count, self.n)]

    def bits(self):
        return self.g.integers(0, 2, (self.n, 1)).astype("float32")


def single(values):
    return values if len(values) > 1 else values[0]


def train(name, folder, kind, otherSeed):
    """In a process of its own: Keras's float type is set once. kind: float32, float64 or control, which is float32 with the
    rows of each batch in reverse order."""
    file, reverse, kind = kind + ".npz", kind == "control", "float64" if kind == "float64" else "float32"
    function, batch, backend, seed = MODELS[name]
    seed = otherSeed or seed
    os.environ.update(CUDA_VISIBLE_DEVICES="-1", TF_CPP_MIN_LOG_LEVEL="3", KERAS_BACKEND=backend)
    if backend == "jax" and kind == "float64":
        import jax
        jax.config.update("jax_enable_x64", True)
    import keras
    import numpy as np
    keras.config.set_floatx(kind)
    keras.config.set_dtype_policy(kind)
    keras.utils.set_random_seed(seed)
    rng = Random(batch * STEPS, seed)
    inputs, outputs, settings, x, y = function(keras, rng)
    network = keras.Model(inputs, outputs)
    network.compile(**settings, jit_compile=False)
    if file == "float32.npz":
        network.save(os.path.join(folder, "model.keras"))
        for letter, values in (("x", x), ("y", y)):
            for i, value in enumerate(values):
                np.save(os.path.join(folder, f"{letter}{i}.npy"), value)
        np.savez(os.path.join(folder, "initial.npz"), *network.get_weights())
    else:
        initial = np.load(os.path.join(folder, "initial.npz"))
        network.set_weights([initial[key].astype(kind) for key in initial.files])
    cast = lambda values: [(v.astype(kind) if v.dtype.kind == "f" else v)[::-1 if reverse else 1] for v in values]
    losses = []
    for step in range(STEPS):
        rows = slice(step * batch, (step + 1) * batch)
        network.reset_metrics()
        score = network.train_on_batch(single(cast([v[rows] for v in x])), single(cast([v[rows] for v in y])))
        losses.append(float(score[0] if isinstance(score, (list, tuple)) else score))
    np.savez(os.path.join(folder, file), np.array(losses), *network.get_weights())


def compare(name, folder, control):
    """The largest distance from float64, as a share of what is allowed, of the losses and of the weights."""
    import numpy as np
    load = lambda path: (lambda data: [data[key].astype("float64") for key in data.files])(np.load(os.path.join(folder, path)))
    exact, keras = load("float64.npz"), load("float32.npz")
    count = len(exact)

    def shares(values):
        result = []
        for a, b, e in zip(values, keras, exact):
            allowed = max(2 * np.abs(b - e).max(), 1e-5 * np.abs(e).max(), 1e-30)
            distance = np.abs(a - e).max()
            result.append((distance if np.isfinite(distance) else np.inf) / allowed)
        return result

    def text(shares):
        worst, beyond = int(np.argmax(shares[1:])), sum(share > 1 for share in shares[1:])
        return (f"losses {shares[0]:6.3f}, weights {max(shares[1:]):6.3f} of what is allowed (tensor {worst} of {count - 1}, "
                f"shape {exact[worst + 1].shape}; {beyond} beyond)")

    tenon = [np.load(os.path.join(folder, "losses.npy")).astype("float64")]
    tenon += [np.load(os.path.join(folder, f"w{i}.npy")).astype("float64") for i in range(count - 1)]
    mine = shares(tenon)
    good = max(mine) <= 1
    print(f"{name:<24} {text(mine)}; loss {exact[0][0]:.4f} to {exact[0][-1]:.4f}  {'good' if good else 'TOO FAR'}", flush=True)
    if control:
        print(f"{'  Keras, rows reversed':<24} {text(shares(load('control.npz')))}", flush=True)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("names", nargs="*", help=", ".join(MODELS))
    parser.add_argument("--build", default="build", help="Tenon's build folder")
    parser.add_argument("--seed", type=int, default=0, help="of weights and batches; by default each model's own")
    parser.add_argument("--control", action="store_true", help="hold Keras with reversed rows to the same measure")
    parser.add_argument("--train", help=argparse.SUPPRESS)
    arguments = parser.parse_intermixed_args()
    if arguments.train:
        return train(arguments.names[0], arguments.out, arguments.train, arguments.seed)
    good = True
    for name in arguments.names or MODELS:
        folder = os.path.join(arguments.out, name)
        os.makedirs(folder, exist_ok=True)
        for kind in ("float32", "float64", "control")[:3 if arguments.control else 2]:
            if not os.path.exists(os.path.join(folder, kind + ".npz")):
                subprocess.run([sys.executable, os.path.abspath(__file__), folder, name, "--train", kind, "--seed", str(arguments.seed)], check=True, stderr=subprocess.DEVNULL)
        subprocess.run([os.path.join(arguments.build, "bin", "keras_steps"), folder, str(MODELS[name][1])], check=True)
        good &= compare(name, folder, arguments.control)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
