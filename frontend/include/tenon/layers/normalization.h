// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_LAYERS_NORMALIZATION_H
#define TENON_LAYERS_NORMALIZATION_H

#include <optional>
#include <tenon/constraints.h>
#include <tenon/initializers.h>
#include <tenon/layer.h>
#include <tenon/regularizers.h>

namespace tenon {

/// Bounds of batch renormalisation's corrections: r in [rmin, rmax], d in [-dmax, dmax]; none where none is given.
struct RenormClipping {
  std::optional<double> rmax = std::nullopt;
  std::optional<double> rmin = std::nullopt;
  std::optional<double> dmax = std::nullopt;
  friend bool operator==(const RenormClipping &, const RenormClipping &) = default;
};

struct BatchNormalizationOptions {
  /// The channels' axis, any but the batch: the last one, or 1 behind layers with channels first.
  int64_t axis = -1;
  double momentum = 0.99;
  double epsilon = 1e-3;
  /// Is there a beta?
  bool center = true;
  /// Is there a gamma?
  bool scale = true;
  Initializer betaInitializer = "zeros";
  Initializer gammaInitializer = "ones";
  Initializer movingMeanInitializer = "zeros";
  Initializer movingVarianceInitializer = "ones";
  Regularizer betaRegularizer = std::nullopt;
  Regularizer gammaRegularizer = std::nullopt;
  Constraint betaConstraint = std::nullopt;
  Constraint gammaConstraint = std::nullopt;
  /// Batch renormalisation (arxiv.org/abs/1702.03275): what training normalises by the batch's statistics is corrected to
  /// what inference would make of it, (x * r + d) * gamma + beta. Three weights more: moving_stddev, renorm_mean and
  /// renorm_stddev.
  bool renorm = false;
  /// Of renorm: bounds of r and d, `RenormClipping{.rmax = 3, .dmax = 5}`.
  std::optional<RenormClipping> renormClipping = std::nullopt;
  /// Of renorm: what a batch leaves of renorm_mean and renorm_stddev.
  double renormMomentum = 0.99;
  /// Statistics over the batches of all devices; there is one device, so it changes nothing.
  bool synchronized = false;
  Regularizer activityRegularizer = std::nullopt;
  std::string name = {};
  bool trainable = true;
  /// For the first layer of a Sequential without an Input: one sample's shape.
  Shape inputShape = {};
  friend bool operator==(const BatchNormalizationOptions &, const BatchNormalizationOptions &) = default;
};
/// Training: normalises each channel by the batch's mean and biased variance and lets the moving statistics follow;
/// inference, and a layer that is not trainable: by the moving statistics. Weights: gamma, beta, moving_mean,
/// moving_variance (channels each).
class BatchNormalization : public Layer {
public:
  explicit BatchNormalization(BatchNormalizationOptions options = {});
};

} // namespace tenon
#endif // TENON_LAYERS_NORMALIZATION_H
