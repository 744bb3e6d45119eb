// SPDX-License-Identifier: Apache-2.0
// The layers that join their inputs element by element.
#include "frontend/graph/Emitter.h"
#include "frontend/graph/Options.h"
#include <tenon/layers/merging.h>

namespace tenon {
namespace graph {

template <typename O, typename V> void visit(O &, V &&) requires std::is_same_v<std::remove_const_t<O>, MergeOptions> {}

using mlir::Value;

class MergeNode : public LayerOf<MergeOptions> {
public:
  MergeNode(const char *className, MergeOptions given) : LayerOf(className, std::move(given)) {}
  bool recordsBuild() const override { return true; }
  Masking masking() const override { return Masking::Passes; }
  std::vector<TensorSpec> infer(const std::vector<TensorSpec> &inputs) const override {
    checkCount(inputs.size());
    Shape joined = inputs[0].shape;
    for (const TensorSpec &input : inputs) {
      require(input.rank() >= 1, "expected inputs of rank 1 or more, got shape ()");
      joined = broadcast(joined, input.shape, inputs);
    }
    for (const TensorSpec &input : inputs)
      require(input.rank() == static_cast<int64_t>(joined.size()) ||
                  std::count(input.shape.begin() + 1, input.shape.end(), None) <= 1,
              "an input of lower rank may have one unknown dimension besides the batch, got " + shapesText(inputs));
    return {{joined}};
  }
  std::vector<Value> emit(Emitter &e, const std::vector<Value> &inputs) const override {
    int64_t rank = 0;
    for (Value input : inputs)
      rank = std::max(rank, e.rankOf(input));
    Value result, resultMask;
    for (Value input : inputs) {
      Value term = expand(e, input, rank), mask = changesMasked() ? elementMask(e, input, rank) : Value();
      if (mask && neutral())
        term = e.create<ir::SelectOp>(mask, term, e.constant(*neutral()));
      else if (mask && result)
        term = e.create<ir::SelectOp>(mask, term, result);
      if (!neutral() && resultMask && result)
        result = e.create<ir::SelectOp>(resultMask, result, term);
      bool bothMasked = !result || (mask && resultMask);
      resultMask = !bothMasked ? Value() : result ? e.create<ir::SelectOp>(mask, mask, resultMask) : mask;
      result = result ? join(e, result, term) : term;
    }
    if (resultMask && neutral()) // no input counts there
      result = e.create<ir::SelectOp>(resultMask, result, e.constant(0));
    return {finish(e, result, inputs.size())};
  }

