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

struct MeanSquaredErrorOptions {
  std::string name = "mean_squared_error";
  bool operator==(const MeanSquaredErrorOptions &) const = default;
};
/// mean over the last axis of (y - p)^2.
class MeanSquaredError : public Loss {
public:
  explicit MeanSquaredError(const MeanSquaredErrorOptions &options = {});
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
