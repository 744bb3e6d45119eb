// SPDX-License-Identifier: Apache-2.0
#include "OpCases.h"
#include "ir/Dialect.h"
#include <algorithm>
#include <map>

using namespace mlir;
using namespace tenon::ir;

namespace tenon::tests {
namespace {
using Ints = std::vector<int64_t>;
using Build = std::function<Operation *(ImplicitLocOpBuilder &, ValueRange)>;

template <typename Op> Build unary() {
  return [](ImplicitLocOpBuilder &b, ValueRange x) { return Op::create(b, x[0]); };
}
template <typename Op> Build binary() {
  return [](ImplicitLocOpBuilder &b, ValueRange x) { return Op::create(b, x[0], x[1]); };
}
Build select() {
  return [](ImplicitLocOpBuilder &b, ValueRange x) { return SelectOp::create(b, x[0], x[1], x[2]); };
}
Build convert(std::function<Type(Builder &)> to) {
  return [=](ImplicitLocOpBuilder &b, ValueRange x) { return ConvertOp::create(b, x[0], to(b)); };
}
Build matmul(bool transposeLhs, bool transposeRhs) {
  return [=](ImplicitLocOpBuilder &b, ValueRange x) {
    return MatmulOp::create(b, x[0], x[1], transposeLhs, transposeRhs);
  };
}
Build conv(Ints strides, Ints padding, Ints dilations, int64_t groups = 1) {
  return [=](ImplicitLocOpBuilder &b, ValueRange x) {
    return ConvOp::create(b, x[0], x[1], strides, padding, dilations, groups);
  };
}
template <typename Op> Build convGrad(Ints strides, Ints padding, Ints dilations, int64_t groups = 1) {
  return [=](ImplicitLocOpBuilder &b, ValueRange x) {
    return Op::create(b, x[0], x[1], strides, padding, dilations, groups, x[2]);
  };
}
template <typename Op> Build pool(Ints window, Ints strides, Ints padding) {
  return [=](ImplicitLocOpBuilder &b, ValueRange x) { return Op::create(b, x[0], window, strides, padding); };
}
Build maxPoolGrad(Ints window, Ints strides, Ints padding) {
  return [=](ImplicitLocOpBuilder &b, ValueRange x) {
    return MaxPoolGradOp::create(b, x[0], x[1], window, strides, padding);
  };
}
Build avgPoolGrad(Ints window, Ints strides, Ints padding) {
  return [=](ImplicitLocOpBuilder &b, ValueRange x) {
    return AvgPoolGradOp::create(b, x[0], window, strides, padding, x[1]);
  };
}
Build batchNorm(double epsilon) {
  return [=](ImplicitLocOpBuilder &b, ValueRange x) {
    return BatchNormOp::create(b, x[0], x[1], x[2], x[3], x[4], llvm::APFloat(epsilon));
  };
}
template <typename Op> Build reduce(Ints axes, bool keepdims) {
  return [=](ImplicitLocOpBuilder &b, ValueRange x) { return Op::create(b, x[0], axes, keepdims); };
}
template <typename Op> Build axesOf(Ints axes) {
  return [=](ImplicitLocOpBuilder &b, ValueRange x) { return Op::create(b, x[0], axes); };
}
Build broadcastLike(Ints axes) {
  return [=](ImplicitLocOpBuilder &b, ValueRange x) { return BroadcastLikeOp::create(b, x[0], axes, x[1]); };
}
Build concat(int64_t axis) {
  return [=](ImplicitLocOpBuilder &b, ValueRange x) { return ConcatOp::create(b, x, axis); };
}
Build slice(int64_t axis, int64_t start, int64_t size) {
  return [=](ImplicitLocOpBuilder &b, ValueRange x) { return SliceOp::create(b, x[0], axis, start, size); };
}
Build pad(Ints low, Ints high, double value) {
  return [=](ImplicitLocOpBuilder &b, ValueRange x) { return PadOp::create(b, x[0], low, high, llvm::APFloat(value)); };
}
Build oneHot(int64_t classes) {
  return [=](ImplicitLocOpBuilder &b, ValueRange x) { return OneHotOp::create(b, x[0], classes); };
}
Build dropout(double rate) {
  return [=](ImplicitLocOpBuilder &b, ValueRange x) {
    return DropoutOp::create(b, x[0], x[1], x[2], llvm::APFloat(rate), 7);
  };
}
Build pack(int64_t panel, bool backward) {
  return [=](ImplicitLocOpBuilder &b, ValueRange x) {
    return PackOp::create(b, x[0], PackedAttr::get(b.getContext(), panel, backward));
  };
}
// A body as (arguments) -> yielded values; the operands by kind in their order.
using Body = std::function<SmallVector<Value>(ImplicitLocOpBuilder &, ValueRange)>;
Build scan(unsigned sequences, unsigned carried, bool reverse, Body body) {
  return [=](ImplicitLocOpBuilder &b, ValueRange x) {
    auto block = std::make_unique<Block>();
    for (auto [i, operand] : llvm::enumerate(x)) {
      auto type = cast<RankedTensorType>(operand.getType());
      block->addArgument(i < sequences ? RankedTensorType::get(type.getShape().drop_front(), type.getElementType()) : type, b.getLoc());
    }
    ImplicitLocOpBuilder inner(b.getLoc(), b.getContext());
    inner.setInsertionPointToEnd(block.get());
    SmallVector<Value> yields = body(inner, block->getArguments());
    YieldOp::create(inner, yields);
    SmallVector<Type> types;
    for (auto [i, value] : llvm::enumerate(yields)) {
      auto type = cast<RankedTensorType>(value.getType());
      SmallVector<int64_t> shape{cast<RankedTensorType>(x[0].getType()).getDimSize(0)};
      llvm::append_range(shape, type.getShape());
      types.push_back(i < carried ? x[sequences + i].getType() : RankedTensorType::get(shape, type.getElementType()));
    }
    auto op = ScanOp::create(b, types, x.take_front(sequences), x.slice(sequences, carried), x.drop_front(sequences + carried), reverse);
    op.getBody().push_back(block.release());
    return op;
  };
}
// x, h, c, U -> h', c', h': what an LSTM layer does in a step.
SmallVector<Value> lstmStep(ImplicitLocOpBuilder &b, ValueRange a) {
  Value z = AddOp::create(b, MatmulOp::create(b, a[1], a[3]), a[0]);
  int64_t units = cast<RankedTensorType>(a[1].getType()).getDimSize(1);
  auto gate = [&](int64_t i) -> Value { return SliceOp::create(b, z, 1, i * units, units); };
  auto sigmoid = [&](Value v) -> Value { return SigmoidOp::create(b, v); };
  auto times = [&](Value l, Value r) -> Value { return MultiplyOp::create(b, l, r); };
  Value in = times(sigmoid(gate(0)), TanhOp::create(b, gate(2)));
  Value c = AddOp::create(b, times(sigmoid(gate(1)), a[2]), in);
  Value h = times(sigmoid(gate(3)), TanhOp::create(b, c));
  return {h, c, h};
}
// x, mask, h, W, U, bias -> h', h' with the old state where the mask is 0.
SmallVector<Value> maskedStep(ImplicitLocOpBuilder &b, ValueRange a) {
  Value sum = AddOp::create(b, MatmulOp::create(b, a[0], a[3]), MatmulOp::create(b, a[2], a[4]));
  Value next = TanhOp::create(b, AddOp::create(b, sum, a[5]));
  Value h = SelectOp::create(b, a[1], next, a[2]);
  return {h, h};
}
// x, p, q, scale -> q, p * x * scale, p, x: a carried value handed on, one stacked before it changes, a step passed through.
SmallVector<Value> swappingStep(ImplicitLocOpBuilder &b, ValueRange a) {
  Value product = MultiplyOp::create(b, MultiplyOp::create(b, a[1], a[0]), a[3]);
  return {a[2], product, a[1], a[0]};
}
// x, W -> relu(x W), nothing carried.
SmallVector<Value> mapStep(ImplicitLocOpBuilder &b, ValueRange a) {
  return {TanhOp::create(b, MatmulOp::create(b, a[0], a[1]))};
}
Type i32(Builder &b) { return b.getI32Type(); }
Type i64(Builder &b) { return b.getI64Type(); }
Type i8(Builder &b) { return b.getI8Type(); }
Type f32(Builder &b) { return b.getF32Type(); }

// Every binary op in the same shapes.
template <typename Op>
void addBinary(std::vector<OpCase> &cases, const std::string &name, Gradient gradient, Fill fill = Fill::Any) {
  auto add = [&](const char *variant, const char *lhs, const char *rhs) {
    cases.push_back({name + variant, {{lhs, fill}, {rhs, fill}}, binary<Op>(), gradient});
  };
  add("", "3x4xf32", "3x4xf32");
  add("/dynamic", "BxTx5xf32", "BxTx5xf32");
  add("/bias", "Bx3x5xf32", "5xf32");
  add("/column", "Bx6xf32", "Bx1xf32");
  add("/scalar", "f32", "Bx17xf32");
  add("/outer", "4x1xf32", "2x1x3xf32");
}
template <typename Op> void addUnary(std::vector<OpCase> &cases, const std::string &name, Fill fill = Fill::Any) {
  cases.push_back({name, {{"Bx19xf32", fill}}, unary<Op>()});
  cases.push_back({name + "/scalar", {{"f32", fill}}, unary<Op>()});
  cases.push_back({name + "/dynamic", {{"BxTx3xf32", fill}}, unary<Op>()});
}

// A depthwise convolution and both its gradients. Every window fits where sizes are dynamic.
void addDepthwise(std::vector<OpCase> &cases, const std::string &variant, const char *input, const char *filter,
                  const char *output, Ints strides, Ints padding, Ints dilations, int64_t channels) {
  cases.push_back({"conv/depthwise_" + variant, {{input}, {filter}}, conv(strides, padding, dilations, channels)});
  cases.push_back({"conv_filter_grad/depthwise_" + variant,
                   {{input}, {output}, {filter}},
                   convGrad<ConvFilterGradOp>(strides, padding, dilations, channels),
                   Gradient::None});
  cases.push_back({"conv_input_grad/depthwise_" + variant,
                   {{output}, {filter}, {input}},
                   convGrad<ConvInputGradOp>(strides, padding, dilations, channels),
                   Gradient::None});
}

std::vector<OpCase> makeCases() {
  constexpr Gradient none = Gradient::None, flows = Gradient::Flows;
  std::vector<OpCase> cases;

  addBinary<AddOp>(cases, "add", flows);
  addBinary<SubtractOp>(cases, "subtract", flows);
  addBinary<MultiplyOp>(cases, "multiply", flows);
  addBinary<DivideOp>(cases, "divide", flows, Fill::Positive);
  addBinary<MaximumOp>(cases, "maximum", flows);
  addBinary<MinimumOp>(cases, "minimum", flows);
  addBinary<GreaterOp>(cases, "greater", none, Fill::Ties);
  addBinary<GreaterEqualOp>(cases, "greater_equal", none, Fill::Ties);
  addBinary<EqualOp>(cases, "equal", none, Fill::Ties);
  cases.push_back({"add/i64", {{"i64", Fill::Index}, {"i64", Fill::Index}}, binary<AddOp>(), none});
  cases.push_back({"equal/i32", {{"Bxi32", Fill::Index}, {"Bxi32", Fill::Index}}, binary<EqualOp>(), none});

  addUnary<NegateOp>(cases, "negate");
  addUnary<AbsOp>(cases, "abs");
  addUnary<ExpOp>(cases, "exp");
  addUnary<LogOp>(cases, "log", Fill::Positive);
  addUnary<SqrtOp>(cases, "sqrt", Fill::Positive);
  addUnary<TanhOp>(cases, "tanh");
  addUnary<SigmoidOp>(cases, "sigmoid");
  addUnary<ReluOp>(cases, "relu");

  cases.push_back({"select", {{"Bx9xi8", Fill::Mask}, {"Bx9xf32"}, {"Bx9xf32"}}, select()});
  cases.push_back({"select/broadcast", {{"Bx1xi8", Fill::Mask}, {"Bx9xf32"}, {"f32"}}, select()});
  cases.push_back({"select/i32", {{"5xi8", Fill::Mask}, {"5xi32", Fill::Index}, {"i32", Fill::Index}}, select(), none});
  cases.push_back({"convert/truncate", {{"Bx9xf32"}}, convert(i32), none});
  cases.push_back({"convert/mask", {{"Bx9xi8", Fill::Mask}}, convert(f32), none});
  cases.push_back({"convert/index", {{"Bxi32", Fill::Index}}, convert(f32), none});
  cases.push_back({"convert/widen", {{"Bxi32", Fill::Index}}, convert(i64), none});
  cases.push_back({"convert/to_mask", {{"Bx3xf32", Fill::Unit}}, convert(i8), none});
  cases.push_back({"convert/step", {{"i64", Fill::Index}}, convert(f32), none});

  cases.push_back({"matmul", {{"Bx20xf32"}, {"20x10xf32"}}, matmul(false, false)});
  cases.push_back({"matmul/vector", {{"7xf32"}, {"7x5xf32"}}, matmul(false, false)});
  cases.push_back({"matmul/vector_transpose_rhs", {{"7xf32"}, {"5x7xf32"}}, matmul(false, true)});
  cases.push_back({"matmul/sequence", {{"BxTx6xf32"}, {"6x33xf32"}}, matmul(false, false)});
  cases.push_back({"matmul/transpose_rhs", {{"Bx10xf32"}, {"20x10xf32"}}, matmul(false, true)});
  cases.push_back({"matmul/transpose_lhs", {{"Bx12xf32"}, {"Bx17xf32"}}, matmul(true, false)});
  cases.push_back({"matmul/transpose_lhs_sequence", {{"BxTx4xf32"}, {"BxTx3xf32"}}, matmul(true, false)});
  // Large enough that the compiled kernel copies both operands.
  cases.push_back({"matmul/transpose_lhs_packed", {{"Bx19xf32"}, {"Bx200xf32"}}, matmul(true, false)});
  cases.push_back({"matmul/transpose_lhs_packed_sequence", {{"BxTx19xf32"}, {"BxTx200xf32"}}, matmul(true, false)});
  cases.push_back({"matmul/transpose_lhs_long", {{"Bx270x2xf32"}, {"Bx270x18xf32"}}, matmul(true, false)});

  cases.push_back({"conv", {{"Bx5x6x3xf32"}, {"3x3x3x4xf32"}}, conv({1, 1}, {0, 0, 0, 0}, {1, 1})});
  cases.push_back({"conv/same", {{"Bx5x4x3xf32"}, {"3x3x3x8xf32"}}, conv({1, 1}, {-1, -1, -1, -1}, {1, 1})});
  cases.push_back({"conv/same_strided", {{"Bx6x7x2xf32"}, {"3x2x2x5xf32"}}, conv({2, 3}, {-1, -1, -1, -1}, {1, 1})});
  cases.push_back({"conv/padded", {{"Bx4x5x2xf32"}, {"3x3x2x3xf32"}}, conv({2, 1}, {1, 0, 2, 1}, {1, 1})});
  cases.push_back({"conv/pointwise", {{"Bx4x4x6xf32"}, {"1x1x6x16xf32"}}, conv({1, 1}, {0, 0, 0, 0}, {1, 1})});
  cases.push_back({"conv/dilated", {{"Bx7x6x2xf32"}, {"3x2x2x3xf32"}}, conv({1, 1}, {-1, -1, 0, 0}, {2, 3})});
  cases.push_back({"conv/groups", {{"Bx4x4x4xf32"}, {"3x3x2x6xf32"}}, conv({1, 1}, {1, 1, 1, 1}, {1, 1}, 2)});
  cases.push_back({"conv/1d", {{"Bx9x3xf32"}, {"4x3x5xf32"}}, conv({2}, {-1, -1}, {1})});
  cases.push_back({"conv/3d", {{"Bx3x4x3x2xf32"}, {"2x2x2x2x3xf32"}}, conv({1, 1, 1}, {0, 0, 0, 0, 1, 0}, {1, 1, 1})});
  cases.push_back({"conv/dynamic_image", {{"BxHxWx2xf32"}, {"3x3x2x4xf32"}}, conv({2, 1}, {-1, -1, 1, 1}, {1, 1})});
  cases.push_back({"conv/1d_dilated", {{"BxTx3xf32"}, {"3x3x5xf32"}}, conv({1}, {4, 0}, {2})});
  cases.push_back({"conv/depthwise", {{"Bx5x4x3xf32"}, {"3x2x1x6xf32"}}, conv({2, 1}, {-1, -1, -1, -1}, {1, 1}, 3)});
  addDepthwise(cases, "same", "Bx5x6x19xf32", "3x3x1x19xf32", "Bx5x6x19xf32", {1, 1}, {-1, -1, -1, -1}, {1, 1}, 19);
  addDepthwise(cases, "wide", "2x1x40x18xf32", "1x5x1x18xf32", "2x1x40x18xf32", {1, 1}, {0, 0, 2, 2}, {1, 1}, 18);
  addDepthwise(cases, "valid", "Bx5x31x9xf32", "2x3x1x9xf32", "Bx4x29x9xf32", {1, 1}, {0, 0, 0, 0}, {1, 1}, 9);
  addDepthwise(cases, "strided", "Bx6x7x8xf32", "3x2x1x8xf32", "Bx3x3x8xf32", {2, 3}, {-1, -1, -1, -1}, {1, 1}, 8);
  addDepthwise(cases, "strided_wide", "Bx4x33x5xf32", "3x3x1x5xf32", "Bx2x17x5xf32", {2, 2}, {1, 1, 1, 1}, {1, 1}, 5);
  addDepthwise(cases, "dilated", "Bx7x9x4xf32", "3x2x1x4xf32", "Bx7x6x4xf32", {1, 1}, {-1, -1, 0, 0}, {2, 3}, 4);
  addDepthwise(cases, "long", "Bx50x3xf32", "33x1x3xf32", "Bx50x3xf32", {1}, {-1, -1}, {1}, 3);
  addDepthwise(cases, "1d", "Bx9x6xf32", "4x1x6xf32", "Bx5x6xf32", {2}, {-1, -1}, {1}, 6);
  addDepthwise(cases, "1d_causal", "Bx9x6xf32", "3x1x6xf32", "Bx9x6xf32", {1}, {4, 0}, {2}, 6);
  addDepthwise(cases, "twice", "Bx4x5x13xf32", "3x3x1x26xf32", "Bx4x5x26xf32", {1, 1}, {1, 1, 1, 1}, {1, 1}, 13);
  addDepthwise(cases, "thrice", "Bx4x5x5xf32", "2x3x1x15xf32", "Bx4x5x15xf32", {1, 1}, {-1, -1, -1, -1}, {1, 1}, 5);
  addDepthwise(cases, "many", "Bx3x4x3xf32", "2x2x1x72xf32", "Bx2x3x72xf32", {1, 1}, {0, 0, 0, 0}, {1, 1}, 3);
  addDepthwise(cases, "dynamic", "BxHxWx6xf32", "3x3x1x6xf32", "BxHxWx6xf32", {1, 1}, {-1, -1, -1, -1}, {1, 1}, 6);
  cases.push_back({"conv/depthwise_dynamic_strided", {{"Bx5xWx6xf32"}, {"3x3x1x12xf32"}}, conv({2, 2}, {1, 1, -1, -1}, {1, 1}, 6)});
  addDepthwise(cases, "dynamic_1d", "BxTx7xf32", "3x1x7xf32", "BxTx7xf32", {1}, {2, 0}, {1}, 7);
  cases.push_back({"conv_input_grad",
                   {{"Bx3x4x4xf32"}, {"3x3x3x4xf32"}, {"Bx5x6x3xf32"}},
                   convGrad<ConvInputGradOp>({1, 1}, {0, 0, 0, 0}, {1, 1}),
                   none});
  cases.push_back({"conv_input_grad/same",
                   {{"Bx5x4x8xf32"}, {"3x3x3x8xf32"}, {"Bx5x4x3xf32"}},
                   convGrad<ConvInputGradOp>({1, 1}, {-1, -1, -1, -1}, {1, 1}),
                   none});
  cases.push_back({"conv_input_grad/same_strided",
                   {{"Bx3x3x5xf32"}, {"3x2x2x5xf32"}, {"Bx6x7x2xf32"}},
                   convGrad<ConvInputGradOp>({2, 3}, {-1, -1, -1, -1}, {1, 1}),
                   none});
  cases.push_back({"conv_input_grad/pointwise",
                   {{"Bx4x4x16xf32"}, {"1x1x6x16xf32"}, {"Bx4x4x6xf32"}},
                   convGrad<ConvInputGradOp>({1, 1}, {0, 0, 0, 0}, {1, 1}),
                   none});
  cases.push_back({"conv_input_grad/strided_large",
                   {{"Bx2x2x200xf32"}, {"3x3x160x200xf32"}, {"Bx4x4x160xf32"}},
                   convGrad<ConvInputGradOp>({2, 2}, {-1, -1, -1, -1}, {1, 1}),
                   none});
  cases.push_back({"conv_filter_grad",
                   {{"Bx5x6x3xf32"}, {"Bx3x4x4xf32"}, {"3x3x3x4xf32"}},
                   convGrad<ConvFilterGradOp>({1, 1}, {0, 0, 0, 0}, {1, 1}),
                   none});
  cases.push_back({"conv_filter_grad/same",
                   {{"Bx5x4x3xf32"}, {"Bx5x4x8xf32"}, {"3x3x3x8xf32"}},
                   convGrad<ConvFilterGradOp>({1, 1}, {-1, -1, -1, -1}, {1, 1}),
                   none});
  cases.push_back({"conv_filter_grad/same_strided",
                   {{"Bx6x7x2xf32"}, {"Bx3x3x5xf32"}, {"3x2x2x5xf32"}},
                   convGrad<ConvFilterGradOp>({2, 3}, {-1, -1, -1, -1}, {1, 1}),
                   none});
  // More pixels than a block of the compiled kernel has: of many lines, of one line.
  cases.push_back({"conv_filter_grad/many_lines",
                   {{"Bx23x29x5xf32"}, {"Bx23x29x19xf32"}, {"3x3x5x19xf32"}},
                   convGrad<ConvFilterGradOp>({1, 1}, {-1, -1, -1, -1}, {1, 1}),
                   none});
  cases.push_back({"conv_filter_grad/long_line",
                   {{"Bx1300x9xf32"}, {"Bx650x33xf32"}, {"3x9x33xf32"}},
                   convGrad<ConvFilterGradOp>({2}, {-1, -1}, {1}),
                   none});
  cases.push_back({"conv_filter_grad/packed",
                   {{"Bx8x62x8xf32"}, {"Bx6x58x40xf32"}, {"3x3x8x40xf32"}},
                   convGrad<ConvFilterGradOp>({1, 1}, {0, 0, 0, 0}, {1, 2}),
                   none});
  cases.push_back({"conv_filter_grad/packed_1d",
                   {{"Bx300x14xf32"}, {"Bx300x50xf32"}, {"5x14x50xf32"}},
                   convGrad<ConvFilterGradOp>({1}, {-1, -1}, {1}),
                   none});
  cases.push_back({"conv_filter_grad/pointwise_strided",
                   {{"Bx7x9x13xf32"}, {"Bx4x5x200xf32"}, {"1x1x13x200xf32"}},
                   convGrad<ConvFilterGradOp>({2, 2}, {-1, -1, -1, -1}, {1, 1}),
                   none});
  cases.push_back({"conv_filter_grad/pointwise",
                   {{"Bx4x4x6xf32"}, {"Bx4x4x16xf32"}, {"1x1x6x16xf32"}},
                   convGrad<ConvFilterGradOp>({1, 1}, {0, 0, 0, 0}, {1, 1}),
                   none});

  cases.push_back({"max_pool", {{"Bx4x6x5xf32"}}, pool<MaxPoolOp>({2, 2}, {2, 2}, {0, 0, 0, 0})});
  cases.push_back({"max_pool/same", {{"Bx5x5x3xf32"}}, pool<MaxPoolOp>({3, 2}, {2, 2}, {-1, -1, -1, -1})});
  cases.push_back({"max_pool/padded", {{"BxHx4x3xf32"}}, pool<MaxPoolOp>({3, 3}, {1, 2}, {1, 1, 1, 0})});
  cases.push_back({"avg_pool", {{"Bx4x6x5xf32"}}, pool<AvgPoolOp>({2, 2}, {2, 2}, {0, 0, 0, 0})});
  cases.push_back({"avg_pool/same", {{"Bx5x5x3xf32"}}, pool<AvgPoolOp>({3, 2}, {2, 2}, {-1, -1, -1, -1})});
  cases.push_back({"avg_pool/padded", {{"BxHx4x3xf32"}}, pool<AvgPoolOp>({3, 3}, {1, 2}, {1, 1, 1, 0})});
  cases.push_back({"max_pool/1d", {{"BxTx5xf32"}}, pool<MaxPoolOp>({3}, {2}, {-1, -1})});
  cases.push_back({"avg_pool/1d", {{"Bx9x5xf32"}}, pool<AvgPoolOp>({4}, {3}, {0, 0})});
  cases.push_back({"max_pool_grad",
                   {{"Bx4x6x5xf32", Fill::Ties}, {"Bx2x3x5xf32"}},
                   maxPoolGrad({2, 2}, {2, 2}, {0, 0, 0, 0}),
                   none});
  cases.push_back({"max_pool_grad/overlapping",
                   {{"Bx5x5x3xf32"}, {"Bx3x3x3xf32"}},
                   maxPoolGrad({3, 2}, {2, 2}, {-1, -1, -1, -1}),
                   none});
  cases.push_back(
      {"avg_pool_grad", {{"Bx2x3x5xf32"}, {"Bx4x6x5xf32"}}, avgPoolGrad({2, 2}, {2, 2}, {0, 0, 0, 0}), none});
  cases.push_back({"avg_pool_grad/overlapping",
                   {{"Bx3x3x3xf32"}, {"Bx5x5x3xf32"}},
                   avgPoolGrad({3, 2}, {2, 2}, {-1, -1, -1, -1}),
                   none});

  std::vector<OperandSpec> vectors = {{"6xf32"}, {"6xf32"}, {"6xf32"}, {"6xf32", Fill::Positive}};
  auto normalized = [&](const char *input) {
    std::vector<OperandSpec> operands = {{input}};
    operands.insert(operands.end(), vectors.begin(), vectors.end());
    return operands;
  };
  cases.push_back({"batch_norm", normalized("Bx6xf32"), batchNorm(1e-3)});
  cases.push_back({"batch_norm/image", normalized("Bx3xWx6xf32"), batchNorm(1e-3)});
  cases.push_back({"moments", {{"Bx6xf32"}}, unary<MomentsOp>()});
  cases.push_back({"moments/image", {{"Bx3xWx4xf32"}}, unary<MomentsOp>()});
  cases.push_back({"softmax", {{"Bx10xf32"}}, unary<SoftmaxOp>()});
  cases.push_back({"softmax/dynamic", {{"BxTx17xf32"}}, unary<SoftmaxOp>()});
  cases.push_back({"softmax/vector", {{"5xf32"}}, unary<SoftmaxOp>()});

  cases.push_back({"reduce_sum", {{"Bx5xf32"}}, reduce<ReduceSumOp>({0}, false)});
  cases.push_back({"reduce_sum/all", {{"BxTx5xf32"}}, reduce<ReduceSumOp>({0, 1, 2}, false)});
  cases.push_back({"reduce_sum/rows", {{"BxTx19xf32"}}, reduce<ReduceSumOp>({2}, true)});
  cases.push_back({"reduce_sum/channels", {{"Bx3xWx4xf32"}}, reduce<ReduceSumOp>({0, 1, 2}, false)});
  cases.push_back({"reduce_sum/spatial", {{"Bx3xWx4xf32"}}, reduce<ReduceSumOp>({1, 2}, false)});
  cases.push_back({"reduce_max", {{"Bx5xf32"}}, reduce<ReduceMaxOp>({0}, false)});
  cases.push_back({"reduce_max/rows", {{"BxTx19xf32"}}, reduce<ReduceMaxOp>({2}, true)});
  cases.push_back({"reduce_max/spatial", {{"Bx3xWx4xf32"}}, reduce<ReduceMaxOp>({1, 2}, false)});
  cases.push_back({"argmax", {{"BxTx9xf32", Fill::Ties}}, unary<ArgmaxOp>(), none});
  cases.push_back({"count", {{"BxTx9xf32"}}, axesOf<CountOp>({0, 1}), none});
  cases.push_back({"count/none", {{"BxTx9xf32"}}, axesOf<CountOp>({}), none});

  cases.push_back({"reshape", {{"Bx4x3xf32"}}, axesOf<ReshapeOp>({0, -1})});
  cases.push_back({"reshape/split", {{"Bx12xf32"}}, axesOf<ReshapeOp>({-1, 2, 3, 2})});
  cases.push_back({"reshape/dynamic", {{"BxTx6xf32"}}, axesOf<ReshapeOp>({0, 0, 2, 3})});
  cases.push_back({"reshape/rows", {{"BxTx6xf32"}}, axesOf<ReshapeOp>({-1, 6})});
  cases.push_back({"reshape_like", {{"Bx12xf32"}, {"Bx2x6xf32"}}, binary<ReshapeLikeOp>()});
  cases.push_back({"reshape_like/i32", {{"Bx1xi32", Fill::Index}, {"Bxf32"}}, binary<ReshapeLikeOp>(), none});
  cases.push_back({"broadcast_like", {{"Bx5xf32"}, {"BxTx5xf32"}}, broadcastLike({1})});
  cases.push_back({"broadcast_like/kept", {{"Bx1x5xf32"}, {"BxTx5xf32"}}, broadcastLike({1})});
  cases.push_back({"broadcast_like/scalar", {{"f32"}, {"Bx6xf32"}}, broadcastLike({0, 1})});
  cases.push_back({"transpose", {{"BxTx3xf32"}}, axesOf<TransposeOp>({2, 0, 1})});
  cases.push_back({"transpose/matrix", {{"4x5xf32"}}, axesOf<TransposeOp>({1, 0})});
  cases.push_back({"concat", {{"Bx2x3xf32"}, {"Bx2x4xf32"}, {"Bx2x1xf32"}}, concat(2)});
  cases.push_back({"concat/middle", {{"Bx2x3xf32"}, {"Bx5x3xf32"}}, concat(1)});
  cases.push_back({"slice", {{"Bx7x3xf32"}}, slice(1, 2, 4)});
  cases.push_back({"slice/columns", {{"BxTx9xf32"}}, slice(2, 4, 5)});
  cases.push_back({"slice/rest", {{"Bx7x3xf32"}}, slice(1, 2, -1)});
  cases.push_back({"slice/dynamic_rest", {{"BxTx9xf32"}}, slice(1, 0, 0)});
  cases.push_back({"slice/columns_rest", {{"BxTx9xf32"}}, slice(2, 3, -2)});
  cases.push_back({"pad/dynamic", {{"BxTxWx2xf32"}}, pad({0, 1, 0, 0}, {0, 2, 1, 0}, 0)});
  cases.push_back({"pad", {{"Bx3x4x2xf32"}}, pad({0, 1, 0, 0}, {0, 2, 1, 0}, 0.5)});
  cases.push_back({"reverse", {{"Bx7x3xf32"}}, [](auto &b, ValueRange x) { return ReverseOp::create(b, x[0], 1); }});
  cases.push_back({"reverse/dynamic", {{"BxTx5xf32"}}, [](auto &b, ValueRange x) { return ReverseOp::create(b, x[0], 1); }});
  cases.push_back({"reverse/mask", {{"BxTxi8", Fill::Mask}}, [](auto &b, ValueRange x) { return ReverseOp::create(b, x[0], 0); }, none});
  auto gather = [](ImplicitLocOpBuilder &b, ValueRange x) { return GatherOp::create(b, x[0], x[1]); };
  cases.push_back({"gather", {{"6x5xf32"}, {"BxTxi32", Fill::Inside}}, gather});
  cases.push_back({"gather/rows", {{"6x19xf32"}, {"Bxi64", Fill::Inside}}, gather});
  cases.push_back({"gather/one", {{"6x16xf32"}, {"i32", Fill::Inside}}, gather});
  auto rowLists = [](ImplicitLocOpBuilder &b, ValueRange x) { return RowListsOp::create(b, x[0], 5); };
  cases.push_back({"row_lists", {{"BxTxi32", Fill::Index}}, rowLists, none});
  cases.push_back({"row_lists/i64", {{"Bxi64", Fill::Index}}, rowLists, none});
  cases.push_back({"sum_rows", {{"4x5x7xf32"}, {"4xi32", Fill::Offsets}, {"20xi32", Fill::Inside}},
                   [](auto &b, ValueRange x) { return SumRowsOp::create(b, x[0], x[1], x[2]); }, none});
  auto gatherConv = [](Ints strides, Ints padding, Ints dilations) -> Build {
    return [=](ImplicitLocOpBuilder &b, ValueRange x) { return GatherConvOp::create(b, x[0], x[1], strides, padding, dilations); };
  };
  auto sumWindows = [](int64_t window, Ints strides, Ints padding, Ints dilations) -> Build {
    return [=](ImplicitLocOpBuilder &b, ValueRange x) {
      return SumWindowsOp::create(b, x[0], x[1], x[2], strides, padding, dilations, window, x[3]);
    };
  };
  cases.push_back({"gather_conv", {{"6x3x5xf32"}, {"Bx7xi32", Fill::Inside}}, gatherConv({1}, {0, 0}, {1})});
  cases.push_back({"gather_conv/wide", {{"6x2x77xf32"}, {"Bx5xi32", Fill::Inside}}, gatherConv({1}, {0, 0}, {1})});
  cases.push_back({"gather_conv/wider", {{"6x2x320xf32"}, {"Bx3xi32", Fill::Inside}}, gatherConv({1}, {1, 1}, {1})});
  cases.push_back({"gather_conv/one", {{"6x1x16xf32"}, {"BxTxi64", Fill::Inside}}, gatherConv({1}, {0, 0}, {1})});
  cases.push_back({"gather_conv/causal", {{"6x3x6xf32"}, {"BxTxi32", Fill::Inside}}, gatherConv({1}, {4, 0}, {2})});
  cases.push_back({"gather_conv/same", {{"6x5x16xf32"}, {"BxTxi32", Fill::Inside}}, gatherConv({1}, {-1, -1}, {1})});
  cases.push_back({"gather_conv/strided", {{"6x3x19xf32"}, {"Bx11xi32", Fill::Inside}}, gatherConv({2}, {1, 2}, {1})});
  cases.push_back({"gather_conv/strided_same", {{"6x4x8xf32"}, {"BxTxi32", Fill::Inside}}, gatherConv({3}, {-1, -1}, {2})});
  cases.push_back({"sum_windows",
                   {{"4x5x7xf32"}, {"5xi32", Fill::Offsets}, {"20xi32", Fill::Inside}, {"4x5xi32"}},
                   sumWindows(3, {1}, {-1, -1}, {1}), none});
  cases.push_back({"sum_windows/wide",
                   {{"4x4x24xf32"}, {"5xi32", Fill::Offsets}, {"20xi32", Fill::Inside}, {"4x5xi32"}},
                   sumWindows(7, {2}, {4, 4}, {1}), none});
  cases.push_back({"sum_windows/wider",
                   {{"4x4x333xf32"}, {"5xi32", Fill::Offsets}, {"20xi32", Fill::Inside}, {"4x5xi64"}},
                   sumWindows(2, {1}, {0, 0}, {1}), none});
  cases.push_back({"sum_windows/dilated",
                   {{"4x2x16xf32"}, {"5xi32", Fill::Offsets}, {"20xi32", Fill::Inside}, {"4x5xi32"}},
                   sumWindows(2, {2}, {0, 0}, {2}), none});
  // Axis 0 of every argument is the batch, so here T is a constant, and the batch in the sequences an axis of its own.
  cases.push_back({"scan", {{"4xBx12xf32"}, {"Bx3xf32"}, {"Bx3xf32"}, {"3x12xf32"}}, scan(1, 2, false, lstmStep)});
  cases.push_back({"scan/wide", {{"3xBx64xf32"}, {"Bx16xf32"}, {"Bx16xf32"}, {"16x64xf32"}}, scan(1, 2, true, lstmStep)});
  cases.push_back({"scan/masked", {{"5x2x3xf32"}, {"5x2x1xi8", Fill::Mask}, {"2x4xf32"}, {"3x4xf32"}, {"4x4xf32"}, {"4xf32"}}, scan(2, 1, true, maskedStep)});
  cases.push_back({"scan/swap", {{"Bx2x3xf32"}, {"2x3xf32"}, {"2x3xf32"}, {"f32"}}, scan(1, 2, false, swappingStep)});
  cases.push_back({"scan/map", {{"Bx2x5xf32"}, {"5x4xf32"}}, scan(1, 0, false, mapStep)});
  cases.push_back({"one_hot", {{"Bxi32", Fill::Index}}, oneHot(5), none});
  cases.push_back({"one_hot/i64", {{"BxTxi64", Fill::Index}}, oneHot(4), none});

  cases.push_back({"dropout", {{"Bx37xf32"}, {"i64", Fill::Index}, {"i64", Fill::Index}}, dropout(0.3)});
  cases.push_back({"dropout/none", {{"Bx5xf32"}, {"i64", Fill::Index}, {"i64", Fill::Index}}, dropout(0)});
  cases.push_back({"pack", {{"20x10xf32"}}, pack(16, false), none});
  cases.push_back({"pack/filter", {{"3x3x4x6xf32"}}, pack(8, true), none});
  return cases;
}

// The dimensions of a spec (letters as negative characters) and its element type.
std::pair<Ints, Type> parseSpec(MLIRContext &context, StringRef text) {
  SmallVector<StringRef> parts;
  text.split(parts, 'x');
  Ints dims;
  for (StringRef part : ArrayRef(parts).drop_back()) {
    int64_t size;
    dims.push_back(part.getAsInteger(10, size) ? -static_cast<int64_t>(part[0]) : size);
  }
  Builder b(&context);
  Type element = llvm::StringSwitch<Type>(parts.back())
                     .Case("f32", b.getF32Type())
                     .Case("i8", b.getI8Type())
                     .Case("i32", b.getI32Type())
                     .Case("i64", b.getI64Type());
  return {dims, element};
}

void fill(Literal &literal, Fill kind, std::mt19937 &random) {
  std::uniform_real_distribution<double> jitter(0.3, 0.7);
  std::vector<int64_t> order(literal.size());
  for (size_t i = 0; i < order.size(); ++i)
    order[i] = i;
  std::shuffle(order.begin(), order.end(), random);
  for (int64_t i = 0; i < literal.size(); ++i) {
    double unit = (order[i] + jitter(random)) / literal.size(); // in (0, 1), a part of its own for every element
    auto below = [&](int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); };
    switch (kind) {
    case Fill::Any:
      literal[i] = 4 * unit - 2;
      break;
    case Fill::Positive:
      literal[i] = 0.5 + 2 * unit;
      break;
    case Fill::Unit:
      literal[i] = 0.05 + 0.9 * unit;
      break;
    case Fill::Ties:
      literal[i] = below(4) - 1;
      break;
    case Fill::Index:
      literal[i] = below(7) - 1;
      break;
    case Fill::Inside:
      literal[i] = below(6);
      break;
    case Fill::Offsets:
      literal[i] = 5 * static_cast<double>(i);
      break;
    case Fill::Mask:
      literal[i] = below(2);
      break;
    }
  }
}
} // namespace

