// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_LAYER_H
#define TENON_LAYER_H

#include <algorithm>
#include <array>
#include <tenon/error.h>
#include <tenon/tensor.h>

namespace tenon {
namespace graph {
class LayerNode;
} // namespace graph

/// A layer: a cheap handle to shared state. Calling one layer twice shares its weights; they come to be at the first
/// call.
class Layer {
public:
  explicit Layer(std::shared_ptr<graph::LayerNode> node) : node_(std::move(node)) {}

  /// The layer's result for its inputs; an Error that names the layer when shapes or number of inputs do not fit, or
  /// when it has several results (a model with several outputs: use call).
  Tensor operator()(const Tensors &inputs) const;
  /// All results.
  std::vector<Tensor> call(const Tensors &inputs) const;
  /// All results, of a layer that has N: `auto [y1, y2] = model.call<2>(x);`
  template <size_t N> std::array<Tensor, N> call(const Tensors &inputs) const {
    std::vector<Tensor> results = callFor(inputs, N);
    std::array<Tensor, N> array;
    std::move(results.begin(), results.end(), array.begin());
    return array;
  }

  const std::string &name() const;
  /// Keras's class name: "Dense".
  const std::string &className() const;
  /// May training change the weights? For a model or wrapper, setting it sets all layers inside. Takes effect when a
  /// model is compiled.
  bool trainable() const;
  void setTrainable(bool trainable) const;

  /// The layer's tensors when it has been called once; an Error when it has not, or several times.
  Tensor input() const;
  Tensor output() const;

  /// Names of the weights in Keras's order: "kernel", "bias"; inside models as paths.
  std::vector<std::string> weightNames() const;
  /// Copies of the weights in Keras's order.
  std::vector<Array> getWeights() const;
  /// Sets all weights; an Error when their number or a shape is not the layer's.
  void setWeights(const std::vector<Array> &weights) const;
  /// Number of scalars in the weights.
  int64_t countParams() const;
  /// Lets the stateful layers (this one, those inside a model) start from zeros again.
  void resetStates() const;

  friend bool operator==(const Layer &, const Layer &) = default;
  const std::shared_ptr<graph::LayerNode> &node() const { return node_; }

protected:
  std::shared_ptr<graph::LayerNode> node_;

private:
  /// An Error when the layer's results are not `count`.
  std::vector<Tensor> callFor(const Tensors &inputs, size_t count) const;
};

/// The seed of everything random that is created from now on: initial weights, dropout, shuffling. Without a call every
/// run differs.
void setRandomSeed(uint64_t seed);
/// Starts automatic names (dense, dense_1, ...) anew.
void clearSession();

} // namespace tenon
#endif // TENON_LAYER_H
