// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_OPTIMIZERS_H
#define TENON_OPTIMIZERS_H

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tenon {

class OptimizerRule;

/// How weights follow their gradients. In each step gradients are clipped (one kind of clip at most), then weights
/// decay, then the rule is followed. A cheap handle: copies are the same optimizer, and compiling a model again with
/// the same one keeps its state (momentum, ...).
class Optimizer {
public:
  /// By Keras's name, in any case: "sgd", "rmsprop", "adam". An Error that lists the known names for another one.
  Optimizer(const char *name);
  Optimizer(const std::string &name);
  explicit Optimizer(std::shared_ptr<const OptimizerRule> rule) : rule_(std::move(rule)) {}

  /// Keras's class name: "Adam".
  std::string className() const;
  /// The rate a fresh training starts with; Model::setLearningRate changes it while training.
  double learningRate() const;
  /// Keras's serialised form: {"module": "keras.optimizers", "class_name": "Adam", "config": {...}, ...}.
  std::string toJson() const;
  static Optimizer fromJson(const std::string &json);
  /// The same class with the same options.
  bool operator==(const Optimizer &other) const { return toJson() == other.toJson(); }

  const std::shared_ptr<const OptimizerRule> &rule() const { return rule_; }

private:
  std::shared_ptr<const OptimizerRule> rule_;
};

/// Keras's class names of all optimizers.
std::vector<std::string> optimizerNames();

struct SGDOptions {
  double learningRate = 0.01;
  double momentum = 0;
  bool nesterov = false;
  std::optional<double> weightDecay = std::nullopt;    ///< per step, times the rate, of the weights themselves
  std::optional<double> clipnorm = std::nullopt;       ///< the largest norm of one weight's gradient
  std::optional<double> clipvalue = std::nullopt;      ///< the largest absolute value in a gradient
  std::optional<double> globalClipnorm = std::nullopt; ///< the largest norm of all gradients together
  std::string name = "SGD";
  bool operator==(const SGDOptions &) const = default;
};
/// w -= learningRate * g; with momentum m = momentum * m - learningRate * g and w += m (nesterov: momentum * m -
/// learningRate * g).
class SGD : public Optimizer {
public:
  explicit SGD(const SGDOptions &options = {});
};

struct RMSpropOptions {
  double learningRate = 0.001;
  double rho = 0.9;
  double momentum = 0;
  double epsilon = 1e-7;
  bool centered = false;
  std::optional<double> weightDecay = std::nullopt;    ///< per step, times the rate, of the weights themselves
  std::optional<double> clipnorm = std::nullopt;       ///< the largest norm of one weight's gradient
  std::optional<double> clipvalue = std::nullopt;      ///< the largest absolute value in a gradient
  std::optional<double> globalClipnorm = std::nullopt; ///< the largest norm of all gradients together
  std::string name = "rmsprop";
  bool operator==(const RMSpropOptions &) const = default;
};
/// v = rho * v + (1 - rho) * g^2; w -= learningRate * g / sqrt(v + epsilon), epsilon inside the root as in Keras 3.
class RMSprop : public Optimizer {
public:
  explicit RMSprop(const RMSpropOptions &options = {});
};

struct AdamOptions {
  double learningRate = 0.001;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-7;
  bool amsgrad = false;
  std::optional<double> weightDecay = std::nullopt;    ///< per step, times the rate, of the weights themselves
  std::optional<double> clipnorm = std::nullopt;       ///< the largest norm of one weight's gradient
  std::optional<double> clipvalue = std::nullopt;      ///< the largest absolute value in a gradient
  std::optional<double> globalClipnorm = std::nullopt; ///< the largest norm of all gradients together
  std::string name = "adam";
  bool operator==(const AdamOptions &) const = default;
};
/// Adam with the bias correction in the rate and epsilon outside the root ("epsilon hat"), as in Keras.
class Adam : public Optimizer {
public:
  explicit Adam(const AdamOptions &options = {});
};

struct AdamWOptions {
  double learningRate = 0.001;
  std::optional<double> weightDecay = 0.004;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-7;
  bool amsgrad = false;
  std::optional<double> clipnorm = std::nullopt;
  std::optional<double> clipvalue = std::nullopt;
  std::optional<double> globalClipnorm = std::nullopt;
  std::string name = "adamw";
  bool operator==(const AdamWOptions &) const = default;
};
/// Adam whose weights decay by default.
class AdamW : public Optimizer {
public:
  explicit AdamW(const AdamWOptions &options = {});
};

} // namespace tenon
#endif // TENON_OPTIMIZERS_H