const std::vector<OpCase> &opCases() {
  static const std::vector<OpCase> cases = makeCases();
  return cases;
}

std::unique_ptr<MLIRContext> makeContext() {
  auto context = std::make_unique<MLIRContext>(MLIRContext::Threading::DISABLED);
  context->loadDialect<TenonDialect, func::FuncDialect>();
  return context;
}

OwningOpRef<ModuleOp> buildModule(MLIRContext &context, const OpCase &opCase) {
  SmallVector<Type> types;
  for (const OperandSpec &operand : opCase.operands) {
    auto [dims, element] = parseSpec(context, operand.type);
    for (int64_t &dim : dims)
      dim = dim < 0 ? ShapedType::kDynamic : dim;
    types.push_back(RankedTensorType::get(dims, element));
  }
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&context));
  ImplicitLocOpBuilder b(NameLoc::get(StringAttr::get(&context, opCase.name)), &context);
  b.setInsertionPointToEnd(module->getBody());
  auto function = func::FuncOp::create(b, "f", b.getFunctionType(types, {}));
  for (unsigned i = 0; i < types.size(); ++i)
    function.setArgAttr(i, "tenon.name", b.getStringAttr("x" + std::to_string(i)));
  b.setInsertionPointToEnd(function.addEntryBlock());
  Operation *op = opCase.build(b, function.getArguments());
  func::ReturnOp::create(b, op->getResults());
  function.setFunctionType(b.getFunctionType(types, op->getResultTypes()));
  return module;
}

SmallVector<Literal> drawInputs(MLIRContext &context, const OpCase &opCase, std::mt19937 &random, int64_t batch) {
  std::map<int64_t, int64_t> sizes;
  if (batch > 0)
    sizes[-'B'] = batch;
  SmallVector<Literal> inputs;
  for (const OperandSpec &operand : opCase.operands) {
    auto [dims, element] = parseSpec(context, operand.type);
    for (int64_t &dim : dims)
      if (dim < 0) {
        auto [size, isNew] = sizes.try_emplace(dim, 0);
        if (isNew)
          size->second = std::uniform_int_distribution<int64_t>(1, 7)(random);
        dim = size->second;
      }
    Literal literal(element, dims);
    fill(literal, operand.fill, random);
    inputs.push_back(literal.rounded());
  }
  return inputs;
}

} // namespace tenon::tests
