// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/LayerTable.h"

// One row per layer, sorted; each layer's file in layers/ defines rowOf<Layer>().
#define TENON_LAYERS(row)                                                                                              \
  row(Activation) row(Add) row(AveragePooling2D) row(BatchNormalization) row(Concatenate) row(Conv2D) row(Dense)       \
      row(Dropout) row(Flatten) row(GlobalAveragePooling2D) row(InputLayer) row(MaxPooling2D) row(ReLU) row(Rescaling) \
          row(Reshape) row(Softmax)

namespace tenon::graph {

#define TENON_DECLARE(name) LayerClass rowOf##name();
TENON_LAYERS(TENON_DECLARE)

const std::vector<LayerClass> &layerTable() {
#define TENON_ROW(name) rowOf##name(),
  static const std::vector<LayerClass> table = {TENON_LAYERS(TENON_ROW)};
  return table;
}

const LayerClass *findLayerClass(const std::string &name) {
  for (const LayerClass &row : layerTable())
    if (row.name == name)
      return &row;
  return nullptr;
}

} // namespace tenon::graph
