// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Emitter.h"
#include "frontend/graph/Expression.h"

using namespace mlir;

namespace tenon::graph {

Type elementType(MLIRContext *context, DType dtype) {
  switch (dtype) {
  case DType::F32:
    return Float32Type::get(context);
  case DType::I32:
    return IntegerType::get(context, 32);
  case DType::I64:
    return IntegerType::get(context, 64);
  case DType::I8:
    return IntegerType::get(context, 8);
  }
  llvm_unreachable("an element type that DType does not list");
}

RankedTensorType tensorType(MLIRContext *context, const TensorSpec &spec) {
  SmallVector<int64_t> shape;
  for (int64_t dim : spec.shape)
    shape.push_back(dim == None ? ShapedType::kDynamic : dim);
  return RankedTensorType::get(shape, elementType(context, spec.dtype));
}

void declareVariable(ModuleOp module, StringRef name, RankedTensorType type, StringRef kind, bool trainable,
                     std::optional<double> initial) {
  if (module.lookupSymbol(name))
    return;
  OpBuilder builder(module.getContext());
  // Variables stand in front of the functions, in the order of their declaration.
  Operation *first = nullptr;
  for (Operation &op : *module.getBody())
    if (!first && isa<func::FuncOp>(op))
      first = &op;
  if (first)
    builder.setInsertionPoint(first);
  else
    builder.setInsertionPointToEnd(module.getBody());
  ir::VariableOp::create(builder, NameLoc::get(builder.getStringAttr(name)), builder.getStringAttr(name), StringAttr(),
                         TypeAttr::get(type), builder.getStringAttr(kind), trainable ? builder.getUnitAttr() : nullptr,
                         initial ? ElementsAttr(splat(type, *initial)) : ElementsAttr());
}

Emitter::Emitter(ModuleOp module, StringRef function, ArrayRef<Argument> arguments, Mode mode,
                 const WeightNames &weights, bool isPrivate)
    : module_(module), builder_(module.getContext()), loc_(NameLoc::get(builder_.getStringAttr(function))), mode_(mode),
      weights_(weights) {
  builder_.setInsertionPointToEnd(module.getBody());
  SmallVector<Type> types;
  for (const Argument &argument : arguments)
    types.push_back(argument.type);
  function_ = func::FuncOp::create(builder_, loc_, function, builder_.getFunctionType(types, {}));
  if (isPrivate)
    function_.setPrivate();
  Block *body = function_.addEntryBlock();
  for (auto [i, argument] : llvm::enumerate(arguments)) {
    function_.setArgAttr(i, "tenon.name", builder_.getStringAttr(argument.name));
    body->getArgument(i).setLoc(NameLoc::get(builder_.getStringAttr(argument.name)));
  }
  builder_.setInsertionPointToEnd(body);
}

Value Emitter::argument(unsigned index) { return function_.getArgument(index); }
std::vector<Value> Emitter::arguments() { return {function_.getArguments().begin(), function_.getArguments().end()}; }

const std::string &Emitter::nameOf(const Weight &weight) const {
  auto found = weights_.find(&weight);
  assert(found != weights_.end() && "a weight of a layer that is not part of the model being emitted");
  return found->second;
}

Value Emitter::read(StringRef variable) {
  auto [entry, isNew] = current_.try_emplace(variable);
  if (!isNew)
    return entry->second;
  auto symbol = module_.lookupSymbol<ir::VariableOp>(variable);
  assert(symbol && "a variable that nobody declared");
  OpBuilder::InsertionGuard guard(builder_);
  if (lastRead_)
    builder_.setInsertionPointAfter(lastRead_);
  else
    builder_.setInsertionPointToStart(&function_.getBody().front());
  auto read = ir::ReadOp::create(builder_, loc_, symbol.getType(), variable);
  lastRead_ = read;
  return entry->second = read.getResult();
}

void Emitter::assign(StringRef variable, Value value) {
  current_[variable] = value;
  assigned_.insert_or_assign(builder_.getStringAttr(variable), std::pair(value, loc_));
}

void Emitter::finish(ArrayRef<Value> results, ArrayRef<std::string> names) {
  for (auto &[variable, assigned] : assigned_)
    ir::AssignOp::create(builder_, assigned.second, FlatSymbolRefAttr::get(variable), assigned.first);
  func::ReturnOp::create(builder_, loc_, results);
  SmallVector<Type> types;
  for (Value result : results)
    types.push_back(result.getType());
  function_.setFunctionType(builder_.getFunctionType(function_.getArgumentTypes(), types));
  for (auto [i, name] : llvm::enumerate(names))
    function_.setResultAttr(i, "tenon.name", builder_.getStringAttr(name));
}

Value Emitter::scalarState(StringRef name) {
  declareVariable(module_, name, RankedTensorType::get({}, builder_.getI64Type()), "hyper", false, 0);
  return read(name);
}

Value Emitter::constant(double value, ArrayRef<int64_t> shape) {
  return create<ir::ConstantOp>(ElementsAttr(splat(RankedTensorType::get(shape, builder_.getF32Type()), value)));
}
Value Emitter::constantI64(int64_t value) { return integer(value, builder_.getI64Type()); }
Value Emitter::integer(int64_t value, Type type) {
  Attribute element = builder_.getIntegerAttr(type, value);
  return create<ir::ConstantOp>(ElementsAttr(DenseElementsAttr::get(RankedTensorType::get({}, type), element)));
}
Value Emitter::fill(double value, Value like) {
  return create<ir::BroadcastLikeOp>(constant(value), llvm::to_vector(llvm::seq<int64_t>(0, rankOf(like))), like);
}

std::vector<Value> Emitter::scan(ArrayRef<Value> sequences, ArrayRef<Value> initial, ArrayRef<Value> shared, bool reverse,
                                 llvm::function_ref<std::vector<Value>(ArrayRef<Value>)> body) {
  auto block = std::make_unique<Block>();
  for (Value sequence : sequences) {
    auto type = cast<RankedTensorType>(sequence.getType());
    block->addArgument(RankedTensorType::get(type.getShape().drop_front(), type.getElementType()), loc_);
  }
  for (Value value : llvm::concat<const Value>(initial, shared))
    block->addArgument(value.getType(), loc_);
  std::vector<Value> yields;
  {
    OpBuilder::InsertionGuard guard(builder_);
    builder_.setInsertionPointToEnd(block.get());
    yields = body(SmallVector<Value>(block->getArguments()));
    ir::YieldOp::create(builder_, loc_, yields);
  }
  SmallVector<Type> types;
  for (auto [i, value] : llvm::enumerate(yields)) {
    auto type = cast<RankedTensorType>(value.getType());
    SmallVector<int64_t> shape{shapeOf(sequences[0])[0]};
    llvm::append_range(shape, type.getShape());
    types.push_back(i < initial.size() ? initial[i].getType() : RankedTensorType::get(shape, type.getElementType()));
  }
  auto scan = createOp<ir::ScanOp>(types, sequences, initial, shared, reverse);
  scan.getBody().push_back(block.release());
  return {scan.getResults().begin(), scan.getResults().end()};
}
Value Emitter::leakyRelu(Value x, double slope) {
  return create<ir::SelectOp>(create<ir::GreaterOp>(x, constant(0)), x, multiply(x, constant(slope)));
}
Value Emitter::reduceSum(Value a, ArrayRef<int64_t> axes, bool keepdims) {
  return create<ir::ReduceSumOp>(a, axes, keepdims);
}
Value Emitter::reduceMax(Value a, ArrayRef<int64_t> axes, bool keepdims) {
  return create<ir::ReduceMaxOp>(a, axes, keepdims);
}
Value Emitter::reduceMean(Value a, ArrayRef<int64_t> axes, bool keepdims) {
  return divide(reduceSum(a, axes, keepdims), create<ir::CountOp>(a, axes));
}
Value Emitter::reshape(Value a, ArrayRef<int64_t> shape) { return create<ir::ReshapeOp>(a, shape); }
Value Emitter::moveAxis(Value a, int64_t from, int64_t to) {
  if (from == to)
    return a;
  SmallVector<int64_t> permutation = llvm::to_vector(llvm::seq<int64_t>(0, rankOf(a)));
  permutation.erase(permutation.begin() + from);
  permutation.insert(permutation.begin() + to, from);
  return create<ir::TransposeOp>(a, permutation);
}
Value Emitter::toFloat(Value a) {
  Type type = cast<RankedTensorType>(a.getType()).getElementType();
  return type.isF32() ? a : create<ir::ConvertOp>(a, TypeAttr::get(builder_.getF32Type()));
}

Emitter::Scope::Scope(Emitter &emitter, StringRef name) : emitter(emitter), path(emitter.path_), loc(emitter.loc_) {
  emitter.path_ = path.empty() ? name.str() : path + "/" + name.str();
  emitter.loc_ = NameLoc::get(emitter.builder_.getStringAttr(emitter.path_));
}
Emitter::Scope::~Scope() {
  emitter.path_ = path;
  emitter.loc_ = loc;
}

} // namespace tenon::graph
