// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_LAYERS_RECURRENT_H
#define TENON_LAYERS_RECURRENT_H

#include <optional>
#include <tenon/constraints.h>
#include <tenon/initializers.h>
#include <tenon/layer.h>
#include <tenon/regularizers.h>

namespace tenon {

struct LSTMOptions {
  /// Size of the state; required.
  int64_t units = 0;
  std::string activation = "tanh";
  std::string recurrentActivation = "sigmoid";
  bool useBias = true;
  Initializer kernelInitializer = "glorot_uniform";
  Initializer recurrentInitializer = "orthogonal";
  Initializer biasInitializer = "zeros";
  /// The forget gate's bias starts at 1.
  bool unitForgetBias = true;
  Regularizer kernelRegularizer = {};
  Regularizer recurrentRegularizer = {};
  Regularizer biasRegularizer = {};
  Regularizer activityRegularizer = {};
  Constraint kernelConstraint = {};
  Constraint recurrentConstraint = {};
  Constraint biasConstraint = {};
  /// Shares of the input and of the state that are dropped in training, the same ones at every step; in [0, 1].
  double dropout = 0;
  double recurrentDropout = 0;
  std::optional<int64_t> seed = std::nullopt;
  /// The output at every step (batch, time, units), not at the last one alone (batch, units).
  bool returnSequences = false;
  /// Two more results: the last output and the last cell state, (batch, units) each.
  bool returnState = false;
  /// Reads the sequence from its end; the outputs are in that order too.
  bool goBackwards = false;
  /// Starts from the state in which the last batch (of fit, evaluate or predict alike) left sample i, until resetStates().
  /// The input's batch size must be known: Input({..}, {.batchSize = n}).
  bool stateful = false;
  /// How Keras computes the loop. Neither changes a result, and here there is one way.
  bool unroll = false;
  std::string useCudnn = "auto";
  /// At a masked step: an output of zeros instead of the last one's.
  bool zeroOutputForMask = false;
  std::string name = {};
  bool trainable = true;
  /// For the first layer of a Sequential without an Input: one sample's shape.
  Shape inputShape = {};
  friend bool operator==(const LSTMOptions &, const LSTMOptions &) = default;
};
/// Long short-term memory over a sequence (batch, time, features), time of any length. Called with {x, h, c} it starts
/// from the state h, c of shape (batch, units) instead of zeros. Weights: kernel (features, 4 units), recurrent_kernel
/// (units, 4 units), bias (4 units), gates in the order input, forget, cell, output.
class LSTM : public Layer {
public:
  explicit LSTM(LSTMOptions options);
};

} // namespace tenon
#endif // TENON_LAYERS_RECURRENT_H
