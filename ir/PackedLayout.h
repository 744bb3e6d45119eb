// SPDX-License-Identifier: Apache-2.0
// How much memory a packed tensor takes: the one place that knows, for plans, manifests and the code that packs.
#pragma once
#include "ir/Dialect.h"

namespace tenon::ir {

/// The columns that a packed type's panels hold: the last axis, backward the one before it.
inline int64_t packedColumns(mlir::RankedTensorType type) {
  auto layout = mlir::cast<PackedAttr>(type.getEncoding());
  return type.getShape()[type.getRank() - (layout.getBackward() ? 2 : 1)];
}
inline int64_t packedPanels(mlir::RankedTensorType type) {
  int64_t width = mlir::cast<PackedAttr>(type.getEncoding()).getPanel();
  return (packedColumns(type) + width - 1) / width;
}
/// Elements in memory: those of the tensor, and of a packed one the zeros that fill its last panel.
inline int64_t storedElements(mlir::RankedTensorType type) {
  auto layout = mlir::dyn_cast_or_null<PackedAttr>(type.getEncoding());
  if (!layout)
    return type.getNumElements();
  return type.getNumElements() / packedColumns(type) * packedPanels(type) * layout.getPanel();
}

} // namespace tenon::ir
