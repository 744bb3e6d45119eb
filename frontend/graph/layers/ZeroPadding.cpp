// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Emitter.h"
#include "frontend/graph/Options.h"
#include "frontend/graph/layers/DataFormat.h"
#include <tenon/layers/shaping.h>

namespace tenon {
namespace graph {

template <typename O, typename V>
void visit(O &o, V &&field) requires std::is_same_v<std::remove_const_t<O>, ZeroPadding1DOptions> ||
    std::is_same_v<std::remove_const_t<O>, ZeroPadding2DOptions> {
  field("padding", o.padding);
  field("data_format", o.dataFormat);
}

static std::vector<Margin> listOf(const Margin &margin) { return {margin}; }
static std::vector<Margin> listOf(const Margin2D &margins) { return {margins.height, margins.width}; }

template <typename Options> class ZeroPaddingNode : public LayerOf<Options> {
public:
  ZeroPaddingNode(const char *className, Options given)
      : LayerOf<Options>(className, std::move(given)), margins(listOf(this->options.padding)),
        format(*this, this->options.dataFormat) {
    for (const Margin &margin : margins)
      this->require(margin.before >= 0 && margin.after >= 0,
                    "expected padding of 0 or more, got (" + std::to_string(margin.before) + ", " +
                        std::to_string(margin.after) + ")");
  }
  bool recordsBuild() const override { return true; }
  bool takesFloats() const override { return false; }
  std::vector<TensorSpec> infer(const std::vector<TensorSpec> &inputs) const override {
    int64_t rank = margins.size() + 2;
    TensorSpec result = this->oneInput(inputs, rank, rank);
    result.shape = format.toLast(std::move(result.shape));
    for (size_t i = 0; i < margins.size(); ++i)
      if (int64_t &dim = result.shape[i + 1]; dim != None)
        dim += margins[i].before + margins[i].after;
    result.shape = format.fromLast(std::move(result.shape));
    return {result};
  }
  std::vector<mlir::Value> emit(Emitter &e, const std::vector<mlir::Value> &inputs) const override {
    std::vector<int64_t> low(e.rankOf(inputs[0])), high(low.size());
    for (size_t i = 0; i < margins.size(); ++i) {
      low[i + 1] = margins[i].before;
      high[i + 1] = margins[i].after;
    }
    mlir::Value padded = e.create<ir::PadOp>(format.toLast(e, inputs[0]), low, high, llvm::APFloat(0.0));
    return {format.fromLast(e, padded)};
  }

private:
  std::vector<Margin> margins;
  DataFormat format;
};

struct ZeroPadding1DNode : ZeroPaddingNode<ZeroPadding1DOptions> {
  explicit ZeroPadding1DNode(ZeroPadding1DOptions options) : ZeroPaddingNode("ZeroPadding1D", std::move(options)) {}
};
struct ZeroPadding2DNode : ZeroPaddingNode<ZeroPadding2DOptions> {
  explicit ZeroPadding2DNode(ZeroPadding2DOptions options) : ZeroPaddingNode("ZeroPadding2D", std::move(options)) {}
};

LayerClass rowOfZeroPadding1D() { return layerRow<ZeroPadding1DNode, ZeroPadding1DOptions>("ZeroPadding1D"); }
LayerClass rowOfZeroPadding2D() { return layerRow<ZeroPadding2DNode, ZeroPadding2DOptions>("ZeroPadding2D"); }

} // namespace graph

ZeroPadding1D::ZeroPadding1D(ZeroPadding1DOptions options)
    : Layer(std::make_shared<graph::ZeroPadding1DNode>(std::move(options))) {}
ZeroPadding2D::ZeroPadding2D(ZeroPadding2DOptions options)
    : Layer(std::make_shared<graph::ZeroPadding2DNode>(std::move(options))) {}

} // namespace tenon
