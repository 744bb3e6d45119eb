// SPDX-License-Identifier: Apache-2.0
#include "codegen/Kernel.h"
#include "ir/Columns.h"
#include "ir/Contraction.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::codegen;

static constexpr const char *dimsName = "tenon.dims", *pitchesName = "tenon.pitches";

bool Kernel::isRead(BlockArgument argument) {
  return llvm::any_of(argument.getUses(), [](OpOperand &use) { return !ir::isShapeOnly(use); });
}

std::string Kernel::canonicalText(ir::KernelOp op, const ir::SymbolicShapes &shapes, SmallVectorImpl<AffineExpr> &sizes,
                                  ArrayRef<int64_t> pitches) {
  MLIRContext *context = op.getContext();
  Builder builder(context);
  SmallVector<Attribute> dims;
  for (Value operand : op.getOperands()) {
    SmallVector<int64_t> numbers;
    for (AffineExpr dim : shapes[operand]) {
      if (auto constant = dyn_cast<AffineConstantExpr>(dim)) {
        numbers.push_back(constant.getValue());
        continue;
      }
      auto known = llvm::find(sizes, dim);
      numbers.push_back(-1 - (known - sizes.begin()));
      if (known == sizes.end())
        sizes.push_back(dim);
    }
    dims.push_back(builder.getDenseI64ArrayAttr(numbers));
  }
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(context));
  (*module)->setAttr(dimsName, builder.getArrayAttr(dims));
  if (llvm::any_of(pitches, [](int64_t pitch) { return pitch != 0; }))
    (*module)->setAttr(pitchesName, builder.getDenseI64ArrayAttr(pitches));
  OpBuilder b = OpBuilder::atBlockEnd(module->getBody());
  auto function = func::FuncOp::create(b, UnknownLoc::get(context), "kernel",
                                       b.getFunctionType(TypeRange(op.getOperands()), TypeRange(op.getResults())));
  Block *entry = function.addEntryBlock();
  b.setInsertionPointToStart(entry);
  IRMapping mapping;
  mapping.map(op.getOperands(), entry->getArguments());
  auto clone = cast<ir::KernelOp>(b.clone(*op, mapping));
  clone.setName("kernel");
  clone->setDiscardableAttrs(ArrayRef<NamedAttribute>{}); // what passes say about its place among others
  func::ReturnOp::create(b, UnknownLoc::get(context), clone.getResults());
  std::string text;
  llvm::raw_string_ostream os(text);
  module->print(os);
  return text;
}

Kernel::Kernel(ModuleOp module) : owner(module) {
  module.walk([&](ir::KernelOp op) { kernel = op; });
  MLIRContext *context = module.getContext();
  auto dims = module->getAttrOfType<ArrayAttr>(dimsName);
  if (auto list = module->getAttrOfType<DenseI64ArrayAttr>(pitchesName))
    pitches = list.asArrayRef();
  for (auto [argument, numbers] : llvm::zip(body().getArguments(), dims)) {
    ir::SymbolicShape &shape = shapes[argument];
    for (int64_t number : cast<DenseI64ArrayAttr>(numbers).asArrayRef()) {
      shape.push_back(number >= 0 ? getAffineConstantExpr(number, context) : getAffineSymbolExpr(-1 - number, context));
      if (number < 0)
        sizes = std::max<unsigned>(sizes, -number);
    }
  }
  for (Operation &inner : body().without_terminator()) {
    auto node = dyn_cast<ir::NodeInterface>(inner);
    if (!node) {
      for (int64_t size : cast<RankedTensorType>(inner.getResult(0).getType()).getShape())
        shapes[inner.getResult(0)].push_back(getAffineConstantExpr(size, context));
      shapes.try_emplace(inner.getResult(0));
      continue;
    }
    SmallVector<ir::SymbolicShape, 4> operandShapes;
    for (Value operand : inner.getOperands())
      operandShapes.push_back(shape(operand));
    ir::ShapeInference inference(context, inner.getLoc(), inner.getOperands(), operandShapes, nullptr);
    [[maybe_unused]] LogicalResult inferred = node.inferSymbolic(inference);
    assert(succeeded(inferred) && "the entry's shapes were checked before");
    for (auto [result, found] : llvm::zip(inner.getResults(), inference.results()))
      shapes[result] = found.shape;
  }
}

Operation *Kernel::rootOf(Block &body) {
  bool alone = llvm::hasSingleElement(body.without_terminator());
  for (Operation &inner : body.without_terminator()) {
    bool inPlace = !alone && (ir::isColumnSlice(&inner) || ir::isColumnConcat(&inner));
    if (!inPlace && !inner.hasTrait<ir::Elementwise>() &&
        !isa<ir::ConstantOp, ir::CountOp, ir::BroadcastLikeOp, ir::DropoutOp>(inner))
      return &inner;
  }
  return nullptr;
}

SmallVector<Operation *> Kernel::contractionsOf(Block &body) {
  SmallVector<Operation *> found;
  for (Operation &inner : body.without_terminator())
    if (ir::isContraction(&inner))
      found.push_back(&inner);
  return found;
}
