// SPDX-License-Identifier: Apache-2.0
#include "ir/ops/ScanGradient.h"
#include "ir/ops/Gradients.h"

using namespace mlir;
using namespace tenon::ir;

static RankedTensorType typeOf(Value value) { return cast<RankedTensorType>(value.getType()); }

int64_t tenon::ir::lengthOf(ScanOp scan) {
  for (Value sequence : scan.getSequences())
    if (!typeOf(sequence).isDynamicDim(0))
      return typeOf(sequence).getDimSize(0);
  return ShapedType::kDynamic;
}

ScanOp ScanParts::create(OpBuilder &builder, Location loc, bool reverse, Block &source) const {
  auto body = std::make_unique<Block>();
  IRMapping inside;
  auto bind = [&](ArrayRef<Bound> list) {
    SmallVector<Value> operands;
    for (auto [operand, value] : list) {
      operands.push_back(operand);
      inside.map(value, body->addArgument(value.getType(), value.getLoc()));
    }
    return operands;
  };
  SmallVector<Value> over = bind(sequences), carry = bind(initial), with = bind(invariants);

  DenseSet<Operation *> needed;
  SmallVector<Value> open(yields.begin(), yields.end());
  while (!open.empty()) {
    Value value = open.pop_back_val();
    if (!inside.contains(value) && needed.insert(value.getDefiningOp()).second)
      llvm::append_range(open, value.getDefiningOp()->getOperands());
  }
  OpBuilder inner(builder.getContext()); // the block stands nowhere yet
  inner.setInsertionPointToEnd(body.get());
  for (Operation &op : source)
    if (needed.contains(&op))
      inner.clone(op, inside);

  int64_t steps = length;
  for (Value sequence : over)
    if (!typeOf(sequence).isDynamicDim(0))
      steps = typeOf(sequence).getDimSize(0);
  SmallVector<Value> yielded;
  SmallVector<Type> types;
  for (auto [i, value] : llvm::enumerate(yields)) {
    yielded.push_back(inside.lookup(value));
    if (i < carry.size()) {
      types.push_back(carry[i].getType());
      continue;
    }
    SmallVector<int64_t> shape{steps};
    llvm::append_range(shape, typeOf(value).getShape());
    types.push_back(RankedTensorType::get(shape, typeOf(value).getElementType()));
  }
  YieldOp::create(inner, loc, yielded);
  auto scan = ScanOp::create(builder, loc, types, over, carry, with, reverse);
  scan.getBody().push_back(body.release());
  return scan;
}

// The forward body's copy and its gradient; sequences, carried and invariant operands are bound.
ReverseMode ScanGradient::draft(ValueRange resultGradients) {
  auto bind = [&](auto operands, auto arguments, SmallVectorImpl<ScanParts::Bound> *bound, SmallVectorImpl<Value> &inputs) {
    for (auto [operand, argument] : llvm::zip(operands, arguments)) {
      Value own = block.addArgument(argument.getType(), argument.getLoc());
      copied.map(argument, own);
      original[own] = argument;
      if (bound)
        bound->push_back({operand, own});
      if (isDifferentiable(own))
        inputs.push_back(own);
    }
  };
  SmallVector<Value> inputs;
  bind(forward.getSequences(), forward.steps(), &parts.sequences, inputs);
  bind(forward.getInitial(), forward.carried(), nullptr, inputs);
  bind(forward.getInvariants(), forward.shared(), &parts.invariants, inputs);
  for (auto [sequence, own] : parts.sequences)
    stacks[own] = sequence;
  OpBuilder inner(b.getContext());
  inner.setInsertionPointToEnd(&block);
  for (Operation &op : forward.block().without_terminator()) {
    Operation *copy = inner.clone(op, copied);
    for (auto [from, to] : llvm::zip(op.getResults(), copy->getResults()))
      original[to] = from;
  }
  ReverseMode reverse(block, inputs, inner);
  for (auto [i, value] : llvm::enumerate(forward.yields())) {
    Value own = copied.lookup(value), gradient = resultGradients[i];
    if (i < forward.carriedCount()) {
      if (!isDifferentiable(own))
        continue;
      Value argument = block.addArgument(forward.getInitial()[i].getType(), forward.getLoc());
      parts.initial.push_back({gradient ? gradient : zeros(forward.getInitial()[i]), argument});
      reverse.seed(own, argument, forward.getLoc());
    } else if (gradient) {
      Value argument = block.addArgument(own.getType(), forward.getLoc());
      parts.sequences.push_back({gradient, argument});
      stacks[argument] = gradient;
      reverse.seed(own, argument, forward.getLoc());
    }
  }
  return reverse;
}

