// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Emitter.h"
#include "frontend/graph/Options.h"
#include <tenon/layers/random.h>

namespace tenon {
namespace graph {

template <typename O, typename V>
void visit(O &o, V &&field) requires std::is_same_v<std::remove_const_t<O>, DropoutOptions> {
  field.required("rate", o.rate);
  ShapeWithNone noiseShape{o.noiseShape};
  field("noise_shape", noiseShape);
  field("seed", o.seed);
}

class DropoutNode : public LayerOf<DropoutOptions> {
public:
  explicit DropoutNode(DropoutOptions given) : LayerOf("Dropout", std::move(given)) {
    require(options.rate != -1, "option rate is required");
    require(options.rate >= 0 && options.rate <= 1, "expected a rate in [0, 1], got " + Json(options.rate).dump());
    for (int64_t dim : options.noiseShape)
      require(dim == None || dim > 0,
              "expected noiseShape of dimensions of 1 or more, or None, got " + shapeText(options.noiseShape));
  }
  Json callArguments() const override { return {{"training", false}}; }
  Masking masking() const override { return Masking::Passes; }
  std::vector<TensorSpec> infer(const std::vector<TensorSpec> &inputs) const override {
    const TensorSpec &input = oneInput(inputs, 1);
    bool fits = options.noiseShape.empty() || options.noiseShape.size() == input.shape.size();
    for (size_t i = 0; fits && i < options.noiseShape.size(); ++i)
      fits = options.noiseShape[i] == None || options.noiseShape[i] == 1 || options.noiseShape[i] == input.shape[i];
    require(fits, "noiseShape " + shapeText(options.noiseShape) + " does not broadcast to an input of shape " +
                      shapeText(input.shape));
    return {input};
  }
  std::vector<mlir::Value> emit(Emitter &e, const std::vector<mlir::Value> &inputs) const override {
    // The site is taken in either mode and at any rate, so that it is the same in every function.
    int64_t site = e.nextSite();
    if (e.mode() == Mode::Inference || options.rate == 0)
      return inputs;
    if (options.rate == 1)
      return {e.fill(0, inputs[0])};
    mlir::Value seed = options.seed ? e.constantI64(*options.seed) : e.seed();
    auto drop = [&](mlir::Value value) {
      return e.create<ir::DropoutOp>(value, seed, e.step(), llvm::APFloat(options.rate), site);
    };
    if (options.noiseShape.empty())
      return {drop(inputs[0])};
    return {e.multiply(inputs[0], drop(noiseOnes(e, inputs[0])))};
  }

private:
  // Ones of the noise's shape.
  mlir::Value noiseOnes(Emitter &e, mlir::Value like) const {
    std::vector<int64_t> axes;
    for (size_t axis = 0; axis < options.noiseShape.size(); ++axis) {
      axes.push_back(axis);
      if (options.noiseShape[axis] == 1)
        like = e.create<ir::SliceOp>(like, axis, 0, 1);
    }
    return e.create<ir::BroadcastLikeOp>(e.constant(1), axes, like);
  }
};

LayerClass rowOfDropout() { return layerRow<DropoutNode, DropoutOptions>("Dropout"); }

} // namespace graph

Dropout::Dropout(DropoutOptions options) : Layer(std::make_shared<graph::DropoutNode>(std::move(options))) {}

} // namespace tenon
