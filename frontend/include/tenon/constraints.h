// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_CONSTRAINTS_H
#define TENON_CONSTRAINTS_H

#include <memory>
#include <optional>
#include <string>
#include <tenon/axes.h>

namespace tenon {
namespace graph {
class ConstraintNode;
} // namespace graph

/// What a weight is projected to after each of the optimizer's updates. Norms are taken over `axis`: 0 for a dense
/// kernel's columns, {0, 1, 2} for the filters of an image convolution.
class Constraint {
public:
  /// None.
  Constraint() = default;
  Constraint(std::nullopt_t) {}
  /// By Keras's name, with Keras's defaults: "max_norm", "min_max_norm", "non_neg", "unit_norm". An Error that lists
  /// the known names for another one.
  Constraint(const std::string &name);
  Constraint(const char *name) : Constraint(std::string(name)) {}
  explicit Constraint(std::shared_ptr<const graph::ConstraintNode> node) : node_(std::move(node)) {}
  explicit operator bool() const { return node_ != nullptr; }
  const std::shared_ptr<const graph::ConstraintNode> &node() const { return node_; }
  friend bool operator==(const Constraint &, const Constraint &);

private:
  std::shared_ptr<const graph::ConstraintNode> node_;
};

struct MaxNormOptions {
  double maxValue = 2;
  Axes axis = 0;
};
struct MinMaxNormOptions {
  double minValue = 0;
  double maxValue = 1;
  double rate = 1;
  Axes axis = 0;
};
struct UnitNormOptions {
  Axes axis = 0;
};
/// w * min(|w|, maxValue) / (1e-7 + |w|).
Constraint MaxNorm(MaxNormOptions options = {});
/// w * (rate * clip(|w|, minValue, maxValue) + (1 - rate) * |w|) / (1e-7 + |w|).
Constraint MinMaxNorm(MinMaxNormOptions options = {});
/// max(w, 0).
Constraint NonNeg();
/// w / (1e-7 + |w|).
Constraint UnitNorm(UnitNormOptions options = {});

} // namespace tenon
#endif // TENON_CONSTRAINTS_H