bool ScanGradient::isForward(Value value) const {
  return original.contains(value) && !stacks.contains(value) && !value.getDefiningOp<ConstantOp>() &&
         llvm::none_of(parts.invariants, [&](const ScanParts::Bound &bound) { return bound.second == value; });
}

// A value of which all steps are used behind the loop.
void ScanGradient::needStack(Value value) {
  if (isForward(value))
    kept.insert(value);
  else if (!stacks.contains(value))
    stacked.try_emplace(value, 0);
}

void ScanGradient::findTerms(Value gradient, unsigned invariant) {
  Operation *op = gradient.getDefiningOp();
  auto stackable = [&](Value value) {
    return !value.getDefiningOp<ConstantOp>() && (isForward(value) || stacks.contains(value) || !original.contains(value));
  };
  if (auto sum = dyn_cast_or_null<AddOp>(op);
      sum && !original.contains(gradient) && sum.getLhs().getType() == sum.getRhs().getType() &&
      llvm::hasNItemsOrLess(gradient.getUses(), 1) && sum.getLhs() != sum.getRhs()) {
    findTerms(sum.getLhs(), invariant);
    return findTerms(sum.getRhs(), invariant);
  }
  if (auto product = dyn_cast_or_null<MatmulOp>(op);
      product && product.getTransposeLhs() && stackable(product.getLhs()) && stackable(product.getRhs())) {
    needStack(product.getLhs());
    needStack(product.getRhs());
    terms.push_back({invariant, op, {}});
  } else if (auto rows = dyn_cast_or_null<ReduceSumOp>(op); rows && !rows.getKeepdims() && stackable(rows.getOperand())) {
    needStack(rows.getOperand());
    terms.push_back({invariant, op, {}});
  } else {
    terms.push_back({invariant, nullptr, gradient});
  }
}

void ScanGradient::needForward(Value value) {
  if (isForward(value))
    kept.insert(value);
  else if (Operation *op = value.getDefiningOp(); op && !original.contains(value) && followed.insert(op).second)
    for (Value operand : op->getOperands())
      needForward(operand);
}

// Makes the forward scan stack the kept values and binds the stacks as sequences.
void ScanGradient::keepForwardValues() {
  ScanParts keeping;
  auto bound = [](auto operands, auto arguments) {
    SmallVector<ScanParts::Bound, 8> list;
    for (auto [operand, argument] : llvm::zip(operands, arguments))
      list.push_back({operand, argument});
    return list;
  };
  keeping.sequences = bound(forward.getSequences(), forward.steps());
  keeping.length = parts.length = lengthOf(forward);
  keeping.initial = bound(forward.getInitial(), forward.carried());
  keeping.invariants = bound(forward.getInvariants(), forward.shared());
  llvm::append_range(keeping.yields, forward.yields());
  SmallVector<unsigned> numbers;
  for (Value value : kept) {
    Value source = original.lookup(value);
    auto first = keeping.yields.begin() + forward.carriedCount();
    auto known = std::find(first, keeping.yields.end(), source);
    numbers.push_back(known - keeping.yields.begin());
    if (known == keeping.yields.end())
      keeping.yields.push_back(source);
  }
  ScanOp keeper = forward;
  if (keeping.yields.size() > forward.getNumResults()) {
    OpBuilder before(forward);
    keeper = keeping.create(before, forward.getLoc(), forward.getReverse(), forward.block());
    forward.replaceAllUsesWith(keeper.getResults().take_front(forward.getNumResults()));
  }
  for (auto [value, number] : llvm::zip(kept, numbers)) {
    stacks[value] = keeper.getResult(number);
    parts.sequences.push_back({keeper.getResult(number), value});
  }
}

