// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Activations.h"
#include "frontend/graph/Emitter.h"

using mlir::Value;

namespace tenon::graph {

namespace {

// The formulas; where one is not smooth its gradient there is Keras's.

Value negate(Emitter &e, Value x) { return e.create<ir::NegateOp>(x); }
Value relu(Emitter &e, Value x) { return e.create<ir::ReluOp>(x); }
Value sigmoid(Emitter &e, Value x) { return e.create<ir::SigmoidOp>(x); }
Value tanh(Emitter &e, Value x) { return e.create<ir::TanhOp>(x); }
Value exp(Emitter &e, Value x) { return e.create<ir::ExpOp>(x); }
Value log(Emitter &e, Value x) { return e.create<ir::LogOp>(x); }
Value above(Emitter &e, Value x, double bound, Value then, Value otherwise) {
  return e.create<ir::SelectOp>(e.create<ir::GreaterOp>(x, e.constant(bound)), then, otherwise);
}
Value below(Emitter &e, Value x, double bound, Value then, Value otherwise) {
  return e.create<ir::SelectOp>(e.create<ir::GreaterOp>(e.constant(bound), x), then, otherwise);
}
Value clip(Emitter &e, Value x, double low, double high) {
  return e.minimum(e.maximum(x, e.constant(low)), e.constant(high));
}
// a * x + b.
Value line(Emitter &e, Value x, double a, double b) { return e.add(e.multiply(x, e.constant(a)), e.constant(b)); }

// min(6, relu(x)), flat at 6.
Value relu6(Emitter &e, Value x) { return e.minimum(e.constant(6), relu(e, x)); }
// scale * (x above 0, alpha * (e^x - 1) below), without e^x of a large x.
Value elu(Emitter &e, Value x, double alpha, double scale) {
  Value negative = line(e, exp(e, e.minimum(x, e.constant(0))), alpha, -alpha), y = above(e, x, 0, x, negative);
  return scale == 1 ? y : e.multiply(y, e.constant(scale));
}
// ln(1 + e^x) = relu(x) + ln(1 + e^-|x|), -|x| as min(x, -x): at 0 the first has slope 0 and the second 1/2.
Value softplus(Emitter &e, Value x) {
  return e.add(relu(e, x), log(e, e.add(exp(e, e.minimum(x, negate(e, x))), e.constant(1))));
}
Value hardSigmoid(Emitter &e, Value x) { return clip(e, line(e, x, 1.0 / 6, 0.5), 0, 1); }
Value logSoftmax(Emitter &e, Value x) {
  int64_t last = e.rankOf(x) - 1;
  Value shifted = e.subtract(x, e.reduceMax(x, {last}, /*keepdims=*/true));
  return e.subtract(shifted, log(e, e.reduceSum(exp(e, shifted), {last}, /*keepdims=*/true)));
}
Value squareplus(Emitter &e, Value x) {
  Value root = e.create<ir::SqrtOp>(e.add(e.multiply(x, x), e.constant(4)));
  return e.multiply(e.add(x, root), e.constant(0.5));
}
// 0 below -1, x above 1, (x + 1)^2 / 4 between.
Value sparsePlus(Emitter &e, Value x) {
  Value shifted = e.add(x, e.constant(1)), between = e.multiply(e.multiply(shifted, shifted), e.constant(0.25));
  return above(e, x, -1, below(e, x, 1, between, x), e.constant(0));
}

struct Row {
  const char *name;
  const char *alias; // another of Keras's names for it, or null
  Value (*emit)(Emitter &, Value);
  bool elementwise = true;
};
const Row rows[] = {
    {"celu", nullptr, [](Emitter &e, Value x) { return elu(e, x, 1, 1); }},
    {"elu", nullptr, [](Emitter &e, Value x) { return elu(e, x, 1, 1); }},
    {"exponential", "exp", exp},
    {"hard_shrink", nullptr,
     [](Emitter &e, Value x) { return above(e, e.create<ir::AbsOp>(x), 0.5, x, e.constant(0)); }},
    {"hard_sigmoid", nullptr, hardSigmoid},
    {"hard_silu", "hard_swish", [](Emitter &e, Value x) { return e.multiply(x, hardSigmoid(e, x)); }},
    {"hard_tanh", nullptr, [](Emitter &e, Value x) { return clip(e, x, -1, 1); }},
    {"leaky_relu", nullptr, [](Emitter &e, Value x) { return e.leakyRelu(x, 0.2); }},
    {"linear", "", [](Emitter &, Value x) { return x; }},
    {"log_sigmoid", nullptr, [](Emitter &e, Value x) { return negate(e, softplus(e, negate(e, x))); }},
    {"log_softmax", nullptr, logSoftmax, false},
    {"mish", nullptr, [](Emitter &e, Value x) { return e.multiply(x, tanh(e, softplus(e, x))); }},
    {"relu", nullptr, relu},
    {"relu6", nullptr, relu6},
    {"selu", nullptr,
     [](Emitter &e, Value x) { return elu(e, x, 1.6732632423543772848, 1.0507009873554804934); }},
    {"sigmoid", nullptr, sigmoid},
    {"silu", "swish", [](Emitter &e, Value x) { return e.multiply(x, sigmoid(e, x)); }},
    {"soft_shrink", nullptr,
     [](Emitter &e, Value x) {
       return above(e, x, 0.5, e.subtract(x, e.constant(0.5)),
                    below(e, x, -0.5, e.add(x, e.constant(0.5)), e.constant(0)));
     }},
    {"softmax", nullptr, [](Emitter &e, Value x) { return e.create<ir::SoftmaxOp>(x); }, false},
    {"softplus", nullptr, softplus},
    {"softsign", nullptr,
     [](Emitter &e, Value x) { return e.divide(x, e.add(e.create<ir::AbsOp>(x), e.constant(1))); }},
    {"sparse_plus", nullptr, sparsePlus},
    {"sparse_sigmoid", nullptr, [](Emitter &e, Value x) { return clip(e, line(e, x, 0.5, 0.5), 0, 1); }},
    {"squareplus", nullptr, squareplus},
    {"tanh", nullptr, tanh},
    {"tanh_shrink", nullptr, [](Emitter &e, Value x) { return e.subtract(x, tanh(e, x)); }},
};

const Row &rowOf(const std::string &name) {
  for (const Row &row : rows)
    if (name == row.name)
      return row;
  llvm_unreachable("an activation that checkActivation has not seen");
}
} // namespace

std::string checkActivation(const std::string &layer, const std::string &name) {
  std::string known;
  for (const Row &row : rows) {
    if (name == row.name || (row.alias && name == row.alias))
      return row.name;
    known += (known.empty() ? "" : ", ") + std::string(row.name);
  }
  throw Error(layer + ": unknown activation '" + name + "', expected one of " + known);
}

Value emitActivation(Emitter &emitter, const std::string &name, Value value) { return rowOf(name).emit(emitter, value); }
bool isElementwiseActivation(const std::string &name) { return rowOf(name).elementwise; }

} // namespace tenon::graph
