// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Emitter.h"
#include "frontend/graph/Options.h"
#include "frontend/graph/layers/DataFormat.h"
#include "frontend/graph/layers/Window.h"
#include <tenon/layers/pooling.h>

namespace tenon {
namespace graph {

template <typename O>
concept AveragePoolingArguments = std::is_same_v<std::remove_const_t<O>, AveragePooling1DOptions> ||
    std::is_same_v<std::remove_const_t<O>, AveragePooling2DOptions>;
template <typename O>
concept PoolingArguments = AveragePoolingArguments<O> || std::is_same_v<std::remove_const_t<O>, MaxPooling1DOptions> ||
    std::is_same_v<std::remove_const_t<O>, MaxPooling2DOptions>;

template <PoolingArguments O, typename V> void visit(O &o, V &&field) {
  if constexpr (AveragePoolingArguments<O>)
    field.required("pool_size", o.poolSize);
  else
    field("pool_size", o.poolSize);
  field("strides", o.strides);
  field("padding", o.padding);
  field("data_format", o.dataFormat);
}

template <typename Options, typename Op> class PoolingNode : public LayerOf<Options> {
public:
  PoolingNode(const char *className, Options given)
      : LayerOf<Options>(className, resolved(std::move(given))),
        window(*this, "poolSize", this->options.poolSize, this->options.strides, decltype(Options::strides)(1),
               this->options.padding),
        format(*this, this->options.dataFormat) {}
  std::vector<TensorSpec> infer(const std::vector<TensorSpec> &inputs) const override {
    const Shape input = format.toLast(this->oneInput(inputs, window.rank() + 2, window.rank() + 2).shape);
    return {{format.fromLast(window.output(*this, input, input.back()))}};
  }
  std::vector<mlir::Value> emit(Emitter &e, const std::vector<mlir::Value> &inputs) const override {
    mlir::Value pooled = e.create<Op>(format.toLast(e, inputs[0]), window.sizes(), window.steps(), window.padding());
    return {format.fromLast(e, pooled)};
  }

private:
  static Options resolved(Options options) {
    if (!options.strides.given())
      options.strides = options.poolSize; // as Keras's config has them
    return options;
  }
  Window window;
  DataFormat format;
};

#define TENON_POOLING(Name, Op)                                                                                        \
  struct Name##Node : PoolingNode<Name##Options, ir::Op> {                                                             \
    explicit Name##Node(Name##Options options) : PoolingNode(#Name, std::move(options)) {}                             \
  };                                                                                                                   \
  LayerClass rowOf##Name() { return layerRow<Name##Node, Name##Options>(#Name); }
TENON_POOLING(AveragePooling1D, AvgPoolOp)
TENON_POOLING(AveragePooling2D, AvgPoolOp)
TENON_POOLING(MaxPooling1D, MaxPoolOp)
TENON_POOLING(MaxPooling2D, MaxPoolOp)
#undef TENON_POOLING

} // namespace graph

#define TENON_POOLING(Name)                                                                                            \
  Name::Name(Name##Options options) : Layer(std::make_shared<graph::Name##Node>(std::move(options))) {}
TENON_POOLING(AveragePooling1D)
TENON_POOLING(AveragePooling2D)
TENON_POOLING(MaxPooling1D)
TENON_POOLING(MaxPooling2D)
#undef TENON_POOLING

} // namespace tenon
