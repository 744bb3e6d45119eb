#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the golden files of single layers in data/ with real Keras: pip install keras jax; python3 golden_layers.py [FILE...]

On JAX, which computes every option on any machine (TensorFlow's kernels for the CPU know neither groups nor channels
first). Each case holds a layer behind a Dense on each input: the results in inference, and the weights after one step of
plain gradient descent, in which the gradients of the layer's weights and of its inputs both show.
"""
import os
import sys

os.environ["KERAS_BACKEND"] = "jax"

from golden import architecture, array, generator, keras, layers as L, numbers, np, setWeights, shortest, write  # noqa: E402
from keras import Input, Model  # noqa: E402

unknown = {0: 5, 1: 6}  # what stands for None, by position behind the batch


def case(name, shapes, make, prepare=None, span=1.5):
    """A layer (or a function of tensors) on inputs of these shapes. prepare(weights) may change the Dense's."""
    keras.utils.clear_session()
    shapes = shapes if isinstance(shapes, list) else [shapes]
    inputs = [Input(shape, name=f"x{i}") for i, shape in enumerate(shapes)]
    # A Dense needs a known last axis.
    before = [L.Dense(shape[-1])(x) if shape[-1] else x for x, shape in zip(inputs, shapes)]
    layer = make()
    one = len(shapes) == 1
    model = Model(inputs[0] if one else inputs, layer(before[0] if one else before))
    rng = generator(name)
    weights = setWeights(model, rng)
    if prepare:
        prepare(weights)
        model.set_weights(weights)
    written = architecture(model)
    x = [numbers(rng, [2] + [size or unknown[i] for i, size in enumerate(shape)], -span, span) for shape in shapes]
    given = x[0] if one else x
    outputs = np.asarray(model(given, training=False))
    y = numbers(rng, outputs.shape)
    model.compile(optimizer=keras.optimizers.SGD(0.5), loss="mse")
    loss = model.train_on_batch(given, y)
    return {"name": name, "model": written, "weights": [array(w) for w in weights], "inputs": [array(v) for v in x],
            "outputs": [array(outputs)], "y": array(y), "loss": shortest(loss),
            "trained": [array(w) for w in model.get_weights()]}


def text(value):
    return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)


