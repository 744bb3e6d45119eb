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


def images():
    """A folder of small images in many forms, and what Keras's image_dataset_from_directory makes of them."""
    import io
    import os

    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras
    import tensorflow as tf
    from PIL import Image

    rng = np.random.RandomState(0)
    folder = DATA / "images"
    blob = np.kron(rng.randint(0, 255, (3, 4, 3)), np.ones((4, 4, 1))) + rng.randint(0, 20, (12, 16, 3))
    rgb = np.clip(blob, 0, 255).astype("uint8")
    rgba = np.concatenate([rgb, rng.randint(0, 256, (12, 16, 1)).astype("uint8")], axis=2)
    grey = rgb.mean(axis=2).astype("uint8")

    def save(name, array, mode=None, **options):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        image = Image.fromarray(array) if mode is None else Image.fromarray(array).convert(mode)
        image.save(path, **options)

    save("cats/a.png", rgb)
    save("cats/b.jpg", rgb, quality=90)
    save("cats/deep/grey.png", grey)
    save("cats/palette.png", rgb, "P")
    save("dogs/alpha.png", rgba)
    save("dogs/bits.png", grey, "1")
    save("dogs/grey.JPEG", grey)
    save("dogs/progressive.jpeg", rgb[:9, :11], progressive=True, subsampling=0)
    save("dogs/sixteen.png", (grey.astype("uint16") * 257) + 100)
    save("../cmyk.jpg", rgb, "CMYK", quality=95)
    (folder / "dogs/README.txt").write_text("no image\n")
    out = {}
    for mode in ["rgb", "grayscale"]:
        data = keras.utils.image_dataset_from_directory(
            folder, image_size=(7, 10), color_mode=mode, shuffle=False, batch_size=None, verbose=False
        )
        out[mode] = np.stack([x.numpy() for x, _ in data]).astype("float32")
        out["labels"] = np.array([y.numpy() for _, y in data], dtype="int32")
        out["files"] = np.frombuffer("\n".join(os.path.relpath(p, folder) for p in data.file_paths).encode(), dtype="int8")
    for interpolation in ["bilinear", "nearest"]:
        for size in [(5, 9), (20, 31)]:
            key = f"{interpolation}_{size[0]}_{size[1]}"
            out[key] = tf.image.resize(rgb.astype("float32"), size, method=interpolation).numpy()
    out["source"] = rgb.astype("float32")
    for subset in ["training", "validation"]:
        data = keras.utils.image_dataset_from_directory(
            folder, image_size=(7, 10), shuffle=True, seed=42, validation_split=0.35, subset=subset, batch_size=None, verbose=False
        )
        out[subset] = np.frombuffer("\n".join(os.path.relpath(p, folder) for p in data.file_paths).encode(), dtype="int8")
    np.savez_compressed(DATA / "images_keras.npz", **out)


if __name__ == "__main__":
    parts = {name: part for name, part in globals().items() if callable(part) and name[0].islower()}
    DATA.mkdir(exist_ok=True)
    for name in sys.argv[1:] or parts:
        parts[name]()