  bool takesList() const override { return true; }

protected:
  /// Does Keras put other numbers in the place of masked steps: the neutral one, or without one the other inputs'?
  virtual bool changesMasked() const { return false; }
  virtual std::optional<double> neutral() const { return std::nullopt; }
  virtual void checkCount(size_t count) const {
    require(count >= 1, "expected one input or more, got none");
  }
  /// The result so far and the next input, and what is left to do at the end.
  virtual Value join(Emitter &e, Value result, Value next) const = 0;
  virtual Value finish(Emitter &, Value result, size_t) const { return result; }

private:
  // The mask of an input's steps for its elements: (batch, time, 1).
  Value elementMask(Emitter &e, Value input, int64_t rank) const {
    Value mask = e.maskOf(input);
    if (!mask)
      return {};
    require(e.rankOf(mask) + 1 == rank && e.rankOf(input) == rank,
            "an input with a mask (of an Embedding with maskZero) must have the rank of the result, (batch, time, features)");
    return e.reshape(mask, {0, 0, 1});
  }
  // Keras's rule: an input of lower rank gets axes of size 1 behind the batch.
  static Shape expanded(const Shape &shape, size_t rank) {
    Shape out = shape;
    out.insert(out.begin() + 1, rank - shape.size(), 1);
    return out;
  }
  static std::string shapesText(const std::vector<TensorSpec> &inputs) {
    std::string text;
    for (const TensorSpec &input : inputs)
      text += (text.empty() ? "" : ", ") + shapeText(input.shape);
    return text;
  }
  Shape broadcast(const Shape &a, const Shape &b, const std::vector<TensorSpec> &inputs) const {
    size_t rank = std::max(a.size(), b.size());
    Shape x = expanded(a, rank), y = expanded(b, rank), out;
    for (size_t i = 0; i < rank; ++i) {
      if (x[i] != y[i] && x[i] != 1 && y[i] != 1 && x[i] != None && y[i] != None)
        fail("expected inputs of shapes that broadcast, got " + shapesText(inputs));
      out.push_back(x[i] == 1 ? y[i] : y[i] == 1 ? x[i] : x[i] == None ? y[i] : x[i]);
    }
    return out;
  }
  static Value expand(Emitter &e, Value value, int64_t rank) {
    llvm::ArrayRef<int64_t> shape = e.shapeOf(value);
    if (int64_t(shape.size()) == rank)
      return value;
    Shape target = expanded(Shape(shape.begin(), shape.end()), rank);
    target[0] = 0; // the operand's own
    for (int64_t &dim : target)
      if (mlir::ShapedType::isDynamic(dim))
        dim = -1;
    return e.reshape(value, target);
  }
};

struct AddNode : MergeNode {
  explicit AddNode(MergeOptions options) : MergeNode("Add", std::move(options)) {}
  Value join(Emitter &e, Value result, Value next) const override { return e.add(result, next); }
};
struct SubtractNode : MergeNode {
  explicit SubtractNode(MergeOptions options) : MergeNode("Subtract", std::move(options)) {}
  void checkCount(size_t count) const override {
    require(count == 2, "expected two inputs, got " + std::to_string(count));
  }
  Value join(Emitter &e, Value result, Value next) const override { return e.subtract(result, next); }
};
struct MultiplyNode : MergeNode {
  explicit MultiplyNode(MergeOptions options) : MergeNode("Multiply", std::move(options)) {}
  bool changesMasked() const override { return true; }
  std::optional<double> neutral() const override { return 1.0; }
  Value join(Emitter &e, Value result, Value next) const override { return e.multiply(result, next); }
};
struct AverageNode : MergeNode {
  explicit AverageNode(MergeOptions options) : MergeNode("Average", std::move(options)) {}
  Value join(Emitter &e, Value result, Value next) const override { return e.add(result, next); }
  Value finish(Emitter &e, Value result, size_t count) const override { return e.divide(result, e.constant(count)); }
};
struct MaximumNode : MergeNode {
  explicit MaximumNode(MergeOptions options) : MergeNode("Maximum", std::move(options)) {}
  bool changesMasked() const override { return true; }
  Value join(Emitter &e, Value result, Value next) const override { return e.maximum(result, next); }
};
struct MinimumNode : MergeNode {
  explicit MinimumNode(MergeOptions options) : MergeNode("Minimum", std::move(options)) {}
  bool changesMasked() const override { return true; }
  Value join(Emitter &e, Value result, Value next) const override { return e.minimum(result, next); }
};

LayerClass rowOfAdd() { return layerRow<AddNode, MergeOptions>("Add"); }
LayerClass rowOfSubtract() { return layerRow<SubtractNode, MergeOptions>("Subtract"); }
LayerClass rowOfMultiply() { return layerRow<MultiplyNode, MergeOptions>("Multiply"); }
LayerClass rowOfAverage() { return layerRow<AverageNode, MergeOptions>("Average"); }
LayerClass rowOfMaximum() { return layerRow<MaximumNode, MergeOptions>("Maximum"); }
LayerClass rowOfMinimum() { return layerRow<MinimumNode, MergeOptions>("Minimum"); }

} // namespace graph

#define TENON_MERGE(Name, function)                                                                                    \
  Name::Name(MergeOptions options) : Layer(std::make_shared<graph::Name##Node>(std::move(options))) {}                 \
  Tensor function(const Tensors &inputs, MergeOptions options) { return Name(std::move(options))(inputs); }
TENON_MERGE(Add, add)
TENON_MERGE(Subtract, subtract)
TENON_MERGE(Multiply, multiply)
TENON_MERGE(Average, average)
TENON_MERGE(Maximum, maximum)
TENON_MERGE(Minimum, minimum)
#undef TENON_MERGE

} // namespace tenon
