// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_LAYERS_RANDOM_H
#define TENON_LAYERS_RANDOM_H

#include <optional>
#include <tenon/layer.h>
#include <tenon/regularizers.h>

namespace tenon {

struct DropoutOptions {
  /// Share of elements dropped, in [0, 1]; required.
  double rate = -1;
  /// Shape of what is drawn, with the batch: 1 along axes whose elements are dropped together, None where it is the
  /// input's; empty: the input's shape.
  Shape noiseShape = {};
  std::optional<int64_t> seed = std::nullopt;
  Regularizer activityRegularizer = std::nullopt;
  std::string name = {};
  bool trainable = true;
  /// For the first layer of a Sequential without an Input: one sample's shape.
  Shape inputShape = {};
  friend bool operator==(const DropoutOptions &, const DropoutOptions &) = default;
};
/// Training: zeroes a random share of the elements and scales the others by 1 / (1 - rate); inference: nothing.
class Dropout : public Layer {
public:
  explicit Dropout(DropoutOptions options);
};

} // namespace tenon
#endif // TENON_LAYERS_RANDOM_H
