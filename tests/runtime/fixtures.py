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


TEXTS = [
    "The cat sat on the mat; the dog didn't.",
    "A DOG barks\tat the cat!\n",
    "Übung macht den Meister, ÉTÉ ou ПРИВЕТ den",
    "",
    "mat mat mat  unknown",
]


def text():
    """What Keras's Tokenizer makes of TEXTS, fitted on all but the last."""
    import json

    from keras.src.legacy.preprocessing.text import Tokenizer, tokenizer_from_json

    out = {"texts": TEXTS, "cases": []}
    for options in [
        {},
        {"num_words": 5},
        {"oov_token": "<oov>"},
        {"num_words": 4, "oov_token": "<oov>"},
        {"lower": False, "filters": ".;", "split": "t"},
        {"char_level": True},
    ]:
        tokenizer = Tokenizer(**options)
        tokenizer.fit_on_texts(TEXTS[:2])
        tokenizer.fit_on_texts(TEXTS[2:4])
        sequences = tokenizer.texts_to_sequences(TEXTS)
        out["cases"].append({
            "options": options,
            "json": tokenizer.to_json(),
            "word_index": tokenizer.word_index,
            "sequences": sequences,
            "back": tokenizer.sequences_to_texts(sequences),
            "matrix": {m: tokenizer.sequences_to_matrix(sequences, m).tolist() for m in ["binary", "count", "freq", "tfidf"]},
        })
    (DATA / "tokenizer.json").write_text(json.dumps(out, indent=0))
    (DATA / "word_index.json").write_text(json.dumps({"the": 1, "été": 2, "and": 3}))


def imdb():
    """Reviews in imdb.npz's form, in three protocols of pickle, and what Keras's load_data makes of them."""
    import io
    import json
    import pickle
    import unittest.mock
    import zipfile

    import keras

    rng = np.random.RandomState(1)

    def reviews(n):
        rows = [[int(w) for w in rng.randint(1, 300, rng.randint(1, 30))] for _ in range(n)]
        x = np.empty(n, dtype=object)
        x[:] = rows
        return x, rng.randint(0, 2, n)

    (x_train, y_train), (x_test, y_test) = reviews(25), reviews(11)
    x_train[3] = [70000, 5]
    arrays = {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
    for protocol in [2, 3, 4]:
        with zipfile.ZipFile(DATA / f"imdb_{protocol}.npz", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, array in arrays.items():
                data = io.BytesIO()
                if array.dtype == object:
                    header = np.lib.format.header_data_from_array_1_0(array)
                    np.lib.format.write_array_header_1_0(data, header)
                    pickle.dump(array, data, protocol=protocol)
                else:
                    np.save(data, array)
                archive.writestr(name + ".npy", data.getvalue())
    np.savez(DATA / "imdb_numpy.npz", **arrays)
    out = []
    for options in [
        {},
        {"num_words": 100},
        {"num_words": 100, "skip_top": 20, "maxlen": 20},
        {"seed": 7, "start_char": None, "oov_char": None, "num_words": 200, "index_from": 0},
    ]:
        with unittest.mock.patch.object(keras.src.datasets.imdb, "get_file", lambda **k: str(DATA / "imdb_3.npz")):
            (xa, ya), (xb, yb) = keras.datasets.imdb.load_data(**options)
        listed = lambda x: [[int(w) for w in row] for row in x]
        out.append({"options": options, "x_train": listed(xa), "y_train": ya.tolist(), "x_test": listed(xb), "y_test": yb.tolist()})
    (DATA / "imdb_keras.json").write_text(json.dumps(out))

    class Evil:
        def __reduce__(self):
            import os

            return os.system, ("touch tenon-was-here",)

    evil = np.empty(1, dtype=object)
    evil[0] = Evil()
    np.savez(DATA / "imdb_evil.npz", **{**arrays, "x_train": evil})


def mnist():
    """mnist.npz and IDX files with a few images of 4 x 4."""
    import gzip
    import struct

    rng = np.random.RandomState(2)
    x, y = rng.randint(0, 256, (5, 4, 4)).astype("uint8"), rng.randint(0, 10, 5).astype("uint8")
    np.savez(DATA / "mnist.npz", x_train=x[:3], y_train=y[:3], x_test=x[3:], y_test=y[3:])
    (DATA / "images.idx").write_bytes(struct.pack(">HBBIII", 0, 8, 3, *x.shape) + x.tobytes())
    packed = struct.pack(">HBBI", 0, 8, 1, 5) + y.tobytes()
    (DATA / "labels.idx.gz").write_bytes(gzip.compress(packed, mtime=0))
    (DATA / "floats.idx").write_bytes(struct.pack(">HBBI", 0, 13, 1, 2) + np.array([1.5, -2], ">f4").tobytes())


if __name__ == "__main__":
    parts = {name: part for name, part in globals().items() if callable(part) and name[0].islower()}
    DATA.mkdir(exist_ok=True)
    for name in sys.argv[1:] or parts:
        parts[name]()
