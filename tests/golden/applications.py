#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes data/applications.json with real Keras: pip install keras tensorflow-cpu; python3 applications.py

For each network and some of its options: the layers in order with class, number of parameters, output shape and the
CRC-32 of what Keras's JSON says of the layer (keys sorted, no spaces), the sums, and preprocess_input's values.
"""
import json
import os
import zlib

from golden import FOLDER, array, generator

import keras
import numpy as np
from keras import applications

CASES = [
    ("InceptionV3", {}), ("InceptionV3", {"include_top": False}),
    ("InceptionV3", {"include_top": False, "input_shape": (75, 90, 3), "pooling": "max"}),
    ("Xception", {}), ("Xception", {"include_top": False}), ("Xception", {"input_shape": (71, 71, 3), "classes": 7}),
    ("ResNet50", {}), ("ResNet50", {"include_top": False, "pooling": "avg"}),
    ("ResNet50", {"include_top": False, "pooling": "max", "input_shape": (64, 32, 1)}),
    ("MobileNet", {}), ("MobileNet", {"include_top": False, "pooling": "avg"}),
    ("MobileNet", {"alpha": 0.5, "depth_multiplier": 2, "dropout": 0.25, "classes": 10, "input_shape": (96, 128, 3),
                   "classifier_activation": None, "name": "small"}),
    ("MobileNetV2", {}), ("MobileNetV2", {"include_top": False}),
    ("MobileNetV2", {"alpha": 0.35, "input_shape": (96, 97, 3), "classes": 3}),
    ("MobileNetV2", {"alpha": 1.4, "include_top": False, "pooling": "max", "input_shape": (160, 160, 3)}),
]


def canonical(entry):
    """Keras's JSON of a layer without the numbers by which it shares objects, which differ from run to run."""
    if isinstance(entry, dict):
        return {key: canonical(value) for key, value in entry.items() if key != "shared_object_id"}
    return [canonical(item) for item in entry] if isinstance(entry, list) else entry


def checksum(entry):
    return zlib.crc32(json.dumps(canonical(entry), sort_keys=True, separators=(",", ":")).encode())


def case(name, options):
    keras.utils.clear_session()
    model = getattr(applications, name)(weights=None, **options)
    config = json.loads(model.to_json())["config"]
    by_name = {layer.name: layer for layer in model.layers}
    layers = []
    for entry in config["layers"]:
        layer = by_name[entry["name"]]
        layers.append([layer.name, entry["class_name"], layer.count_params(), list(layer.output.shape[1:]), checksum(entry)])
    trainable = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
    return {"network": name, "options": options, "name": model.name, "params": model.count_params(),
            "non_trainable": model.count_params() - trainable, "layers": layers,
            "ends": [config["input_layers"], config["output_layers"]]}


def main():
    cases = [case(*each) for each in CASES]
    images = np.round(generator("images").uniform(0, 255, (2, 2, 2, 3))).astype("float32")
    preprocessed = {mode: array(applications.imagenet_utils.preprocess_input(images.copy(), mode=mode))
                    for mode in ("tf", "caffe", "torch")}
    path = os.path.join(FOLDER, "applications.json")
    with open(path, "w", encoding="utf-8") as out:
        out.write('{"images":' + json.dumps(array(images), separators=(",", ":")) + ',\n"preprocessed":' +
                  json.dumps(preprocessed, separators=(",", ":")) + ',\n"networks":[\n' +
                  ",\n".join(json.dumps(each, separators=(",", ":")) for each in cases) + "\n]}\n")
    print(f"{path}: {len(cases)} networks, {os.path.getsize(path)} bytes")
    for each in cases:
        print(each["network"], each["options"], each["name"], each["params"], len(each["layers"]))


if __name__ == "__main__":
    main()
