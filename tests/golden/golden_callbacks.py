#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes data/callbacks.json with real Keras: pip install keras tensorflow-cpu; python3 golden_callbacks.py

Each case trains one small model with callbacks, named as `tenon train --callback` names them, and records the history,
what the callbacks know afterwards, the learning rate and the files they wrote.
"""
import os
import tempfile

from golden import architecture, array, generator, keras, layers, np, setWeights, write
from keras import Input, Model

# Rates that let the loss fall, rise and fall again.
BUMPY = [0.1, 0.1, 0.35, 0.1, 0.1, 0.4, 0.4, 0.1, 0.1, 0.1, 0.45, 0.05]
LITERALS = {"true": True, "false": False}


def literal(text):
    if text in LITERALS:
        return LITERALS[text]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def make(text):
    name, *arguments = text.split(",")
    if name == "CSVLogger;":  # a separator that the command line cannot say
        return keras.callbacks.CSVLogger(arguments[0].split("=")[1], separator=";")
    return getattr(keras.callbacks, name)(**{k: literal(v) for k, v in (a.split("=") for a in arguments)})


class Recorder(keras.callbacks.Callback):
    """The learning rate at every epoch's end."""

    def __init__(self):
        super().__init__()
        self.rates = []

    def on_epoch_end(self, epoch, logs=None):
        self.rates.append(float(self.model.optimizer.learning_rate))


def case(name, callbacks, epochs=12, schedule=BUMPY, rate=0.1, batchSize=8, validationFreq=1, metrics=(), scale=1.0):
    rng = generator(name)
    keras.utils.set_random_seed(1)
    inputs = Input((3,), name="x")
    model = Model(inputs, layers.Dense(1, name="y")(inputs), name="linear")
    weights = setWeights(model, rng)
    x = np.round(rng.uniform(-1, 1, (48, 3)) * scale, 3).astype("float32")
    y = np.round(x @ [[1.5], [-2.0], [0.5]] + 0.25 + rng.normal(0, 0.3, (48, 1)), 3).astype("float32")
    model.compile(keras.optimizers.SGD(rate), "mse", metrics=list(metrics))
    recorder = Recorder()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        made = [make(text) for text in callbacks]
        first = [keras.callbacks.LearningRateScheduler(lambda epoch, rate: schedule[epoch])] if schedule else []
        history = model.fit(x, y, batch_size=batchSize, epochs=epochs, shuffle=False, verbose=0, validation_split=0.25,
                            validation_freq=validationFreq, callbacks=first + made + [recorder])
        files = sorted(os.path.relpath(os.path.join(base, file), folder)
                       for base, _, names in os.walk(folder) for file in names)
        texts = {}
        for file in files:
            if file.endswith(".csv"):
                with open(file, encoding="utf-8", newline="") as text:
                    texts[file] = text.read()
        os.chdir("/")
    state = {}
    for callback in made:
        for key in ("best", "stopped_epoch", "best_epoch"):
            if hasattr(callback, key) and getattr(callback, key) is not None:
                state[key] = float(getattr(callback, key))
    return {"name": name, "model": architecture(model), "weights": [array(w) for w in weights], "x": array(x), "y": array(y),
            "callbacks": callbacks, "epochs": epochs, "schedule": schedule, "rate": rate, "batchSize": batchSize,
            "validationFreq": validationFreq, "metrics": list(metrics),
            "history": {k: [float(v) for v in values] for k, values in history.history.items()}, "epoch": history.epoch,
            "rates": recorder.rates, "state": state, "files": files, "texts": texts,
            "after": [array(w) for w in model.get_weights()]}


def main():
    cases = [
        case("early_stopping_0", ["EarlyStopping"]),
        case("early_stopping_1", ["EarlyStopping,patience=1"]),
        case("early_stopping_2_restores", ["EarlyStopping,patience=2,restore_best_weights=true"]),
        case("early_stopping_restores_without_stopping", ["EarlyStopping,patience=99,restore_best_weights=true"]),
        case("early_stopping_min_delta", ["EarlyStopping,patience=2,min_delta=0.05"]),
        case("early_stopping_baseline", ["EarlyStopping,patience=2,baseline=0.12"]),
        case("early_stopping_baseline_out_of_reach", ["EarlyStopping,patience=3,baseline=0.0001,restore_best_weights=true"]),
        case("early_stopping_start", ["EarlyStopping,patience=0,start_from_epoch=3"]),
        case("early_stopping_max", ["EarlyStopping,monitor=loss,mode=max,patience=1"]),
        case("early_stopping_other_metric", ["EarlyStopping,monitor=val_mae,patience=1,mode=min"], metrics=["mae"]),
        case("early_stopping_validation_freq", ["EarlyStopping,patience=0"], validationFreq=2),
        case("plateau", ["ReduceLROnPlateau,patience=1,factor=0.5"], schedule=None, rate=0.45),
        case("plateau_cooldown", ["ReduceLROnPlateau,patience=1,factor=0.5,cooldown=2"], schedule=None, rate=0.45),
        case("plateau_min_lr", ["ReduceLROnPlateau,patience=1,factor=0.3,min_lr=0.02,min_delta=0.02"], schedule=None, rate=0.4),
        case("plateau_min_delta", ["ReduceLROnPlateau,patience=2,min_delta=0.05,monitor=loss"], schedule=None, rate=0.05),
        case("scheduler", []),
        case("csv", ["CSVLogger,filename=log.csv"], epochs=4),
        case("csv_validation_freq", ["CSVLogger,filename=log.csv"], epochs=4, validationFreq=3, metrics=["mae"]),
        case("csv_separator", ["CSVLogger;,filename=log.csv"], epochs=3),
        case("csv_append", ["CSVLogger,filename=log.csv,append=true"], epochs=3),
        case("csv_after_scheduler", ["ReduceLROnPlateau,patience=1", "CSVLogger,filename=log.csv"], epochs=3),
        case("checkpoint", ["ModelCheckpoint,filepath=my_model.h5"], epochs=2),
        case("checkpoint_names", ["ModelCheckpoint,filepath=deep/er/{epoch:02d}-{val_loss:.2f}.keras"], epochs=4),
        case("checkpoint_best", ["ModelCheckpoint,filepath={epoch:03d}.keras,save_best_only=true"]),
        case("checkpoint_best_max", ["ModelCheckpoint,filepath={epoch}.keras,save_best_only=true,mode=max,monitor=loss"]),
        case("checkpoint_threshold",
             ["ModelCheckpoint,filepath={epoch}.keras,save_best_only=true,initial_value_threshold=0.1"]),
        case("checkpoint_missing", ["ModelCheckpoint,filepath={epoch}.keras,save_best_only=true"], epochs=4, validationFreq=2),
        case("checkpoint_weights", ["ModelCheckpoint,filepath={epoch}.weights.h5,save_weights_only=true"], epochs=2),
        case("checkpoint_batches", ["ModelCheckpoint,filepath={epoch}-{batch}-{loss:.1e}.keras,save_freq=4"], epochs=3),
        case("nan", ["TerminateOnNaN", "CSVLogger,filename=log.csv"], schedule=None, rate=3e18, scale=3.0, epochs=4),
        case("together", ["EarlyStopping,patience=3,restore_best_weights=true", "ReduceLROnPlateau,patience=1,factor=0.5",
                          "CSVLogger,filename=log.csv", "ModelCheckpoint,filepath={epoch}.keras,save_best_only=true"],
             schedule=None, rate=0.45),
    ]
    write("callbacks", cases)


if __name__ == "__main__":
    main()
