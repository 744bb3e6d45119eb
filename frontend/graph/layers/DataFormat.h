// SPDX-License-Identifier: Apache-2.0
// Keras's data_format: layers compute with channels last; where the user has them first, the layer's edges transpose.
// Between two such layers the transposes cancel (canonicalisation of tenon.transpose).
#pragma once
#include "frontend/graph/Emitter.h"
#include <algorithm>

namespace tenon::graph {

class DataFormat {
public:
  /// `name`: "channels_last" or "channels_first"; an Error of the layer's otherwise.
  DataFormat(const LayerNode &layer, const std::string &name) : first_(name == "channels_first") {
    if (!first_ && name != "channels_last")
      layer.fail("expected dataFormat \"channels_last\" or \"channels_first\", got \"" + name + "\"");
  }
  /// Where channels lie in a user's value of rank `rank`.
  int64_t channelAxis(int64_t rank) const { return first_ && rank > 1 ? 1 : rank - 1; }

  /// A user's shape with channels last, and one with channels last as the user's.
  Shape toLast(Shape shape) const {
    if (first_ && shape.size() > 2)
      std::rotate(shape.begin() + 1, shape.begin() + 2, shape.end());
    return shape;
  }
  Shape fromLast(Shape shape) const {
    if (first_ && shape.size() > 2)
      std::rotate(shape.begin() + 1, shape.end() - 1, shape.end());
    return shape;
  }
  /// The same for values.
  mlir::Value toLast(Emitter &e, mlir::Value value) const {
    return first_ && e.rankOf(value) > 2 ? e.moveAxis(value, 1, e.rankOf(value) - 1) : value;
  }
  mlir::Value fromLast(Emitter &e, mlir::Value value) const {
    return first_ && e.rankOf(value) > 2 ? e.moveAxis(value, e.rankOf(value) - 1, 1) : value;
  }

private:
  bool first_;
};

} // namespace tenon::graph
