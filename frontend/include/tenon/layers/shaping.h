// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_LAYERS_SHAPING_H
#define TENON_LAYERS_SHAPING_H

#include <tenon/layer.h>

namespace tenon {

struct FlattenOptions {
  std::string name = {};
  bool trainable = true;
  friend bool operator==(const FlattenOptions &, const FlattenOptions &) = default;
};
/// (batch, a, b, ...) to (batch, a * b * ...).
class Flatten : public Layer {
public:
  explicit Flatten(FlattenOptions options = {});
};

struct ReshapeOptions {
  /// Without the batch; one entry may be -1 for what is left. Required.
  Shape targetShape = {};
  std::string name = {};
  bool trainable = true;
  friend bool operator==(const ReshapeOptions &, const ReshapeOptions &) = default;
};
/// The same elements of each sample in row-major order under another shape.
class Reshape : public Layer {
public:
  explicit Reshape(ReshapeOptions options);
};

struct ConcatenateOptions {
  int64_t axis = -1;
  std::string name = {};
  bool trainable = true;
  friend bool operator==(const ConcatenateOptions &, const ConcatenateOptions &) = default;
};
/// Joins values along an axis; their other dimensions are equal.
class Concatenate : public Layer {
public:
  explicit Concatenate(ConcatenateOptions options = {});
};
/// Concatenate(options)(inputs).
Tensor concatenate(const Tensors &inputs, ConcatenateOptions options = {});

} // namespace tenon
#endif // TENON_LAYERS_SHAPING_H
