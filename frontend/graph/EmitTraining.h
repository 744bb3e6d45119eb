// SPDX-License-Identifier: Apache-2.0
// From a model and what compile() was told to the training functions of its module.
#pragma once
#include "frontend/graph/EmitModule.h"
#include <tenon/losses.h>
#include <tenon/metrics.h>
#include <tenon/optimizers.h>

namespace tenon::graph {

/// What compile() was told, one entry per output of the model.
struct TrainingSpec {
  Optimizer optimizer;
  std::vector<Loss> losses;
  std::vector<double> lossWeights;
  std::vector<std::vector<Metric>> metrics;
  std::vector<std::vector<Metric>> weightedMetrics = {}; // empty: none
};

/// Adds to a module that has the model's variables:
/// - @loss(inputs, target:<output>..., sample_weight:<output>...) -> total loss: training semantics, assigns the
/// metrics'
///   state and the moving statistics;
/// - @evaluate, the same arguments, no result: inference semantics, assigns the metrics' state;
/// - @reset_metrics and @read_metrics, one result per log in Keras's order: loss, the outputs' losses when there are
///   several (unweighted), the outputs' metrics (prefixed with the output's name when there are several), then their
///   weighted metrics; a name that is taken gets Keras's "weighted_" or "_1";
/// - for every trained variable V the private @"update/V"(gradient), which assigns V and its slots
///   ("optimizer/<layer>_<weight>_<slot>"), and the private @update, which advances "optimizer/iteration"; where the
///   optimizer clips by the norm of all gradients, @"update/V" takes the sum of their squares as well;
/// - the variables these need: slots, metrics ("<log>/total", ...), "optimizer/learning_rate", "optimizer/iteration",
/// "seed".
void emitTraining(mlir::ModuleOp module, const WeightNames &weights, const ModelNode &model, const TrainingSpec &spec);

} // namespace tenon::graph