def recurrent():
    """Behind an Embedding where there are masks (token 0 is padding), behind a Dense where not."""
    def sequence(name, layer, masked=False, time=5, batch=3, after=None, states=False, known=False):
        keras.utils.clear_session()
        rng = generator(name)
        x = Input((time if known else None,), dtype="int32", name="tokens") if masked else Input((None, 4), name="x")
        inputs, given = [x], []
        if masked:
            tokens = rng.integers(1, 6, (batch, time))
            tokens[0, time - 2:] = 0  # padded behind,
            tokens[1, :2] = 0         # in front,
            tokens[2, 1] = 0          # in between
            given.append(tokens.astype("float32"))
            value = L.Embedding(6, 4, mask_zero=True)(x)
        else:
            given.append(numbers(rng, (batch, time, 4)))
            value = L.Dense(4)(x)
        state = []
        if states:
            for s in "hc":
                inputs.append(Input((3,), name=s))
                given.append(numbers(rng, (batch, 3)))
                state.append(inputs[-1])
        out = layer(value, initial_state=state) if states else layer(value)
        out = list(out) if isinstance(out, (list, tuple)) else [out]
        if after:
            out = [after(out[0])]
        model = Model(inputs, out)
        weights = setWeights(model, rng)
        written = architecture(model)
        fed = [v.astype("int32") if masked and i == 0 else v for i, v in enumerate(given)]
        outputs = [np.asarray(v) for v in (lambda r: r if isinstance(r, (list, tuple)) else [r])(model(fed, training=False))]
        case = {"name": name, "model": written, "weights": [array(w) for w in weights], "inputs": [array(v) for v in given],
                "outputs": [array(v) for v in outputs]}
        if len(out) == 1:
            y = numbers(rng, outputs[0].shape)
            model.compile(optimizer=keras.optimizers.SGD(0.5), loss="mse")
            case["y"] = array(y)
            case["loss"] = shortest(model.train_on_batch(fed, y))
            case["trained"] = [array(w) for w in model.get_weights()]
        return case

    yield sequence("embedding", lambda x: x, masked=True, after=lambda x: L.Dense(2)(x))
    for sequences in (False, True):
        for backwards in (False, True):
            for masked in (False, True):
                yield sequence(f"lstm_sequences_{sequences}_backwards_{backwards}_masked_{masked}".lower(),
                               L.LSTM(3, return_sequences=sequences, go_backwards=backwards), masked)
            yield sequence(f"lstm_states_sequences_{sequences}_backwards_{backwards}".lower(),
                           L.LSTM(3, return_sequences=sequences, go_backwards=backwards, return_state=True), masked=True)
            yield sequence(f"lstm_initial_state_sequences_{sequences}_backwards_{backwards}".lower(),
                           L.LSTM(3, return_sequences=sequences, go_backwards=backwards), states=True)
    yield sequence("lstm_zero_output_for_mask", L.LSTM(3, return_sequences=True, zero_output_for_mask=True), masked=True)
    yield sequence("lstm_zero_output_of_the_last_step", L.LSTM(3, zero_output_for_mask=True), masked=True)
    yield sequence("lstm_zero_output_backwards", L.LSTM(3, zero_output_for_mask=True, go_backwards=True), masked=True)
    yield sequence("lstm_activations", L.LSTM(3, activation="relu", recurrent_activation="hard_sigmoid", unit_forget_bias=False))
    yield sequence("lstm_without_bias", L.LSTM(3, use_bias=False))
    yield sequence("lstm_one_unit_one_step", L.LSTM(1), time=1)
    yield sequence("lstm_sixty_steps", L.LSTM(7), time=60)
    yield sequence("lstm_regularized", L.LSTM(3, kernel_regularizer="l2", recurrent_regularizer="l1", bias_regularizer="l2",
                                              recurrent_constraint="unit_norm"))
    yield sequence("lstm_stacked", lambda x: L.LSTM(3)(L.LSTM(5, return_sequences=True)(x)), masked=True)
    yield sequence("lstm_then_dense", L.LSTM(3, return_sequences=True), masked=True, after=lambda x: L.Dense(2, activation="tanh")(x))
    shared = L.LSTM(3)
    yield sequence("lstm_twice", lambda x: L.concatenate([shared(x), shared(L.Dense(4)(x))]))
    yield sequence("masked_average", lambda x: L.GlobalAveragePooling1D()(L.Dropout(0.0)(x)), masked=True)
    yield sequence("masked_normalization", lambda x: L.LSTM(3)(L.BatchNormalization()(x)), masked=True)
    yield sequence("masked_normalization_axis", lambda x: L.Dense(2)(L.BatchNormalization(axis=1, momentum=0.7)(x)), masked=True,
                   known=True)
    yield sequence("masked_renormalization", lambda x: L.Dense(2)(L.BatchNormalization(renorm=True, momentum=0.7)(x)), masked=True)
    yield sequence("lstm_unrolled", L.LSTM(3, unroll=True, return_sequences=True), masked=True, known=True)
    yield sequence("masked_merge", lambda x: L.LSTM(3)(L.add([L.Dense(4)(x), x])), masked=True)
    yield sequence("masked_concatenation", lambda x: L.LSTM(3)(L.concatenate([L.Dense(2)(x), x])), masked=True)


