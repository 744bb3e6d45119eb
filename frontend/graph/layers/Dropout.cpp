// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Emitter.h"
#include "frontend/graph/Options.h"
#include <tenon/layers/random.h>

namespace tenon {
namespace graph {

template <typename O, typename V>
void visit(O &o, V &&field) requires std::is_same_v<std::remove_const_t<O>, DropoutOptions> {
  field.required("rate", o.rate);
  field("seed", o.seed);
  field.fixed("noise_shape", nullptr);
}

class DropoutNode : public LayerOf<DropoutOptions> {
public:
  explicit DropoutNode(DropoutOptions given) : LayerOf("Dropout", std::move(given)) {
    require(options.rate != -1, "option rate is required");
    require(options.rate >= 0 && options.rate < 1, "expected a rate in [0, 1), got " + Json(options.rate).dump());
  }
  Json callArguments() const override { return {{"training", false}}; }
  std::vector<TensorSpec> infer(const std::vector<TensorSpec> &inputs) const override { return {oneInput(inputs, 1)}; }
  std::vector<mlir::Value> emit(Emitter &e, const std::vector<mlir::Value> &inputs) const override {
    // The site is taken in either mode and at any rate, so that it is the same in every function.
    int64_t site = e.nextSite();
    if (e.mode() == Mode::Inference || options.rate == 0)
      return inputs;
    mlir::Value seed = options.seed ? e.constantI64(*options.seed) : e.seed();
    return {e.create<ir::DropoutOp>(inputs[0], seed, e.step(), llvm::APFloat(options.rate), site)};
  }
};

LayerClass rowOfDropout() { return layerRow<DropoutNode, DropoutOptions>("Dropout"); }

} // namespace graph

Dropout::Dropout(DropoutOptions options) : Layer(std::make_shared<graph::DropoutNode>(std::move(options))) {}

} // namespace tenon
