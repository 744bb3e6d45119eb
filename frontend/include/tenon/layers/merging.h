// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_LAYERS_MERGING_H
#define TENON_LAYERS_MERGING_H

#include <tenon/axes.h>
#include <tenon/layer.h>
#include <tenon/regularizers.h>

namespace tenon {

/// Of the layers that join their inputs element by element. Shapes broadcast; an input of lower rank gets axes of size
/// 1 behind the batch.
struct MergeOptions {
  Regularizer activityRegularizer = std::nullopt;
  std::string name = {};
  bool trainable = true;
  /// For the first layer of a Sequential without an Input: one sample's shape.
  Shape inputShape = {};
  friend bool operator==(const MergeOptions &, const MergeOptions &) = default;
};
/// The sum of its inputs.
class Add : public Layer {
public:
  explicit Add(MergeOptions options = {});
};
/// The first of two inputs less the second.
class Subtract : public Layer {
public:
  explicit Subtract(MergeOptions options = {});
};
/// The product of its inputs.
class Multiply : public Layer {
public:
  explicit Multiply(MergeOptions options = {});
};
/// The mean of its inputs.
class Average : public Layer {
public:
  explicit Average(MergeOptions options = {});
};
/// The largest of its inputs.
class Maximum : public Layer {
public:
  explicit Maximum(MergeOptions options = {});
};
/// The smallest of its inputs.
class Minimum : public Layer {
public:
  explicit Minimum(MergeOptions options = {});
};

struct ConcatenateOptions {
  int64_t axis = -1;
  Regularizer activityRegularizer = std::nullopt;
  std::string name = {};
  bool trainable = true;
  /// For the first layer of a Sequential without an Input: one sample's shape.
  Shape inputShape = {};
  friend bool operator==(const ConcatenateOptions &, const ConcatenateOptions &) = default;
};
/// Joins values along an axis; their other dimensions are equal.
class Concatenate : public Layer {
public:
  explicit Concatenate(ConcatenateOptions options = {});
};

struct DotOptions {
  /// The axis over which products are summed, in both inputs or, as a pair, in each; required, not the batch.
  Axes axes = {};
  /// Divide each input by its norm along the axis before: the result is the cosine.
  bool normalize = false;
  Regularizer activityRegularizer = std::nullopt;
  std::string name = {};
  bool trainable = true;
  /// For the first layer of a Sequential without an Input: one sample's shape.
  Shape inputShape = {};
  friend bool operator==(const DotOptions &, const DotOptions &) = default;
};
/// Sample by sample the sum of products of two inputs along an axis: the first's other axes, then the second's; (batch,
/// 1) when none are left.
class Dot : public Layer {
public:
  explicit Dot(DotOptions options);
};

/// The layer called on `inputs`, here and below.
Tensor add(const Tensors &inputs, MergeOptions options = {});
Tensor subtract(const Tensors &inputs, MergeOptions options = {});
Tensor multiply(const Tensors &inputs, MergeOptions options = {});
Tensor average(const Tensors &inputs, MergeOptions options = {});
Tensor maximum(const Tensors &inputs, MergeOptions options = {});
Tensor minimum(const Tensors &inputs, MergeOptions options = {});
Tensor concatenate(const Tensors &inputs, ConcatenateOptions options = {});
Tensor dot(const Tensors &inputs, DotOptions options);

} // namespace tenon
#endif // TENON_LAYERS_MERGING_H
