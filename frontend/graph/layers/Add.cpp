// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Emitter.h"
#include "frontend/graph/Options.h"
#include <tenon/layers/elementwise.h>

namespace tenon {
namespace graph {

template <typename O, typename V> void visit(O &, V &&) requires std::is_same_v<std::remove_const_t<O>, AddOptions> {}

class AddNode : public LayerOf<AddOptions> {
public:
  explicit AddNode(AddOptions given) : LayerOf("Add", std::move(given)) {}
  bool recordsBuild() const override { return true; }
  std::vector<TensorSpec> infer(const std::vector<TensorSpec> &inputs) const override {
    require(inputs.size() >= 2, "expected two inputs or more, got " + std::to_string(inputs.size()));
    Shape sum = inputs[0].shape;
    for (const TensorSpec &input : inputs) {
      require(input.rank() >= 1, "expected inputs of rank 1 or more, got shape ()");
      sum = broadcast(sum, input.shape, inputs);
    }
    return {{sum}};
  }
  std::vector<mlir::Value> emit(Emitter &e, const std::vector<mlir::Value> &inputs) const override {
    int64_t rank = 0;
    for (mlir::Value input : inputs)
      rank = std::max(rank, e.rankOf(input));
    mlir::Value sum;
    for (mlir::Value input : inputs) {
      mlir::Value term = expand(e, input, rank);
      sum = sum ? e.add(sum, term) : term;
    }
    return {sum};
  }

private:
  // Keras's rule: an input of lower rank gets axes of size 1 behind the batch.
  static Shape expanded(const Shape &shape, size_t rank) {
    Shape out = shape;
    out.insert(out.begin() + 1, rank - shape.size(), 1);
    return out;
  }
  Shape broadcast(const Shape &a, const Shape &b, const std::vector<TensorSpec> &inputs) const {
    size_t rank = std::max(a.size(), b.size());
    Shape x = expanded(a, rank), y = expanded(b, rank), out;
    for (size_t i = 0; i < rank; ++i) {
      if (x[i] != y[i] && x[i] != 1 && y[i] != 1 && x[i] != None && y[i] != None) {
        std::string shapes;
        for (const TensorSpec &input : inputs)
          shapes += (shapes.empty() ? "" : ", ") + shapeText(input.shape);
        fail("expected inputs of shapes that broadcast, got " + shapes);
      }
      out.push_back(x[i] == 1 ? y[i] : y[i] == 1 ? x[i] : x[i] == None ? y[i] : x[i]);
    }
    return out;
  }
  mlir::Value expand(Emitter &e, mlir::Value value, int64_t rank) const {
    llvm::ArrayRef<int64_t> shape = e.shapeOf(value);
    if (int64_t(shape.size()) == rank)
      return value;
    Shape target = expanded(Shape(shape.begin(), shape.end()), rank);
    target[0] = 0; // the operand's own
    int unknown = 0;
    for (int64_t &dim : target)
      if (mlir::ShapedType::isDynamic(dim)) {
        dim = -1;
        ++unknown;
      }
    require(unknown <= 1, "an input of lower rank may have one unknown dimension besides the batch");
    return e.reshape(value, target);
  }
};

LayerClass rowOfAdd() { return layerRow<AddNode, AddOptions>("Add"); }

} // namespace graph

Add::Add(AddOptions options) : Layer(std::make_shared<graph::AddNode>(std::move(options))) {}
Tensor add(const Tensors &inputs, AddOptions options) { return Add(std::move(options))(inputs); }

} // namespace tenon
