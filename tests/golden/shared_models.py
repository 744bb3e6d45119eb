# SPDX-License-Identifier: Apache-2.0
"""Models with layers and models in several places, which Keras 3.15's own files keep only in part: .keras names a layer that
comes again by shared_object_id, but loses the first one's where that lies in a model that is written before (get_config returns
a copy), stores its weights once, and refers to calls by their number in all models. See files.py and keras_roundtrip.py."""
from keras import Input, Model, Sequential, layers


def layerInside():
    """In the model and in one inside it."""
    dense = layers.Dense(3, activation="tanh", name="d")
    a, x = Input((3,), name="a"), Input((3,), name="x")
    inner = Model(a, dense(a), name="inner")
    return Model(x, layers.Dense(2, name="out")(layers.Add(name="sum")([inner(x), dense(x)])), name="layer_inside")


def layerBefore():
    """The same, but written first outside: both entries have the id."""
    dense = layers.Dense(3, activation="tanh", name="d")
    a, x = Input((3,), name="a"), Input((3,), name="x")
    inner = Model(a, dense(a), name="inner")
    return Model(x, layers.Dense(2, name="out")(inner(dense(x))), name="layer_before")


def encoder():
    """A model in two models."""
    a, l, r, x = (Input((3,), name=name) for name in "alrx")
    part = Model(a, layers.BatchNormalization(momentum=0.9, name="bn")(layers.Dense(3, name="dense")(a)), name="enc")
    left = Model(l, layers.Dense(2, activation="tanh", name="ld")(part(l)), name="left")
    right = Model(r, layers.Dense(2, name="rd")(part(r)), name="right")
    return Model(x, layers.Add(name="sum")([left(x), right(x)]), name="encoder")


def threeDeep():
    """A layer on three levels, a model on two. Keras does not load the older format either."""
    dense = layers.Dense(3, activation="tanh", name="d")
    a, b, c = (Input((3,), name=name) for name in "abc")
    one = Model(a, dense(a), name="one")
    two = Model(b, layers.Add(name="s2")([one(b), dense(b)]), name="two")
    return Model(c, layers.Dense(2, name="out")(layers.Add(name="s3")([two(c), dense(c), one(c)])), name="three_deep")


def sequentials():
    """Layers that Sequentials share: the only case that Keras loads, shared."""
    dense = layers.Dense(3, activation="tanh", name="d")
    return Sequential([Input((3,), name="i"), dense, Sequential([Input((3,), name="j"), dense], name="in"),
                       layers.Dense(2, name="out")], name="sequentials")


def sequentialInTwo():
    part = Sequential([Input((3,), name="i"), layers.Dense(3, name="q")], name="s")
    l, r, x = (Input((3,), name=name) for name in "lrx")
    left = Model(l, layers.Dense(2, activation="tanh", name="ld")(part(l)), name="left")
    right = Model(r, layers.Dense(2, name="rd")(part(r)), name="right")
    return Model(x, layers.Add(name="sum")([left(x), right(x)]), name="sequential_in_two")


def stateless():
    """Keras makes copies of the layer, which nothing tells from it."""
    relu = layers.ReLU(name="r")
    a, x = Input((3,), name="a"), Input((3,), name="x")
    inner = Model(a, relu(layers.Dense(3, name="k")(a)), name="inner")
    return Model(x, layers.Dense(2, name="out")(relu(inner(x))), name="stateless")


def cut():
    """Models that are parts of one graph."""
    x, z = Input((3,), name="x"), Input((3,), name="z")
    h = layers.Dense(3, activation="tanh", name="h")(x)
    whole, head = Model(x, layers.Dense(3, name="o")(h), name="whole"), Model(x, h, name="head")
    return Model(z, layers.Dense(2, name="out")(layers.Concatenate(name="both")([whole(z), head(z)])), name="cut")


def lookalikes():
    """Not in MODELS: the file does not say which of two layers of one name and the same options comes again."""
    first, second = layers.Dense(3, name="d"), layers.Dense(3, name="d")
    a, b, x = (Input((3,), name=name) for name in "abx")
    left, right = Model(a, first(a), name="left"), Model(b, second(b), name="right")
    return Model(x, second(right(left(x))), name="lookalikes")


MODELS = [layerInside, layerBefore, encoder, threeDeep, sequentials, sequentialInTwo, stateless, cut]