def convolutions():
    for padding in ("valid", "same", "causal"):
        for n, k, s, d in ((7, 3, 1, 1), (8, 3, 2, 1), (7, 4, 2, 1), (5, 2, 1, 1), (9, 2, 4, 1), (9, 3, 1, 2), (6, 1, 2, 1)):
            yield case(f"conv1d_{padding}_{n}_kernel_{k}_strides_{s}_dilation_{d}", (n, 3),
                       lambda: L.Conv1D(4, k, strides=s, padding=padding, dilation_rate=d))
    yield case("conv1d_groups", (6, 4), lambda: L.Conv1D(6, 3, groups=2, padding="same", activation="relu"))
    yield case("conv1d_one_channel", (6, 1), lambda: L.Conv1D(1, 2, use_bias=False))
    yield case("conv1d_unknown_time", (None, 2), lambda: L.Conv1D(3, 2, strides=2, padding="same"))
    yield case("conv1d_channels_first", (3, 7), lambda: L.Conv1D(4, 3, padding="causal", data_format="channels_first"))

    for padding in ("valid", "same"):
        for size, k, s, d in (((7, 6), 3, 1, 2), ((8, 5), (2, 3), 1, (2, 1)), ((9, 8), (3, 2), 1, 3), ((5, 7), 2, 3, 1),
                              ((6, 5), (4, 2), (2, 1), 1)):
            yield case(f"conv2d_{padding}_{text(size)}_kernel_{text(k)}_strides_{text(s)}_dilation_{text(d)}", (*size, 2),
                       lambda: L.Conv2D(3, k, strides=s, padding=padding, dilation_rate=d))
        for groups in (2, 4):
            yield case(f"conv2d_{padding}_groups_{groups}", (5, 6, 4),
                       lambda: L.Conv2D(8, (2, 3), strides=2, padding=padding, groups=groups))
        for k, s, d, groups in ((3, 1, 1, 1), (2, 2, 1, 1), (3, 1, 2, 1), (3, 2, 1, 2)):
            yield case(f"conv2d_channels_first_{padding}_kernel_{k}_strides_{s}_dilation_{d}_groups_{groups}", (4, 7, 6),
                       lambda: L.Conv2D(6, k, strides=s, padding=padding, dilation_rate=d, groups=groups,
                                        data_format="channels_first"))
    yield case("conv2d_one_channel", (5, 4, 1), lambda: L.Conv2D(1, 3, padding="same"))
    yield case("conv2d_channels_first_softmax", (2, 4, 5), lambda: L.Conv2D(3, 2, activation="softmax", data_format="channels_first"))

    for padding in ("valid", "same"):
        for size, k, s, d, m in (((6, 7), 3, 1, 1, 1), ((7, 6), 3, 2, 1, 2), ((5, 6), (2, 4), 1, 1, 3), ((8, 7), 3, 1, 2, 1),
                                 ((7, 7), 2, 3, 1, 1), ((6, 8), (3, 2), (1, 2), 1, 2)):
            yield case(f"depthwise_conv2d_{padding}_{text(size)}_kernel_{text(k)}_strides_{text(s)}_dilation_{d}_multiplier_{m}",
                       (*size, 3), lambda: L.DepthwiseConv2D(k, strides=s, padding=padding, dilation_rate=d, depth_multiplier=m))
        for size, k, s, d, m in (((6, 7), 3, 1, 1, 1), ((7, 6), 2, 2, 1, 2), ((8, 7), 3, 1, 2, 1)):
            yield case(f"separable_conv2d_{padding}_{text(size)}_kernel_{text(k)}_strides_{text(s)}_dilation_{d}_multiplier_{m}",
                       (*size, 3), lambda: L.SeparableConv2D(4, k, strides=s, padding=padding, dilation_rate=d, depth_multiplier=m))
    for name, kind in (("depthwise_conv2d", lambda **o: L.DepthwiseConv2D(3, **o)),
                       ("separable_conv2d", lambda **o: L.SeparableConv2D(4, 3, **o))):
        yield case(name + "_one_channel", (5, 5, 1), lambda: kind(padding="same"))
        yield case(name + "_relu6_without_bias", (5, 5, 2), lambda: kind(use_bias=False, activation="relu6"))
        yield case(name + "_unknown_size", (None, None, 3), lambda: kind(padding="same", strides=2))
        yield case(name + "_channels_first", (3, 6, 5), lambda: kind(padding="same", depth_multiplier=2, data_format="channels_first"))


