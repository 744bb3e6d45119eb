// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_LOSSES_H
#define TENON_LOSSES_H

#include <memory>
#include <string>
#include <vector>

namespace tenon {

class LossFunction;

/// How far predictions are from their targets: one number per sample, multiplied by the sample's weight, then the mean
/// over the batch.
class Loss {
public:
  /// By Keras's name or alias: "mse", "mean_squared_error", "MeanSquaredError", "categorical_crossentropy", ... An
  /// Error that lists the known names for another one.
  Loss(const char *name);
  Loss(const std::string &name);
  explicit Loss(std::shared_ptr<const LossFunction> function) : function_(std::move(function)) {}

  /// Keras's class name: "MeanSquaredError".
  std::string className() const;
  /// Keras's serialised form; the plain name for a loss that was given by name.
  std::string toJson() const;
  static Loss fromJson(const std::string &json);

  const LossFunction &function() const { return *function_; }

private:
  std::shared_ptr<const LossFunction> function_;
  std::string given_; // the name it was made from
};

/// Keras's class names of all losses.
std::vector<std::string> lossNames();

/// Of a loss that has none but its name.
struct PlainLossOptions {
  std::string name = {}; ///< "" for Keras's: the class in snake case
  bool operator==(const PlainLossOptions &) const = default;
};

/// mean over the last axis of (y - p)^2.
class MeanSquaredError : public Loss {
public:
  explicit MeanSquaredError(const PlainLossOptions &options = {});
};
/// mean over the last axis of |y - p|.
class MeanAbsoluteError : public Loss {
public:
  explicit MeanAbsoluteError(const PlainLossOptions &options = {});
};
/// 100 * mean over the last axis of |y - p| / max(|y|, 1e-7).
class MeanAbsolutePercentageError : public Loss {
public:
  explicit MeanAbsolutePercentageError(const PlainLossOptions &options = {});
};
/// mean over the last axis of (log(1 + p) - log(1 + y))^2, numbers below 1e-7 taken as 1e-7.
class MeanSquaredLogarithmicError : public Loss {
public:
  explicit MeanSquaredLogarithmicError(const PlainLossOptions &options = {});
};
/// mean over the last axis of log(cosh(p - y)).
class LogCosh : public Loss {
public:
  explicit LogCosh(const PlainLossOptions &options = {});
};

struct HuberOptions {
  double delta = 1; ///< up to this distance the loss is quadratic, beyond linear
  std::string name = "huber_loss";
  bool operator==(const HuberOptions &) const = default;
};
/// mean over the last axis of d^2 / 2 where d = |p - y| <= delta, else delta * d - delta^2 / 2.
class Huber : public Loss {
public:
  explicit Huber(const HuberOptions &options = {});
};

/// mean over the last axis of max(1 - y * p, 0); targets are -1 or 1 (a batch of 0 and 1 alone means those).
class Hinge : public Loss {
public:
  explicit Hinge(const PlainLossOptions &options = {});
};
/// mean over the last axis of max(1 - y * p, 0)^2; targets as Hinge's.
class SquaredHinge : public Loss {
public:
  explicit SquaredHinge(const PlainLossOptions &options = {});
};
/// max(1 + max((1 - y) * p) - sum(y * p), 0) over the last axis; targets one-hot.
class CategoricalHinge : public Loss {
public:
  explicit CategoricalHinge(const PlainLossOptions &options = {});
};

/// sum over the last axis of y log(y / p), both clipped to [1e-7, 1].
class KLDivergence : public Loss {
public:
  explicit KLDivergence(const PlainLossOptions &options = {});
};
/// mean over the last axis of p - y log(p + 1e-7).
class Poisson : public Loss {
public:
  explicit Poisson(const PlainLossOptions &options = {});
};
/// The cosine of the angle between y and p over the last axis, negated: -1 where they point the same way.
class CosineSimilarity : public Loss {
public:
  explicit CosineSimilarity(const PlainLossOptions &options = {});
};

struct BinaryCrossentropyOptions {
  bool fromLogits = false; ///< predictions are logits, not probabilities
  double labelSmoothing = 0;
  std::string name = "binary_crossentropy";
  bool operator==(const BinaryCrossentropyOptions &) const = default;
};
/// mean over the last axis of -y log p - (1 - y) log(1 - p), p clipped to [1e-7, 1 - 1e-7].
class BinaryCrossentropy : public Loss {
public:
  explicit BinaryCrossentropy(const BinaryCrossentropyOptions &options = {});
};

struct CategoricalCrossentropyOptions {
  bool fromLogits = false;
  double labelSmoothing = 0;
  std::string name = "categorical_crossentropy";
  bool operator==(const CategoricalCrossentropyOptions &) const = default;
};
/// - sum over the last axis of y log p, p divided by its sum and clipped to [1e-7, 1 - 1e-7]; targets one-hot or
/// distributions of the predictions' shape. The gradient is that of this formula, whatever the targets sum to.
class CategoricalCrossentropy : public Loss {
public:
  explicit CategoricalCrossentropy(const CategoricalCrossentropyOptions &options = {});
};

struct SparseCategoricalCrossentropyOptions {
  bool fromLogits = false;
  std::string name = "sparse_categorical_crossentropy";
  bool operator==(const SparseCategoricalCrossentropyOptions &) const = default;
};
/// CategoricalCrossentropy with class numbers (int32) as targets.
class SparseCategoricalCrossentropy : public Loss {
public:
  explicit SparseCategoricalCrossentropy(const SparseCategoricalCrossentropyOptions &options = {});
};

} // namespace tenon
#endif // TENON_LOSSES_H
