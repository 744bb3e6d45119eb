// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Emitter.h"
#include "frontend/graph/Options.h"
#include <tenon/layers/merging.h>

namespace tenon {
namespace graph {

template <typename O, typename V>
void visit(O &o, V &&field) requires std::is_same_v<std::remove_const_t<O>, DotOptions> {
  field.required("axes", o.axes);
  field("normalize", o.normalize);
}

using mlir::Value;

class DotNode : public LayerOf<DotOptions> {
public:
  explicit DotNode(DotOptions given) : LayerOf("Dot", std::move(given)) {
    require(!options.axes.list().empty(), "option axes is required");
    require(options.axes.list().size() <= 2 && (options.axes.list().size() == 2 || !options.axes.isList()),
            "expected one axis or a pair of them, got " + std::to_string(options.axes.list().size()));
  }
  bool recordsBuild() const override { return true; }
  std::vector<TensorSpec> infer(const std::vector<TensorSpec> &inputs) const override {
    require(inputs.size() == 2, "expected two inputs, got " + std::to_string(inputs.size()));
    const Shape &a = inputs[0].shape, &b = inputs[1].shape;
    const std::string got = ", got shapes " + shapeText(a) + " and " + shapeText(b);
    require(a.size() >= 2 && b.size() >= 2, "expected inputs of rank 2 or more" + got);
    int64_t i = axisOf(inputs[0], axis(0)), j = axisOf(inputs[1], axis(1));
    require(i != 0 && j != 0, "axis 0 is the batch and cannot be summed over");
    require(a[i] == b[j] || a[i] == None || b[j] == None,
            "expected equal sizes along axis " + std::to_string(i) + " of the first input and axis " +
                std::to_string(j) + " of the second" + got);
    Shape out{a[0]};
    for (size_t d = 1; d < a.size(); ++d)
      if (d != static_cast<size_t>(i))
        out.push_back(a[d]);
    size_t fromFirst = out.size();
    for (size_t d = 1; d < b.size(); ++d)
      if (d != static_cast<size_t>(j))
        out.push_back(b[d]);
    int64_t unknown = std::count(out.begin() + fromFirst, out.end(), None) + (b[j] == None);
    require(fromFirst == 1 || unknown <= 1,
            "the second input may have one unknown dimension besides the batch" + got);
    if (out.size() == 1)
      out.push_back(1);
    return {{out}};
  }
  // Both with the summed axis last, the first's other axes and then the second's, each broadcast along the other's.
  Masking masking() const override { return Masking::Own; } // Keras's takes them, and its result has none
  bool takesList() const override { return true; }
  std::vector<Value> emit(Emitter &e, const std::vector<Value> &inputs) const override {
    Value a = summedLast(e, inputs[0], axis(0)), b = summedLast(e, inputs[1], axis(1));
    int64_t ofFirst = e.rankOf(a) - 2, ofSecond = e.rankOf(b) - 2;
    if (ofSecond > 0)
      a = withOnes(e, a, ofFirst + 1, ofSecond);
    if (ofFirst > 0)
      b = withOnes(e, b, 1, ofFirst);
    bool nothingLeft = ofFirst + ofSecond == 0;
    return {e.reduceSum(e.multiply(a, b), {ofFirst + ofSecond + 1}, /*keepdims=*/nothingLeft)};
  }

private:
  int64_t axis(size_t input) const {
    const std::vector<int64_t> &list = options.axes.list();
    return list.size() == 2 ? list[input] : list[0];
  }
  Value summedLast(Emitter &e, Value x, int64_t axis) const {
    int64_t last = e.rankOf(x) - 1;
    x = e.moveAxis(x, axis < 0 ? axis + last + 1 : axis, last);
    if (!options.normalize)
      return x;
    // Keras: x * min(1 / norm, 1 / epsilon).
    Value squares = e.reduceSum(e.multiply(x, x), {last}, /*keepdims=*/true);
    return e.divide(x, e.create<ir::SqrtOp>(e.maximum(squares, e.constant(1e-14))));
  }
  // `count` axes of size 1 in front of `axis`.
  static Value withOnes(Emitter &e, Value x, int64_t axis, int64_t count) {
    Shape target;
    for (auto [d, size] : llvm::enumerate(e.shapeOf(x))) {
      if (static_cast<int64_t>(d) == axis)
        target.insert(target.end(), count, 1);
      bool copied = static_cast<int64_t>(d) < axis; // still at its place
      target.push_back(copied ? 0 : mlir::ShapedType::isDynamic(size) ? -1 : size);
    }
    return e.reshape(x, target);
  }
};

LayerClass rowOfDot() { return layerRow<DotNode, DotOptions>("Dot"); }

} // namespace graph

Dot::Dot(DotOptions options) : Layer(std::make_shared<graph::DotNode>(std::move(options))) {}
Tensor dot(const Tensors &inputs, DotOptions options) { return Dot(std::move(options))(inputs); }

} // namespace tenon