Value ScanGradient::zeros(Value like) {
  ImplicitLocOpBuilder builder(forward.getLoc(), b);
  Value zero = scalar(builder, 0);
  int64_t rank = typeOf(like).getRank();
  return rank ? BroadcastLikeOp::create(builder, zero, allAxes(rank), like).getResult() : zero;
}

Value ScanGradient::stackOf(Value value) const { return stacks.find(value)->second; }

// A product or sum over all steps.
Value ScanGradient::finish(const Term &term) const {
  if (auto product = dyn_cast<MatmulOp>(term.op))
    return MatmulOp::create(b, product.getLoc(), stackOf(product.getLhs()), stackOf(product.getRhs()), true, false);
  auto rows = cast<ReduceSumOp>(term.op);
  SmallVector<int64_t> axes{0};
  for (int64_t axis : rows.getAxes())
    axes.push_back(axis + 1);
  return ReduceSumOp::create(b, rows.getLoc(), stackOf(rows.getOperand()), axes, false);
}

LogicalResult ScanGradient::build(ValueRange resultGradients, SmallVectorImpl<Value> &operandGradients) {
  ReverseMode reverse = draft(resultGradients);
  if (failed(reverse.run()))
    return failure();
  OpBuilder inner(b.getContext());
  inner.setInsertionPointToEnd(&block);
  auto gradientOf = [&](Value argument) { return reverse.gradientOf(copied.lookup(argument)); };
  for (auto [i, argument] : llvm::enumerate(forward.shared()))
    if (Value gradient = gradientOf(argument))
      findTerms(gradient, i);

  // Carried: the gradients of the carried values, then the running sums.
  unsigned next = 0;
  for (BlockArgument argument : forward.carried()) {
    if (!isDifferentiable(argument))
      continue;
    Value gradient = gradientOf(argument);
    if (!gradient) {
      ImplicitLocOpBuilder builder(forward.getLoc(), inner);
      Value zero = scalar(builder, 0), like = parts.initial[next].second;
      int64_t rank = typeOf(like).getRank();
      gradient = rank ? BroadcastLikeOp::create(builder, zero, allAxes(rank), like).getResult() : zero;
    }
    parts.yields.push_back(gradient);
    ++next;
  }
  for (Term &term : terms)
    if (!term.op) {
      Value invariant = forward.getInvariants()[term.invariant];
      Value argument = block.addArgument(term.value.getType(), forward.getLoc());
      parts.initial.push_back({zeros(invariant), argument});
      parts.yields.push_back(AddOp::create(inner, forward.getLoc(), argument, term.value));
    }
  // Stacked: the gradients of the sequences, then what products behind the loop need.
  SmallVector<std::optional<unsigned>> sequenceResults;
  for (BlockArgument argument : forward.steps()) {
    Value gradient = isDifferentiable(argument) ? gradientOf(argument) : Value();
    sequenceResults.push_back(gradient ? std::optional<unsigned>(parts.yields.size()) : std::nullopt);
    if (gradient)
      parts.yields.push_back(gradient);
  }
  for (auto &[value, number] : stacked) {
    number = parts.yields.size();
    parts.yields.push_back(value);
  }
  for (Value value : parts.yields)
    needForward(value);
  keepForwardValues();

  ScanOp backward = parts.create(b, forward.getLoc(), !forward.getReverse(), block);
  for (auto &[value, number] : stacked)
    stacks[value] = backward.getResult(number);
  for (std::optional<unsigned> number : sequenceResults)
    operandGradients.push_back(number ? Value(backward.getResult(*number)) : Value());
  next = 0;
  for (BlockArgument argument : forward.carried())
    operandGradients.push_back(isDifferentiable(argument) ? Value(backward.getResult(next++)) : Value());
  SmallVector<Value> sums(forward.getInvariants().size());
  for (const Term &term : terms) {
    Value value = term.op ? finish(term) : Value(backward.getResult(next++));
    Value &sum = sums[term.invariant];
    sum = sum ? AddOp::create(b, forward.getLoc(), sum, value).getResult() : value;
  }
  operandGradients.append(sums);
  block.dropAllReferences();
  return success();
}
