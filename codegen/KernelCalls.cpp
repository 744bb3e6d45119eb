// SPDX-License-Identifier: Apache-2.0
#include "codegen/KernelCalls.h"
#include "codegen/KernelEmitter.h"
#include "ir/KernelPrice.h"
#include "mlir/Parser/Parser.h"
#include "tenon/c_api.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA256.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::codegen;

static void collectNames(Location loc, llvm::SetVector<StringRef> &names) {
  if (auto name = dyn_cast<NameLoc>(loc))
    names.insert(name.getName());
  if (auto fused = dyn_cast<FusedLoc>(loc))
    for (Location inner : fused.getLocations())
      collectNames(inner, names);
}

static std::string digestOf(StringRef text, const ir::Machine &machine) {
  llvm::SHA256 hash;
  hash.update(text);
  std::string state;
  // All that the code depends on: kernels of equal name are taken for equal when programs are linked together.
  llvm::raw_string_ostream(state) << TENON_ABI_VERSION << '|' << TENON_VERSION << '|' << machine.triple << '|' << machine.cpu << '|'
                                  << machine.features << '|' << machine.l2 << '|' << machine.fmaPorts << '|'
                                  << machine.loadPorts << '|' << machine.gigahertz;
  hash.update(state);
  return llvm::toHex(hash.final(), /*LowerCase=*/true).substr(0, 16);
}

std::vector<std::string> tenon::codegen::layersOf(Operation *op, StringRef otherwise) {
  llvm::SetVector<StringRef> names;
  collectNames(op->getLoc(), names);
  if (names.empty())
    names.insert(otherwise);
  return {names.begin(), names.end()};
}

FailureOr<KernelCall> KernelCalls::make(ir::KernelOp op, ArrayRef<int64_t> pitches, AffineExpr &scratchBytes) {
  KernelCall call;
  std::string text = Kernel::canonicalText(op, shapes, call.sizes, pitches);
  auto known = table.byText.find(text);
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, ParserConfig(op.getContext()));
  if (!module)
    return op.emitOpError("could not be read back from its canonical text");
  Kernel kernel(*module);
  const Family *family = familyOf(kernel);
  if (!family)
    return op.emitOpError("has no emitter for its root '") << kernel.root()->getName() << "'";
  KernelPlan cut = family->plan(kernel, machine);
  if (known == table.byText.end()) {
    call.kernel = table.kernels.size();
    table.byText[text] = call.kernel;
    KernelTable::Entry entry{text, std::string(family->name) + "_" + digestOf(text, machine), {}};
    if (auto schedule = op.getSchedule())
      entry.schedule = (schedule->getAlgorithm() + " " + Twine(schedule->getRows()) + "x" + Twine(schedule->getColumns())).str();
    table.kernels.push_back(std::move(entry));
  } else {
    call.kernel = known->second;
  }
  auto substitute = [&](AffineExpr expr) { return expr.replaceDimsAndSymbols({}, call.sizes); };
  call.tasks = substitute(cut.tasks);
  scratchBytes = cut.scratchBytes ? substitute(cut.scratchBytes) : AffineExpr();
  call.layers = layersOf(op, op.getName());
  call.seconds = ir::kernelSeconds(op, machine);
  for (Operation &inner : op.getBody().front().without_terminator())
    if (isa<ir::ConvOp, ir::MatmulOp, ir::ConvInputGradOp, ir::ConvFilterGradOp>(inner))
      call.flops = call.flops ? call.flops + flopsOf(inner) : flopsOf(inner);
  return call;
}

// Multiply-adds counted twice: output elements times reduction steps, padding included.
AffineExpr KernelCalls::flopsOf(Operation &op) {
  auto size = [&](mlir::Value v) { return shapes.elements(v); };
  if (auto matmul = dyn_cast<ir::MatmulOp>(op)) {
    mlir::Value rows = matmul.getLhs();
    AffineExpr columns = matmul.getTransposeLhs() ? shapes[matmul.getRhs()].back() : shapes[matmul.getResult()].back();
    return size(rows) * columns * 2;
  }
  mlir::Value filter = isa<ir::ConvFilterGradOp>(op) ? op.getResult(0) : op.getOperand(1);
  mlir::Value pixels = isa<ir::ConvOp>(op) ? op.getResult(0) : op.getOperand(isa<ir::ConvFilterGradOp>(op) ? 1 : 0);
  AffineExpr count = getAffineConstantExpr(2, op.getContext());
  for (AffineExpr dim : ArrayRef(shapes[pixels]).drop_back())
    count = count * dim;
  return count * size(filter);
}
