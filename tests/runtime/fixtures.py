#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/runtime/data: small files of real formats, and what NumPy, Keras and TensorFlow make of them.

pip install numpy keras tensorflow-cpu; python3 tests/runtime/fixtures.py [PART...]   (parts: npz ...)
"""
import pathlib
import sys

import numpy as np

DATA = pathlib.Path(__file__).parent / "data"


def npz():
    arrays = {
        "x": np.arange(6, dtype="float32").reshape(2, 3),
        "y": np.array([1, -1]),
        "pixels": np.array([0, 255], dtype="uint8"),
        "zeros": np.zeros(500, dtype="int8"),
    }
    np.savez(DATA / "numpy_stored.npz", **arrays)
    np.savez_compressed(DATA / "numpy_deflated.npz", **arrays)
    np.savez_compressed(DATA / "numpy_objects.npz", words=np.array([[1, 2], [3]], dtype=object))


if __name__ == "__main__":
    parts = {name: part for name, part in globals().items() if callable(part) and name[0].islower()}
    DATA.mkdir(exist_ok=True)
    for name in sys.argv[1:] or parts:
        parts[name]()
