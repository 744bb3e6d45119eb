#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What bench_search measures, of Optuna and hyperopt: the median over the seeds of the best value after 50, 100 and 200
trials of Branin and Hartmann6, and the processor time of a trial.

usage: search_peers.py [--seeds N] [ROW...]    (pip install optuna cmaes hyperopt; Optuna's GP needs torch as well)
"""
import argparse
import logging
import math
import statistics
import time
import warnings

import numpy

A = numpy.array([[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]])
P = numpy.array([[0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886], [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
                 [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650], [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381]])
ALPHA = numpy.array([1, 1.2, 3, 3.2])


def branin(x):
    root = x[1] - 5.1 / (4 * math.pi**2) * x[0]**2 + 5 / math.pi * x[0] - 6
    return root**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x[0]) + 10


def hartmann6(x):
    return -float(ALPHA @ numpy.exp(-(A * (numpy.asarray(x) - P)**2).sum(1)))


FUNCTIONS = [(branin, [(-5, 10), (0, 15)]), (hartmann6, [(0, 1)] * 6)]


def optuna_values(make):
    def run(function, bounds, seed):
        import optuna
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        study = optuna.create_study(sampler=make(optuna.samplers, seed))
        study.optimize(lambda trial: function([trial.suggest_float(f"x{i}", *b) for i, b in enumerate(bounds)]), n_trials=200)
        return [trial.value for trial in study.trials]
    return run


def hyperopt_values(algorithm):
    def run(function, bounds, seed):
        import hyperopt
        logging.getLogger("hyperopt").setLevel(logging.ERROR)
        trials = hyperopt.Trials()
        space = [hyperopt.hp.uniform(f"x{i}", *b) for i, b in enumerate(bounds)]
        hyperopt.fmin(function, space, algo=getattr(hyperopt, algorithm).suggest, max_evals=200, trials=trials,
                      rstate=numpy.random.default_rng(seed), show_progressbar=False)
        return trials.losses()
    return run


ROWS = {
    "optuna random": optuna_values(lambda samplers, seed: samplers.RandomSampler(seed=seed)),
    "optuna tpe": optuna_values(lambda samplers, seed: samplers.TPESampler(seed=seed)),
    "optuna tpe univariate": optuna_values(lambda samplers, seed: samplers.TPESampler(seed=seed, multivariate=False)),
    "optuna cmaes": optuna_values(lambda samplers, seed: samplers.CmaEsSampler(seed=seed)),
    "optuna nsga2": optuna_values(lambda samplers, seed: samplers.NSGAIISampler(seed=seed, population_size=20)),
    "optuna gp": optuna_values(lambda samplers, seed: samplers.GPSampler(seed=seed)),
    "hyperopt rand": hyperopt_values("rand"),
    "hyperopt tpe": hyperopt_values("tpe"),
    "hyperopt anneal": hyperopt_values("anneal"),
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("rows", nargs="*", default=[name for name in ROWS if name != "optuna gp"])
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    print(f"medians of {arguments.seeds} seeds after 50 / 100 / 200 trials", flush=True)
    for name in arguments.rows:
        print(f"| {name:23} |", end="", flush=True)
        for function, bounds in FUNCTIONS:
            begin = time.process_time()
            values = [ROWS[name](function, bounds, seed) for seed in range(arguments.seeds)]
            cost = (time.process_time() - begin) / arguments.seeds / 200 * 1e3
            medians = [statistics.median(min(run[:count]) for run in values) for count in (50, 100, 200)]
            print(" %7.3f / %7.3f / %7.3f (%6.2f ms a trial) |" % (*medians, cost), end="", flush=True)
        print(flush=True)


if __name__ == "__main__":
    main()
