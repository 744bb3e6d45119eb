#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What each optional pass is worth: latency with all passes and with one of them left out.

  python3 bench/passes.py --build build [--threads 2] [--rounds 5] [--batch 1] [--train] [--words N] MODEL.keras...

--train: the training step instead of a prediction. --words N: the model's one integer input is words from 1 to N - 1, evenly
drawn, instead of zeros: looking a word up again and again is no measure.

The variants of a model take turns; a figure is the fastest call of all rounds. gain: how much longer a call takes without
the pass. A pass that changes nothing of a model (the kernels are the same) is not measured.
"""
import argparse
import json
import os
import re
import subprocess
import tempfile

PASSES = ["fold-batch-norm", "fold-residual-projection", "merge-sibling-convolutions", "fold-embedding", "schedule-branches"]


def compileWithout(arguments, model, output, disabled):
    command = [os.path.join(arguments.build, "bin", "tenon"), "compile", model, "-o", output, "--emit=library", "--explain=json"]
    if arguments.train:
        command += ["--train", "--batch", str(arguments.batch)]
    if disabled:
        command.append("--disable-pass=" + ",".join(disabled))
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [[entry["kernels"], entry["loops"]] for entry in json.loads(text)["entries"]]  # the plan without its remarks


def wordsFor(arguments, folder):
    """Options that feed words to the model's integer input."""
    if not arguments.words:
        return []
    import numpy as np
    library = os.path.join(folder, "all.so")
    text = subprocess.run([os.path.join(arguments.build, "bin", "tenon"), "inspect", library], check=True, capture_output=True, text=True).stdout
    name, length = re.search(r"^  input  (\S+) \(batch, (\d+)\) int32$", text, re.M).groups()
    path = os.path.join(folder, "words.npy")
    np.save(path, np.random.default_rng(1).integers(1, arguments.words, (arguments.batch, int(length))).astype("int32"))
    return ["--input", f"{name}={path}"]


def latency(arguments, library, words):
    report = library + ".json"
    subprocess.run([os.path.join(arguments.build, "bin", "tenon-run"), "bench", library, "--batch", str(arguments.batch), "--threads",
                    str(arguments.threads), "--json", report, "--entry", "train_step" if arguments.train else "predict", *words], check=True, capture_output=True)
    with open(report, encoding="utf-8") as text:
        return json.load(text)["min_ms"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build", help="Tenon's build folder")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--words", type=int, metavar="N")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("models", nargs="+", metavar="MODEL.keras")
    arguments = parser.parse_args()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:arguments.threads])
    for model in arguments.models:
        name = os.path.basename(os.path.dirname(os.path.abspath(model))) if model.endswith("model.keras") else os.path.basename(model)
        with tempfile.TemporaryDirectory() as folder:
            variants = {"": os.path.join(folder, "all.so")}
            plan = compileWithout(arguments, model, os.path.join(folder, "all"), [])
            for off in PASSES:
                if compileWithout(arguments, model, os.path.join(folder, off), [off]) != plan:
                    variants[off] = os.path.join(folder, off + ".so")
            words, best = wordsFor(arguments, folder), {}
            for _ in range(arguments.rounds):
                for off, library in variants.items():
                    best[off] = min(best.get(off, float("inf")), latency(arguments, library, words))
            print(f"{name:<24} {arguments.threads} threads, batch {arguments.batch}: {best['']:9.4f} ms", flush=True)
            for off in PASSES:
                gain = f"{best[off]:9.4f} ms without, gain {best[off] / best[''] - 1:+7.1%}" if off in best else "changes nothing"
                print(f"  {off:<28} {gain}", flush=True)


if __name__ == "__main__":
    main()