def pools():
    for padding in ("valid", "same"):
        for kind in ("Max", "Average"):
            for n, pool, s in ((7, 2, None), (8, 3, 2), (7, 2, 3), (6, 3, 1)):
                yield case(f"{kind.lower()}_pooling1d_{padding}_{n}_{pool}_{s}", (n, 3),
                           lambda: getattr(L, kind + "Pooling1D")(pool, strides=s, padding=padding))
            for size, pool, s in (((7, 7), 2, 3), ((5, 6), (2, 4), (1, 2)), ((9, 7), (3, 1), None)):
                yield case(f"{kind.lower()}_pooling2d_{padding}_{text(size)}_{text(pool)}_{text(s)}", (*size, 2),
                           lambda: getattr(L, kind + "Pooling2D")(pool, strides=s, padding=padding))
            yield case(f"{kind.lower()}_pooling1d_{padding}_channels_first", (3, 7),
                       lambda: getattr(L, kind + "Pooling1D")(3, strides=2, padding=padding, data_format="channels_first"))
            yield case(f"{kind.lower()}_pooling2d_{padding}_channels_first", (2, 7, 6),
                       lambda: getattr(L, kind + "Pooling2D")(3, strides=2, padding=padding, data_format="channels_first"))
    yield case("max_pooling2d_unknown_size", (None, None, 2), lambda: L.MaxPooling2D(3, strides=2, padding="same"))
    yield case("average_pooling1d_unknown_size", (None, 2), lambda: L.AveragePooling1D(2))
    for kind in ("Max", "Average"):
        for format in ("channels_last", "channels_first"):
            for keepdims in (False, True):
                for d, shape in ((1, (4, 3)), (2, (3, 4, 5))):
                    yield case(f"global_{kind.lower()}_pooling{d}d_{format}_{keepdims}", shape,
                               lambda: getattr(L, f"Global{kind}Pooling{d}D")(data_format=format, keepdims=keepdims))
        yield case(f"global_{kind.lower()}_pooling1d_unknown_time", (None, 3), lambda: getattr(L, f"Global{kind}Pooling1D")())
        yield case(f"global_{kind.lower()}_pooling2d_unknown_size", (None, None, 3), lambda: getattr(L, f"Global{kind}Pooling2D")())


def merges():
    yield case("concatenate_one", (2, 3), lambda: lambda x: L.Concatenate()([x]))
    yield case("add_one", (2, 3), lambda: lambda x: L.Add()([x]))
    for kind in (L.Add, L.Subtract, L.Multiply, L.Average, L.Maximum, L.Minimum):
        name = kind.__name__.lower()
        yield case(name, [(4,), (4,)], kind)
        if kind is not L.Subtract:
            yield case(name + "_three", [(2, 3), (2, 3), (2, 3)], kind)
        yield case(name + "_broadcast", [(3, 4), (1, 4)], kind)
        yield case(name + "_lower_rank", [(4,), (2, 3, 4)], kind)
    yield case("multiply_channels", [(3, 4, 2), (1, 1, 2)], L.Multiply)
    yield case("concatenate", [(2, 3), (2, 4)], L.Concatenate)
    yield case("concatenate_axis", [(2, 3, 4), (2, 1, 4), (2, 2, 4)], lambda: L.Concatenate(axis=2))
    yield case("concatenate_negative_axis", [(2, 3), (4, 3)], lambda: L.Concatenate(axis=-2))
    for axes, a, b in ((1, (4,), (4,)), (-1, (4,), (4,)), (2, (3, 4), (5, 4)), (1, (3, 4), (3, 5)), ((1, 2), (3, 4), (5, 3)),
                       ((2, 1), (3, 4), (4,)), ((1, 2), (4,), (3, 4)), ((3, 1), (2, 3, 4), (4, 5)), ((2, 3), (2, 3, 4), (2, 5, 3))):
        for normalize in (False, True):
            yield case(f"dot_{text(axes)}_{text(a)}_{text(b)}_{normalize}", [a, b], lambda: L.Dot(axes=axes, normalize=normalize))
    yield case("dot_unknown_time", [(None, 3), (None, 3)], lambda: L.Dot(axes=2))
    yield case("dot_over_unknown_time", [(None, 3), (None, 4)], lambda: L.Dot(axes=1))


