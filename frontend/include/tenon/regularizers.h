// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_REGULARIZERS_H
#define TENON_REGULARIZERS_H

#include <memory>
#include <optional>
#include <string>

namespace tenon {
namespace graph {
class RegularizerNode;
} // namespace graph

/// A penalty on a weight or on a layer's result, added to the total loss of training and evaluation (not to the losses
/// of single outputs). A weight's counts while it is trained; a result's is divided by the batch size.
class Regularizer {
public:
  /// None.
  Regularizer() = default;
  Regularizer(std::nullopt_t) {}
  /// By Keras's name, with Keras's defaults: "l1" and "l2" (a factor of 0.01), "l1l2" (factors of 0). An Error that
  /// lists the known names for another one.
  Regularizer(const std::string &name);
  Regularizer(const char *name) : Regularizer(std::string(name)) {}
  explicit Regularizer(std::shared_ptr<const graph::RegularizerNode> node) : node_(std::move(node)) {}
  explicit operator bool() const { return node_ != nullptr; }
  const std::shared_ptr<const graph::RegularizerNode> &node() const { return node_; }
  friend bool operator==(const Regularizer &, const Regularizer &);

private:
  std::shared_ptr<const graph::RegularizerNode> node_;
};

struct L1Options {
  double l1 = 0.01;
};
struct L2Options {
  double l2 = 0.01;
};
struct L1L2Options {
  double l1 = 0;
  double l2 = 0;
};
/// l1 * sum |w|. An Error for a factor below 0, here and below.
Regularizer L1(L1Options options = {});
/// l2 * sum w^2.
Regularizer L2(L2Options options = {});
/// l1 * sum |w| + l2 * sum w^2.
Regularizer L1L2(L1L2Options options = {});

} // namespace tenon
#endif // TENON_REGULARIZERS_H
