#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes data/signatures.json with real Keras: the arguments of the constructor of every layer that Tenon has, in order,
each as [name, default as Python prints it], null for a required one. pip install keras tensorflow-cpu; python3 signatures.py"""
import glob
import inspect
import json
import os
import re

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))


def layers():
    names = {"InputLayer"}
    for path in glob.glob(os.path.join(HERE, "../../frontend/include/tenon/layers/*.h")):
        with open(path, encoding="utf-8") as header:
            names |= {name for name in re.findall(r"\b[A-Z]\w+", header.read()) if hasattr(keras.layers, name)}
    return sorted(names - {"Layer", "Input"})


def arguments(name):
    parameters = list(inspect.signature(getattr(keras.layers, name).__init__).parameters.values())[1:]
    return [[p.name, None if p.default is p.empty else repr(p.default)] for p in parameters if p.kind is not p.VAR_KEYWORD]


with open(os.path.join(HERE, "data", "signatures.json"), "w", encoding="utf-8") as out:
    out.write("{\n" + ",\n".join(f'"{name}":{json.dumps(arguments(name))}' for name in layers()) + "\n}\n")