def shapes():
    yield case("zero_padding1d", (3, 2), lambda: L.ZeroPadding1D(2))
    yield case("zero_padding1d_uneven", (3, 2), lambda: L.ZeroPadding1D((0, 3)))
    yield case("zero_padding1d_channels_first", (2, 3), lambda: L.ZeroPadding1D((1, 2), data_format="channels_first"))
    yield case("zero_padding2d", (3, 4, 2), lambda: L.ZeroPadding2D())
    yield case("zero_padding2d_uneven", (3, 4, 2), lambda: L.ZeroPadding2D(((0, 1), (2, 3))))
    yield case("zero_padding2d_pair", (3, 4, 2), lambda: L.ZeroPadding2D((1, 0)))
    yield case("zero_padding2d_unknown_size", (None, None, 2), lambda: L.ZeroPadding2D(((0, 1), (1, 2))))
    yield case("zero_padding2d_channels_first", (2, 3, 4), lambda: L.ZeroPadding2D(((0, 1), (2, 3)), data_format="channels_first"))
    yield case("flatten_channels_first", (2, 3, 4), lambda: L.Flatten(data_format="channels_first"))
    yield case("reshape_to_one_axis", (2, 3), lambda: L.Reshape((-1,)))
    yield case("softmax_axis", (3, 4, 2), lambda: L.Softmax(axis=-2))


def normalizations():
    for axis, shape in ((1, (3, 4, 5)), (2, (3, 4, 5)), (-2, (3, 4, 5)), (1, (3, 4)), (1, (4,)), (-1, (3, 4))):
        yield case(f"batch_normalization_{axis}_{text(shape)}", shape, lambda: L.BatchNormalization(axis=axis, momentum=0.7))
    yield case("batch_normalization_axis_without_center", (3, 4), lambda: L.BatchNormalization(axis=1, center=False))
    yield case("batch_normalization_axis_without_scale", (3, 4), lambda: L.BatchNormalization(axis=1, scale=False, epsilon=0.1))
    yield case("batch_normalization_unknown_size", (None, None, 3), lambda: L.BatchNormalization())


def renormalizations():
    for name, options in (("renorm", {}), ("renorm_clipped", dict(renorm_clipping={"rmax": 1.1, "rmin": 0.9, "dmax": 0.1})),
                          ("renorm_rmax", dict(renorm_clipping={"rmax": 0.8}, axis=1)),
                          ("renorm_without_scale", dict(scale=False)), ("renorm_without_center", dict(center=False))):
        yield case("batch_normalization_" + name, (3, 4),
                   lambda: L.BatchNormalization(renorm=True, momentum=0.7, renorm_momentum=0.6, **options))


smooth = ("celu", "elu", "exponential", "log_sigmoid", "mish", "sigmoid", "silu", "softplus", "softsign", "squareplus", "tanh",
          "tanh_shrink")
edged = ("hard_shrink", "hard_sigmoid", "hard_silu", "hard_tanh", "leaky_relu", "linear", "relu", "relu6", "selu", "soft_shrink",
         "sparse_plus", "sparse_sigmoid")


def activations():
    def atZero(weights):
        """The first two numbers are exactly 0 for every sample."""
        weights[0][:, :2] = 0
        weights[1][:2] = 0

    for name in smooth + edged + ("softmax", "log_softmax"):
        yield case(f"activation_{name}", (12,), lambda: L.Activation(name), prepare=atZero if name in smooth + ("relu",) else None,
                   span=4)
    yield case("log_softmax_rank3", (3, 4), lambda: L.Activation("log_softmax"))
    for name, options in (("max", dict(max_value=1.0)), ("six", dict(max_value=6.0)), ("slope", dict(negative_slope=0.3)),
                          ("threshold", dict(threshold=0.5)), ("slope_max", dict(negative_slope=0.3, max_value=0.5)),
                          ("slope_threshold", dict(negative_slope=0.3, threshold=0.4)), ("max_threshold", dict(max_value=1, threshold=0.4)),
                          ("all", dict(max_value=1, negative_slope=0.1, threshold=0.2))):
        yield case(f"re_lu_{name}", (12,), lambda: L.ReLU(**options), span=3)


FILES = {"convolutions": convolutions, "pools": pools, "merges": merges, "shapes": shapes, "normalizations": lambda: [*normalizations(), *renormalizations()],
         "activations": activations, "recurrent": recurrent}

if __name__ == "__main__":
    for name in sys.argv[1:] or FILES:
        write(name, list(FILES[name]()))
