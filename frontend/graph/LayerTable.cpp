// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/LayerTable.h"

// One row per layer, sorted; each layer's file in layers/ defines rowOf<Layer>().
#define TENON_LAYERS(row)                                                                                              \
  row(Activation) row(Add) row(Average) row(AveragePooling1D) row(AveragePooling2D) row(BatchNormalization)            \
  row(Concatenate) row(Conv1D) row(Conv2D) row(Dense) row(DepthwiseConv2D) row(Dot) row(Dropout) row(Embedding) row(Flatten)          \
  row(GlobalAveragePooling1D) row(GlobalAveragePooling2D) row(GlobalMaxPooling1D) row(GlobalMaxPooling2D)              \
  row(InputLayer) row(LSTM) row(Maximum) row(MaxPooling1D) row(MaxPooling2D) row(Minimum) row(Multiply) row(ReLU)                \
  row(Rescaling) row(Reshape) row(SeparableConv2D) row(Softmax) row(Subtract) row(ZeroPadding1D) row(ZeroPadding2D)

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
