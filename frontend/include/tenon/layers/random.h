// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_LAYERS_RANDOM_H
#define TENON_LAYERS_RANDOM_H

#include <optional>
#include <tenon/layer.h>

namespace tenon {

struct DropoutOptions {
  /// Share of elements dropped, in [0, 1); required.
  double rate = -1;
  std::optional<int64_t> seed = std::nullopt;
  std::string name = {};
  bool trainable = true;
  friend bool operator==(const DropoutOptions &, const DropoutOptions &) = default;
};
/// Training: zeroes a random share of the elements and scales the others by 1 / (1 - rate); inference: nothing.
class Dropout : public Layer {
public:
  explicit Dropout(DropoutOptions options);
};

} // namespace tenon
#endif // TENON_LAYERS_RANDOM_H
