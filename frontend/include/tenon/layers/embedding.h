// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_LAYERS_EMBEDDING_H
#define TENON_LAYERS_EMBEDDING_H

#include <optional>
#include <tenon/array.h>
#include <tenon/constraints.h>
#include <tenon/initializers.h>
#include <tenon/layer.h>
#include <tenon/regularizers.h>

namespace tenon {

struct EmbeddingOptions {
  /// Number of rows: the largest index and one more; required.
  int64_t inputDim = 0;
  /// Length of a row; required.
  int64_t outputDim = 0;
  Initializer embeddingsInitializer = "uniform";
  Regularizer embeddingsRegularizer = {};
  Constraint embeddingsConstraint = {};
  /// Index 0 stands for "no token": later layers that take a mask leave these steps out.
  bool maskZero = false;
  /// What the table holds at first, (inputDim, outputDim) float32, in place of embeddingsInitializer; files do not keep it.
  std::optional<Array> weights = std::nullopt;
  /// Taken as in Keras 3: with a warning, and not looked at. The length of sequences is the input's.
  std::optional<int64_t> inputLength = std::nullopt;
  Regularizer activityRegularizer = {};
  std::string name = {};
  bool trainable = true;
  /// For the first layer of a Sequential without an Input: one sample's shape.
  Shape inputShape = {};
  friend bool operator==(const EmbeddingOptions &, const EmbeddingOptions &) = default;
};
/// Rows of a table by index: (batch, ...) integers to (batch, ..., outputDim). Weight: embeddings (inputDim, outputDim).
/// An index outside 0 .. inputDim-1 gives a row of NaN.
class Embedding : public Layer {
public:
  explicit Embedding(EmbeddingOptions options);
};

} // namespace tenon
#endif // TENON_LAYERS_EMBEDDING_H
