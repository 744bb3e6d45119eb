// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Emitter.h"
#include "frontend/graph/Options.h"
#include "frontend/graph/layers/DataFormat.h"
#include "frontend/graph/layers/Window.h"
#include <algorithm>
#include <tenon/layers/shaping.h>

namespace tenon {
namespace graph {

template <typename O, typename V>
void visit(O &o, V &&field) requires std::is_same_v<std::remove_const_t<O>, ReshapeOptions> {
  field.required("target_shape", o.targetShape);
}
template <typename O, typename V>
void visit(O &o, V &&field) requires std::is_same_v<std::remove_const_t<O>, FlattenOptions> {
  field("data_format", o.dataFormat);
}

// The elements of one sample, None when unknown.
static int64_t sampleSize(const Shape &shape) {
  int64_t size = 1;
  for (size_t i = 1; i < shape.size(); ++i)
    if (shape[i] == None)
      return None;
    else
      size *= shape[i];
  return size;
}

class ReshapeNode : public LayerOf<ReshapeOptions> {
public:
  explicit ReshapeNode(ReshapeOptions given) : LayerOf("Reshape", std::move(given)) {
    const Shape &target = options.targetShape;
    bool valid = !target.empty() && std::count(target.begin(), target.end(), -1) <= 1 &&
                 std::all_of(target.begin(), target.end(), [](int64_t dim) { return dim == -1 || dim > 0; });
    require(valid, "expected targetShape of dimensions of 1 or more and at most one -1, got " + sizesText(target));
  }
  bool takesFloats() const override { return false; }
  std::vector<TensorSpec> infer(const std::vector<TensorSpec> &inputs) const override {
    const TensorSpec &input = oneInput(inputs, 1);
    TensorSpec result{{input.shape[0]}, input.dtype};
    int64_t size = sampleSize(input.shape), known = 1;
    for (int64_t dim : options.targetShape)
      known *= dim == -1 ? 1 : dim;
    bool open = std::count(options.targetShape.begin(), options.targetShape.end(), -1) == 1;
    require(size == None || (open ? size % known == 0 : size == known), "expected an input that fits targetShape " +
                                                                            sizesText(options.targetShape) + ", got shape " +
                                                                            shapeText(input.shape));
    for (int64_t dim : options.targetShape)
      result.shape.push_back(dim != -1 ? dim : size == None ? None : size / known);
    return {result};
  }
  std::vector<mlir::Value> emit(Emitter &e, const std::vector<mlir::Value> &inputs) const override {
    Shape target{0};
    target.insert(target.end(), options.targetShape.begin(), options.targetShape.end());
    return {e.reshape(inputs[0], target)};
  }
};

class FlattenNode : public LayerOf<FlattenOptions> {
public:
  explicit FlattenNode(FlattenOptions given) : LayerOf("Flatten", std::move(given)), format(*this, options.dataFormat) {}
  bool takesFloats() const override { return false; }
  bool recordsBuild() const override { return true; }
  std::vector<TensorSpec> infer(const std::vector<TensorSpec> &inputs) const override {
    const TensorSpec &input = oneInput(inputs, 1);
    return {{{input.shape[0], sampleSize(input.shape)}, input.dtype}};
  }
  std::vector<mlir::Value> emit(Emitter &e, const std::vector<mlir::Value> &inputs) const override {
    return {e.reshape(format.toLast(e, inputs[0]), {0, -1})};
  }

private:
  DataFormat format;
};

LayerClass rowOfReshape() { return layerRow<ReshapeNode, ReshapeOptions>("Reshape"); }
LayerClass rowOfFlatten() { return layerRow<FlattenNode, FlattenOptions>("Flatten"); }

} // namespace graph

Reshape::Reshape(ReshapeOptions options) : Layer(std::make_shared<graph::ReshapeNode>(std::move(options))) {}
Flatten::Flatten(FlattenOptions options) : Layer(std::make_shared<graph::FlattenNode>(std::move(options))) {}

} // namespace tenon
