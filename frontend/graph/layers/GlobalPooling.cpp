// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Emitter.h"
#include "frontend/graph/Options.h"
#include "frontend/graph/layers/DataFormat.h"
#include <tenon/layers/pooling.h>

namespace tenon {
namespace graph {

template <typename O, typename V>
void visit(O &o, V &&field) requires std::is_same_v<std::remove_const_t<O>, GlobalPoolingOptions> {
  field("data_format", o.dataFormat);
  field("keepdims", o.keepdims);
}

class GlobalPoolingNode : public LayerOf<GlobalPoolingOptions> {
public:
  GlobalPoolingNode(const char *className, int64_t spatialAxes, GlobalPoolingOptions given)
      : LayerOf(className, std::move(given)), spatial(spatialAxes), format(*this, options.dataFormat) {}
  std::vector<TensorSpec> infer(const std::vector<TensorSpec> &inputs) const override {
    const Shape input = format.toLast(oneInput(inputs, spatial + 2, spatial + 2).shape);
    Shape out{input[0], input.back()};
    if (options.keepdims)
      out.insert(out.begin() + 1, spatial, 1);
    return {{format.fromLast(std::move(out))}};
  }
  std::vector<mlir::Value> emit(Emitter &e, const std::vector<mlir::Value> &inputs) const override {
    mlir::Value reduced = reduce(e, format.toLast(e, inputs[0]), llvm::to_vector(llvm::seq<int64_t>(1, spatial + 1)));
    return {format.fromLast(e, reduced)};
  }

protected:
  virtual mlir::Value reduce(Emitter &e, mlir::Value value, llvm::ArrayRef<int64_t> axes) const = 0;

  int64_t spatial;
  DataFormat format;
};

#define TENON_GLOBAL_POOLING(Name, axes, reduction, ...)                                                               \
  struct Name##Node : GlobalPoolingNode {                                                                              \
    explicit Name##Node(GlobalPoolingOptions options) : GlobalPoolingNode(#Name, axes, std::move(options)) {}          \
    mlir::Value reduce(Emitter &e, mlir::Value value, llvm::ArrayRef<int64_t> over) const override {                   \
      return e.reduction(value, over, options.keepdims);                                                               \
    }                                                                                                                  \
    __VA_ARGS__                                                                                                        \
  };                                                                                                                   \
  LayerClass rowOf##Name() { return layerRow<Name##Node, GlobalPoolingOptions>(#Name); }
TENON_GLOBAL_POOLING(
    GlobalAveragePooling1D, 1, reduceMean, Json callArguments() const override { return {{"mask", nullptr}}; } //
    Masking masking() const override { return Masking::Own; }                                                //
    std::vector<mlir::Value> emit(Emitter &e, const std::vector<mlir::Value> &inputs) const override {
      mlir::Value mask = e.maskOf(inputs[0]);
      if (!mask)
        return GlobalPoolingNode::emit(e, inputs);
      // Of the steps that count alone.
      mlir::Value steps = format.toLast(e, inputs[0]);
      int64_t count = e.shapeOf(steps)[1], masked = e.shapeOf(mask)[1];
      if (count != masked && count >= 0 && masked >= 0)
        fail("the mask is for " + std::to_string(masked) + " steps, the input has " + std::to_string(count) +
             (options.dataFormat == "channels_first" ? ": with dataFormat \"channels_first\" steps are the last axis" : ""));
      mlir::Value counts = e.reshape(mask, {0, 0, 1});
      mlir::Value sum = e.reduceSum(e.create<ir::SelectOp>(counts, steps, e.constant(0)), 1, options.keepdims);
      mlir::Value mean = e.divide(sum, e.reduceSum(e.toFloat(counts), 1, options.keepdims));
      return {format.fromLast(e, mean)};
    })
TENON_GLOBAL_POOLING(GlobalAveragePooling2D, 2, reduceMean)
TENON_GLOBAL_POOLING(GlobalMaxPooling1D, 1, reduceMax)
TENON_GLOBAL_POOLING(GlobalMaxPooling2D, 2, reduceMax)
#undef TENON_GLOBAL_POOLING

} // namespace graph

#define TENON_GLOBAL_POOLING(Name)                                                                                     \
  Name::Name(GlobalPoolingOptions options) : Layer(std::make_shared<graph::Name##Node>(std::move(options))) {}
TENON_GLOBAL_POOLING(GlobalAveragePooling1D)
TENON_GLOBAL_POOLING(GlobalAveragePooling2D)
TENON_GLOBAL_POOLING(GlobalMaxPooling1D)
TENON_GLOBAL_POOLING(GlobalMaxPooling2D)
#undef TENON_GLOBAL_POOLING

} // namespace tenon
