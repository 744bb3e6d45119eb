// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_TENSOR_H
#define TENON_TENSOR_H

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <tenon/array.h>
#include <vector>

namespace tenon {
namespace graph {
struct Call;
} // namespace graph

/// A dimension that is known only when the program runs: batch, time, image sides.
inline constexpr int64_t None = -1;

/// A value of the graph being described: what Input or a layer's call gives. A cheap handle; copies mean the same
/// value.
class Tensor {
public:
  /// Stands for no value; every use of it is an Error.
  Tensor() = default;
  Tensor(std::shared_ptr<graph::Call> call, size_t index) : call_(std::move(call)), index_(index) {}

  /// Dimensions with the batch first; None where it is known only when the program runs.
  const Shape &shape() const;
  DType dtype() const;
  /// The name of the layer that made it.
  const std::string &name() const;

  explicit operator bool() const { return call_ != nullptr; }
  friend bool operator==(const Tensor &, const Tensor &) = default;

  /// The call that made it and which of its results it is (for the compiler's own use).
  const std::shared_ptr<graph::Call> &call() const { return call_; }
  size_t index() const { return index_; }

private:
  std::shared_ptr<graph::Call> call_;
  size_t index_ = 0;
};

/// One tensor or a list of them: `dense(x)`, `add({a, b})`.
class Tensors {
public:
  Tensors(const Tensor &tensor) : list_{tensor} {}
  Tensors(std::initializer_list<Tensor> tensors) : list_(tensors), isList_(true) {}
  Tensors(std::vector<Tensor> tensors) : list_(std::move(tensors)), isList_(true) {}
  const std::vector<Tensor> &list() const { return list_; }
  /// Was it given as a list? (Keras's JSON keeps a list of one apart from one.)
  bool isList() const { return isList_; }

private:
  std::vector<Tensor> list_;
  bool isList_ = false;
};

/// How Input is told apart from its defaults; Keras's arguments in Keras's order.
struct InputOptions {
  /// A batch size that never changes; std::nullopt: any, at every call.
  std::optional<int64_t> batchSize = std::nullopt;
  /// "float32", "int32" or "int64".
  std::string dtype = "float32";
  /// Sparse inputs; true is an Error, they are not supported.
  bool sparse = false;
  /// The shape with the batch, in place of `shape` and batchSize: `Input({}, {.batchShape = {4, 8}})`.
  Shape batchShape = {};
  /// May be left out; true is an Error, that is not supported.
  bool optional = false;
  /// Names the layer; "" for Keras's automatic name (input_layer, input_layer_1, ...).
  std::string name = {};
  friend bool operator==(const InputOptions &, const InputOptions &) = default;
};
/// A model's input. `shape` leaves the batch out; None for a dimension known only when the program runs.
Tensor Input(Shape shape, InputOptions options = {});

} // namespace tenon
#endif // TENON_TENSOR_H
