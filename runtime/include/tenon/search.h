// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_SEARCH_H
#define TENON_SEARCH_H

/// Hyper-parameter search, of libtenon-search:
///
///     Study study({.folder = "study", .seed = 1});
///     study.optimize(
///         [&](Trial &trial) {
///           double rate = trial.suggestFloat("rate", 1e-4, 1e-1, {.log = true});
///           int64_t units = trial.suggestInt("units", 8, 128, {.step = 8});
///           return validationLoss(rate, units);
///         },
///         {.trials = 100});
///     TrialRecord best = study.best().value();
#include <tenon/study.h>

#endif // TENON_SEARCH_H
